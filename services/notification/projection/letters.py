"""Letters to people outside: which were written and which left; what they say is not here."""

from __future__ import annotations

from functools import singledispatch
from typing import Any
from uuid import UUID

from libs.views import Rows, View
from services.notification.domain.letter import Letter


class Letters(View):
    """One row for each letter. It holds no word of it."""

    name = "letters"
    table_names = ("letter",)
    tables = """
        CREATE TABLE IF NOT EXISTS letter (
            letter_id uuid PRIMARY KEY, journey uuid NOT NULL, site text NOT NULL, template text NOT NULL,
            recipient text NOT NULL, written_at timestamptz NOT NULL, how text NOT NULL DEFAULT '', dated date,
            sha256 text NOT NULL DEFAULT '', version bigint NOT NULL
        );
        ALTER TABLE letter ADD COLUMN IF NOT EXISTS sent_at timestamptz;
        CREATE INDEX IF NOT EXISTS letter_journey ON letter (journey, written_at);
    """

    async def of_journey(self, journey: UUID) -> list[dict[str, Any]]:
        """The letters of a journey in the order in which they were begun."""
        return await self.rows("SELECT * FROM letter WHERE journey = %s ORDER BY written_at, letter_id", (journey,))


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the letters as they are."""


@project.register
def written(event: Letter.Written, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO letter (letter_id, journey, site, template, recipient, written_at, version)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (letter_id) DO NOTHING",
        (
            event.originator_id, event.journey, event.site, event.template, event.recipient, event.recorded,
            event.originator_version,
        ),
    )  # fmt: skip


@project.register
def rewritten(event: Letter.Rewritten, rows: Rows) -> None:
    rows.execute("UPDATE letter SET version = %s WHERE letter_id = %s", (event.originator_version, event.originator_id))


@project.register
def moved_on(event: Letter.MovedOn, rows: Rows) -> None:
    rows.execute("UPDATE letter SET version = %s WHERE letter_id = %s", (event.originator_version, event.originator_id))


@project.register
def sent(event: Letter.Sent, rows: Rows) -> None:
    rows.execute(
        "UPDATE letter SET how = %s, dated = %s, sha256 = %s, sent_at = %s, version = %s WHERE letter_id = %s",
        (event.how, event.dated, event.sha256, event.recorded, event.originator_version, event.originator_id),
    )
