"""A view built anew set by set: its rows are folded in memory from many events, then written by COPY.

A projection says with each event what becomes of single rows, in a small part of SQL: an insert by key, an update by key,
a delete by key. Read as what becomes of a row in memory, the same statements need the database only once a row is
whole. What is not written in that part of SQL is not folded: the view is then built event by event, as it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, LiteralString, Self

from psycopg.sql import SQL, Identifier

from libs.beside import Said
from libs.filled import Filled
from libs.rows import Rows
from libs.statements import Columns, NotFoldable, compiled
from libs.views import View

__all__ = ["Folded", "NotFoldable"]

MOST = 3_000_000
"""Rows held in memory at most."""

Key = tuple[Any, ...]
Row = list[Any]


class Folded(Rows):
    """The empty tables beside the live ones, filled in memory. Stands where `Rows` does before a projection.

    A table that the view names in `grow`, whose rows nothing changes once they are there, is written as it grows; two
    rows of one key in it end the attempt with the database's own UniqueViolation. Used as a context: nothing of it is
    left where that is left before `close`.
    """

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view
        self.columns: dict[str, Columns] = {}
        self.held: dict[str, dict[Key, Row]] = {table: {} for table in view.table_names}
        self._grow = {table: Filled(view, [table]) for table in view.grow}
        self._kept = Filled(view, [table for table in view.table_names if table not in view.grow])
        self._stack = AsyncExitStack()
        self._apply: dict[LiteralString, Callable[[Sequence[Any]], None]] = {}

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def open(self) -> None:
        """Learn the tables, and take their indexes away until they are full."""
        async with AsyncExitStack() as stack:
            for filled in (*self._grow.values(), self._kept):
                self.columns |= (await stack.enter_async_context(filled)).columns
            for table in self._grow:
                self.columns[table].grows = True
            self._stack = stack.pop_all()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def execute(self, statement: LiteralString, parameters: Sequence[Any] = ()) -> None:
        """Change a row in memory. Raises NotFoldable for a statement in another part of SQL."""
        apply = self._apply.get(statement)
        if apply is None:
            apply = self._apply[statement] = compiled(statement, self.columns, self.held)
        apply(parameters)

    def growing(self) -> dict[str, tuple[Columns, Sequence[str]]]:
        """The tables that only grow: their columns, and of which kind each is."""
        return {table: (self.columns[table], filled.kinds[table]) for table, filled in self._grow.items()}

    async def take(self, said: Said) -> None:
        """What was said by another process, as if it had been said here."""
        for table, lines in said.lines.items():
            await self._grow[table].write_lines(table, lines)
        for number, parameters in said.changes:
            self.execute(said.statements[number], parameters)

    async def spill(self) -> None:
        """Write the rows that nothing will change; raises NotFoldable where more are left than memory is meant to hold."""
        for table, filled in self._grow.items():
            if rows := self.held[table]:
                await filled.write(table, rows.values())
                rows.clear()
        if sum(map(len, self.held.values())) > MOST:
            raise NotFoldable("there are more rows than are held at once")

    async def close(self, places: dict[str, int]) -> None:
        """Write everything, make the indexes, and turn the page to these places."""
        await self.spill()
        growing = [asyncio.ensure_future(filled.complete()) for filled in self._grow.values()]
        try:
            for table, rows in self.held.items():
                if rows:
                    await self._kept.write(table, rows.values())
            await self._kept.complete()
        finally:
            await asyncio.gather(*growing)
        empty = [table for table, rows in self.held.items() if not rows and table not in self._grow]
        self.held.clear()
        await self._turn(places, empty)

    async def _turn(self, places: dict[str, int], analyzed: Sequence[str]) -> None:
        async with self.view.pool.connection() as connection, connection.transaction():
            await self.view._into(connection, self.view.next)
            await connection.execute(self.view.tables)
            for source, position in places.items():
                await connection.execute(
                    "INSERT INTO bookmark VALUES (%s, %s, %s, 0)", (self.view.name, source, position)
                )
            for table in analyzed:
                await connection.execute(SQL("ANALYZE {}").format(Identifier(table)))
