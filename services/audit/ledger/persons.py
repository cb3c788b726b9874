"""Whose records there are, and what stands elsewhere about them: rows beside the ledger, so that nobody reads every event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool

from libs.connecting import connected

TABLES = """
CREATE TABLE IF NOT EXISTS audit.subject (
    journey uuid PRIMARY KEY,
    position bigint NOT NULL,
    provider text NOT NULL,
    about uuid NOT NULL,
    person text NOT NULL
);
CREATE INDEX IF NOT EXISTS subject_about ON audit.subject (about);
CREATE INDEX IF NOT EXISTS subject_person ON audit.subject (provider, person) WHERE person <> '';
CREATE TABLE IF NOT EXISTS audit.beside (
    journey uuid NOT NULL,
    service text NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (journey, service, position)
);
"""
RAISED = "intake.Opportunity.Raised"
BESIDE = {
    "intake.ExternalMessage.Accepted": "opportunity",
    "assurance.Cadence.Kept": "concerns",
    "assurance.Sign.Noted": "concerns",
}
"""Events on a journey of their own that tell of another: by which of their fields."""
TOPICS = [RAISED, *BESIDE]
BATCH = 2_000

Rows = tuple[list[tuple[UUID, int, str, UUID, str]], list[tuple[UUID, str, int]]]
"""Of `subject` and of `beside`."""


def rows_of(said: Iterable[tuple[str, int, str, Any]]) -> Rows:
    """The rows that events lead to; each is given by its service, position, topic, and state as JSON."""
    subjects, others = [], []
    for service, position, topic, state in said:
        if topic == RAISED:
            about, person = UUID(state["about"]), state.get("person") or ""
            subjects.append((UUID(state["journey"]), position, state["provider"], about, person))
        elif (journey := state.get(BESIDE.get(topic, ""))) and topic in BESIDE:
            others.append((UUID(journey), service, position))
    return subjects, others


async def write(connection: Any, rows: Rows) -> None:
    """Add rows, in whatever transaction the connection is in."""
    subjects, others = rows
    if subjects:
        await connection.execute(
            "INSERT INTO audit.subject (journey, position, provider, about, person) SELECT * FROM"
            " unnest(%s::uuid[], %s::bigint[], %s::text[], %s::uuid[], %s::text[]) ON CONFLICT DO NOTHING",
            _columns(subjects),
        )
    if others:
        await connection.execute(
            "INSERT INTO audit.beside SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bigint[]) ON CONFLICT DO NOTHING",
            _columns(others),
        )


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def catch_up(service: str, pool: AsyncConnectionPool, auditor: str) -> int:
    """Add the rows of entries from before there were such rows, read from the store itself; how many events those were.

    They are added in the order of the log, so what was cut off, or written meanwhile by a release that knew no such rows,
    goes on behind the last that led to one.
    """
    if service != "intake":  # what other services said of another journey before there were rows, they could not say
        return 0
    query = SQL(
        "SELECT l.position, l.topic, e.state FROM audit.ledger_entry l"
        " JOIN {}.events e ON e.notification_id = l.position WHERE l.service = %s AND l.topic = ANY(%s)"
        " AND l.position > greatest(0, (SELECT max(position) FROM audit.subject),"
        "  (SELECT max(position) FROM audit.beside WHERE service = %s)) ORDER BY l.position"
    ).format(Identifier(service))
    read = 0
    async with (
        connected(auditor) as reading,
        reading.cursor("older", binary=True) as cursor,
        pool.connection() as connection,
    ):
        await cursor.execute(query, (service, TOPICS, service))
        while rows := await cursor.fetchmany(BATCH):
            read += len(rows)
            told = rows_of((service, at, topic, orjson.loads(state)) for at, topic, state in rows)
            async with connection.transaction():
                await write(connection, told)
    return read
