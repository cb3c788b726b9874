"""The tables in which a view is remembered: made where they are missing, walled by who may read which row, and not made twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import AsyncConnection

from libs.row_security import POLICY, Hangs, wall

BOOKMARK = """
CREATE TABLE IF NOT EXISTS bookmark (
    view text NOT NULL,
    source text NOT NULL,
    position bigint NOT NULL,
    stream_sequence bigint NOT NULL,
    PRIMARY KEY (view, source)
)
"""
MADE = "CREATE TABLE IF NOT EXISTS made (view text PRIMARY KEY, shape text NOT NULL, open_to_all text[] NOT NULL)"
"""With which statements a view's tables were made last: the same ones need not be run at every start."""

FILLED = "CREATE TABLE IF NOT EXISTS filled (view text PRIMARY KEY, cases text NOT NULL)"
"""By which cases a view's rows were made: a later release may make other rows of the same events."""

OURS = frozenset({"bookmark", "made", "filled"})


@dataclass(frozen=True)
class Tables:
    """What a view needs. All names are unqualified; the connection's search path says in which schema they lie."""

    view: str
    names: tuple[str, ...]
    statements: LiteralString
    hanging: Mapping[str, Hangs]
    cases: str

    def __post_init__(self) -> None:
        if taken := OURS.intersection(self.names):
            raise ValueError(f"{self.view} calls a table {min(taken)}, as one of the engine's own beside it is called")

    async def make(self, connection: AsyncConnection[Any], schema: str) -> list[str]:
        """Make what is missing. The names of tables that do not say whose their rows are."""
        await connection.execute(BOOKMARK)
        await connection.execute(self.statements)
        return await wall(connection, schema, self.names, self.hanging)

    async def make_once(self, connection: AsyncConnection[Any], schema: str) -> list[str]:
        """As `make`, at no cost where it was done before by the very same statements."""
        known = await self._known(connection)
        if known is not None:
            return known
        open_to_all = await self.make(connection, schema)
        await connection.execute(MADE)
        await connection.execute(
            "INSERT INTO made VALUES (%s, %s, %s) ON CONFLICT (view) DO UPDATE"
            " SET shape = excluded.shape, open_to_all = excluded.open_to_all",
            (self.view, self._shape(), open_to_all),
        )
        return open_to_all

    async def filled_by_ours(self, connection: AsyncConnection[Any], *, empty: bool) -> bool:
        """Whether all rows were made by the cases that would make them now; so it is where there are none yet."""
        there = await (await connection.execute("SELECT to_regclass('filled') IS NOT NULL")).fetchone()
        if there and there[0]:
            found = await connection.execute("SELECT cases FROM filled WHERE view = %s", (self.view,))
            if await found.fetchone() == (self.cases,):
                return True
        if empty:
            await self.note_filled(connection)
        return empty

    async def note_filled(self, connection: AsyncConnection[Any]) -> None:
        """From here on the rows are those that our cases make."""
        await connection.execute(FILLED)
        await connection.execute(
            "INSERT INTO filled VALUES (%s, %s) ON CONFLICT (view) DO UPDATE SET cases = excluded.cases",
            (self.view, self.cases),
        )

    async def _known(self, connection: AsyncConnection[Any]) -> list[str] | None:
        row = await (await connection.execute("SELECT to_regclass('made') IS NOT NULL")).fetchone()
        if not row or not row[0]:
            return None
        found = await connection.execute(
            "SELECT open_to_all FROM made WHERE view = %s AND shape = %s", (self.view, self._shape())
        )
        row = await found.fetchone()
        return row and list(row[0])

    def _shape(self) -> str:
        said = (self.statements, self.names, sorted(self.hanging.items()), POLICY)
        return hashlib.sha256(repr(said).encode()).hexdigest()
