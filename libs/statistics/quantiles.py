"""Quantiles and exact intervals of counts, as the standard numerical library has them; loaded when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

NEAR, FAR = 0.025, 0.001
"""The tail probabilities of the inner (95 %) and the outer (99.8 %) limits of a funnel."""


class NotCalculable(ValueError):
    """The figures do not allow this to be calculated; the words say why."""


def make_ready() -> None:
    """Load the numerical library now, so that nobody waits for it at the first question."""
    from scipy import special  # type: ignore[import-untyped]  # noqa: F401


def normal_quantile(p: float) -> float:
    """The standard normal quantile: 1.959964 of 0.975, 3.090232 of 0.999."""
    from scipy import special

    return float(special.ndtri(p))


def poisson_interval(count: float, tail: float = NEAR) -> tuple[float, float]:
    """The exact interval of a Poisson mean of which `count` events were seen, with `tail` outside at each end.

    Source: Garwood, Biometrika 28 (1936) 437-442: chi-square quantiles with 2x and 2(x + 1) degrees of freedom, halved.
    """
    from scipy import special

    low = float(special.gammaincinv(count, tail)) if count > 0 else 0.0
    return low, float(special.gammainccinv(count + 1, tail))


def binomial_interval(count: float, of: float, tail: float = NEAR) -> tuple[float, float]:
    """The exact interval of a proportion of which `count` out of `of` were seen, with `tail` outside at each end.

    Source: Clopper and Pearson, Biometrika 26 (1934) 404-413, as quantiles of beta distributions.
    """
    from scipy import special

    low = float(special.betaincinv(count, of - count + 1, tail)) if count > 0 else 0.0
    high = float(special.betainccinv(count + 1, of - count, tail)) if count < of else 1.0
    return low, high


def poisson_quantiles(p: float, means: Sequence[float]) -> list[int]:
    """For each mean, the least count that at most so many are seen with probability `p` or more."""
    import numpy as np
    from scipy import special

    expected = np.asarray(means, dtype=float)
    some = expected > 0
    safe = np.where(some, expected, 1.0)
    # The inverse is not a whole number; the whole one beside it is found by asking, so that no rounding decides.
    count = np.maximum(0, np.ceil(special.pdtrik(p, safe)))
    count = np.where(special.pdtr(count, safe) < p, count + 1, count)
    count = np.where((count > 0) & (special.pdtr(np.maximum(0, count - 1), safe) >= p), count - 1, count)
    return [int(each) for each in np.where(some, count, 0)]


def fair_coin_quantile(tosses: int, percent: int = 5) -> int:
    """The least number of heads that at most so many are seen with at least `percent` % probability, counted exactly."""
    whole, so_far = 2**tosses, 0
    for heads in range(tosses + 1):
        so_far += comb(tosses, heads)
        if 100 * so_far >= percent * whole:
            return heads
    return tosses
