"""Who decided what, where and under which rules: one row beside each ledger entry, to be searched; nothing personal in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg.rows import class_row, dict_row
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool

from libs.connecting import connected

DECISIONS = """
CREATE TABLE IF NOT EXISTS audit.decision (
    service text NOT NULL,
    place bigint NOT NULL,
    position bigint NOT NULL,
    topic text NOT NULL,
    aggregate uuid NOT NULL,
    version bigint NOT NULL,
    journey uuid NOT NULL,
    provider text NOT NULL,
    site text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    recorded timestamptz NOT NULL,
    occurred timestamptz NOT NULL,
    rules text NOT NULL,
    reasoned boolean NOT NULL,
    PRIMARY KEY (service, place)
);
CREATE INDEX IF NOT EXISTS decision_provider ON audit.decision (provider, recorded DESC);
CREATE INDEX IF NOT EXISTS decision_site ON audit.decision (site, recorded DESC);
CREATE INDEX IF NOT EXISTS decision_journey ON audit.decision (journey, recorded);
CREATE INDEX IF NOT EXISTS decision_actor ON audit.decision (actor, recorded DESC);
CREATE INDEX IF NOT EXISTS decision_rules ON audit.decision (rules) WHERE rules <> '';
"""
BATCH = 2_000
PAGE = 50


@dataclass(frozen=True, slots=True)
class Decision:
    """A stored event by what can be asked about it. `reasoned`: its reason is on record, under seal."""

    service: str
    place: int
    position: int
    topic: str
    aggregate: UUID
    version: int
    journey: UUID
    provider: str
    site: str
    actor: str
    role: str
    recorded: datetime
    occurred: datetime
    rules: str
    reasoned: bool


NAMES = [each.name for each in fields(Decision)]
COLUMNS = ", ".join(NAMES)
TYPES = dict(zip(
    NAMES,
    ("text", "bigint", "bigint", "text", "uuid", "bigint", "uuid", "text", "text", "text", "text", "timestamptz",
     "timestamptz", "text", "boolean"),
    strict=True,
))  # fmt: skip


def decision_of(
    service: str, place: int, position: int, topic: str, aggregate: UUID, version: int, said: Any
) -> Decision:
    """The row for a stored event, from its state as JSON."""
    provider, site, actor, role, rules, reasoned, recorded, occurred = marks_of(said)
    return Decision(
        service, place, position, topic, aggregate, version, UUID(said["journey"]), provider, site, actor, role,
        datetime.fromisoformat(recorded), datetime.fromisoformat(occurred), rules, reasoned,
    )  # fmt: skip


def marks_of(said: Any) -> tuple[str, str, str, str, str, bool, str, str]:
    """Provider, site, actor, role, rules, whether it has a reason, and when it was recorded and occurred, as written."""
    told, recorded = said.get, said["timestamp"]
    by = (told("by") or {}).get
    return (
        told("provider", ""), told("site", ""), by("actor", ""), by("role", ""),
        by("rules") or told("rules_version") or "", bool(by("rationale")), recorded, by("occurred") or recorded,
    )  # fmt: skip


async def write(connection: Any, rows: Sequence[Decision]) -> None:
    """Add rows, in whatever transaction the connection is in."""
    columns = [[getattr(row, name) for row in rows] for name in NAMES]
    marks = ", ".join(f"%s::{TYPES[name]}[]" for name in NAMES)
    await connection.execute(
        f"INSERT INTO audit.decision ({COLUMNS}) SELECT * FROM unnest({marks}) ON CONFLICT DO NOTHING", columns
    )


async def catch_up(service: str, pool: AsyncConnectionPool, auditor: str) -> int:
    """Add the rows of entries from before there were rows, read from the store itself; how many those were."""
    async with pool.connection() as connection:
        found = await connection.execute(
            "SELECT coalesce((SELECT max(place) FROM audit.decision WHERE service = %s), 0),"
            " coalesce((SELECT max(place) FROM audit.ledger_entry WHERE service = %s), 0)", (service, service)
        )  # fmt: skip
        have, size = await found.fetchone() or (0, 0)
    if have >= size:
        return 0
    query = SQL(
        "SELECT l.place, l.position, l.topic, l.aggregate, l.version, e.state FROM audit.ledger_entry l"
        " JOIN {}.events e ON e.notification_id = l.position WHERE l.service = %s AND l.place > %s ORDER BY l.place"
    ).format(Identifier(service))
    async with (
        connected(auditor) as reading,
        reading.cursor("older", binary=True) as cursor,
        pool.connection() as connection,
    ):
        await cursor.execute(query, (service, have))
        while rows := await cursor.fetchmany(BATCH):
            await write(connection, [_row(service, *row) for row in rows])
    return int(size - have)


def _row(service: str, place: int, position: int, topic: str, aggregate: UUID, version: int, state: bytes) -> Decision:
    return decision_of(service, place, position, topic, aggregate, version, orjson.loads(state))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; empty means all. `by_people` leaves out what followed by rule or by the clock."""

    journey: UUID | None = None
    site: str = ""
    role: str = ""
    actor: str = ""
    rules: str = ""
    service: str = ""
    since: datetime | None = None
    until: datetime | None = None
    by_people: bool = False


CLAUSES: dict[str, LiteralString] = {
    "journey": "journey = %(journey)s", "site": "site = %(site)s", "role": "role = %(role)s",
    "actor": "actor = %(actor)s", "service": "service = %(service)s", "since": "recorded >= %(since)s",
    "until": "recorded <= %(until)s", "by_people": "actor LIKE 'person:%%' AND role <> 'system'",
    "rules": "strpos(rules, %(rules)s) > 0",
}  # fmt: skip


DECIDED = "topic <> 'audit.Reading.Made'"
"""Who reads decides nothing; readings have a list of their own."""


RULES: LiteralString = """
WITH RECURSIVE version AS (
    SELECT min(rules) AS rules FROM audit.decision WHERE rules <> ''
    UNION ALL SELECT (SELECT min(d.rules) FROM audit.decision d WHERE d.rules <> '' AND d.rules > v.rules)
    FROM version v WHERE v.rules IS NOT NULL
) SELECT rules FROM version WHERE rules IS NOT NULL ORDER BY 1
"""
"""From one version to the next by their index: there are few, and of decisions more every day."""


class History:
    """Questions about decisions, always within the providers and sites that the asker reaches."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def listed(
        self,
        provider: str,
        sites: Sequence[str],
        wanted: Wanted,
        before: tuple[datetime, str, int] | None = None,
        shut: Iterable[UUID] = (),
    ) -> list[Decision]:
        """A page of decisions, newest first, after the one that `before` names; one more than PAGE where there are more.

        `provider` is whose own decisions (those of no site) are reached too, or empty; `shut` are journeys left out.
        """
        asked = [clause for name, clause in CLAUSES.items() if getattr(wanted, name)]
        if before:
            asked.append("(recorded, service, place) < (%(at)s, %(of)s, %(place)s)")
        where = " AND ".join(
            [
                DECIDED,
                "journey <> ALL (%(shut)s)",
                "(site = ANY(%(sites)s) OR (site = '' AND provider = %(provider)s))",
                *asked,
            ]
        )
        given = {name: getattr(wanted, name) for name in CLAUSES}
        given |= {"sites": list(sites), "provider": provider, "limit": PAGE + 1, "shut": list(shut)}
        given |= dict(zip(("at", "of", "place"), before, strict=True)) if before else {}
        return await self._found(
            f"WHERE {where} ORDER BY recorded DESC, service DESC, place DESC LIMIT %(limit)s", given
        )

    async def one(self, service: str, position: int) -> Decision | None:
        """The decision at a position of a service's log."""
        given = {"service": service, "position": position}
        found = await self._found("WHERE service = %(service)s AND position = %(position)s", given)
        return found[0] if found else None

    async def of_journey(self, journey: UUID, limit: int = 1_000) -> list[Decision]:
        """Everything decided on a journey, in the order in which it was recorded."""
        order = "ORDER BY recorded, service, place LIMIT %(limit)s"
        return await self._found(
            f"WHERE {DECIDED} AND journey = %(journey)s {order}", {"journey": journey, "limit": limit}
        )

    async def rules(self) -> list[str]:
        """Every version of rules under which something was decided."""
        async with self._pool.connection() as connection:
            found = await connection.execute(RULES)
            return [row[0] for row in await found.fetchall()]

    async def _found(self, rest: str, given: dict[str, Any]) -> list[Decision]:
        async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(Decision)) as cursor:
            await cursor.execute(f"SELECT {COLUMNS} FROM audit.decision {rest}", given)
            return await cursor.fetchall()


async def state_of(auditor: str, service: str, position: int) -> dict[str, Any] | None:
    """A stored event's state as it stands in its store, words under seal."""
    query = SQL("SELECT state FROM {}.events WHERE notification_id = %s").format(Identifier(service))
    async with (
        connected(auditor, autocommit=True) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        row = await (await cursor.execute(query, (position,))).fetchone()
    return orjson.loads(row["state"]) if row else None
