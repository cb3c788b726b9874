"""Small numbers stay hidden from someone who has everything that was published, and time to reckon."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.disclosure import (
    BASE,
    Counts,
    Published,
    Release,
    TableTooLarge,
    differencing,
    exposed,
    protect,
    rounded,
    span,
)


def table(*cells: tuple[int, ...]) -> Counts:
    return Counts(tuple(f"r{n}" for n in range(len(cells))), tuple(f"c{n}" for n in range(len(cells[0]))), cells)


def possible(shown: Published, most: int = 12) -> list[tuple[tuple[int, ...], ...]]:
    """Every table of whole numbers that fits what was published: found by trying all, with no cleverness."""
    rows, columns = len(shown.rows) - 1, len(shown.columns) - 1
    ranges = []
    for r, c in product(range(rows), range(columns)):
        low, high = span(shown.cells[r][c])
        ranges.append(range(low, int(min(high, most)) + 1))

    def fits(sums: list[int], published: list[int | None]) -> bool:
        return all(span(p)[0] <= s <= span(p)[1] for s, p in zip(sums, published, strict=True))

    found = []
    for flat in product(*ranges):
        cells = tuple(flat[r * columns : (r + 1) * columns] for r in range(rows))
        across = [sum(row) for row in cells]
        down = [sum(row[c] for row in cells) for c in range(columns)]
        if fits([*across, sum(flat)], [row[-1] for row in shown.cells]) and fits(down, list(shown.cells[-1][:-1])):
            found.append(cells)
    return found


def test_one_to_four_are_hidden_and_the_rest_are_rounded_to_five() -> None:
    assert [rounded(n) for n in range(9)] == [0, None, None, None, None, 5, 5, 5, 10]
    assert all(span(rounded(n))[0] <= n <= span(rounded(n))[1] for n in range(200))


def test_a_lone_small_count_takes_another_with_it() -> None:
    shown = protect(table((3, 20, 40), (10, 30, 50)))
    assert shown.cells[0][0] is None
    assert sum(cell is None for cell in shown.cells[0]) >= 2
    assert sum(row[0] is None for row in shown.cells) >= 2


def test_a_table_without_small_counts_is_only_rounded() -> None:
    shown = protect(table((12, 0), (23, 41)))
    assert shown.cells == ((10, 0, 10), (25, 40, 65), (35, 40, 75))


def test_rounding_alone_can_give_a_count_away_and_is_seen() -> None:
    shown: list[list[int | None]] = [[None, 5, 5, 5, 15], [50, 50, 50, 50, 200], [50, 55, 55, 55, 215]]
    assert exposed(shown, [(0, 0)]) == [(0, 0)]


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.tuples(*[st.integers(0, 8)] * 2)] * 2) | st.tuples(*[st.tuples(*[st.integers(0, 7)] * 3)] * 1))
def test_every_hidden_small_count_may_still_be_any_of_the_four(cells: tuple[tuple[int, ...], ...]) -> None:
    shown = protect(table(*cells))
    fitting = possible(shown)
    assert cells in fitting
    for r, c in product(range(len(cells)), range(len(cells[0]))):
        assert shown.cells[r][c] is None or not 1 <= cells[r][c] <= 4
        if 1 <= cells[r][c] <= 4:
            assert {each[r][c] for each in fitting} >= {1, 2, 3, 4}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=2, max_size=6))
def test_what_is_published_is_true_and_nought_is_never_hidden(cells: list[list[int]]) -> None:
    shown = protect(table(*map(tuple, cells)))
    for row, published in zip(cells, shown.cells[:-1], strict=True):
        for count, seen in zip([*row, sum(row)], published, strict=True):
            assert seen is None or abs(seen - count) <= BASE // 2
            assert count != 0 or seen == 0


def test_two_publications_that_differ_by_a_few_are_found() -> None:
    both, one, other = frozenset({"elm", "oak"}), frozenset({"elm"}), frozenset({"oak"})
    assert differencing([Release("all", both, 7), Release("elm", one, 5)]) == [("elm", "all")]
    assert differencing([Release("elm", one, 6), Release("all", both, 7)]) == [("elm", "all")]
    assert differencing([Release("elm", one, 13), Release("all", both, 14)]) == []
    assert differencing([Release("elm", one, 12), Release("all", both, 13)]) == []
    assert differencing([Release("elm", one, 13), Release("oak", other, 14)]) == []
    assert differencing([Release("elm", one, 13), Release("all", both, 40)]) == []


def test_what_cannot_be_checked_is_refused() -> None:
    with pytest.raises(TableTooLarge):
        protect(table(*[tuple([1] * 50)] * 50))
    with pytest.raises(ValueError, match="below nought"):
        protect(table((1, -1)))
    with pytest.raises(ValueError, match="one count for each column"):
        protect(Counts(("a",), ("b", "c"), ((1,),)))
