"""Rare events, where counting by the month says nothing: the time, or the number of cases, from one to the next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import sqrt
from statistics import fmean, median

from libs.statistics.control import D2, NEAR_SIGMAS, SIGMAS, Baseline, Chart, Kind, Point, baseline, runs_of
from libs.statistics.quantiles import NotCalculable
from libs.statistics.xmr import mean_moving_range

POWER = 3.6
"""Times between rare events follow an exponential law; their 3.6th root very nearly a normal one (Nelson)."""


def times_between(
    times: Sequence[float], *, screened: bool = False, freeze: int | None = None, exclude: Collection[int] = ()
) -> Chart:
    """A T chart: an individuals chart of time ** (1 / 3.6), shown in time; the lower limit is cut at 0.

    Raises NotCalculable for a time that is not above 0. Source: Nelson, J Qual Technol 26 (1994) 239-242.
    """
    if any(time <= 0 for time in times):
        raise NotCalculable("each time between two events must be above 0; give them in hours where two are on one day")
    kept = baseline(len(times), freeze, exclude)
    roots = [times[i] ** (1 / POWER) for i in kept.base]
    mean, sigma = fmean(roots), mean_moving_range(roots, screened=screened)[0] / D2

    def shown(root: float) -> float:
        return float(max(0.0, root) ** POWER)

    lines = [shown(mean + sigmas * sigma) for sigmas in (0, -SIGMAS, SIGMAS, -NEAR_SIGMAS, NEAR_SIGMAS)]
    return _between(Kind.TIME_BETWEEN, times, shown(mean), lines, kept)


def counts_between(counts: Sequence[float], *, freeze: int | None = None, exclude: Collection[int] = ()) -> Chart:
    """A G chart of how many cases went well between two events; the lower limit is cut at 0.

    Limits stand about the mean; the centre line is the median, since most runs between rare events are shorter than
    the mean. Source: Benneyan, Health Care Manag Sci 4 (2001) 305-318; Provost and Murray, The Health Care Data Guide.
    """
    kept = baseline(len(counts), freeze, exclude)
    inside = [counts[i] for i in kept.base]
    mean = fmean(inside)
    sigma = sqrt(mean * (mean + 1))
    limits = [max(0.0, mean + sigmas * sigma) for sigmas in (-SIGMAS, SIGMAS, -NEAR_SIGMAS, NEAR_SIGMAS)]
    return _between(Kind.COUNT_BETWEEN, counts, mean, [median(inside), *limits], kept)


def _between(kind: Kind, values: Sequence[float], mean: float, lines: Sequence[float], kept: Baseline) -> Chart:
    centre, lower, upper, near_lower, near_upper = lines
    points = tuple(
        Point(value, centre, lower, upper, near_lower, near_upper, included)
        for value, included in zip(values, kept.included, strict=True)
    )
    return Chart(kind, points, mean, len(kept.base), runs_of(points))
