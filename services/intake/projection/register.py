"""What intake remembers for reading: every opportunity and where it stands, words under seal."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import singledispatch
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from contracts.taxonomy import OpportunityKind
from libs.domain import Refused
from libs.views import Rows, View
from services.intake.domain import Erasure, Opportunity, StaffAllegation, Talk


class Register(View):
    """The register of opportunities, and the worklist of those that nobody has weighed yet."""

    name = "register"
    table_names = ("opportunity",)
    tables = """
        CREATE TABLE IF NOT EXISTS opportunity (
            journey uuid PRIMARY KEY,
            reference text NOT NULL,
            provider text NOT NULL,
            site text NOT NULL,
            kind text NOT NULL,
            themes text[] NOT NULL,
            route text NOT NULL,
            summary text NOT NULL,
            occurred timestamptz NOT NULL,
            recorded timestamptz NOT NULL,
            is_safe boolean NOT NULL DEFAULT false,
            response text NOT NULL DEFAULT '',
            steps text[] NOT NULL DEFAULT '{}',
            closed boolean NOT NULL DEFAULT false,
            due_on date,
            source_key text NOT NULL,
            version bigint NOT NULL
        );
        ALTER TABLE opportunity ADD COLUMN IF NOT EXISTS person text NOT NULL DEFAULT '';
        ALTER TABLE opportunity ADD COLUMN IF NOT EXISTS place text NOT NULL DEFAULT '';
        ALTER TABLE opportunity ADD COLUMN IF NOT EXISTS abuse_types text[] NOT NULL DEFAULT '{}';
        ALTER TABLE opportunity ADD COLUMN IF NOT EXISTS shut_out text[] NOT NULL DEFAULT '{}';
        ALTER TABLE opportunity ADD COLUMN IF NOT EXISTS unread boolean NOT NULL DEFAULT false;
        CREATE INDEX IF NOT EXISTS opportunity_waiting ON opportunity (site, recorded) WHERE response = '' AND NOT closed;
        CREATE INDEX IF NOT EXISTS opportunity_latest ON opportunity (site, recorded DESC, journey DESC);
        CREATE INDEX IF NOT EXISTS opportunity_reference ON opportunity (reference);
        CREATE INDEX IF NOT EXISTS opportunity_source ON opportunity (source_key) WHERE source_key <> '';
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def waiting(self, sites: list[str], limit: int = 50, reader: str = "") -> list[dict[str, Any]]:
        """What nobody has weighed yet at these sites, oldest first, without what is shut to a reader, by pseudonym."""
        return await self.rows(
            "SELECT * FROM opportunity WHERE site = ANY(%s) AND response = '' AND NOT closed"
            " AND NOT %s = ANY(shut_out) ORDER BY recorded LIMIT %s",
            (sites, reader, limit),
        )

    async def page(
        self, sites: list[str], before: str = "", limit: int = 50, reader: str = ""
    ) -> tuple[list[dict[str, Any]], str]:
        """The newest at these sites before a cursor, and the cursor for the page after, empty on the last.

        `reader` is the pseudonym of who reads: what an allegation shuts to them is left out. Raises
        CursorUnreadable for a cursor that no page gave.
        """
        when, journey = _place(before) if before else (LATER_THAN_ALL, UUID(int=0))
        rows = await self.rows(
            "SELECT * FROM opportunity WHERE site = ANY(%s) AND (recorded, journey) < (%s, %s)"
            " AND NOT %s = ANY(shut_out) ORDER BY recorded DESC, journey DESC LIMIT %s",
            (sites, when, journey, reader, limit + 1),
        )
        more = len(rows) > limit
        return rows[:limit], _cursor(rows[limit - 1]) if more else ""

    async def several(self, journeys: list[UUID]) -> list[dict[str, Any]]:
        """These opportunities, oldest first."""
        return await self.rows("SELECT * FROM opportunity WHERE journey = ANY(%s) ORDER BY occurred", (journeys,))

    async def numbered(self, reference: str) -> dict[str, Any] | None:
        """The opportunity with a receipt number, or None; case and spaces do not matter."""
        said = "".join(reference.split()).upper().replace("-", "")
        return await self.row("SELECT * FROM opportunity WHERE reference = %s", (f"{said[:4]}-{said[4:]}",))

    async def one(self, journey: UUID) -> dict[str, Any] | None:
        """One opportunity, or None."""
        return await self.row("SELECT * FROM opportunity WHERE journey = %s", (journey,))


LATER_THAN_ALL = datetime.max.replace(tzinfo=UTC)


class CursorUnreadable(Refused):
    """This is not a place in the list. Begin again at its first page."""


def _cursor(row: dict[str, Any]) -> str:
    place = f"{row['recorded'].timestamp():.6f}/{row['journey'].hex}"
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, UUID]:
    try:
        when, _, journey = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("/")
        seconds, _, micro = when.partition(".")
        moment = datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micro))
        return moment, UUID(hex=journey)
    except (ValueError, OverflowError, OSError):
        raise CursorUnreadable from None


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the register as it is."""


@project.register
def raised(event: Opportunity.Raised, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO opportunity (journey, reference, provider, site, kind, themes, route, summary, occurred, recorded,"
        " is_safe, due_on, source_key, version, person, place, abuse_types)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (journey) DO NOTHING",
        (
            event.journey, event.reference, event.provider, event.site, event.kind, event.themes, event.route,
            event.summary, event.occurred, event.recorded, event.kind == OpportunityKind.COMPLIMENT, event.due_on,
            event.source_key, event.originator_version, event.person, event.facts.get("place", ""),
            event.facts.get("abuse_types", []),
        ),
    )  # fmt: skip


@project.register
def corrected(event: Opportunity.Corrected, rows: Rows) -> None:
    rows.execute(
        "UPDATE opportunity SET summary = %s, due_on = %s, version = %s WHERE journey = %s",
        (event.summary, event.due_on, event.originator_version, event.journey),
    )


@project.register
def safety_confirmed(event: Opportunity.ImmediateSafetyConfirmed, rows: Rows) -> None:
    rows.execute(
        "UPDATE opportunity SET is_safe = true, version = %s WHERE journey = %s",
        (event.originator_version, event.journey),
    )


@project.register
def triaged(event: Opportunity.Triaged, rows: Rows) -> None:
    rows.execute(
        "UPDATE opportunity SET response = %s, themes = %s, place = %s, abuse_types = %s, version = %s WHERE journey = %s",
        (
            event.response, event.themes, event.facts.get("place", ""), event.facts.get("abuse_types", []),
            event.originator_version, event.journey,
        ),
    )  # fmt: skip


@project.register
def reclassified(event: Opportunity.Reclassified, rows: Rows) -> None:
    rows.execute(
        "UPDATE opportunity SET kind = %s, themes = %s, response = '', closed = false, version = %s WHERE journey = %s",
        (event.kind, event.themes, event.originator_version, event.journey),
    )


@project.register
def closed(event: Opportunity.ClosedWithoutReview, rows: Rows) -> None:
    rows.execute(
        "UPDATE opportunity SET closed = true, version = %s WHERE journey = %s",
        (event.originator_version, event.journey),
    )


def _step(event: Any, rows: Rows, step: str) -> None:
    rows.execute(
        "UPDATE opportunity SET steps = array_append(steps, %s), version = %s WHERE journey = %s",
        (step, event.originator_version, event.journey),
    )


@project.register
def update_reviewed(event: Opportunity.UpdateReviewed, rows: Rows) -> None:
    _step(event, rows, "reviewed")


@project.register
def update_actioned(event: Opportunity.UpdateActioned, rows: Rows) -> None:
    _step(event, rows, "actioned")


@project.register
def update_communicated(event: Opportunity.UpdateCommunicated, rows: Rows) -> None:
    _step(event, rows, "communicated")


@project.register
def subject_named(event: StaffAllegation.SubjectNamed, rows: Rows) -> None:
    rows.execute(
        "UPDATE opportunity SET shut_out = array_append(shut_out, %s) WHERE journey = %s",
        (event.subject, event.journey),
    )


@project.register
def subject_struck_out(event: StaffAllegation.SubjectStruckOut, rows: Rows) -> None:
    rows.execute(
        "UPDATE opportunity SET shut_out = array_remove(shut_out, %s) WHERE journey = %s",
        (event.subject, event.journey),
    )


@project.register
def erased(event: Erasure.Certified, rows: Rows) -> None:
    rows.execute("UPDATE opportunity SET person = '' WHERE journey = ANY(%s)", (event.journeys,))


@project.register
def answered(event: Talk.Answered, rows: Rows) -> None:
    rows.execute("UPDATE opportunity SET unread = true WHERE journey = %s", (event.journey,))


@project.register
def answers_read(event: Talk.AnswersRead, rows: Rows) -> None:
    rows.execute("UPDATE opportunity SET unread = false WHERE journey = %s", (event.journey,))
