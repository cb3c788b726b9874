"""Whether points wander about their middle as chance alone would have them: the longest run and the crossings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log2

from libs.statistics.quantiles import fair_coin_quantile


@dataclass(frozen=True, slots=True)
class Runs:
    """How often the points crossed the middle and how long they stayed on one side of it, with what chance allows.

    `useful` counts the points that do not lie on the middle itself. All else is None where there is no such point.
    """

    useful: int
    longest_run: int | None
    longest_run_max: int | None
    crossings: int | None
    crossings_min: int | None

    @property
    def signal(self) -> bool:
        """Whether a run is longer, or crossings are fewer, than chance allows."""
        if None in (self.longest_run, self.longest_run_max, self.crossings, self.crossings_min):
            return False
        return bool(self.longest_run > self.longest_run_max or self.crossings < self.crossings_min)  # type: ignore[operator]


def runs_about(values: Sequence[float], middle: Sequence[float]) -> Runs:
    """The runs of values about a middle (one for each). Points on the middle are left out.

    Source: Anhoej and Olesen, PLoS ONE 9 (2014) e113825: a longest run above round(log2 n) + 3, or fewer crossings
    than the 5 % quantile of n - 1 tosses of a fair coin.
    """
    sides = [value > at for value, at in zip(values, middle, strict=True) if value != at]
    if not sides:
        return Runs(0, None, None, None, None)
    lengths = [len(list(run)) for _, run in groupby(sides)]
    n = len(sides)
    return Runs(n, max(lengths), round(log2(n)) + 3, len(lengths) - 1, fair_coin_quantile(n - 1))
