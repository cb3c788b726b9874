"""How far learning has come: done, briefed, practised, effective, sustained; how long each took, and where it stalls."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any, LiteralString

from services.governance.projection import summing
from services.governance.projection.remembering import Remembering
from services.governance.projection.summing import SINCE

FRESH: LiteralString = """
    SELECT (SELECT count(*) FROM journey WHERE site = ANY(%(sites)s) AND raised >= %(since)s)::int AS new_reports,
        (SELECT count(*) FROM journey WHERE site = ANY(%(sites)s) AND raised IS NOT NULL AND review_state = 'signed_off'
            AND signed_off >= %(since)s)::int AS new_learned,
        (SELECT count(*) FROM journey WHERE site = ANY(%(sites)s) AND raised IS NOT NULL
            AND practice_changed >= %(since)s)::int AS new_changes,
        (SELECT count(*) FROM (SELECT journey FROM closure WHERE lost >= %(since)s) AS c
            CROSS JOIN LATERAL (SELECT site, raised FROM journey k WHERE k.journey = c.journey OFFSET 0) AS k
            WHERE k.site = ANY(%(sites)s) AND k.raised IS NOT NULL)::int AS fell_back,
        (SELECT count(*) FROM challenge h JOIN journey k ON k.journey = h.journey WHERE k.site = ANY(%(sites)s)
            AND k.raised IS NOT NULL AND h.answered >= %(since)s)::int AS new_answers
"""


class LoopReading(Remembering):
    """Questions about what became of what was learned. Learned means: signed off with at least one factor to change.

    `since` keeps to reviews signed off on or after a day; times are in days, between states that still hold.
    """

    async def steps(self, sites: list[str], since: date | None = None) -> list[dict[str, Any]]:
        """For each closure state in order: how many of those `learned` hold it, and the days it took from the
        state before."""
        held = await self.by_site(summing.STEPS, sites, summing.took, since=since)
        return summing.steps(list(held.values()))

    async def stalls(self, sites: list[str], now: datetime, since: date | None = None) -> list[dict[str, Any]]:
        """For each stage after learning: how many wait there, for how long, and which has waited longest."""
        waiting = await self.by_site(summing.WAITING, sites, summing.waits, since=since)
        return summing.stalled(waiting.values(), now)

    async def fallen_back(self, sites: list[str], since: date | None = None, limit: int = 10) -> list[dict[str, Any]]:
        """Proof that was held and no longer holds, last lost first."""
        return await self.rows(
            "SELECT c.journey, j.site, c.state, c.lost, c.because FROM closure c JOIN journey j ON j.journey = c.journey"
            " WHERE j.site = ANY(%(sites)s) AND j.raised IS NOT NULL AND c.lost IS NOT NULL"
            f" AND c.lost >= coalesce({SINCE}, '-infinity') ORDER BY c.lost DESC, c.journey, c.state LIMIT %(limit)s",
            {"sites": sites, "since": since, "limit": limit},
        )

    async def themes(self, sites: list[str], since: date, limit: int = 10) -> list[dict[str, Any]]:
        """Themes by how many journeys they came up in, with how many of these are open, at how many sites."""
        found = await self.by_site(summing.THEMES, sites, summing.counted, counted=summing.THEMES_COUNTED, since=since)
        journeys, still, where = Counter[str](), Counter[str](), Counter[str]()
        for theme, number, open_ones in (each for rows in found.values() for each in rows):
            journeys[theme] += number
            still[theme] += open_ones
            where[theme] += 1
        common = sorted(journeys, key=lambda theme: (-journeys[theme], theme))[:limit]
        return [
            {"theme": theme, "journeys": journeys[theme], "open": still[theme], "sites": where[theme]}
            for theme in common
        ]

    async def strengths(self, sites: list[str], since: date) -> list[dict[str, Any]]:
        """Changes agreed, by how strong they are, and how many of them have been verified."""
        found = await self.by_site(
            summing.CHANGES, sites, summing.counted, counted=summing.CHANGES_COUNTED, since=since
        )
        changes, verified = Counter[str](), Counter[str]()
        for strength, agreed, seen in (each for rows in found.values() for each in rows):
            changes[strength] += agreed
            verified[strength] += seen
        return [{"strength": each, "changes": changes[each], "verified": verified[each]} for each in changes]

    async def verdicts(self, sites: list[str], since: date) -> dict[str, int]:
        """How many changes were found to have which effect."""
        found = await self.by_site(
            summing.VERDICTS, sites, summing.counted, counted=summing.VERDICTS_COUNTED, since=since
        )
        together = Counter[str]()
        for verdict, changes in (each for rows in found.values() for each in rows):
            together[verdict] += changes
        return dict(together)

    async def fresh(self, sites: list[str], since: datetime) -> dict[str, int]:
        """What happened since a moment, by the figure that lists it."""
        return await self.row(FRESH, {"sites": sites, "since": since}) or {}
