"""Shares of cases: exact comparisons, honest intervals, and when there is too little to tell."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Z95 = 1.959963984540054
"""Standard normal quantile of 0.975."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, as shares of 1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two proportions of events compared.

    `p` is the exact two-sided p-value, central (twice the smaller tail); `mid_p` the same with the observed
    table counted by half; `ratio` the share after over the share before, None where there was none before;
    `attainable` the p-value that no event at all afterwards would have given.
    """

    p: float
    mid_p: float
    ratio: float | None
    attainable: float

    def is_lower(self, level: float) -> bool:
        """Whether events became rarer, beyond chance at this level."""
        return self.p < level and self.ratio is not None and self.ratio < 1


def wilson(seen: int, of: int, z: float = Z95) -> Interval:
    """The score interval of a proportion. Raises ValueError unless 0 <= seen <= of and of >= 1.

    Source: Wilson, J Am Stat Assoc 22 (1927) 209-212.
    """
    if of < 1 or not 0 <= seen <= of:
        raise ValueError("A proportion is some of at least one.")
    middle = seen + z * z / 2
    spread = z * sqrt(seen * (of - seen) / of + z * z / 4)
    return Interval(max(0.0, (middle - spread) / (of + z * z)), min(1.0, (middle + spread) / (of + z * z)))


def compare(events_before: int, of_before: int, events_after: int, of_after: int) -> Comparison:
    """Events among cases before against events among other cases after, given how many there were in all.

    The number of events before is then hypergeometric (Fisher's exact test); the central p-value agrees in
    direction with the ratio. Raises ValueError unless both are proportions of at least one.
    """
    for events, of in ((events_before, of_before), (events_after, of_after)):
        if of < 1 or not 0 <= events <= of:
            raise ValueError("A proportion is some of at least one.")
    lower, upper, here, whole = _tails(events_before, of_before, events_after, of_after)
    share_before, share_after = events_before / of_before, events_after / of_after
    _, unlikely, _, all_ways = _tails(events_before, of_before, 0, of_after)
    return Comparison(
        p=min(1.0, 2 * min(lower, upper) / whole),
        mid_p=min(1.0, (2 * min(lower, upper) - here) / whole),
        ratio=share_after / share_before if events_before else (None if events_after else 1.0),
        attainable=min(1.0, 2 * unlikely / all_ways),
    )


def _tails(x1: int, n1: int, x2: int, n2: int) -> tuple[int, int, int, int]:
    """In how many ways there could be at most, at least and just x1 events among the first n1; and all ways."""
    total = x1 + x2

    def ways() -> Iterator[tuple[int, int]]:
        for x in range(max(0, total - n2), min(total, n1) + 1):
            yield x, comb(n1, x) * comb(n2, total - x)

    lower = upper = here = 0
    for x, count in ways():
        lower += count if x <= x1 else 0
        upper += count if x >= x1 else 0
        here += count if x == x1 else 0
    return lower, upper, here, comb(n1 + n2, total)


def shown_without_failure(seen: int, confidence: float = 0.95) -> float:
    """The least share in order that so many in order out of as many show: 59 of 59 show 95 %, with 95 % confidence.

    Raises ValueError unless at least one was seen. Source: the solution of share ** seen = 1 - confidence.
    """
    if seen < 1:
        raise ValueError("Nothing was seen.")
    return float((1 - confidence) ** (1 / seen))
