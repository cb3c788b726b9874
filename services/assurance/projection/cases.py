"""Every opportunity as a measure sees it, and when it reached which milestone, as the neighbours said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import singledispatch
from typing import Any, LiteralString
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from contracts import intake, notification, review
from contracts.envelope import PublishedEvent
from contracts.taxonomy import Fact, Milestone
from libs.calendar import LONDON, end_of_day, local_day
from libs.practice import Cohort
from libs.views import Rows, View
from services.assurance.domain.figures import Case, belongs, last_day
from services.assurance.domain.measure import Evidence

MILESTONES: dict[type[PublishedEvent], Milestone] = {
    intake.OpportunityTriaged: Milestone.MANAGEMENT_REVIEWED,
    intake.ProfessionalUpdateReviewed: Milestone.MANAGEMENT_REVIEWED,
    intake.ProfessionalUpdateActioned: Milestone.ACTIONED,
    intake.ProfessionalUpdateCommunicated: Milestone.COMMUNICATED,
    review.ReviewSignedOff: Milestone.LEARNING_RECORDED,
    notification.BriefingIssued: Milestone.GUIDANCE_GIVEN,
}
"""Which published event marks which moment of a case. Received and recorded are those of the opportunity itself."""


class Cases(View):
    """Cases and milestones, kept from what intake, review and notification publish."""

    name = "cases"
    table_names = ("opportunity", "milestone")
    tables = """
        CREATE TABLE IF NOT EXISTS opportunity (
            journey uuid PRIMARY KEY, site text NOT NULL, reference text NOT NULL, kind text NOT NULL,
            themes text[] NOT NULL, abuse_types text[] NOT NULL DEFAULT '{}',
            received timestamptz NOT NULL, recorded timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS opportunity_recorded ON opportunity (site, recorded);
        CREATE INDEX IF NOT EXISTS opportunity_received ON opportunity (site, received);
        CREATE TABLE IF NOT EXISTS milestone (
            journey uuid NOT NULL, name text NOT NULL, site text NOT NULL,
            at timestamptz NOT NULL, recorded timestamptz NOT NULL, PRIMARY KEY (journey, name)
        );
        CREATE INDEX IF NOT EXISTS milestone_at ON milestone (site, at);
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def evidence(self, site: str, since: date) -> Evidence:
        """Every case of a site that can have begun since a day, with its milestones, and how far was heard."""
        positions = {source: position for source, (position, _) in self.places.items()}
        earliest = datetime.combine(since, time(), LONDON) - timedelta(days=1)
        found = await self.rows(EVIDENCE, {"site": site, "earliest": earliest})
        return Evidence(
            [_case(row) for row in found],
            {row["journey"]: {n: datetime.fromisoformat(at) for n, at in row["reached"].items()} for row in found},
            positions,
        )

    async def begun(self, journey: UUID) -> date | None:
        """The day on which a journey's opportunity was recorded; None where that has not been heard of."""
        row = await self.row("SELECT recorded FROM opportunity WHERE journey = %s", (journey,))
        return local_day(row["recorded"]) if row else None

    async def population(self, site: str, period: date, cohort: Cohort) -> dict[UUID, str]:
        """Every case of a cohort at a site that was recorded in a month, by journey, with its receipt number."""
        before, last = end_of_day(period - timedelta(days=1)), end_of_day(last_day(period))
        rows = await self.rows(
            "SELECT * FROM opportunity WHERE site = %s AND recorded > %s AND recorded <= %s ORDER BY recorded, journey",
            (site, before, last),
        )
        return {row["journey"]: row["reference"] for row in rows if belongs(cohort, _case(row))}

    async def reached_by(self, journey: UUID) -> set[str]:
        """The milestones that a journey has reached."""
        return {row["name"] for row in await self.rows("SELECT name FROM milestone WHERE journey = %s", (journey,))}

    async def site_of(self, journey: UUID) -> str:
        """The site of a journey; empty where there is no such journey."""
        row = await self.row("SELECT site FROM opportunity WHERE journey = %s", (journey,))
        return row["site"] if row else ""

    async def known_by(self, reference: str, sites: Sequence[str]) -> UUID | None:
        """The journey with a receipt number at these sites, as far as whoever asks may see it."""
        row = await self.row(
            "SELECT journey FROM opportunity WHERE reference = %s AND site = ANY(%s)",
            (reference.strip().upper(), list(sites)),
        )
        return row["journey"] if row else None

    async def references(self, journeys: list[UUID]) -> dict[UUID, str]:
        """The receipt number of each journey."""
        rows = await self.rows("SELECT journey, reference FROM opportunity WHERE journey = ANY(%s)", (journeys,))
        return {row["journey"]: row["reference"] for row in rows}


EVIDENCE: LiteralString = """
    WITH lately AS (
        SELECT journey FROM opportunity WHERE site = %(site)s AND recorded >= %(earliest)s
        UNION SELECT journey FROM opportunity WHERE site = %(site)s AND received >= %(earliest)s
        UNION SELECT journey FROM milestone WHERE site = %(site)s AND at >= %(earliest)s)
    SELECT o.*, coalesce(m.reached, '{}') AS reached FROM lately
    CROSS JOIN LATERAL (SELECT * FROM opportunity WHERE journey = lately.journey AND site = %(site)s LIMIT 1) AS o
    CROSS JOIN LATERAL (SELECT jsonb_object_agg(name, at) AS reached FROM milestone WHERE journey = o.journey) AS m
"""
"""Each part of the union walks an index from a moment on, and each case found is then looked up by itself: joined freely,
the planner would rather read every case that the site ever had. It must be a moment: behind row security the database
compares no moment with a day before it has read the row, so by a day it would walk all that the site ever had too."""


def _case(row: dict[str, Any]) -> Case:
    return Case(
        row["journey"], row["kind"], tuple(row["themes"]), tuple(row["abuse_types"]), row["received"], row["recorded"]
    )


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What is neither a case nor a milestone leaves the tables as they are."""


@project.register
def raised(event: intake.OpportunityRaised, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO opportunity (journey, site, reference, kind, themes, received, recorded)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (journey) DO NOTHING",
        (event.journey, event.site, event.reference, event.kind, event.themes, event.occurred, event.recorded),
    )


@project.register
def triaged(event: intake.OpportunityTriaged, rows: Rows) -> None:
    rows.execute(
        "UPDATE opportunity SET kind = %s, themes = %s, abuse_types = %s WHERE journey = %s",
        (event.kind, event.themes, list(event.facts.get(Fact.ABUSE_TYPES) or ()), event.journey),
    )
    _note(event, rows)


@project.register
def reclassified(event: intake.OpportunityReclassified, rows: Rows) -> None:
    rows.execute(
        "UPDATE opportunity SET kind = %s, themes = %s WHERE journey = %s", (event.kind, event.themes, event.journey)
    )


def _note(event: PublishedEvent, rows: Rows) -> None:
    """The first time counts: what was reviewed once has been reviewed, whatever it turned out to be later."""
    rows.execute(
        "INSERT INTO milestone AS m VALUES (%s, %s, %s, %s, %s) ON CONFLICT (journey, name) DO UPDATE"
        " SET at = least(m.at, excluded.at), recorded = least(m.recorded, excluded.recorded)",
        (event.journey, MILESTONES[type(event)], event.site, event.occurred, event.recorded),
    )


for _kind in MILESTONES:
    if _kind not in project.registry:
        project.register(_kind)(_note)
