"""Small numbers in what leaves the provider: counts of 1 to 4 are hidden, the others rounded to 5, and nothing that is
published lets a reader work a hidden one out.

The limits are those in use for health and care statistics in England: suppress 1 to 4, round the rest to the nearest 5,
publish 0. What a reader could work out is computed, not guessed: each hidden count must still be able to be any of
1, 2, 3 and 4 under everything that is published, totals and rounding included.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

LEAST, MOST = 1, 4
"""The counts that are hidden."""
BASE = 5
LARGEST = 1_500
"""Cells of the largest table that is protected at once."""

Cell = tuple[int, int]


class TableTooLarge(ValueError):
    """The table has more cells than can be checked for what they give away. Ask for larger groups, such as regions."""


@dataclass(frozen=True, slots=True)
class Counts:
    """A table of counts, by row and column, which add up to its totals."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What may leave: each count rounded, or None where it is hidden; the last row and column are totals."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]

    @property
    def hidden(self) -> int:
        """How many counts are hidden, totals included."""
        return sum(cell is None for row in self.cells for cell in row)


@dataclass(frozen=True, slots=True)
class Release:
    """A count that is published, and of which units (such as sites) it is the sum."""

    name: str
    units: frozenset[str]
    count: int


def rounded(count: int) -> int | None:
    """The count to the nearest 5, or None for 1 to 4. Raises ValueError below 0."""
    if count < 0:
        raise ValueError("A count cannot be below nought.")
    if LEAST <= count <= MOST:
        return None
    return (count + BASE // 2) // BASE * BASE


def span(shown: int | None) -> tuple[int, float]:
    """Which counts a reader knows can stand behind a published cell. Nought is never hidden, so None is at least 1."""
    if shown is None:
        return LEAST, np.inf
    if shown == 0:
        return 0, 0
    return max(shown - BASE // 2, MOST + 1), shown + BASE // 2


def protect(counts: Counts) -> Published:
    """The table as it may leave. Raises TableTooLarge, or ValueError for counts below nought or a ragged table."""
    whole = _with_totals(counts)
    if whole.size > LARGEST:
        raise TableTooLarge(TableTooLarge.__doc__)
    hidden = {(int(r), int(c)) for r, c in np.argwhere((whole >= LEAST) & (whole <= MOST))}
    inner = [(r, c) for r, c in hidden if r < len(counts.rows) and c < len(counts.columns)]
    while True:
        if more := _lonely(whole, hidden):
            hidden |= more
            continue
        shown = _shown(whole, hidden)
        doubtful = [cell for cell in inner if not _free(whole, shown, cell)]
        more = _companions(whole, hidden, exposed(shown, doubtful))
        if not more:
            break
        hidden |= more
    return Published((*counts.rows, "Total"), (*counts.columns, "Total"), shown)


def exposed(shown: Sequence[Sequence[int | None]], small: Iterable[Cell]) -> list[Cell]:
    """Those hidden small counts that a reader of the published table could narrow to fewer than 1, 2, 3 and 4.

    The table with interval margins is a network, so that the least and the most of a cell are whole numbers, and every
    whole number between them is possible too.
    """
    asking = sorted(small)
    if not asking:
        return []
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    matrix, low, high, bounds = _known(shown)
    reach = {cell: _where(cell, len(shown), len(shown[0])) for cell in asking}
    reached: dict[Cell, set[int]] = {cell: set() for cell in asking}
    for goal, sign in ((LEAST, 1.0), (MOST, -1.0)):
        together = sign * sum(reach.values())  # one answer often serves many cells
        for objective, cell in [(together, None), *((sign * reach[cell], cell) for cell in asking)]:
            if cell is not None and goal in reached[cell]:
                continue
            answer = linprog(
                objective,
                A_ub=matrix,
                b_ub=np.concatenate([high, -low]),
                bounds=bounds,
                method="highs",
            )
            for each in asking:
                value = float(reach[each] @ answer.x) if answer.x is not None else np.nan
                if (goal == LEAST and value <= LEAST + 1e-6) or (goal == MOST and value >= MOST - 1e-6):
                    reached[each].add(goal)
    return [cell for cell in asking if reached[cell] != {LEAST, MOST}]


def differencing(releases: Iterable[Release]) -> list[tuple[str, str]]:
    """Pairs of published counts, one of whose units hold all the other's, that give away a small count between them:
    the difference is 1 to 4, and what is published of both leaves it fewer than these four values."""
    return [pair for one, other in combinations(releases, 2) if (pair := _given_away(one, other))]


def between(new: Sequence[Release], earlier: Sequence[Release]) -> list[tuple[str, str]]:
    """Pairs of a new count and one that was published before, as `differencing` finds them: the new one's name first."""
    return [(one.name, other.name) for one, other in product(new, earlier) if _given_away(one, other)]


def _given_away(one: Release, other: Release) -> tuple[str, str] | None:
    part, whole = (one, other) if one.units < other.units else (other, one)
    if not LEAST <= whole.count - part.count <= MOST or not part.units < whole.units:
        return None
    (least_part, most_part), (least_whole, most_whole) = span(rounded(part.count)), span(rounded(whole.count))
    if max(least_whole - most_part, 0) > LEAST or most_whole - least_part < MOST:
        return part.name, whole.name
    return None


def _with_totals(counts: Counts) -> np.ndarray:
    if any(len(row) != len(counts.columns) for row in counts.cells) or len(counts.cells) != len(counts.rows):
        raise ValueError("Every row needs one count for each column.")
    inner = np.array(counts.cells, dtype=int).reshape(len(counts.rows), len(counts.columns))
    if (inner < 0).any():
        raise ValueError("A count cannot be below nought.")
    beside = np.hstack([inner, inner.sum(axis=1, keepdims=True)])
    return np.vstack([beside, beside.sum(axis=0, keepdims=True)])


def _shown(whole: np.ndarray, hidden: set[Cell]) -> tuple[tuple[int | None, ...], ...]:
    return tuple(
        tuple(None if (r, c) in hidden else rounded(int(count)) for c, count in enumerate(row))
        for r, row in enumerate(whole)
    )


def _lines(whole: np.ndarray) -> Iterable[list[Cell]]:
    rows, columns = whole.shape
    yield from ([(r, c) for c in range(columns)] for r in range(rows))
    yield from ([(r, c) for r in range(rows)] for c in range(columns))


def _next(whole: np.ndarray, hidden: set[Cell], line: Iterable[Cell]) -> Cell | None:
    """The cell of a line that is given up with the least loss: the smallest that is shown, a total only at last."""
    rows, columns = whole.shape
    left = [cell for cell in line if cell not in hidden and whole[cell] > 0]
    return min(left, key=lambda at: (at[0] == rows - 1 or at[1] == columns - 1, whole[at], at), default=None)


def _lonely(whole: np.ndarray, hidden: set[Cell]) -> set[Cell]:
    """A second cell for each line that hides just one, which its total and the others would give away."""
    found = set()
    for line in _lines(whole):
        if sum(cell in hidden for cell in line) == 1 and (more := _next(whole, hidden, line)):
            found.add(more)
    return found


def _companions(whole: np.ndarray, hidden: set[Cell], given_away: list[Cell]) -> set[Cell]:
    """One more cell in the row or the column of each count that is still given away."""
    found = set()
    for row, column in given_away:
        beside = [(row, c) for c in range(whole.shape[1])] + [(r, column) for r in range(whole.shape[0])]
        more = _next(whole, hidden, beside) or _next(
            whole, hidden, product(range(whole.shape[0]), range(whole.shape[1]))
        )
        found |= {more} if more else set()
    return found


def _where(cell: Cell, rows: int, columns: int) -> np.ndarray:
    """Which inner cells add up to a cell: itself, or all of a total."""
    weights = np.zeros((rows - 1, columns - 1))
    row, column = (slice(None) if cell[n] == size - 1 else cell[n] for n, size in enumerate((rows, columns)))
    weights[row, column] = 1
    return weights.ravel()


def _known(
    shown: Sequence[Sequence[int | None]],
) -> tuple[Any, np.ndarray, np.ndarray, list[tuple[float, float | None]]]:
    """What a reader knows: bounds of each inner cell, and of each total as a sum of them (both ways)."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    rows, columns = len(shown), len(shown[0])
    totals = [(r, columns - 1) for r in range(rows)] + [(rows - 1, c) for c in range(columns - 1)]
    spans = np.array([span(shown[r][c]) for r, c in totals], dtype=float)
    spans[np.isinf(spans)] = 1e9
    sums = np.array([_where(cell, rows, columns) for cell in totals])
    inner = [span(shown[r][c]) for r in range(rows - 1) for c in range(columns - 1)]
    bounds: list[tuple[float, float | None]] = [(low, None if np.isinf(high) else high) for low, high in inner]
    return csr_matrix(np.vstack([sums, -sums])), spans[:, 0], spans[:, 1], bounds


def _free(whole: np.ndarray, shown: Sequence[Sequence[int | None]], cell: Cell) -> bool:
    """Whether a hidden count can be seen to be free by moving a few cells at most; False where that does not show it."""
    rows, columns = whole.shape
    row, column = cell
    if row == rows - 1 or column == columns - 1:
        return False
    others = [c for c in range(columns - 1) if c != column], [r for r in range(rows - 1) if r != row]

    def moves(by: int) -> Iterable[dict[Cell, int]]:
        yield {cell: by}
        yield from ({cell: by, (row, c): -by} for c in others[0])
        yield from ({cell: by, (r, column): -by} for r in others[1])
        yield from ({cell: by, (row, c): -by, (r, column): -by, (r, c): by} for r, c in product(others[1], others[0]))

    return all(any(_fits(whole, shown, move) for move in moves(goal - int(whole[cell]))) for goal in (LEAST, MOST))


def _fits(whole: np.ndarray, shown: Sequence[Sequence[int | None]], move: dict[Cell, int]) -> bool:
    """Whether the table with some inner cells moved, and its totals with them, is still what was published."""
    end_row, end_column = whole.shape[0] - 1, whole.shape[1] - 1
    changed: dict[Cell, int] = {}
    for (row, column), by in move.items():
        for at in ((row, column), (row, end_column), (end_row, column), (end_row, end_column)):
            changed[at] = changed.get(at, 0) + by
    for (row, column), by in changed.items():
        low, high = span(shown[row][column])
        if not low <= whole[row, column] + by <= high:
            return False
    return True
