"""How far two people who judged the same cases agree, beyond what chance would have them agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from libs.statistics.proportions import Z95
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
    """Kappa, its standard error for a value other than nought, and the interval. In closed form: it is asked for on a page."""
    n = sum(map(sum, table))
    p = [[count / n for count in row] for row in table]
    first, second = [sum(row) for row in p], [sum(column) for column in zip(*p, strict=True)]
    places = range(len(p))
    observed = sum(p[i][i] for i in places)
    expected = sum(a * b for a, b in zip(first, second, strict=True))
    apart = 1 - expected
    same = sum(p[i][i] * (apart - (first[i] + second[i]) * (1 - observed)) ** 2 for i in places)
    other = sum(p[i][j] * (second[i] + first[j]) ** 2 for i in places for j in places if i != j)
    spread = same + (1 - observed) ** 2 * other - (observed * expected - 2 * expected + observed) ** 2
    found = (observed - expected) / apart
    error = sqrt(max(0.0, spread) / n) / apart**2
    return found, error, found - Z95 * error, found + Z95 * error
