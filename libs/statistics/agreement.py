"""How far two people who judged the same cases agree, beyond what chance would have them agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from libs.statistics.quantiles import NotCalculable


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cohen's kappa with its standard error and 95 % interval; None where both used one and the same word throughout.

    `table[i][j]`: how often the first said `categories[i]` and the second `categories[j]`.
    """

    cases: int
    categories: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    observed: float
    expected: float
    kappa: float | None
    standard_error: float | None
    low: float | None
    high: float | None


def kappa(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """Cohen's kappa of two columns of judgements (Educ Psychol Meas 20 (1960) 37-46), unweighted.

    The standard error is that of Fleiss, Cohen and Everitt (1969). Raises NotCalculable where there is no case, or one
    column is longer.
    """
    if len(first) != len(second) or not first:
        raise NotCalculable("two judgements of each case are needed, and at least one case")
    categories = tuple(sorted({*first, *second}))
    place = {category: i for i, category in enumerate(categories)}
    table = [[0] * len(categories) for _ in categories]
    for a, b in zip(first, second, strict=True):
        table[place[a]][place[b]] += 1
    n = len(first)
    observed = sum(table[i][i] for i in range(len(categories))) / n
    expected = sum(sum(table[i]) * sum(row[i] for row in table) for i in range(len(categories))) / n**2
    found = _kappa(table) if len(categories) > 1 else (None, None, None, None)
    return Agreement(n, categories, tuple(map(tuple, table)), observed, expected, *found)


def _kappa(table: list[list[int]]) -> tuple[float, float, float, float]:
    from statsmodels.stats.inter_rater import cohens_kappa  # type: ignore[import-untyped]

    found = cohens_kappa(table)
    return float(found.kappa), float(found.std_kappa), float(found.kappa_low), float(found.kappa_upp)
