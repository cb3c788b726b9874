"""How many must be looked at, and all found in order, before a claim about the whole may be made."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, comb, floor, log

from libs.statistics.quantiles import NotCalculable

CONFIDENCE = Fraction(95, 100)


def failures_contrary(population: int, claim: Fraction) -> int:
    """The fewest failures among so many that make the claim untrue: floor((1 - claim) * N) + 1."""
    return floor((1 - claim) * population) + 1


def sample_size(claim: Fraction, population: int | None = None, confidence: Fraction = CONFIDENCE) -> int:
    """The smallest sample that, found wholly in order, shows at least this share in order with this confidence.

    Of an unbounded population: claim ** n <= 1 - confidence. Of `population` cases drawn without replacement: the
    hypergeometric probability of no failure among n, were the claim just untrue. Exact fractions, so that 0.9 of 10 is 9.
    Raises NotCalculable for a claim or confidence outside 0 to 1, a population below 1, or an unbounded one wholly in
    order, which no sample shows.
    """
    if not 0 < claim <= 1 or not 0 < confidence < 1:
        raise NotCalculable("a claim lies above 0 and at most at 1, a confidence between 0 and 1")
    doubt = 1 - confidence
    if population is None:
        if claim == 1:
            raise NotCalculable(
                "no sample shows that all are in order; look at all of them and give how many there are"
            )
        n = max(1, ceil(log(doubt) / log(claim)) - 1)
        return next(size for size in (n, n + 1, n + 2) if claim**size <= doubt)
    if population < 1:
        raise NotCalculable("there must be at least one to draw from")
    failures = min(population, failures_contrary(population, claim))
    whole = comb(population, failures)
    low, high = 1, population
    while low < high:
        middle = (low + high) // 2
        if comb(population - middle, failures) <= doubt * whole:
            high = middle
        else:
            low = middle + 1
    return low
