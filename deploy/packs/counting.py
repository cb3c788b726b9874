"""Counts for readers who are given no small numbers: what would let one be worked out is not said either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from libs.disclosure import Counts, TableTooLarge, protect

NOT_SAID = "not said"
"""Stands for a count of 1 to 4, and for a larger one without which a reader could work a small one out."""
ALL = "All"
Key = tuple[str, ...]


def counted(found: Mapping[Key, int]) -> list[tuple[Key, str]]:
    """Counts by their keys, in order, with totals for each first part of the keys and over all. What is nought is left out.

    A table that is too large to be protected as a whole is counted by the first part alone.
    """
    if not found:
        return []
    try:
        return list(_protected(found))
    except TableTooLarge:
        width = len(next(iter(found)))
        narrow: dict[Key, int] = {}
        for key, number in found.items():
            first = (key[0], *(ALL,) * (width - 1))
            narrow[first] = narrow.get(first, 0) + number
        return [each for each in _protected(narrow) if each[0][0] == ALL or each[0] in narrow]


def _protected(found: Mapping[Key, int]) -> Iterable[tuple[Key, str]]:
    rows, columns = sorted({key[0] for key in found}), sorted({key[1:] for key in found})
    cells = tuple(tuple(found.get((row, *column), 0) for column in columns) for row in rows)
    shown = protect(Counts(tuple(rows), tuple("/".join(column) for column in columns), cells)).cells
    many, rest = columns[0] != () and len(columns) > 1, (ALL,) * len(columns[0])
    for row, numbers in zip([*rows, ALL], shown, strict=True):
        if row != ALL or not many:
            yield from (((row, *c), told(n)) for c, n in zip(columns, numbers[:-1], strict=True) if n != 0)
        if many:
            yield (row, *rest), told(numbers[-1])


def parts(numbers: Sequence[int]) -> tuple[list[str], str]:
    """Counts that add up to a total, and the total."""
    if not numbers:
        return [], told(0)
    shown = protect(Counts(("",), tuple(str(n) for n in range(len(numbers))), (tuple(numbers),))).cells[0]
    return [told(n) for n in shown[:-1]], told(shown[-1])


def told(number: int | None) -> str:
    """A count as it is published."""
    return NOT_SAID if number is None else str(number)
