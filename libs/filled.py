"""Empty tables beside the live ones while they are filled by COPY: without indexes, keys and walls until they are whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from psycopg import AsyncConnection, AsyncCopy
from psycopg.sql import SQL, Identifier

from libs.filled_lines import OPTIONS, Lines
from libs.statements import Columns
from libs.views import View

_COLUMNS = """
SELECT c.relname, a.attname::text, pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> '', a.attnum = ANY (k.conkey),
       CASE WHEN t.typcategory = 'A' THEN 'array' WHEN t.typname IN ('float4', 'float8') THEN 'float' ELSE '' END
  FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type AS t ON t.oid = a.atttypid
  JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p'
  LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY (%s) ORDER BY c.relname, a.attnum
"""
_KEYS = """
SELECT k.conrelid::regclass::text, quote_ident(k.conname), pg_get_constraintdef(k.oid)
  FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid AND k.contype = 'p'
 WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY (%s)
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
 WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY (%s) AND NOT EXISTS
       (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid)
"""
_WALLED = """
SELECT oid::regclass::text FROM pg_class
 WHERE relnamespace = %s::regnamespace AND relname = ANY (%s) AND relforcerowsecurity
"""
SORTING = "SET LOCAL maintenance_work_mem = '256MB'"
"""An index is sorted in memory, where the usual 32 MB would take it to disk."""


class Filled:
    """Tables of a view that are filled in one transaction: nobody reads them before it ends, and where it breaks off
    nothing of it is left.

    What is emptied, filled and indexed in one transaction need not go through the write-ahead log where the database
    keeps no more of it than a crash needs; and an index that is made of all rows at once takes a fraction of the time
    of one that is kept while they come.
    """

    def __init__(self, view: View, tables: Sequence[str]) -> None:
        self.view, self.tables = view, list(tables)
        self.columns: dict[str, Columns] = {}
        self.kinds: dict[str, list[str]] = {}
        """Of which kind each column is, as `Lines` needs to know."""
        self._afterwards: list[str] = []
        self._stack = AsyncExitStack()
        self._copying: tuple[str, AsyncCopy] | None = None
        self._copied = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Learn the tables, and take from them what slows the filling down."""
        async with AsyncExitStack() as stack:
            self._connection = await stack.enter_async_context(self.view.pool.connection())
            await stack.enter_async_context(self._connection.transaction())
            await self.view._into(self._connection, self.view.next)
            await self._connection.execute(SORTING)
            await self._learn()
            await self._strip()
            self._copied = await stack.enter_async_context(AsyncExitStack())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def _learn(self) -> None:
        told = await self._told(_COLUMNS)
        for table in self.tables:
            mine = [row[1:] for row in told if row[0] == table]
            kept = [(name, default, key, kind) for name, default, generated, key, kind in mine if not generated]
            self.columns[table] = Columns(
                table,
                [name for name, *_ in kept],
                [name for name, _, key, _ in kept if key],
                await _defaults(self._connection, [default for _, default, *_ in kept]),
            )
            self.kinds[table] = [kind for *_, kind in kept]

    async def _strip(self) -> None:
        names = SQL(", ").join(map(Identifier, self.tables))
        await self._connection.execute(SQL("TRUNCATE {}").format(names))
        for index, made in await self._told(_INDEXES):
            await self._connection.execute(SQL("DROP INDEX {}").format(SQL(index)))
            self._afterwards.append(made)
        for table, key, made in await self._told(_KEYS):
            await self._connection.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(SQL(table), SQL(key)))
            self._afterwards.append(f"ALTER TABLE {table} ADD CONSTRAINT {key} {made}")
        for (table,) in await self._told(_WALLED):  # COPY does not go through a wall
            await self._connection.execute(SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(SQL(table)))
            self._afterwards.append(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")

    async def _told(self, question: str) -> list[tuple[Any, ...]]:
        asked = await self._connection.execute(SQL(question), (self.view.next, self.tables))
        return await asked.fetchall()

    async def write(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Hand rows over to the database, which takes them in while others are made. One table after the other."""
        await self.write_lines(table, Lines(self.kinds[table]).of(rows))

    async def write_lines(self, table: str, lines: bytes) -> None:
        """The same of rows that were made into lines."""
        if self._copying is None or self._copying[0] != table:
            await self._end_copying()
            names = SQL(", ").join(map(Identifier, self.columns[table].names))
            asked = SQL(f"COPY {{}} ({{}}) FROM STDIN (FREEZE, {OPTIONS})").format(Identifier(table), names)
            cursor = await self._copied.enter_async_context(self._connection.cursor())
            self._copying = table, await self._copied.enter_async_context(cursor.copy(asked))
        await self._copying[1].write(lines)

    async def _end_copying(self) -> None:
        self._copying = None
        await self._copied.aclose()

    async def complete(self) -> None:
        """Make the indexes, the keys and the walls, and end the transaction. Raises UniqueViolation."""
        await self._end_copying()
        for made in self._afterwards:
            await self._connection.execute(SQL(made))
        for table in self.tables:
            await self._connection.execute(SQL("ANALYZE {}").format(Identifier(table)))
        await self._stack.aclose()


async def _defaults(connection: AsyncConnection[Any], defaults: Sequence[str | None]) -> list[Any]:
    """What each column holds where nothing was said of it."""
    if not defaults:
        return []
    asked = SQL(", ").join(SQL(default or "NULL") for default in defaults)
    row = await (await connection.execute(SQL("SELECT {}").format(asked))).fetchone()
    return list(row or ())
