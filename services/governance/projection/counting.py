"""Counts by site and month with what they are divided by: for comparing sites, for trends, and for how themes spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString, TypeVar
from uuid import UUID

from services.governance.projection import Overview
from services.governance.projection.summing import MONTH

T = TypeVar("T")

HERE: LiteralString = """
    j.site = ANY(%(sites)s) AND j.raised IS NOT NULL AND j.journey <> ALL(%(shut)s) AND (%(kind)s = '' OR j.kind = %(kind)s)
    AND (%(theme)s = '' OR %(theme)s = ANY(j.themes))
    AND j.occurred >= %(since)s::date::timestamp AT TIME ZONE 'Europe/London'
    AND j.occurred < (%(until)s::date + interval '1 month')::timestamp AT TIME ZONE 'Europe/London'
"""
FOR_EVER = date(9998, 12, 1)
STATED: LiteralString = """
    stated AS (SELECT site, month, exposure, unit FROM capacity
        WHERE site = ANY(%(sites)s) AND month BETWEEN %(since)s AND %(until)s AND exposure > 0)
    SELECT site, month, coalesce(events, 0) AS events, exposure, coalesce(unit, '') AS unit
    FROM counted FULL JOIN stated USING (site, month) ORDER BY month, site
"""
SUMMED: LiteralString = f"""
    WITH counted AS (SELECT site, month, journeys AS events FROM monthly WHERE site = ANY(%(sites)s)
        AND kind = %(kind)s AND theme = %(theme)s AND month BETWEEN %(since)s AND %(until)s), {STATED}
"""
SUMMED_BY_THEME: LiteralString = """
    SELECT site, theme, sum(journeys)::int AS events FROM monthly WHERE site = ANY(%(sites)s) AND kind = %(kind)s
    AND theme <> '' AND %(theme)s IN ('', theme) AND month BETWEEN %(since)s AND %(until)s GROUP BY 1, 2
"""
COUNTED: LiteralString = f"""
    WITH counted AS (SELECT j.site, {MONTH} AS month, count(*)::int AS events FROM journey j WHERE {HERE} GROUP BY 1, 2), {STATED}
"""
BY_THEME: LiteralString = f"""
    SELECT j.site, theme, count(*)::int AS events FROM journey j
    CROSS JOIN LATERAL (SELECT DISTINCT unnest(j.themes)) AS t(theme)
    WHERE {HERE} AND %(theme)s IN ('', theme) GROUP BY 1, 2
"""


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
    """Each site's months, one site after the other: events, and exposure with its unit, None and empty where nobody
    stated it."""
    found = await counted_months(overview, sites, what, list)
    return [row for rows in found.values() for row in rows]


async def counted_months(
    overview: Overview, sites: list[str], what: Counted, shape: Callable[[list[dict[str, Any]]], T]
) -> dict[str, T]:
    """Each site's months, in a shape that is made of them once while nothing is said of the site."""
    return await _of_sites(overview, SUMMED, COUNTED, sites, what, shape)


async def _of_sites(
    overview: Overview,
    query: LiteralString,
    counted: LiteralString,
    sites: list[str],
    what: Counted,
    shape: Callable[[list[dict[str, Any]]], T],
) -> dict[str, T]:
    given = what.given(sites)
    del given["sites"], given["shut"]
    return await overview.by_site(query, sites, shape, counted=counted, shut=what.shut, **given)


async def rates_by_month(overview: Overview, sites: list[str], since: date) -> list[dict[str, Any]]:
    """What was recorded each month, and what it is divided by: sites that stated it and sites that did not, apart.

    A month's row with no unit counts the sites that stated nothing; no rate can be given for them.
    """
    together: dict[tuple[date, str], dict[str, Any]] = {}
    found_at = await counted_months(overview, sites, Counted(since, FOR_EVER), list)
    for row in (row for rows in found_at.values() for row in rows):  # thousands, so nothing is made for each
        here = (row["month"], row["unit"])
        found = together.get(here)
        if found is None:
            month, unit = here
            found = together[here] = {"month": month, "unit": unit, "events": 0, "exposure": None, "sites": 0}
        found["events"] += row["events"]
        found["sites"] += 1
        if row["exposure"] is not None:
            found["exposure"] = (found["exposure"] or 0.0) + row["exposure"]
    return [together[here] for here in sorted(together)]


async def times_of(overview: Overview, sites: list[str], what: Counted) -> list[datetime]:
    """When each happened, in order of time."""
    found = await overview.rows(f"SELECT j.occurred FROM journey j WHERE {HERE} ORDER BY j.occurred", what.given(sites))
    return [row["occurred"] for row in found]


async def themes_of(overview: Overview, sites: list[str], what: Counted) -> list[dict[str, Any]]:
    """How many journeys of each theme each site had."""
    found = await _of_sites(overview, SUMMED_BY_THEME, BY_THEME, sites, what, list)
    return [row for rows in found.values() for row in rows]


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
    return await overview.remembered(
        ("measure_figure",),
        ("measures", tuple(sites)),
        lambda: overview.rows(
            "SELECT measure_id, max(title) AS title FROM measure_figure WHERE site = ANY(%s) GROUP BY measure_id ORDER BY 2",
            (sites,),
        ),
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
    """What was learned about a theme, newest first: how many of how many staff have understood the change,
    and of how many other sites that were asked some took it up and were seen to work that way."""
    return await overview.rows(
        """
        SELECT j.*, b.audience, b.understood, o.asked, o.taken_up, o.seen FROM (
            SELECT journey, site, signed_off, learned FROM journey
            WHERE site = ANY(%s) AND %s = ANY(themes) AND learned <> '' AND journey <> ALL(%s)
            ORDER BY signed_off DESC, journey LIMIT %s) AS j
        LEFT JOIN LATERAL (
            SELECT sum(b.audience)::int AS audience, sum((SELECT count(p.understood) FROM briefing_person p
                WHERE p.briefing_id = b.briefing_id))::int AS understood
            FROM briefing b WHERE b.journey = j.journey) AS b ON true
        LEFT JOIN LATERAL (
            SELECT sum((m.params ->> 'sites')::int) FILTER (WHERE m.name = 'notification.learning_carried.v1') AS asked,
                (count(*) FILTER (WHERE m.params ->> 'what' IN ('adopted', 'adapted')
                    AND coalesce(m.params ->> 'was', '') NOT IN ('adopted', 'adapted'))
                 - count(*) FILTER (WHERE m.params ->> 'what' = 'not_applicable'
                    AND m.params ->> 'was' IN ('adopted', 'adapted')))::int AS taken_up,
                (count(*) FILTER (WHERE m.params ->> 'what' = 'seen'))::int AS seen
            FROM moment m WHERE m.journey = j.journey
                AND m.name IN ('notification.learning_carried.v1', 'notification.learning_followed.v1')) AS o ON true
        ORDER BY j.signed_off DESC, j.journey
        """,
        (sites, what.theme, list(what.shut), limit),
    )
