"""Wrong words that were tried for a receipt number: when, and a keyed digest of the number. Nobody is told by it."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch

from psycopg_pool import AsyncConnectionPool

from libs.views import Rows, View


class Tries(View):
    """Nothing here follows from events. What is older than it counts is let go of with the next try."""

    name = "tries"
    table_names = ()
    tables = """
        CREATE TABLE IF NOT EXISTS try (place text NOT NULL, at timestamptz NOT NULL);
        CREATE INDEX IF NOT EXISTS try_place ON try (place, at);
        CREATE INDEX IF NOT EXISTS try_at ON try (at);
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def count(self, place: str, since: datetime) -> int:
        """How many were made for a number since a moment."""
        row = await self.row("SELECT count(*) AS tries FROM try WHERE place = %s AND at > %s", (place, since))
        return int(row["tries"]) if row else 0

    async def note(self, place: str, now: datetime, since: datetime) -> None:
        """One more."""
        await self.change("DELETE FROM try WHERE at <= %s", (since,))
        await self.change("INSERT INTO try VALUES (%s, %s)", (place, now))


@singledispatch
def project(event: object, rows: Rows) -> None:
    """No event tells of a try."""
