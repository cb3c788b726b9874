"""Whether a change worked, once chance, regression to the mean and what happened everywhere else are allowed for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb, exp, inf, lgamma, log, sqrt

Z95 = 1.959963984540054
"""Standard normal quantile of 0.975."""
FEWEST_SITES = 10
"""Sites from which it can be told how much they differ beyond chance; with fewer, that is not estimated."""
FEWEST_EVENTS = 5
"""Events among untouched sites, before and after, from which their own movement can be told."""


@dataclass(frozen=True, slots=True)
class Share:
    """`events` among `of` cases. Raises ValueError unless 0 <= events <= of."""

    events: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.events <= self.of:
            raise ValueError("A share is some of a number of cases.")

    def __add__(self, other: Share) -> Share:
        return Share(self.events + other.events, self.of + other.of)


@dataclass(frozen=True, slots=True)
class Spread:
    """How the true shares of sites are spread: their `mean`, and `weight`, the cases that the mean is worth.

    A site's true share is Beta(mean * weight, (1 - mean) * weight); an infinite weight means that sites do not
    differ beyond chance.
    """

    mean: float
    weight: float


@dataclass(frozen=True, slots=True)
class Expected:
    """What a site was to be expected to show afterwards had nothing changed, against what it showed.

    `p` is exact, central and two-sided; `lower` says to which side it lies; `attainable` is the p-value that no event
    at all would have given; `share` the expected share.
    """

    p: float
    lower: bool
    attainable: float
    share: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How many times the site's events fell or rose against those of untouched sites, with its 95 % interval."""

    ratio: float
    low: float
    high: float


def spread_of(sites: Sequence[Share]) -> Spread | None:
    """How much sites differ beyond chance, from all of them; None with fewer than ten, or where nothing varies.

    Moment estimate with weights n of the beta-binomial: Kleinman, J Am Stat Assoc 68 (1973) 46-54.
    """
    known = [site for site in sites if site.of]
    cases = sum(site.of for site in known)
    mean = sum(site.events for site in known) / cases if cases else 0.0
    if len(known) < FEWEST_SITES or not 0 < mean < 1:
        return None
    between = sum(site.of * (site.events / site.of - mean) ** 2 for site in known) / (mean * (1 - mean))
    degrees = len(known) - 1
    room = cases - sum(site.of**2 for site in known) / cases - degrees
    correlation = (between - degrees) / room if room > 0 else 0.0
    return Spread(mean, inf if correlation <= 0 else max(1 / min(correlation, 1.0) - 1, 1e-6))


def expected_after(before: Share, after: Share, spread: Spread) -> Expected:
    """What follows had nothing changed: a site far from the others is expected to come back towards them.

    The events after are then beta-binomial given those before: the proportion form of the correction for regression to
    the mean of Jones and Spiegelhalter (2009). Raises ValueError where there are no cases after.
    """
    if not after.of:
        raise ValueError("Nothing was measured afterwards.")
    weight = spread.weight + before.of
    share = spread.mean if weight == inf else (spread.mean * spread.weight + before.events) / weight
    chances = list(_chances(after.of, share, weight))
    lower, upper = sum(chances[: after.events + 1]), sum(chances[after.events :])
    return Expected(min(1.0, 2 * min(lower, upper)), lower < upper, min(1.0, 2 * chances[0]), share)


def _chances(n: int, share: float, weight: float) -> Iterable[float]:
    """The probability of 0, 1, … n events: binomial, or beta-binomial where the share itself is uncertain."""
    if weight == inf:
        return [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    a, b = share * weight, (1 - share) * weight
    return [exp(log(comb(n, k)) + _beta(k + a, n - k + b) - _beta(a, b)) for k in range(n + 1)]


def _beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def difference(site: tuple[Share, Share], untouched: tuple[Share, Share]) -> Difference | None:
    """The difference in differences of log rates, before and after; None where untouched sites say too little.

    var = 1/o1 + 1/o2 + 1/c1 + 1/c2, as of counts; half an event is added to each where the site had none.
    """
    if min(each.events for each in untouched) < FEWEST_EVENTS or not all(each.of for each in site):
        return None
    more = 0.0 if all(each.events for each in site) else 0.5
    (o1, n1), (o2, n2), (c1, m1), (c2, m2) = ((each.events + more, each.of) for each in (*site, *untouched))
    middle = log(o2 / n2) - log(o1 / n1) - (log(c2 / m2) - log(c1 / m1))
    around = Z95 * sqrt(1 / o1 + 1 / o2 + 1 / c1 + 1 / c2)
    return Difference(exp(middle), exp(middle - around), exp(middle + around))
