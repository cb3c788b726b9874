"""Which points of a chart are more than chance, by the four rules that health services in England publish.

Source of the rules and their order: NHS England, Making Data Count, as its public R implementation (NHSRplotthedots)
has them: a point outside the limits; seven points rising or falling; two of three near a limit, all three on one side;
seven points on one side of the mean. Every point of a run is marked, and a point carries the first that holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

RUN = 7
"""Points in a row that make a trend or a shift."""


class Signal(StrEnum):
    """Why a point is more than chance."""

    ABOVE = "above_upper_limit"
    BELOW = "below_lower_limit"
    RISING = "trend_rising"
    FALLING = "trend_falling"
    NEAR_UPPER = "two_of_three_near_upper_limit"
    NEAR_LOWER = "two_of_three_near_lower_limit"
    SHIFT_UP = "shift_above_mean"
    SHIFT_DOWN = "shift_below_mean"

    @property
    def is_high(self) -> bool:
        """Whether it speaks of higher figures."""
        return self in (Signal.ABOVE, Signal.RISING, Signal.NEAR_UPPER, Signal.SHIFT_UP)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a chart at one point."""

    mean: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float


def signals(values: Sequence[float], lines: Sequence[Lines]) -> list[Signal | None]:
    """The signal of each point, None where chance explains it. A point on a line is not beyond it."""
    beyond = [_beyond(value, at) for value, at in zip(values, lines, strict=True)]
    sides = [_sign(value - at.mean) for value, at in zip(values, lines, strict=True)]
    trend = trends(values)
    near = _near_points(values, lines, beyond, sides)
    shift = _part_of_run(
        [all(side == sides[i] != 0 for side in sides[i : i + RUN]) for i in range(len(sides) - RUN + 1)]
    )
    found: list[Signal | None] = []
    for i, side in enumerate(sides):
        if beyond[i]:
            found.append(Signal.ABOVE if beyond[i] > 0 else Signal.BELOW)
        elif trend[i]:
            found.append(Signal.RISING if trend[i] > 0 else Signal.FALLING)
        elif near[i]:
            found.append(Signal.NEAR_UPPER if side > 0 else Signal.NEAR_LOWER)
        elif i < len(shift) and shift[i]:
            found.append(Signal.SHIFT_UP if side > 0 else Signal.SHIFT_DOWN)
        else:
            found.append(None)
    return found


def trends(values: Sequence[float]) -> list[int]:
    """1 for a point of seven or more that rise one after the other, -1 for one of seven that fall, else 0.

    A turning point that ends one trend and begins another belongs to the one that follows.
    """
    steps = [_sign(b - a) for a, b in pairwise(values)]
    starts = [all(step == steps[i] != 0 for step in steps[i : i + RUN - 1]) for i in range(len(steps) - RUN + 2)]
    part = _part_of_run(starts, len(values))
    found = [0] * len(values)
    for i in range(len(values)):
        if part[i]:
            found[i] = steps[i] if i + 1 < len(values) and part[i + 1] else steps[i - 1]
    return found


def _part_of_run(starts: Sequence[bool], length: int | None = None) -> list[bool]:
    """Which points lie in a run of seven, given where such runs start."""
    part = [False] * (length if length is not None else len(starts) + RUN - 1)
    for start, is_run in enumerate(starts):
        if is_run:
            part[start : start + RUN] = [True] * RUN
    return part


def _near_points(
    values: Sequence[float], lines: Sequence[Lines], beyond: Sequence[int], sides: Sequence[int]
) -> list[bool]:
    near = [
        not out and (value < at.near_lower or value > at.near_upper)
        for value, at, out in zip(values, lines, beyond, strict=True)
    ]
    part = [False] * len(values)
    for i in range(len(values) - 2):
        three = range(i, i + 3)
        if sum(near[j] for j in three) > 1 and abs(sum(sides[j] for j in three)) == len(three):
            for j in three:
                part[j] = part[j] or near[j]
    return part


def _beyond(value: float, at: Lines) -> int:
    return (value > at.upper) - (value < at.lower)


def _sign(difference: float) -> int:
    return (difference > 0) - (difference < 0)
