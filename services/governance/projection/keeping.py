"""Sums that stand beside the rows they are of, so that a page over many sites adds up months, and looks through no history.

What a batch of events speaks of is taken off the sums before the rows change, and put on again as it is afterwards: the
same work for each event however long the history is, and the same sums in whatever order publishers are heard. Where
tables are filled set by set, or are older than their sums, the sums are made once from the rows that are there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, LiteralString
from uuid import UUID

from libs.views import Rows
from services.governance.projection.asking import Asking


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows there are of each kind: `of` counts them by `key` where `{which}` holds.

    A kind of which there is none has no row; `counts` begins with the one that says so. `bears` are the words without
    which no statement changes it, the first of them being the table that is counted.
    """

    table: LiteralString
    key: tuple[LiteralString, ...]
    counts: tuple[LiteralString, ...]
    of: LiteralString
    bears: tuple[LiteralString, ...]

    def filled(self) -> LiteralString:
        """Count all there is, where nothing was counted yet."""
        return f"INSERT INTO {self.table} ({self._columns()}) {self._found(f'NOT EXISTS (SELECT FROM {self.table})')};"

    def taken_off(self) -> LiteralString:
        """Count no more what these journeys hold."""
        same = " AND ".join([f"s.{name} = g.{name}" for name in self.key])
        less = ", ".join([f"{name} = s.{name} - g.{name}" for name in self.counts])
        some = self.counts[0]
        return (
            f"WITH g AS ({self._found('j.journey = ANY(%s)')}), none_left AS (DELETE FROM {self.table} AS s USING g"
            f" WHERE {same} AND s.{some} = g.{some})"
            f" UPDATE {self.table} AS s SET {less} FROM g WHERE {same} AND s.{some} > g.{some}"
        )

    def put_on(self) -> LiteralString:
        """Count what these journeys hold."""
        more = ", ".join([f"{name} = s.{name} + excluded.{name}" for name in self.counts])
        return (
            f"INSERT INTO {self.table} AS s ({self._columns()}) {self._found('j.journey = ANY(%s)')}"
            f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {more}"
        )

    def _columns(self) -> LiteralString:
        return ", ".join([*self.key, *self.counts])

    def _found(self, which: LiteralString) -> LiteralString:
        return self.of.replace("{which}", which)


@dataclass(frozen=True, slots=True)
class Copied:
    """Rows of single journeys as one question finds them, kept for being read by site: `of` finds them where `{which}` holds."""

    table: LiteralString
    of: LiteralString
    bears: tuple[LiteralString, ...]

    def filled(self) -> LiteralString:
        """Find all there are, where none was found yet."""
        return f"INSERT INTO {self.table} {self.of.replace('{which}', f'NOT EXISTS (SELECT FROM {self.table})')};"

    def taken_off(self) -> LiteralString:
        """Let go of these journeys' rows."""
        return f"DELETE FROM {self.table} WHERE journey = ANY(%s)"

    def put_on(self) -> LiteralString:
        """Find these journeys' rows."""
        return f"INSERT INTO {self.table} {self.of.replace('{which}', 'j.journey = ANY(%s)')}"


Kept = Sum | Copied


class Keeping(Asking):
    """A view with sums beside its rows."""

    kept_sums: ClassVar[Sequence[Kept]] = ()

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._told_of: list[UUID] = []

    async def keep(self, events: Iterable[Any], places: dict[str, tuple[int, int]], schema: str = "") -> None:
        """Change the tables by these events, and their sums with them."""
        events = list(events)
        self._told_of = sorted({event.journey for event in events})  # read before anything is waited for
        await super().keep(events, places, schema)

    async def _write(self, rows: Rows, places: dict[str, tuple[int, int]], schema: str) -> None:
        moved = [kept for kept in self.kept_sums if any(_bears(kept.bears, said) for said, _ in rows.statements)]
        around, of = Rows(), (self._told_of,)
        around.statements = [
            *((kept.taken_off(), of) for kept in moved),
            *rows.statements,
            *((kept.put_on(), of) for kept in moved),
        ]
        await super()._write(around, places, schema)


@cache
def _bears(bears: tuple[LiteralString, ...], statement: LiteralString) -> bool:
    """Whether a statement changes what a sum is of: it speaks of one of its tables and of a column that matters."""
    words = frozenset(re.findall(r"\w+", statement))
    return bears[0] in words and not words.isdisjoint(bears[1:])
