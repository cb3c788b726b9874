"""What may be asked about journeys: the list, one journey with all that hangs on it, and its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.calendar import local_day
from libs.views import View

PAGE = 25
TIMELINE = 1_000
"""How many moments a timeline shows at most; a journey with more says so."""

COUNTS = """
    (SELECT count(*) FROM action a WHERE a.journey = j.journey AND a.state NOT IN ('verified', 'withdrawn'))
        AS actions_open,
    (SELECT count(*) FROM action a WHERE a.journey = j.journey AND a.state IN ('agreed', 'started', 'blocked')
        AND a.due < %(today)s) AS actions_late,
    (SELECT count(*) FROM duty d WHERE d.journey = j.journey AND d.state = 'owed') AS duties_owed,
    (SELECT count(*) FROM duty d WHERE d.journey = j.journey AND d.state = 'owed' AND d.due < %(now)s)
        AS duties_overdue
"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader narrows the list to; empty means all. `state` is a stage, or "open"."""

    site: str = ""
    kind: str = ""
    theme: str = ""
    state: str = ""


class JourneyReading(View):
    """Questions about journeys."""

    async def one(self, journey: UUID, now: datetime) -> dict[str, Any] | None:
        """A journey's row with its counts, or None where nobody has spoken of it."""
        return await self.row(
            f"SELECT j.*, {COUNTS} FROM journey j WHERE j.journey = %(journey)s",
            {"journey": journey, "today": local_day(now), "now": now},
        )

    async def listed(
        self, sites: list[str], filters: Filters, now: datetime, before: tuple[datetime, UUID] | None = None
    ) -> list[dict[str, Any]]:
        """A page of journeys at these sites, newest first, after the one that `before` names; one more than PAGE
        where there is another page."""
        wanted = {"site": "j.site = %(site)s", "kind": "j.kind = %(kind)s", "theme": "%(theme)s = ANY(j.themes)"}
        asked = [clause for name, clause in wanted.items() if getattr(filters, name)]
        if filters.state:
            asked.append("j.stage <> 'closed'" if filters.state == "open" else "j.stage = %(state)s")
        if before:
            asked.append("(j.raised, j.journey) < (%(raised)s, %(journey)s)")
        where = " AND ".join(["j.site = ANY(%(sites)s)", "j.raised IS NOT NULL", *asked])
        given = {name: getattr(filters, name) for name in Filters.__slots__}
        given |= {"sites": sites, "today": local_day(now), "now": now, "limit": PAGE + 1}
        given |= dict(zip(("raised", "journey"), before, strict=True)) if before else {}
        return await self.rows(
            f"SELECT j.*, {COUNTS} FROM journey j WHERE {where} ORDER BY j.raised DESC, j.journey DESC LIMIT %(limit)s",
            given,
        )

    async def timeline(self, journey: UUID) -> list[dict[str, Any]]:
        """Everything on record about a journey, in the order in which it was recorded; words still under seal."""
        return await self.rows(
            "SELECT * FROM moment WHERE journey = %s ORDER BY recorded, source, sequence LIMIT %s", (journey, TIMELINE)
        )

    async def closures(self, journey: UUID) -> list[dict[str, Any]]:
        """Which closure states were reached or lost, when, and by what proof."""
        return await self.rows("SELECT * FROM closure WHERE journey = %s", (journey,))

    async def actions(self, journey: UUID) -> list[dict[str, Any]]:
        """The journey's actions, first due first."""
        return await self.rows("SELECT * FROM action WHERE journey = %s ORDER BY due, action_id", (journey,))

    async def duties(self, journey: UUID) -> list[dict[str, Any]]:
        """Who is owed an account, in the order in which it fell due."""
        return await self.rows(
            "SELECT * FROM duty WHERE journey = %s ORDER BY due NULLS LAST, owed, duty_id", (journey,)
        )

    async def briefings(self, journey: UUID) -> list[dict[str, Any]]:
        """Briefings with how many have read and understood, of how many."""
        return await self.rows(
            "SELECT b.*, (SELECT count(p.read) FROM briefing_person p WHERE p.briefing_id = b.briefing_id) AS read,"
            " (SELECT count(p.understood) FROM briefing_person p WHERE p.briefing_id = b.briefing_id) AS understood"
            " FROM briefing b WHERE b.journey = %s ORDER BY b.issued, b.briefing_id",
            (journey,),
        )

    async def breaches(self, journey: UUID) -> list[dict[str, Any]]:
        """The measures that name this journey as one that missed the target."""
        return await self.rows(
            "SELECT f.measure_id, f.title, f.period, f.revision, b.because FROM measure_figure f,"
            " jsonb_to_recordset(f.breaches) AS b(journey uuid, because text)"
            " WHERE f.breaches @> jsonb_build_array(jsonb_build_object('journey', %s::text)) AND b.journey = %s"
            " ORDER BY f.period, f.measure_id",
            (str(journey), journey),
        )

    async def challenges_on(self, journey: UUID) -> list[dict[str, Any]]:
        """What was challenged on this journey."""
        return await self.rows("SELECT * FROM challenge WHERE journey = %s ORDER BY raised", (journey,))
