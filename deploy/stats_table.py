"""Columns of a file of figures, each cell checked, and whatever is wrong named by file, row and column."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
DELIMITERS = ",;\t|"
LARGEST = 1e15
"""Above this a count is no longer exact as it is reckoned with here."""


class Unreadable(ValueError):
    """The file does not hold what was asked of it; the words name the file, the row and the column."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file with one heading row. Rows are counted from 1 without the heading; wholly empty lines are passed over."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def words(self, column: str) -> list[str]:
        """A column's cells, none of them empty. Raises Unreadable."""
        return [cell for _, cell in self._cells(column)]

    def numbers(self, column: str) -> list[float]:
        """A column of numbers. Raises Unreadable."""
        return [self._number(at, cell) for at, cell in self._cells(column)]

    def counts(self, column: str, *, whole: bool = True) -> list[float]:
        """A column of counts, none below 0 and, where `whole`, each a whole number. Raises Unreadable."""

        def fault(value: float) -> str:
            if value < 0:
                return "a count cannot be below 0"
            return "a count must be a whole number" if whole and value != int(value) else ""

        return self._checked(column, fault)

    def above_nought(self, column: str, what: str) -> list[float]:
        """A column of which each number must be above 0. Raises Unreadable."""
        return self._checked(column, lambda value: "" if value > 0 else f"{what} must be above 0")

    def at_most(self, column: str, values: list[float], other: str, most: list[float]) -> None:
        """Raises Unreadable where a count is larger than what it is a part of."""
        for number, (value, of) in enumerate(zip(values, most, strict=True), start=1):
            if value > of:
                at = self._at(number, self.rows[number - 1][0], column)
                raise Unreadable(f"{at}: {value:g} is more than the {of:g} in column {other!r} that it is a part of.")

    def _checked(self, column: str, fault: Callable[[float], str]) -> list[float]:
        values = []
        for at, cell in self._cells(column):
            value = self._number(at, cell)
            if problem := fault(value):
                raise Unreadable(f"{at}: {problem}, not {cell}.")
            values.append(value)
        return values

    def _number(self, at: str, cell: str) -> float:
        if not NUMBER.fullmatch(cell):
            raise Unreadable(f"{at}: {cell!r} is not a number (write 1234.5, without thousands separators or signs).")
        value = float(cell)
        if abs(value) > LARGEST:
            raise Unreadable(f"{at}: {cell} is too large to be reckoned with.")
        return value

    def _cells(self, column: str) -> Iterator[tuple[str, str]]:
        if column not in self.heads:
            raise Unreadable(f"{self.name}: there is no column {column!r}. Its columns are: {', '.join(self.heads)}.")
        if self.heads.count(column) > 1:
            raise Unreadable(f"{self.name}: column {column!r} is there more than once. Give each its own name.")
        place = self.heads.index(column)
        for number, (line, cells) in enumerate(self.rows, start=1):
            at = self._at(number, line, column)
            cell = cells[place] if place < len(cells) else ""
            if not cell:
                raise Unreadable(f"{at}: the cell is empty. Leave the row out, or say what it was.")
            yield at, cell

    def _at(self, number: int, line: int, column: str) -> str:
        return f"{self.name}, row {number} (line {line}), column {column!r}"


def read_table(path: Path) -> Table:
    """A file of values between commas, semicolons, tabs or bars, with or without a byte order mark; "-" is standard input.

    Raises Unreadable for a file that is not there, is not text, has no heading or no row, or a row with too many cells.
    """
    name = "standard input" if str(path) == "-" else str(path)
    text = _text(path, name)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise Unreadable(f"{name} is empty. It needs a row of column names and at least one row of figures.")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, tuple(cell.strip() for cell in row)) for row in reader]
    except csv.Error as error:
        raise Unreadable(f"{name}, line {reader.line_num}: this is not a table of values ({error}).") from None
    filled = [(line, cells) for line, cells in lines if any(cells)]
    if not filled:
        raise Unreadable(f"{name} is empty. It needs a row of column names and at least one row of figures.")
    (_, heads), *rows = filled
    if not rows:
        raise Unreadable(f"{name} has column names ({', '.join(heads)}) and no row of figures.")
    for number, (line, cells) in enumerate(rows, start=1):
        if len(cells) > len(heads):
            raise Unreadable(f"{name}, row {number} (line {line}): {len(cells)} cells under {len(heads)} column names.")
    return Table(name, heads, tuple(rows))


def _text(path: Path, name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {error.strerror}.") from None
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(f"{name} is not text in UTF-8. Save it anew as CSV (UTF-8).") from None
