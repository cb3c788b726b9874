"""What every table and column means, read from the words that stand beside them where they are made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

TABLE = re.compile(
    r"^    CREATE TABLE IF NOT EXISTS (?P<name>\w+) \((?: -- (?P<about>[^\n]+))?\n(?P<body>.*?)^    \);",
    re.MULTILINE | re.DOTALL,
)
COLUMN = re.compile(
    r"^        (?P<name>[a-z_]+) (?P<kind>double precision|[a-z]+(?:\[\])?)[^\n]*?(?:-- (?P<about>[^\n]+))?$",
    re.MULTILINE,
)
SEALED = frozenset({("journey", "summary"), ("moment", "words")})
"""Columns that hold personal words under seal. They are never taken away."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its kind of value (as PostgreSQL calls it), and what it means."""

    name: str
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, what each of its rows is, and its columns. `sealed` are those that stay here."""

    name: str
    about: str
    columns: tuple[Column, ...]
    sealed: tuple[str, ...] = ()

    @property
    def taken(self) -> tuple[Column, ...]:
        """The columns that may be taken away."""
        return tuple(column for column in self.columns if column.name not in self.sealed)

    def has(self, name: str) -> bool:
        """Whether it has a column of this name."""
        return any(column.name == name for column in self.columns)


@cache
def described(statements: str) -> dict[str, Table]:
    """Every table that these statements make, by name; what nobody described has an empty description."""
    return {
        found["name"]: _table(found["name"], found["about"] or "", found["body"])
        for found in TABLE.finditer(statements)
    }


def _table(name: str, about: str, body: str) -> Table:
    columns = tuple(Column(c["name"], c["kind"], c["about"] or "") for c in COLUMN.finditer(body))
    return Table(name, about, columns, tuple(c.name for c in columns if (name, c.name) in SEALED))
