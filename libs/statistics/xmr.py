"""Individual values and their moving ranges: what a process does by itself, and when it does something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

from libs.statistics.quantiles import NotCalculable
from libs.statistics.signals import Lines, Signal, signals

LIMIT = 2.66
"""Process limits lie so many mean moving ranges from the mean: 3 / 1.128, as published."""
RANGE_LIMIT = 3.267
"""A moving range of so many times the mean is beyond chance."""
TRIAL = 12
"""Limits from fewer points than this are trial limits."""


@dataclass(frozen=True, slots=True)
class Xmr:
    """A chart of individual values. `ranges` begin with None, as the first value has none before it.

    `mean_range` is what the limits rest on: after large ranges were left out where `screened` is true.
    """

    values: tuple[float, ...]
    ranges: tuple[float | None, ...]
    mean: float
    mean_range: float
    lines: Lines
    range_upper: float
    screened: bool
    screened_out: int
    baseline: int
    signals: tuple[Signal | None, ...]

    @property
    def is_trial(self) -> bool:
        """Whether there are too few points for the limits to be relied on."""
        return self.baseline < TRIAL


def mean_moving_range(values: Sequence[float], *, screened: bool) -> tuple[float, int]:
    """The mean of |x(i) - x(i-1)|, and how many ranges were left out of it.

    Screened: ranges of 3.267 times the mean or more are left out once, and the mean taken anew (Nelson, J Qual Technol
    14 (1982) 172-173). Raises NotCalculable for fewer than two values.
    """
    ranges = [abs(b - a) for a, b in pairwise(values)]
    if not ranges:
        raise NotCalculable("at least two points are needed for a moving range")
    mean = fsum(ranges) / len(ranges)
    kept = [each for each in ranges if each < RANGE_LIMIT * mean] if screened else ranges
    return (fsum(kept) / len(kept) if kept else mean), len(ranges) - len(kept) if kept else 0


def xmr(values: Sequence[float], *, screened: bool = True, freeze: int | None = None) -> Xmr:
    """A chart of values in order of time. `freeze`: mean and limits from the first so many points alone.

    Raises NotCalculable for fewer than two points, or a `freeze` that is not between two and all of them.
    """
    base = frozen(values, freeze)
    mean_range, left_out = mean_moving_range(base, screened=screened)
    mean = fsum(base) / len(base)
    far, near = LIMIT * mean_range, LIMIT * mean_range * 2 / 3
    lines = Lines(mean, mean - far, mean + far, mean - near, mean + near)
    ranges = (None, *(abs(b - a) for a, b in pairwise(values)))
    return Xmr(
        tuple(values), ranges, mean, mean_range, lines, RANGE_LIMIT * mean_range, screened, left_out, len(base),
        tuple(signals(values, [lines] * len(values))),
    )  # fmt: skip


def frozen(values: Sequence[float], freeze: int | None) -> Sequence[float]:
    """The values that mean and limits are made from. Raises NotCalculable."""
    least = 2
    if len(values) < least:
        raise NotCalculable(f"at least two points are needed, and there {'is one' if values else 'are none'}")
    if freeze is None:
        return values
    if not least <= freeze <= len(values):
        raise NotCalculable(f"the baseline must be between 2 and {len(values)} points, not {freeze}")
    return values[:freeze]


def assurance(lower: float, upper: float, target: float, *, more_is_better: bool) -> str:
    """Whether a process that stays as it is will meet a target: consistently met, hit and miss, consistently missed.

    Source: NHS England, Making Data Count: a target outside the process limits is always or never met.
    """
    if target > upper:
        return "consistently missed" if more_is_better else "consistently met"
    if target < lower:
        return "consistently met" if more_is_better else "consistently missed"
    return "hit and miss"
