"""How far learning has come: done, briefed, practised, effective, sustained; how long each took, and where it stalls."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, LiteralString

from libs.views import View
from services.governance.projection.figures import LEARNED

HELD: LiteralString = f"""
    WITH held AS (
        SELECT j.journey, j.site, j.stage, j.closure, j.signed_off, j.practice_changed,
            max(c.reached) FILTER (WHERE c.state = 'done') AS done,
            max(c.reached) FILTER (WHERE c.state = 'briefed') AS briefed,
            max(c.reached) FILTER (WHERE c.state = 'practised') AS practised,
            max(c.reached) FILTER (WHERE c.state = 'effective') AS effective,
            max(c.reached) FILTER (WHERE c.state = 'sustained') AS sustained
        FROM journey j LEFT JOIN closure c ON c.journey = j.journey
        WHERE j.site = ANY(%(sites)s) AND j.raised IS NOT NULL AND {LEARNED}
            AND j.signed_off >= coalesce(%(since)s::date, '-infinity')
        GROUP BY j.journey)
"""

STEPS: LiteralString = """
    SELECT s.place, (SELECT count(*) FROM held)::int AS learned,
        (SELECT count(*) FROM held h WHERE h.closure >= s.place)::int AS journeys, t.timed, t.median, t.least, t.most
    FROM generate_series(1, 5) AS s(place) LEFT JOIN (
        SELECT v.place, count(v.days)::int AS timed, percentile_cont(0.5) WITHIN GROUP (ORDER BY v.days) AS median,
            min(v.days) AS least, max(v.days) AS most
        FROM held h CROSS JOIN LATERAL (
            SELECT e.place, greatest(extract(epoch FROM e.until - e.begun) / 86400, 0)::float AS days FROM (VALUES
                (1, h.signed_off, h.done), (2, h.done, h.briefed), (3, h.briefed, h.practised),
                (4, h.practised, h.effective), (5, h.effective, h.sustained)) AS e(place, begun, until)) AS v
        WHERE v.place <= h.closure GROUP BY v.place) AS t ON t.place = s.place
    ORDER BY s.place
"""

WAITING: LiteralString = """, waiting AS (
        SELECT journey, site, stage, extract(epoch FROM %(now)s - CASE stage
            WHEN 'act' THEN signed_off WHEN 'brief' THEN coalesce(done, practice_changed, signed_off)
            WHEN 'practise' THEN coalesce(briefed, practice_changed, signed_off)
            WHEN 'work' THEN coalesce(practised, practice_changed, signed_off)
            ELSE coalesce(effective, practice_changed, signed_off) END)::float / 86400 AS days
        FROM held WHERE stage <> 'closed')
    SELECT stage, count(*)::int AS journeys, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median,
        max(days) AS most, (array_agg(journey ORDER BY days DESC, journey))[1] AS longest,
        (array_agg(site ORDER BY days DESC, journey))[1] AS longest_site
    FROM waiting GROUP BY stage
"""


class LoopReading(View):
    """Questions about what became of what was learned. Learned means: signed off with at least one factor to change.

    `since` keeps to reviews signed off on or after a day; times are in days, between states that still hold.
    """

    async def steps(self, sites: list[str], since: date | None = None) -> list[dict[str, Any]]:
        """For each closure state in order: how many of those `learned` hold it, and the days it took from the
        state before."""
        return await self.rows(HELD + STEPS, {"sites": sites, "since": since})

    async def stalls(self, sites: list[str], now: datetime, since: date | None = None) -> list[dict[str, Any]]:
        """For each stage after learning: how many wait there, for how long, and which has waited longest."""
        return await self.rows(HELD + WAITING, {"sites": sites, "since": since, "now": now})

    async def fallen_back(self, sites: list[str], since: date | None = None, limit: int = 10) -> list[dict[str, Any]]:
        """Proof that was held and no longer holds, last lost first."""
        return await self.rows(
            "SELECT c.journey, j.site, c.state, c.lost, c.because FROM closure c JOIN journey j ON j.journey = c.journey"
            " WHERE j.site = ANY(%s) AND j.raised IS NOT NULL AND c.lost IS NOT NULL"
            " AND c.lost >= coalesce(%s::date, '-infinity') ORDER BY c.lost DESC, c.journey, c.state LIMIT %s",
            (sites, since, limit),
        )

    async def themes(self, sites: list[str], since: date, limit: int = 10) -> list[dict[str, Any]]:
        """Themes by how many journeys they came up in, with how many of these are open, at how many sites."""
        return await self.rows(
            "SELECT theme, count(*)::int AS journeys, (count(*) FILTER (WHERE stage <> 'closed'))::int AS open,"
            " count(DISTINCT site)::int AS sites FROM journey CROSS JOIN LATERAL unnest(themes) AS t(theme)"
            " WHERE site = ANY(%s) AND raised IS NOT NULL AND occurred >= %s GROUP BY theme"
            " ORDER BY count(*) DESC, theme LIMIT %s",
            (sites, since, limit),
        )

    async def strengths(self, sites: list[str], since: date) -> list[dict[str, Any]]:
        """Changes agreed, by how strong they are, and how many of them have been verified."""
        return await self.rows(
            "SELECT strength, count(*)::int AS changes, (count(*) FILTER (WHERE state = 'verified'))::int AS verified"
            " FROM action WHERE site = ANY(%s) AND agreed >= %s AND state <> 'withdrawn' GROUP BY strength",
            (sites, since),
        )

    async def verdicts(self, sites: list[str], since: date) -> dict[str, int]:
        """How many changes were found to have which effect."""
        found = await self.rows(
            "SELECT verdict, count(*)::int AS changes FROM verdict WHERE site = ANY(%s) AND reached >= %s GROUP BY verdict",
            (sites, since),
        )
        return {row["verdict"]: row["changes"] for row in found}

    async def fresh(self, sites: list[str], since: datetime) -> dict[str, int]:
        """What happened since a moment, by the figure that lists it."""
        row = await self.row(
            "SELECT (count(*) FILTER (WHERE raised >= %(since)s))::int AS new_reports,"
            " (count(*) FILTER (WHERE review_state = 'signed_off' AND signed_off >= %(since)s))::int AS new_learned,"
            " (count(*) FILTER (WHERE practice_changed >= %(since)s))::int AS new_changes,"
            " (SELECT count(*) FROM closure c JOIN journey k ON k.journey = c.journey WHERE k.site = ANY(%(sites)s)"
            "  AND k.raised IS NOT NULL AND c.lost >= %(since)s)::int AS fell_back,"
            " (SELECT count(*) FROM challenge h JOIN journey k ON k.journey = h.journey WHERE k.site = ANY(%(sites)s)"
            "  AND k.raised IS NOT NULL AND h.answered >= %(since)s)::int AS new_answers"
            " FROM journey WHERE site = ANY(%(sites)s) AND raised IS NOT NULL AND last_recorded >= %(since)s",
            {"sites": sites, "since": since},
        )
        return row or {}
