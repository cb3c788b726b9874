"""A sample that nobody chooses: drawn by a seed made of what is sampled, so that anyone can draw it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from fractions import Fraction

from libs.statistics.sampling import failures_contrary, sample_size

LEAST_CLAIM, MOST_CLAIM = 1, 99
"""Percent between which a claim about the whole is looked for."""


def seed_of(tool: str, site: str, period: str, population: Sequence[str]) -> str:
    """The seed of a round: it follows from what is sampled, and can neither be chosen nor tried again."""
    listed = "\n".join(population)
    return hashlib.sha256(f"{tool}\n{site}\n{period}\n{listed}".encode()).hexdigest()


def drawn(population: Iterable[str], seed: str, size: int) -> list[str]:
    """The sample: each is given the SHA-256 of the seed and itself, and those with the smallest are taken."""
    return sorted(population, key=lambda each: hashlib.sha256(f"{seed}/{each}".encode()).hexdigest())[:size]


def claim_words(kept: int, of: int, population: int) -> str:
    """What so many of a sample show about the whole, or how many would be needed to say more."""
    if not of:
        return ""
    needed = sample_size(Fraction(95, 100), population)
    more = f"{needed} of {needed} are needed to claim 95 %."
    if kept < of:
        return f"{of - kept} of {of} are not as they should be; {more}"
    if of >= population:
        return "All there are were looked at, and all are as they should be."
    shown = max((p for p in range(LEAST_CLAIM, MOST_CLAIM + 1) if _shows(of, population, p)), default=0)
    start = f"{kept} of {of} without exception"
    return f"{start} show with 95 % confidence that at least {shown} % of all {population} are; {more}"


def _shows(of: int, population: int, percent: int) -> bool:
    claim = Fraction(percent, 100)
    return failures_contrary(population, claim) <= population and sample_size(claim, population) <= of
