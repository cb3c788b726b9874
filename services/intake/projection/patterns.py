"""What patterns can be seen by: each opportunity's place, person and themes without words, and what was decided on."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from libs.views import Rows, View
from services.intake.domain import Erasure, Link, Opportunity, Pattern, StaffAllegation
from services.intake.domain.link import as_linked
from services.intake.domain.pattern import Sighting

MOST = 20_000
"""How many opportunities are looked through at most, the latest first."""


MOST_BESIDE = 10
"""How many others are shown beside one."""


class Patterns(View):
    """Sightings, and the evidence that somebody has decided on already."""

    name = "patterns"
    table_names = ("sighting", "decided", "born", "link")
    tables = """
        CREATE TABLE IF NOT EXISTS sighting (
            journey uuid PRIMARY KEY,
            provider text NOT NULL,
            site text NOT NULL,
            kind text NOT NULL,
            themes text[] NOT NULL,
            abuse_types text[] NOT NULL,
            occurred timestamptz NOT NULL,
            person text NOT NULL,
            place text NOT NULL,
            staff text[] NOT NULL DEFAULT '{}',
            shut_out text[] NOT NULL DEFAULT '{}'
        );
        CREATE INDEX IF NOT EXISTS sighting_person ON sighting (person) WHERE person <> '';
        CREATE INDEX IF NOT EXISTS sighting_latest ON sighting (site, occurred DESC);
        CREATE TABLE IF NOT EXISTS born (opportunity uuid, journey uuid, PRIMARY KEY (opportunity, journey));
        CREATE TABLE IF NOT EXISTS link (
            journey uuid, other uuid, how text, reason text NOT NULL, made_at timestamptz NOT NULL,
            PRIMARY KEY (journey, other, how)
        );
        CREATE TABLE IF NOT EXISTS decided (pattern uuid, journey uuid, PRIMARY KEY (pattern, journey));
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def seen(self, sites: list[str], since: datetime, staff_since: datetime, reader: str) -> list[Sighting]:
        """What happened at these sites since a moment, for allegations another, and is not shut to the reader."""
        rows = await self.rows(
            "SELECT journey, provider, site, kind, themes, abuse_types, occurred, person, place, staff FROM sighting"
            " WHERE site = ANY(%s) AND (occurred >= %s OR (staff <> '{}' AND occurred >= %s))"
            " AND NOT %s = ANY(shut_out) ORDER BY occurred DESC LIMIT %s",
            (sites, since, staff_since, reader, MOST),
        )
        found = [
            Sighting(**row | {name: tuple(row[name]) for name in ("themes", "abuse_types", "staff")}) for row in rows
        ]
        links = await self.rows(
            "SELECT journey, other, how FROM link WHERE journey = ANY(%s) AND journey < other",
            ([each.journey for each in found],),
        )
        return as_linked(found, [(row["journey"], row["other"], row["how"]) for row in links])

    async def linked(self, journey: UUID, sites: list[str], reader: str) -> list[dict[str, Any]]:
        """What somebody linked this one to, at these sites, without what is shut to the reader; reasons under seal."""
        return await self.rows(
            "SELECT l.other, l.how, l.reason, l.made_at, o.kind, o.occurred, o.site FROM link l"
            " JOIN sighting o ON o.journey = l.other AND o.site = ANY(%s) AND NOT %s = ANY(o.shut_out)"
            " WHERE l.journey = %s ORDER BY l.made_at, l.other, l.how",
            (sites, reader, journey),
        )

    async def beside(self, journey: UUID, sites: list[str], reader: str) -> list[dict[str, Any]]:
        """What else at these sites is about the same person or happened in the same place, the latest first."""
        return await self.rows(
            "SELECT o.journey, o.kind, o.occurred, o.site, (o.person = it.person AND it.person <> '') AS same_person"
            " FROM sighting it JOIN sighting o ON o.journey <> it.journey AND o.site = ANY(%s)"
            " AND NOT %s = ANY(o.shut_out) AND ((it.person <> '' AND o.person = it.person)"
            " OR (it.place <> '' AND o.site = it.site AND o.place = it.place))"
            " WHERE it.journey = %s ORDER BY o.occurred DESC LIMIT %s",
            (sites, reader, journey, MOST_BESIDE),
        )

    async def born_of(self, opportunity: UUID) -> list[UUID]:
        """The journeys of the pattern for which an opportunity began; none for any other."""
        return [
            row["journey"] for row in await self.rows("SELECT journey FROM born WHERE opportunity = %s", (opportunity,))
        ]

    async def decided(self, patterns: list[UUID]) -> dict[UUID, set[UUID]]:
        """The evidence of these patterns that somebody decided on already."""
        rows = await self.rows("SELECT pattern, journey FROM decided WHERE pattern = ANY(%s)", (patterns,))
        found: dict[UUID, set[UUID]] = {}
        for row in rows:
            found.setdefault(row["pattern"], set()).add(row["journey"])
        return found


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here shows no pattern."""


@project.register
def raised(event: Opportunity.Raised, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO sighting VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (journey) DO NOTHING",
        (
            event.journey, event.provider, event.site, event.kind, event.themes, event.facts.get("abuse_types", []),
            event.occurred, event.person, event.facts.get("place", ""),
        ),
    )  # fmt: skip


@project.register
def triaged(event: Opportunity.Triaged, rows: Rows) -> None:
    rows.execute(
        "UPDATE sighting SET themes = %s, abuse_types = %s, place = %s WHERE journey = %s",
        (event.themes, event.facts.get("abuse_types", []), event.facts.get("place", ""), event.journey),
    )


@project.register
def reclassified(event: Opportunity.Reclassified, rows: Rows) -> None:
    rows.execute(
        "UPDATE sighting SET kind = %s, themes = %s WHERE journey = %s", (event.kind, event.themes, event.journey)
    )


@project.register
def subject_named(event: StaffAllegation.SubjectNamed, rows: Rows) -> None:
    rows.execute(
        "UPDATE sighting SET staff = array_append(staff, %s), shut_out = array_append(shut_out, %s) WHERE journey = %s",
        (event.person or event.subject, event.subject, event.journey),
    )


@project.register
def subject_struck_out(event: StaffAllegation.SubjectStruckOut, rows: Rows) -> None:
    rows.execute(
        "UPDATE sighting SET staff = array_remove(staff, %s), shut_out = array_remove(shut_out, %s) WHERE journey = %s",
        (event.person or event.subject, event.subject, event.journey),
    )


@project.register
def recognised(event: Pattern.Recognised, rows: Rows) -> None:
    _decided(event.originator_id, event.evidence, rows)
    for journey in event.evidence:
        rows.execute("INSERT INTO born VALUES (%s, %s) ON CONFLICT DO NOTHING", (event.opportunity, journey))


@project.register
def set_aside(event: Pattern.SetAside, rows: Rows) -> None:
    _decided(event.originator_id, event.evidence, rows)


def _decided(pattern: UUID, evidence: list[UUID], rows: Rows) -> None:
    for journey in evidence:
        rows.execute("INSERT INTO decided VALUES (%s, %s) ON CONFLICT DO NOTHING", (pattern, journey))


@project.register
def erased(event: Erasure.Certified, rows: Rows) -> None:
    rows.execute("UPDATE sighting SET person = '' WHERE journey = ANY(%s)", (event.journeys,))


@project.register
def linked(event: Link.Made, rows: Rows) -> None:
    for journey, other in ((event.journey, event.other), (event.other, event.journey)):
        rows.execute(
            "INSERT INTO link VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (journey, other, event.how, event.reason, event.recorded),
        )


@project.register
def unlinked(event: Link.Undone, rows: Rows) -> None:
    for journey, other in ((event.journey, event.other), (event.other, event.journey)):
        rows.execute("DELETE FROM link WHERE journey = %s AND other = %s AND how = %s", (journey, other, event.how))
