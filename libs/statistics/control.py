"""Charts of counts, shares and rates over time, each point with its own limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isclose, sqrt
from statistics import fmean

from libs.statistics.quantiles import NotCalculable, poisson_quantiles
from libs.statistics.runs import Runs, runs_about
from libs.statistics.xmr import TRIAL, mean_moving_range

SIGMAS = 3
NEAR_SIGMAS = 2
TAILS = (0.00135, 0.99865, 0.02275, 0.97725)
"""What lies below -3, 3, -2 and 2 sigma of a normal law: lower, upper, near lower and near upper limit."""
D2 = 1.128
"""A mean moving range is so many standard deviations (published as 1.128, four figures)."""


class Kind(StrEnum):
    """Which law the points follow when nothing but chance is at work."""

    SHARE = "p"
    SHARE_ADJUSTED = "pp"
    RATE = "u"
    RATE_ADJUSTED = "up"
    COUNT = "c"
    TIME_BETWEEN = "t"
    COUNT_BETWEEN = "g"


@dataclass(frozen=True, slots=True)
class Point:
    """One point with its lines. `included` is False where it was left out of the baseline and of the runs."""

    value: float
    centre: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float
    included: bool

    @property
    def beyond(self) -> int:
        """1 above the upper limit, -1 below the lower, 0 within or on one."""
        return (self.value > self.upper) - (self.value < self.lower)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of points in order of time. `mean` is what the limits rest on; `sigma_z` widens them, where not None."""

    kind: Kind
    points: tuple[Point, ...]
    mean: float
    baseline: int
    runs: Runs
    sigma_z: float | None = None

    @property
    def is_trial(self) -> bool:
        """Whether there are too few points for the limits to be relied on."""
        return self.baseline < TRIAL


@dataclass(frozen=True, slots=True)
class Baseline:
    """Which points mean and limits are made from, by place from 0."""

    base: tuple[int, ...]
    included: tuple[bool, ...]


def baseline(points: int, freeze: int | None, exclude: Collection[int]) -> Baseline:
    """The first `freeze` points (all, where None) without those in `exclude`, which count from 1.

    Raises NotCalculable where a place is not on the chart, or fewer than two points are left.
    """
    wrong = sorted(place for place in exclude if not 1 <= place <= points)
    if wrong:
        raise NotCalculable(f"point {wrong[0]} cannot be excluded: the points are numbered 1 to {points}")
    if freeze is not None and not 1 < freeze <= points:
        raise NotCalculable(f"the baseline must be between 2 and {points} points, not {freeze}")
    included = tuple(place not in exclude for place in range(1, points + 1))
    base = tuple(i for i in range(freeze or points) if included[i])
    least = 2
    if len(base) < least:
        raise NotCalculable(f"at least two points are needed for the limits, and there {_are(len(base))}")
    return Baseline(base, included)


def _are(n: int) -> str:
    return "is one" if n == 1 else "are none"


def shares(
    counts: Sequence[float], of: Sequence[float], *, adjusted: bool = False, screened: bool = False,
    freeze: int | None = None, exclude: Collection[int] = (),
) -> Chart:  # fmt: skip
    """A p chart, or p' where `adjusted` (Laney, Quality Engineering 14 (2002) 531-537); limits cut at 0 and 1."""
    kept = baseline(len(counts), freeze, exclude)
    mean = _pooled(counts, of, kept)
    sigmas = [sqrt(mean * (1 - mean) / n) for n in of]
    kind = Kind.SHARE_ADJUSTED if adjusted else Kind.SHARE
    return _per_opportunity(kind, counts, of, mean, sigmas, kept, screened=screened, top=1.0)


def rates(
    counts: Sequence[float], exposure: Sequence[float], *, adjusted: bool = False, screened: bool = False,
    freeze: int | None = None, exclude: Collection[int] = (),
) -> Chart:  # fmt: skip
    """A u chart, or u' where `adjusted` (Laney); limits cut at 0."""
    kept = baseline(len(counts), freeze, exclude)
    mean = _pooled(counts, exposure, kept)
    sigmas = [sqrt(mean / n) for n in exposure]
    kind = Kind.RATE_ADJUSTED if adjusted else Kind.RATE
    return _per_opportunity(kind, counts, exposure, mean, sigmas, kept, screened=screened, top=None)


def few_rates(
    counts: Sequence[float], exposure: Sequence[float], *, freeze: int | None = None, exclude: Collection[int] = ()
) -> Chart:
    """A u chart where few events are expected: exact Poisson limits with the tails that 3 (and near, 2) sigma have.

    Three sigma of a normal law would lie too near for counts below about five, and give false alarms.
    """
    kept = baseline(len(counts), freeze, exclude)
    mean = _pooled(counts, exposure, kept)
    expected = [mean * of for of in exposure]
    four = zip(*(poisson_quantiles(p, expected) for p in TAILS), strict=True)
    points = []
    for count, of, included, lines in zip(counts, exposure, kept.included, four, strict=True):
        lower, upper, near_lower, near_upper = (line / of for line in lines)
        # Where next to nothing is expected, none at all is the limit; it is drawn at the mean, and one is beyond both.
        upper, near_upper = max(upper, mean), max(near_upper, mean)
        points.append(Point(count / of, mean, lower, upper, near_lower, near_upper, included))
    return Chart(Kind.RATE, tuple(points), mean, len(kept.base), runs_of(points))


def _pooled(counts: Sequence[float], of: Sequence[float], kept: Baseline) -> float:
    return sum(counts[i] for i in kept.base) / sum(of[i] for i in kept.base)


def _per_opportunity(
    kind: Kind, counts: Sequence[float], of: Sequence[float], mean: float, sigmas: Sequence[float], kept: Baseline,
    *, screened: bool, top: float | None,
) -> Chart:  # fmt: skip
    values = [count / n for count, n in zip(counts, of, strict=True)]
    sigma_z: float | None = None
    if kind in (Kind.SHARE_ADJUSTED, Kind.RATE_ADJUSTED):
        sigma_z = sigma_of_z(values, mean, sigmas, kept, screened=screened)
        sigmas = [sigma * sigma_z for sigma in sigmas]
    return chart(kind, values, mean, sigmas, kept, sigma_z=sigma_z, top=top)


def sigma_of_z(
    values: Sequence[float], mean: float, sigmas: Sequence[float], kept: Baseline, *, screened: bool
) -> float:
    """How much more the points vary from one to the next than chance alone has it: 1 where it is chance alone."""
    if any(isclose(sigmas[i], 0) for i in kept.base):
        raise NotCalculable("nothing happened, or everything did: there is no variation to adjust the limits by")
    z = [(values[i] - mean) / sigmas[i] for i in kept.base]
    return mean_moving_range(z, screened=screened)[0] / D2


def counts_alone(counts: Sequence[float], *, freeze: int | None = None, exclude: Collection[int] = ()) -> Chart:
    """A c chart: counts where each point had the same chance of them; limits cut at 0."""
    kept = baseline(len(counts), freeze, exclude)
    mean = fmean(counts[i] for i in kept.base)
    return chart(Kind.COUNT, counts, mean, [sqrt(mean)] * len(counts), kept)


def chart(
    kind: Kind, values: Sequence[float], mean: float, sigmas: Sequence[float], kept: Baseline, *,
    sigma_z: float | None = None, top: float | None = None,
) -> Chart:  # fmt: skip
    """Points with limits of three sigmas about the mean, cut at 0 and, where given, at `top`."""

    def cut(limit: float) -> float:
        return max(0.0, limit if top is None else min(top, limit))

    points = tuple(
        Point(
            value, mean, cut(mean - SIGMAS * s), cut(mean + SIGMAS * s), cut(mean - NEAR_SIGMAS * s),
            cut(mean + NEAR_SIGMAS * s), included,
        )
        for value, s, included in zip(values, sigmas, kept.included, strict=True)
    )  # fmt: skip
    return Chart(kind, points, mean, len(kept.base), runs_of(points), sigma_z)


def runs_of(points: Sequence[Point]) -> Runs:
    """The runs of the points that were not left out, about their centre lines."""
    inside = [point for point in points if point.included]
    return runs_about([point.value for point in inside], [point.centre for point in inside])
