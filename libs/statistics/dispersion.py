"""Whether sites differ more than chance and their sizes explain, and by how much: phi and tau squared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import asin, exp, floor, log, sin, sqrt

LEAST_UNITS = 10
"""With fewer units than this the spread between them cannot be told from chance, so limits stay as they are."""
TRIM = 0.1


class Overdispersion(StrEnum):
    """Which published method, where any: NHS England's SHMI (log scale, cut) or the CQC's (square root, winsorised)."""

    NONE = "none"
    SHMI = "shmi"
    CQC = "cqc"


@dataclass(frozen=True, slots=True)
class Spread:
    """`phi`: the mean squared z-score, 1 where chance explains it. `tau2`: the variance between units on the scale used."""

    phi: float
    tau2: float


def of_ratios(observed: Sequence[float], expected: Sequence[float], method: Overdispersion) -> Spread:
    """The spread of observed over expected events.

    SHMI: Y = ln(O/E), s = 1/sqrt(E), a tenth cut at each end by rank; a unit with no event counts ln(0.5/(E + 0.5)).
    CQC: Y = sqrt(O/E) about 1, s = 1/(2 sqrt(E)), a tenth winsorised at each end.
    Source: Spiegelhalter, Qual Saf Health Care 14 (2005) 347-351; Spiegelhalter and others, J R Stat Soc A 175 (2012) 1-47.
    """
    if method is Overdispersion.SHMI:
        s = [1 / sqrt(e) for e in expected]
        z = [_log_ratio(o, e) * sqrt(e) for o, e in zip(observed, expected, strict=True)]
        return _spread(*_truncated(z, s))
    s = [1 / (2 * sqrt(e)) for e in expected]
    z = [(sqrt(o / e) - 1) / each for o, e, each in zip(observed, expected, s, strict=True)]
    return _spread(_winsorised(z), s)


def of_shares(counts: Sequence[float], of: Sequence[float], target: float) -> Spread:
    """The spread of proportions: Y = arcsin(sqrt(p)), s = 1/(2 sqrt(n)), a tenth winsorised at each end."""
    s = [1 / (2 * sqrt(n)) for n in of]
    middle = asin(sqrt(target))
    z = [(asin(sqrt(c / n)) - middle) / each for c, n, each in zip(counts, of, s, strict=True)]
    return _spread(_winsorised(z), s)


def ratio_limits(expected: float, tau2: float, k: float, method: Overdispersion) -> tuple[float, float]:
    """Limits of observed over expected, k standard deviations from 1 with the variance between units counted in."""
    if method is Overdispersion.SHMI:
        wide = k * sqrt(1 / expected + tau2)
        return exp(-wide), exp(wide)
    wide = k * sqrt(1 / (4 * expected) + tau2)
    return max(0.0, 1 - wide), 1 + wide


def share_limits(of: float, target: float, tau2: float, k: float) -> tuple[float, float]:
    """Limits of a proportion on the arcsine scale, cut where the scale ends: at 0 and 1."""
    middle, wide = asin(sqrt(target)), k * sqrt(1 / (4 * of) + tau2)
    quarter = asin(1.0)
    return sin(max(0.0, middle - wide)) ** 2, sin(min(quarter, middle + wide)) ** 2


def _log_ratio(observed: float, expected: float) -> float:
    return log(observed / expected) if observed else log(0.5 / (expected + 0.5))


def _truncated(z: Sequence[float], s: Sequence[float]) -> tuple[list[float], list[float]]:
    """Without the lowest and the highest tenth by rank; ties share a rank."""
    parts, n = round(1 / TRIM), len(z)
    ranks = [(sum(other < each for other in z) + sum(other <= each for other in z) + 1) / 2 for each in z]
    kept = [i for i, rank in enumerate(ranks) if 0 < floor(rank * parts / (n + 1)) < parts - 1]
    return [z[i] for i in kept], [s[i] for i in kept]


def _winsorised(z: Sequence[float]) -> list[float]:
    ordered = sorted(z)
    low, high = _quantile(ordered, TRIM), _quantile(ordered, 1 - TRIM)
    return [min(max(each, low), high) for each in z]


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between the values, as most statistical software has it (type 7 of Hyndman and Fan)."""
    place = (len(ordered) - 1) * share
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _spread(z: Sequence[float], s: Sequence[float]) -> Spread:
    n = len(z)
    if not n:
        return Spread(0.0, 0.0)
    phi = sum(each**2 for each in z) / n
    weights = [1 / each**2 for each in s]
    room = sum(weights) - sum(w**2 for w in weights) / sum(weights)
    return Spread(phi, max(0.0, (n * phi - (n - 1)) / room) if room > 0 else 0.0)
