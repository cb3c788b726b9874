"""Rates before and after: events over exposure compared exactly, without pretending that few events say much."""

from __future__ import annotations

from dataclasses import dataclass

from libs.statistics.quantiles import NotCalculable, binomial_interval

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class RateRatio:
    """The rate after over the rate before, with its exact interval.

    None stands for what has no value: a ratio to a rate of 0, an interval without an upper end. The p-values are
    two-sided: `p_central` (twice the smaller tail, agrees with the interval), `p_minlike` (all outcomes no likelier
    than this one), `mid_p` (twice the smaller tail with this outcome counted by half).
    """

    rate_before: float
    rate_after: float
    ratio: float | None
    low: float
    high: float | None
    p_central: float
    p_minlike: float
    mid_p: float


def compare_rates(
    events_before: int, exposure_before: float, events_after: int, exposure_after: float, level: float = LEVEL
) -> RateRatio:
    """Two Poisson rates: given how many events there were in all, those after are binomial.

    Agrees with R's poisson.test (interval, `p_minlike`) and with rateratio.test and exactci (`p_central`, `mid_p`).
    Source: Przyborowski and Wilenski, Biometrika 31 (1940) 313-323; Fay, Biostatistics 11 (2010) 373-374.
    Raises NotCalculable for events below 0, an exposure not above 0, or a level not between 0 and 1.
    """
    if events_before < 0 or events_after < 0:
        raise NotCalculable("events cannot be fewer than none")
    if not (exposure_before > 0 and exposure_after > 0):
        raise NotCalculable("exposure must be above 0")
    if not 0 < level < 1:
        raise NotCalculable("the level must lie between 0 and 1")
    both, share = events_before + events_after, exposure_after / (exposure_before + exposure_after)
    rate_before, rate_after = events_before / exposure_before, events_after / exposure_after
    low, high = binomial_interval(events_after, both, (1 - level) / 2) if both else (0.0, 1.0)
    return RateRatio(
        rate_before,
        rate_after,
        rate_after / rate_before if events_before else None,
        _odds(low) * exposure_before / exposure_after,
        _odds(high) * exposure_before / exposure_after if high < 1 else None,
        *_p_values(events_after, both, share),
    )


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")


def _p_values(events: int, both: int, share: float) -> tuple[float, float, float]:
    if not both:
        return 1.0, 1.0, 1.0
    from scipy import stats  # type: ignore[import-untyped]

    law = stats.binom(both, share)
    least = min(float(law.cdf(events)), float(law.sf(events - 1)))
    here = float(law.pmf(events))
    minlike = float(stats.binomtest(events, both, share).pvalue)
    return min(1.0, 2 * least), minlike, min(1.0, 2 * least - here)
