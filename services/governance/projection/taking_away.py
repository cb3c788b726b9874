"""Tables as they are taken away: a reader's sites only, without what is under seal; and counts for outsiders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier

from libs.disclosure import Counts
from services.governance.projection import sums
from services.governance.projection.dictionary import Table, described
from services.governance.projection.remembering import Remembering

BATCH = 5_000

REACHED: dict[str, LiteralString] = {
    "site": "site = ANY(%(sites)s)",
    "journey": "journey IN (SELECT journey FROM journey WHERE site = ANY(%(sites)s))",
    "briefing_id": "briefing_id IN (SELECT briefing_id FROM briefing WHERE site = ANY(%(sites)s))",
}
"""How a row is known to be of the reader's sites, by the column that says so."""

SUMMED: dict[str, LiteralString] = {
    name: f"SELECT site, {code} AS code, sum(journeys)::int AS journeys FROM monthly WHERE site = ANY(%(sites)s)"
    f" AND {code} <> '' AND {whatever} = '' AND month >= %(since)s AND month < %(until)s GROUP BY 1, 2"
    for name, code, whatever in (("kinds", "kind", "theme"), ("themes", "theme", "kind"))
}
IN_TIME: LiteralString = """
    WHERE site = ANY(%(sites)s) AND raised IS NOT NULL
    AND occurred >= %(since)s::date::timestamp AT TIME ZONE 'Europe/London'
    AND occurred < %(until)s::date::timestamp AT TIME ZONE 'Europe/London' GROUP BY 1, 2
"""
COUNTED: dict[str, LiteralString] = {
    "kinds": f"SELECT site, kind AS code, count(*)::int AS journeys FROM journey {IN_TIME}",
    "themes": "SELECT site, theme AS code, count(*)::int AS journeys FROM journey"
    f" CROSS JOIN LATERAL (SELECT DISTINCT unnest(themes)) AS t(theme) {IN_TIME}",
}


class TakingAway(Remembering):
    """Questions whose answers leave Candour."""

    def dictionary(self) -> dict[str, Table]:
        """What every table of this view means."""
        return described(self.tables)

    async def whole(self, table: Table, sites: list[str], shut: list[UUID]) -> AsyncIterator[list[tuple[Any, ...]]]:
        """A table's rows at these sites but those of journeys shut to the reader, some thousands at a time, in the order
        of its columns that may be taken."""
        async with self.pool.connection() as connection, connection.transaction():
            await self._into(connection, self.live)
            async with connection.cursor(name="taken", row_factory=tuple_row) as cursor:
                await cursor.execute(_asked(table), {"sites": sites, "shut": shut})
                while rows := await cursor.fetchmany(BATCH):
                    yield rows

    async def counts(self, what: str, groups: dict[str, str], since: date, until: date) -> Counts:
        """How many journeys happened from one day to before another, by group of sites and by kind or theme.

        Both days begin a month. `groups` says which group each site belongs to. A journey with two themes counts under both.
        """
        by_site = await self.by_site(SUMMED[what], list(groups), list, counted=COUNTED[what], since=since, until=until)
        found = [row for rows in by_site.values() for row in rows]
        rows, columns = sorted(set(groups.values())), sorted({row["code"] for row in found})
        cells = {(row, column): 0 for row in rows for column in columns}
        for row in found:
            cells[groups[row["site"]], row["code"]] += row["journeys"]
        return Counts(tuple(rows), tuple(columns), tuple(tuple(cells[r, c] for c in columns) for r in rows))


def may_be_taken(table: Table) -> bool:
    """Whether a table's rows can be told apart by site. Sums stay here: what is shut to somebody is within them."""
    return table.name not in sums.NAMES and any(table.has(name) for name in REACHED)


def _asked(table: Table) -> Composed:
    reached = next(clause for name, clause in REACHED.items() if table.has(name))
    columns = SQL(", ").join(_column(column.name, column.kind) for column in table.taken)
    allowed = SQL(" AND journey <> ALL(%(shut)s::uuid[])" if table.has("journey") else "")
    where = SQL(reached) + allowed
    return SQL("SELECT {} FROM {} WHERE {} ORDER BY 1, 2").format(columns, Identifier(table.name), where)


def _column(name: str, kind: str) -> Composed:
    """A column; identities and documents as text, which every format can hold."""
    return SQL("{}::text" if kind in {"uuid", "jsonb"} else "{}").format(Identifier(name))
