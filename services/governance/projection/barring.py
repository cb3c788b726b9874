"""Who may not see a journey: the subject of an allegation, in whatever post they hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts import intake
from libs.keys import KeyRing
from libs.service import NotFound
from libs.views import Rows
from services.governance.projection.remembering import Remembering
from services.governance.projection.writing import moment, project

NAMES = ("barred",)

TABLES = """
    CREATE TABLE IF NOT EXISTS barred ( -- Each person to whom a journey is shut.
        journey uuid NOT NULL, -- the journey
        subject text NOT NULL, -- what stands for the person's sign-in; it cannot be read back
        PRIMARY KEY (subject, journey)
    );
"""


class Barring(Remembering):
    """The question that stands before every answer about single journeys."""

    async def shut_to(self, keys: KeyRing, actor: str) -> list[UUID]:
        """The journeys that somebody may not see, in whatever post they are signed in."""
        subject = keys.pseudonym("actor", actor)
        found = await self.remembered(
            ("barred",),
            ("barred", subject),
            lambda: self.rows("SELECT journey FROM barred WHERE subject = %s", (subject,)),
        )
        return [row["journey"] for row in found]

    async def require_open(self, keys: KeyRing, actor: str, journey: UUID) -> None:
        """Raises NotFound, which does not tell that there is anything, for a journey that is shut to the reader."""
        if journey in await self.shut_to(keys, actor):
            raise NotFound("There is no journey with this id. It may not have begun yet: try again in a moment.")


def without_shut(told: Any, shut: list[UUID]) -> Any:
    """What was told, without each entry of a list that speaks of a journey that is shut."""
    if not shut:
        return told
    if isinstance(told, dict):
        return {name: without_shut(value, shut) for name, value in told.items()}
    if isinstance(told, list):
        return [without_shut(each, shut) for each in told if not (isinstance(each, dict) and _speaks_of(each, shut))]
    return told


def _speaks_of(entry: dict[str, Any], shut: list[UUID]) -> bool:
    return entry.get("journey") in shut or entry.get("longest") in shut


@project.register
def subject_barred(event: intake.SubjectBarred, rows: Rows) -> None:
    rows.execute("INSERT INTO barred VALUES (%s, %s) ON CONFLICT DO NOTHING", (event.journey, event.subject))
    moment(event, rows)


@project.register
def bar_lifted(event: intake.SubjectBarLifted, rows: Rows) -> None:
    rows.execute("DELETE FROM barred WHERE journey = %s AND subject = %s", (event.journey, event.subject))
    moment(event, rows)
