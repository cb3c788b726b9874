"""Sites of different sizes compared fairly: how far from the middle a site of its size may lie by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from libs.statistics.dispersion import (
    LEAST_UNITS,
    Overdispersion,
    Spread,
    of_ratios,
    of_shares,
    ratio_limits,
    share_limits,
)
from libs.statistics.quantiles import FAR, NEAR, binomial_interval, normal_quantile, poisson_interval

HIGH_FAR, HIGH_NEAR, NOT_SIGNIFICANT, LOW_NEAR, LOW_FAR = "high.001", "high.025", "ns", "low.025", "low.001"


class Kind(StrEnum):
    """What is compared: shares of cases, observed over expected events, or events over exposure."""

    PROPORTION = "proportion"
    RATIO = "ratio"
    RATE = "rate"


class LimitKind(StrEnum):
    """Exact quantiles, or the normal approximation."""

    EXACT = "exact"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Limits:
    """The 99.8 % limits outside the 95 % limits."""

    low_far: float
    low_near: float
    high_near: float
    high_far: float

    def place(self, value: float) -> str:
        """The class of a value: beyond which limit it lies; on a limit is within it."""
        if value > self.high_near:
            return HIGH_FAR if value > self.high_far else HIGH_NEAR
        if value < self.low_near:
            return LOW_FAR if value < self.low_far else LOW_NEAR
        return NOT_SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Unit:
    """A site in the funnel. `placed` is its class; `exactly` its class before the limits were widened."""

    count: float
    denominator: float
    expected: float
    value: float
    limits: Limits
    placed: str
    exactly: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """Units about a target. `tau2` is None where it was not asked for or there are too few units; `note` says why."""

    kind: Kind
    target: float
    units: tuple[Unit, ...]
    phi: float | None
    tau2: float | None
    note: str

    @property
    def is_adjusted(self) -> bool:
        """Whether limits and classes allow for the spread between units."""
        return bool(self.tau2)


def funnel(
    kind: Kind, counts: Sequence[float], denominators: Sequence[float],
    overdispersion: Overdispersion = Overdispersion.NONE, limits: LimitKind = LimitKind.EXACT,
) -> Funnel:  # fmt: skip
    """Units compared with all of them together; a ratio with 1, since it is of observed to expected already.

    A unit's class is by the exact interval of its own count; the limits are those drawn at its expected count, so near
    a limit the two may differ. Where the spread between units is allowed for, class and limits are the widened ones.
    Source: Spiegelhalter, Stat Med 24 (2005) 1185-1202; Public Health England, Technical Guide: funnel plots.
    """
    target = 1.0 if kind is Kind.RATIO else sum(counts) / sum(denominators)
    spread, note = _spread(kind, counts, denominators, target, overdispersion)
    tau2 = spread.tau2 if spread and len(counts) >= LEAST_UNITS else None
    units = tuple(
        _unit(kind, count, of, target, limits, overdispersion, tau2)
        for count, of in zip(counts, denominators, strict=True)
    )
    return Funnel(kind, target, units, spread.phi if spread else None, tau2, note)


def _spread(
    kind: Kind, counts: Sequence[float], of: Sequence[float], target: float, method: Overdispersion
) -> tuple[Spread | None, str]:
    if method is Overdispersion.NONE:
        return None, "Overdispersion was not asked for: limits allow for chance alone."
    if not target or (kind is Kind.PROPORTION and target == 1):
        return None, "Nothing happened anywhere, or everything did: there is no spread to allow for. Limits are exact."
    is_share = kind is Kind.PROPORTION
    found = of_shares(counts, of, target) if is_share else of_ratios(counts, [n * target for n in of], method)
    if len(counts) < LEAST_UNITS:
        return found, (
            f"{len(counts)} {'unit is' if len(counts) == 1 else 'units are'} too few to tell a spread between units"
            f" from chance ({LEAST_UNITS} are needed). Limits allow for chance alone."
        )
    if not found.tau2:
        return found, "The units differ no more than chance explains. Limits allow for chance alone."
    return found, "The units differ more than chance explains. Limits and classes allow for that spread."


def _unit(
    kind: Kind, count: float, of: float, target: float, how: LimitKind, method: Overdispersion, tau2: float | None
) -> Unit:  # fmt: skip
    exactly = own_class(kind, count, of, target, how)
    value, expected = count / of, of * target
    limits = widened(kind, of, target, tau2, method) if tau2 else drawn(kind, of, target, how)
    return Unit(count, of, expected, value, limits, limits.place(value) if tau2 else exactly, exactly)


def drawn(kind: Kind, of: float, target: float, how: LimitKind = LimitKind.EXACT) -> Limits:
    """The limits at a denominator, cut at 0 and, for proportions, at 1."""
    if how is LimitKind.NORMAL:
        sigma = sqrt(target * (1 - target) / of if kind is Kind.PROPORTION else target / of)
        near, far = normal_quantile(1 - NEAR) * sigma, normal_quantile(1 - FAR) * sigma
        lines = (target - far, target - near, target + near, target + far)
        top = 1.0 if kind is Kind.PROPORTION else float("inf")
        return Limits(*(min(top, max(0.0, line)) for line in lines))
    expected = of * target
    if kind is Kind.PROPORTION:
        (low_near, high_near), (low_far, high_far) = (binomial_interval(expected, of, tail) for tail in (NEAR, FAR))
        return Limits(low_far, low_near, high_near, high_far)
    (low_near, high_near), (low_far, high_far) = (poisson_interval(expected, tail) for tail in (NEAR, FAR))
    return Limits(low_far / of, low_near / of, high_near / of, high_far / of)


def widened(kind: Kind, of: float, target: float, tau2: float, method: Overdispersion) -> Limits:
    """The limits at a denominator with the variance between units counted in."""
    k_near, k_far = normal_quantile(1 - NEAR), normal_quantile(1 - FAR)
    if kind is Kind.PROPORTION:
        (low_near, high_near), (low_far, high_far) = (share_limits(of, target, tau2, k) for k in (k_near, k_far))
        return Limits(low_far, low_near, high_near, high_far)
    (low_near, high_near), (low_far, high_far) = (ratio_limits(of * target, tau2, k, method) for k in (k_near, k_far))
    return Limits(low_far * target, low_near * target, high_near * target, high_far * target)


def own_class(kind: Kind, count: float, of: float, target: float, how: LimitKind = LimitKind.EXACT) -> str:
    """The class of a unit by the interval of its own count: high where even the lower end lies above the target.

    The interval is exact (Garwood for counts, Clopper and Pearson for proportions). With normal limits a proportion is
    placed by its score interval instead, as the public health tools do; that is the same as its place in those limits.
    """
    if kind is Kind.PROPORTION and how is LimitKind.NORMAL:
        return _by_score(count, of, target)
    for tail, high, low in ((FAR, HIGH_FAR, LOW_FAR), (NEAR, HIGH_NEAR, LOW_NEAR)):
        if kind is Kind.PROPORTION:
            lower, upper, middle = *binomial_interval(count, of, tail), target
        else:
            lower, upper, middle = *poisson_interval(count, tail), of * target
        if lower > middle:
            return high
        if upper < middle:
            return low
    return NOT_SIGNIFICANT


def _by_score(count: float, of: float, target: float) -> str:
    sigma = sqrt(target * (1 - target) / of)
    near, far = normal_quantile(1 - NEAR) * sigma, normal_quantile(1 - FAR) * sigma
    return Limits(target - far, target - near, target + near, target + far).place(count / of)
