"""Counts by site and month with what they are divided by: for comparing sites, for trends, and for how themes spread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from services.governance.projection import Overview

HERE: LiteralString = """
    j.site = ANY(%(sites)s) AND j.raised IS NOT NULL AND j.journey <> ALL(%(shut)s) AND (%(kind)s = '' OR j.kind = %(kind)s)
    AND (%(theme)s = '' OR %(theme)s = ANY(j.themes))
    AND j.occurred >= %(since)s::date::timestamp AT TIME ZONE 'Europe/London'
    AND j.occurred < (%(until)s::date + interval '1 month')::timestamp AT TIME ZONE 'Europe/London'
"""
MONTH: LiteralString = "date_trunc('month', j.occurred AT TIME ZONE 'Europe/London')::date"


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: journeys of a kind, of a theme, of both, or all; from the first month to the last, both whole.

    `shut`: journeys that the reader may not see; they are in none of their figures either.
    """

    since: date
    until: date
    kind: str = ""
    theme: str = ""
    shut: tuple[UUID, ...] = ()

    def given(self, sites: list[str]) -> dict[str, Any]:
        """The values that a question names."""
        return {
            "sites": sites, "since": self.since, "until": self.until, "kind": self.kind, "theme": self.theme,
            "shut": list(self.shut),
        }  # fmt: skip


async def months_of(overview: Overview, sites: list[str], what: Counted) -> list[dict[str, Any]]:
    """Each site's months: events, and exposure with its unit, None and empty where nobody stated it."""
    return await overview.rows(
        f"""
        WITH counted AS (SELECT j.site, {MONTH} AS month, count(*)::int AS events FROM journey j WHERE {HERE} GROUP BY 1, 2),
        stated AS (SELECT site, month, exposure, unit FROM capacity
            WHERE site = ANY(%(sites)s) AND month BETWEEN %(since)s AND %(until)s AND exposure > 0)
        SELECT site, month, coalesce(events, 0) AS events, exposure, coalesce(unit, '') AS unit
        FROM counted FULL JOIN stated USING (site, month) ORDER BY month, site
        """,
        what.given(sites),
    )


async def times_of(overview: Overview, sites: list[str], what: Counted) -> list[datetime]:
    """When each happened, in order of time."""
    found = await overview.rows(f"SELECT j.occurred FROM journey j WHERE {HERE} ORDER BY j.occurred", what.given(sites))
    return [row["occurred"] for row in found]


async def themes_of(overview: Overview, sites: list[str], what: Counted) -> list[dict[str, Any]]:
    """How many journeys of each theme each site had."""
    return await overview.rows(
        f"SELECT j.site, theme, count(*)::int AS events FROM journey j CROSS JOIN LATERAL unnest(j.themes) AS theme"
        f" WHERE {HERE} GROUP BY 1, 2",
        what.given(sites),
    )


async def measured(overview: Overview, sites: list[str], measure: str, since: date) -> list[dict[str, Any]]:
    """A measure's months, numerators and denominators added up over the sites."""
    return await overview.rows(
        "SELECT period AS month, sum(numerator)::int AS numerator, sum(denominator)::int AS denominator,"
        " max(target_percent) AS target_percent, max(title) AS title FROM measure_figure"
        " WHERE site = ANY(%s) AND measure_id = %s AND period >= %s GROUP BY period ORDER BY period",
        (sites, measure, since),
    )


async def measures_of(overview: Overview, sites: list[str]) -> list[dict[str, Any]]:
    """The measures that were checked at these sites, by title."""
    return await overview.rows(
        "SELECT measure_id, max(title) AS title FROM measure_figure WHERE site = ANY(%s) GROUP BY measure_id ORDER BY 2",
        (sites,),
    )


async def baselines_of(
    overview: Overview, provider: str, site: str, what: Counted, measure: str = ""
) -> list[dict[str, Any]]:
    """From which months the limits of a trend were set anew, by whom and why, in order."""
    return await overview.rows(
        "SELECT from_month, because, decided, role FROM baseline WHERE provider = %s AND site = %s AND kind = %s"
        " AND theme = %s AND measure_id = %s ORDER BY from_month",
        (provider, site, what.kind, what.theme, measure),
    )


async def learning_of(overview: Overview, sites: list[str], what: Counted, limit: int = 20) -> list[dict[str, Any]]:
    """What was learned about a theme, newest first, and how many of how many staff have understood the change."""
    return await overview.rows(
        """
        SELECT j.journey, j.site, j.signed_off, j.learned, sum(b.audience)::int AS audience,
            sum((SELECT count(p.understood) FROM briefing_person p WHERE p.briefing_id = b.briefing_id))::int AS understood
        FROM journey j LEFT JOIN briefing b ON b.journey = j.journey
        WHERE j.site = ANY(%s) AND %s = ANY(j.themes) AND j.learned <> '' AND j.journey <> ALL(%s)
        GROUP BY j.journey ORDER BY j.signed_off DESC, j.journey LIMIT %s
        """,
        (sites, what.theme, list(what.shut), limit),
    )
