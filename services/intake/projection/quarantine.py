"""Messages of outside systems that are kept apart, each with its reason, until a person has seen to them."""

from __future__ import annotations

from functools import singledispatch
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from libs.views import Rows, View
from services.intake.domain import ExternalMessage

PAGE = 50
"""How many are shown at once."""


class Quarantine(View):
    """What waits, oldest first. Words and codes of the sender stay under seal."""

    name = "quarantine"
    table_names = ("kept_apart",)
    tables = """
        CREATE TABLE IF NOT EXISTS kept_apart (
            message uuid PRIMARY KEY,
            source text NOT NULL,
            message_id text NOT NULL,
            reason text NOT NULL,
            sentence text NOT NULL,
            part text NOT NULL,
            code text NOT NULL,
            is_kept boolean NOT NULL,
            since timestamptz NOT NULL,
            version bigint NOT NULL
        );
        CREATE INDEX IF NOT EXISTS kept_apart_since ON kept_apart (since, message);
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def waiting(self, limit: int = PAGE, offset: int = 0) -> list[dict[str, Any]]:
        """The longest waiting first."""
        return await self.rows("SELECT * FROM kept_apart ORDER BY since, message LIMIT %s OFFSET %s", (limit, offset))

    async def one(self, message: UUID) -> dict[str, Any] | None:
        """One that waits, or None."""
        return await self.row("SELECT * FROM kept_apart WHERE message = %s", (message,))


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the list as it is."""


@project.register
def quarantined(event: ExternalMessage.Quarantined, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO kept_apart VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (message) DO UPDATE SET"
        " reason = excluded.reason, sentence = excluded.sentence, part = excluded.part, code = excluded.code,"
        " is_kept = excluded.is_kept, version = excluded.version",
        (
            event.originator_id, event.source, event.message_id, event.reason, event.sentence, event.part, event.code,
            bool(event.payload), event.recorded, event.originator_version,
        ),
    )  # fmt: skip


@project.register
def repeated(event: ExternalMessage.Repeated, rows: Rows) -> None:
    rows.execute(
        "UPDATE kept_apart SET version = %s WHERE message = %s", (event.originator_version, event.originator_id)
    )


@project.register
def accepted(event: ExternalMessage.Accepted, rows: Rows) -> None:
    _seen_to(event.originator_id, rows)


@project.register(ExternalMessage.SetAside)
@project.register(ExternalMessage.Expired)
def set_aside(event: ExternalMessage.SetAside | ExternalMessage.Expired, rows: Rows) -> None:
    _seen_to(event.originator_id, rows)


def _seen_to(message: UUID, rows: Rows) -> None:
    rows.execute("DELETE FROM kept_apart WHERE message = %s", (message,))
