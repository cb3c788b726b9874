"""How sites stand: what is open and late, who is owed or not yet briefed, and figures with what they are divided by.

Every question takes the sites that the reader reaches, so that one site and a whole provider are asked in one way.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from libs.calendar import local_day
from services.governance.projection import figures
from services.governance.projection.remembering import Remembering
from services.governance.projection.summing import BY_STAGE, LOADS, STAGES_COUNTED, Load, Stages, load, stages

RECENT = 5


class Standing(Remembering):
    """Questions about one or many sites."""

    async def stages(self, sites: list[str]) -> dict[str, Stages]:
        """How many journeys of each site are at each stage, with how much proof."""
        return await self.by_site(BY_STAGE, sites, stages, counted=STAGES_COUNTED)

    async def loads(self, sites: list[str], now: datetime) -> dict[str, dict[str, int]]:
        """For each site: actions open and late, duties owed and overdue, briefings open, people not yet briefed."""
        found: dict[str, Load] = await self.by_site(LOADS, sites, load, today=local_day(now))
        return {site: each.at(now) for site, each in found.items()}

    async def open_actions(self, sites: list[str], limit: int = 50) -> list[dict[str, Any]]:
        """Actions not yet verified, first due first."""
        return await self.rows(
            f"SELECT * FROM action WHERE site = ANY(%s) AND {figures.ACTION_OPEN} ORDER BY due, action_id LIMIT %s",
            (sites, limit),
        )

    async def open_duties(self, sites: list[str], limit: int = 50) -> list[dict[str, Any]]:
        """Accounts still owed, those with a date first."""
        return await self.rows(
            "SELECT * FROM duty WHERE site = ANY(%s) AND state = 'owed' ORDER BY due NULLS LAST, owed, duty_id LIMIT %s",
            (sites, limit),
        )

    async def open_briefings(self, sites: list[str], limit: int = 50) -> list[dict[str, Any]]:
        """Briefings that not everyone has understood, oldest first, by how many of how many."""
        return await self.rows(
            "SELECT b.briefing_id, b.journey, b.site, b.title, b.audience, b.issued, count(p.read)::int AS read,"
            " count(p.understood)::int AS understood FROM briefing b LEFT JOIN briefing_person p USING (briefing_id)"
            " WHERE b.site = ANY(%s) AND b.reached IS NULL GROUP BY b.briefing_id ORDER BY b.issued LIMIT %s",
            (sites, limit),
        )

    async def learned(self, sites: list[str], limit: int = RECENT) -> list[dict[str, Any]]:
        """What was last learned."""
        return await self.rows(
            "SELECT journey, site, kind, signed_off, learned FROM journey WHERE site = ANY(%s) AND learned <> ''"
            " ORDER BY signed_off DESC, journey LIMIT %s",
            (sites, limit),
        )

    async def changed(self, sites: list[str], limit: int = RECENT) -> list[dict[str, Any]]:
        """What staff last came to do differently, and how far the change has come."""
        return await self.rows(
            "SELECT journey, site, kind, practice_changed, what_changed, closure FROM journey WHERE site = ANY(%s)"
            " AND what_changed <> '' ORDER BY practice_changed DESC, journey LIMIT %s",
            (sites, limit),
        )

    async def figures(self, sites: list[str], since: date) -> list[dict[str, Any]]:
        """Each measure's periods, numerators and denominators summed over the sites, with how many sites met it."""
        return await self.remembered(
            ("measure_figure",),
            ("figures", tuple(sites), since),
            lambda: self.rows(
                "SELECT measure_id, period, max(title) AS title, max(target_percent) AS target_percent,"
                " sum(numerator)::int AS numerator, sum(denominator)::int AS denominator, count(*)::int AS sites,"
                " (count(*) FILTER (WHERE met))::int AS sites_met, count(met)::int AS sites_measured,"
                " max(revision)::int AS revision FROM measure_figure WHERE site = ANY(%s) AND period >= %s"
                " GROUP BY measure_id, period ORDER BY measure_id, period",
                (sites, since),
            ),
        )

    async def cadences(
        self, sites: list[str], provider: str = "", *, outstanding: bool = False
    ) -> list[dict[str, Any]]:
        """Regular reviews at these sites and, where a provider is named, its own; all, or those that are outstanding."""
        return await self.remembered(
            ("cadence",),
            ("cadences", tuple(sites), provider, outstanding),
            lambda: self.rows(
                f"SELECT *, {figures.CADENCE_OUTSTANDING} AS outstanding FROM cadence"
                " WHERE (site = ANY(%(sites)s) OR (site = '' AND provider = %(provider)s))"
                f" AND (NOT %(outstanding)s OR {figures.CADENCE_OUTSTANDING}) ORDER BY site, title",
                {"sites": sites, "provider": provider, "outstanding": outstanding},
            ),
        )

    async def beds(self, sites: list[str]) -> list[dict[str, Any]]:
        """Each site's beds as last stated, and for how many of the months since the first they were stated at all."""
        return await self.remembered(
            ("capacity",),
            ("beds", tuple(sites)),
            lambda: self.rows(
                "SELECT site, (array_agg(beds ORDER BY month DESC))[1] AS beds, min(month) AS first, max(month) AS month,"
                " count(*)::int AS stated, (12 * extract(year FROM age(max(month), min(month)))"
                " + extract(month FROM age(max(month), min(month))) + 1)::int AS months"
                " FROM capacity WHERE site = ANY(%s) AND beds IS NOT NULL GROUP BY site ORDER BY site",
                (sites,),
            ),
        )

    async def challenges(self, sites: list[str], provider: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """Challenges about these sites and, where a provider is named, about the provider; open ones first."""
        return await self.remembered(
            ("challenge",),
            ("challenges", tuple(sites), provider, limit),
            lambda: self.rows(
                "SELECT * FROM challenge WHERE site = ANY(%s) OR (site = '' AND provider = %s)"
                " ORDER BY answered IS NOT NULL, raised DESC LIMIT %s",
                (sites, provider, limit),
            ),
        )

    async def regulator_counts(self, sites: list[str], as_of: date | None = None) -> list[dict[str, Any]]:
        """Each running total as last restated (or as it was known on a day), with the sum of its restatements."""
        return await self.remembered(
            ("regulator_count",),
            ("regulator_counts", tuple(sites), as_of),
            lambda: self.rows(
                "SELECT site, count_kind, financial_year,"
                " (array_agg(running_total ORDER BY sequence DESC))[1] AS running_total,"
                " sum(delta)::int AS sum_of_deltas, max(as_of) AS as_of, count(*)::int AS restatements,"
                " (count(*) FILTER (WHERE delta < 0))::int AS taken_back"
                " FROM regulator_count WHERE site = ANY(%s) AND as_of <= coalesce(%s, 'infinity'::date)"
                " GROUP BY site, count_kind, financial_year ORDER BY site, count_kind, financial_year",
                (sites, as_of),
            ),
        )
