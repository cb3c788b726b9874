"""The duty of candour on each journey: where it stands, and every step and attempt in order, words under seal."""

from __future__ import annotations

from functools import singledispatch
from typing import Any
from uuid import UUID

from libs.views import Rows, View
from services.notification.domain.candour import Candour


class Candours(View):
    """One row for each record of the duty, and one for each thing put on it."""

    name = "candour"
    table_names = ("candour", "candour_entry")
    tables = """
        CREATE TABLE IF NOT EXISTS candour (
            candour_id uuid PRIMARY KEY, journey uuid NOT NULL, site text NOT NULL, applies boolean NOT NULL,
            because text[] NOT NULL, contact text NOT NULL DEFAULT 'open', taken text[] NOT NULL DEFAULT '{}',
            attempts integer NOT NULL DEFAULT 0, assessed_at timestamptz NOT NULL, version bigint NOT NULL
        );
        CREATE INDEX IF NOT EXISTS candour_journey ON candour (journey);
        CREATE INDEX IF NOT EXISTS candour_site ON candour (site, assessed_at) WHERE applies;
        CREATE TABLE IF NOT EXISTS candour_entry (
            candour_id uuid NOT NULL, version bigint NOT NULL, journey uuid NOT NULL, site text NOT NULL,
            kind text NOT NULL, note text NOT NULL, role text NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (candour_id, version)
        );
    """

    async def of_journey(self, journey: UUID) -> dict[str, Any] | None:
        """The record of a journey, or None where the duty was never proposed."""
        return await self.row("SELECT * FROM candour WHERE journey = %s", (journey,))

    async def entries(self, journey: UUID) -> list[dict[str, Any]]:
        """Everything on the record in order, notes under seal."""
        return await self.rows("SELECT * FROM candour_entry WHERE journey = %s ORDER BY version", (journey,))


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the records as they are."""


def _enter(event: Any, rows: Rows, kind: str, note: str = "") -> None:
    rows.execute(
        "INSERT INTO candour_entry VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.originator_id, event.originator_version, event.journey, event.site, kind, note, event.by.role,
            event.occurred,
        ),
    )  # fmt: skip


def _contact(event: Any, rows: Rows, contact: str) -> None:
    rows.execute(
        "UPDATE candour SET contact = %s, version = %s WHERE candour_id = %s",
        (contact, event.originator_version, event.originator_id),
    )


@project.register
def assessed(event: Candour.Assessed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO candour (candour_id, journey, site, applies, because, assessed_at, version)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (candour_id) DO NOTHING",
        (
            event.originator_id, event.journey, event.site, event.applies, event.because, event.occurred,
            event.originator_version,
        ),
    )  # fmt: skip
    _enter(event, rows, "applies" if event.applies else "does_not_apply")


@project.register
def assessed_anew(event: Candour.AssessedAnew, rows: Rows) -> None:
    rows.execute(
        "UPDATE candour SET applies = %s, because = %s, assessed_at = %s, version = %s WHERE candour_id = %s",
        (event.applies, event.because, event.occurred, event.originator_version, event.originator_id),
    )
    _enter(event, rows, "applies" if event.applies else "does_not_apply")


@project.register
def step_taken(event: Candour.StepTaken, rows: Rows) -> None:
    rows.execute(
        "UPDATE candour SET taken = array_append(array_remove(taken, %s), %s), version = %s WHERE candour_id = %s",
        (event.step, event.step, event.originator_version, event.originator_id),
    )
    _enter(event, rows, event.step, event.note)


@project.register
def contact_tried(event: Candour.ContactTried, rows: Rows) -> None:
    rows.execute(
        "UPDATE candour SET attempts = attempts + 1, version = %s WHERE candour_id = %s",
        (event.originator_version, event.originator_id),
    )
    _enter(event, rows, "tried", event.note)


@project.register
def unreachable(event: Candour.FoundUnreachable, rows: Rows) -> None:
    _contact(event, rows, "unreachable")
    _enter(event, rows, "unreachable", event.note)


@project.register
def declined(event: Candour.Declined, rows: Rows) -> None:
    _contact(event, rows, "declined")
    _enter(event, rows, "declined", event.note)


@project.register
def resumed(event: Candour.ContactResumed, rows: Rows) -> None:
    _contact(event, rows, "open")
    _enter(event, rows, "resumed", event.note)
