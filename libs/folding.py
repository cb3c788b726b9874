"""A view built anew set by set: its rows are folded in memory from many events, then written by COPY.

A projection says with each event what becomes of single rows, in a small part of SQL: an insert by key, an update by key,
a delete by key. Read as what becomes of a row in memory, the same statements need the database only once a row is
whole. What is not written in that part of SQL is not folded: the view is then built event by event, as it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, LiteralString

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from libs.rows import Rows
from libs.statements import Columns, NotFoldable, compiled
from libs.views import View

__all__ = ["Folded", "NotFoldable"]

SPILL = 20_000
"""Rows of a table that only grows, after which they are written and forgotten."""
MOST = 3_000_000
"""Rows held in memory at most."""

_COLUMNS = """
SELECT c.relname, a.attname::text, pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> '', a.attnum = ANY (k.conkey)
  FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p'
  LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY (%s) ORDER BY c.relname, a.attnum
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
 WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY (%s) AND NOT i.indisprimary
"""
_WALLED = """
SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relname = ANY (%s) AND relforcerowsecurity
"""

Key = tuple[Any, ...]
Row = list[Any]


class Folded(Rows):
    """The empty tables beside the live ones, filled in memory. Stands where `Rows` does before a projection.

    A table that the view names in `grow`, whose rows nothing changes once they are there, is written as it grows; two
    rows of one key in it end the attempt with the database's own UniqueViolation.
    """

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view
        self.columns: dict[str, Columns] = {}
        self.held: dict[str, dict[Key, Row]] = {}
        self.grow: Sequence[str] = view.grow
        self._walled: list[str] = []
        self._apply: dict[LiteralString, Callable[[Sequence[Any]], None]] = {}

    async def open(self) -> None:
        """Learn the tables, and take their indexes away until they are full."""
        async with self.view.pool.connection() as connection, connection.transaction():
            await self.view._into(connection, self.view.next)
            asked = (self.view.next, list(self.view.table_names))
            told = await (await connection.execute(_COLUMNS, asked)).fetchall()
            for table in self.view.table_names:
                mine = [row[1:] for row in told if row[0] == table]
                self.columns[table] = Columns(
                    table,
                    [name for name, _, generated, _ in mine if not generated],
                    [name for name, _, _, key in mine if key],
                    await _defaults(connection, [None if generated else default for _, default, generated, _ in mine],
                                    [generated for _, _, generated, _ in mine]),
                )  # fmt: skip
                self.held[table] = {}
            # COPY does not go through a wall; nobody reads these tables before they are whole, and walled again.
            self._walled = [name for (name,) in await (await connection.execute(_WALLED, asked)).fetchall()]
            for table in self._walled:
                await connection.execute(SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(Identifier(table)))
            for (index,) in await (await connection.execute(_INDEXES, asked)).fetchall():
                await connection.execute(SQL("DROP INDEX {}").format(SQL(index)))

    def execute(self, statement: LiteralString, parameters: Sequence[Any] = ()) -> None:
        """Change a row in memory. Raises NotFoldable for a statement in another part of SQL."""
        apply = self._apply.get(statement)
        if apply is None:
            apply = self._apply[statement] = compiled(statement, self.columns, self.held)
        apply(parameters)

    async def spill(self) -> None:
        """Write the rows that nothing will change; raises NotFoldable where more are left than memory is meant to hold."""
        for table, rows in self.held.items():
            if table in self.grow and len(rows) >= SPILL:
                self.columns[table].written = True
                await self._write({table: rows})
                rows.clear()
        if sum(map(len, self.held.values())) > MOST:
            raise NotFoldable("there are more rows than are held at once")

    async def close(self, places: dict[str, int]) -> None:
        """Write everything, make the indexes, and turn the page to these places."""
        await self._write(self.held)
        self.held.clear()
        async with self.view.pool.connection() as connection, connection.transaction():
            await self.view._into(connection, self.view.next)
            await connection.execute(self.view.tables)
            for table in self._walled:
                await connection.execute(SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(Identifier(table)))
            for source, position in places.items():
                await connection.execute(
                    "INSERT INTO bookmark VALUES (%s, %s, %s, 0)", (self.view.name, source, position)
                )
            for table in self.view.table_names:
                await connection.execute(SQL("ANALYZE {}").format(Identifier(table)))

    async def _write(self, tables: dict[str, dict[Key, Row]]) -> None:
        async with self.view.pool.connection() as connection, connection.transaction():
            await self.view._into(connection, self.view.next)
            for table, rows in tables.items():
                if not rows:
                    continue
                names = SQL(", ").join(map(Identifier, self.columns[table].names))
                asked = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), names)
                async with connection.cursor() as cursor, cursor.copy(asked) as copy:
                    for row in rows.values():
                        await copy.write_row(row)


async def _defaults(
    connection: AsyncConnection[Any], defaults: Sequence[str | None], generated: Sequence[bool]
) -> list[Any]:
    """What each column that is not generated holds where nothing was said of it."""
    kept = [default for default, made in zip(defaults, generated, strict=True) if not made]
    if not kept:
        return []
    asked = SQL(", ").join(SQL(default or "NULL") for default in kept)
    row = await (await connection.execute(SQL("SELECT {}").format(asked))).fetchone()
    return list(row or ())
