"""The sums of one site that pages over many sites add up: stages, loads, months, themes, changes, and times between states."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import numpy as np

from services.governance.projection import figures

Row = dict[str, Any]
SINCE: LiteralString = "%(since)s::date::timestamp AT TIME ZONE 'Europe/London'"
"""The moment at which the day `since` begins."""
MONTH: LiteralString = "date_trunc('month', j.occurred AT TIME ZONE 'Europe/London')::date"

BY_STAGE: LiteralString = f"""
    SELECT site, stage, kind, closure, {figures.ON_THE_WAY} AS on_the_way, journeys FROM standing
    WHERE site = ANY(%(sites)s)
"""
STAGES_COUNTED: LiteralString = f"""
    SELECT site, stage, kind, closure, {figures.ON_THE_WAY} AS on_the_way, count(*)::int AS journeys
    FROM journey WHERE site = ANY(%(sites)s) AND raised IS NOT NULL GROUP BY 1, 2, 3, 4, 5
"""

LOADS: LiteralString = f"""
    SELECT s.site, coalesce(a.open, 0) AS actions_open, coalesce(a.late, 0) AS actions_late,
        coalesce(d.owed, 0) AS duties_owed, d.dues, coalesce(b.open, 0) AS briefings_open,
        coalesce(b.people, 0) AS people_not_yet_briefed
    FROM unnest(%(sites)s::text[]) AS s(site)
    LEFT JOIN (SELECT site, count(*)::int AS open, (count(*) FILTER (WHERE {figures.ACTION_LATE}))::int AS late
        FROM action WHERE site = ANY(%(sites)s) AND {figures.ACTION_OPEN} GROUP BY site) a ON a.site = s.site
    LEFT JOIN (SELECT site, count(*)::int AS owed, array_agg(due ORDER BY due) FILTER (WHERE due IS NOT NULL) AS dues
        FROM duty WHERE site = ANY(%(sites)s) AND {figures.DUTY_OWED} GROUP BY site) d ON d.site = s.site
    LEFT JOIN (SELECT site, count(*)::int AS open, {figures.NOT_UNDERSTOOD}::int AS people
        FROM briefing x WHERE site = ANY(%(sites)s) AND {figures.BRIEFING_OPEN} GROUP BY site) b ON b.site = s.site
"""

CHANGES: LiteralString = """
    SELECT site, strength, sum(changes)::int AS changes, sum(verified)::int AS verified
    FROM changing WHERE site = ANY(%(sites)s) AND month >= %(since)s::date GROUP BY 1, 2
"""
CHANGES_COUNTED: LiteralString = f"""
    SELECT site, strength, count(*)::int AS changes, (count(*) FILTER (WHERE state = 'verified'))::int AS verified
    FROM action WHERE site = ANY(%(sites)s) AND agreed >= {SINCE} AND state <> 'withdrawn' GROUP BY 1, 2
"""

VERDICTS: LiteralString = """
    SELECT site, verdict, sum(changes)::int AS changes FROM judged
    WHERE site = ANY(%(sites)s) AND month >= %(since)s::date GROUP BY 1, 2
"""
VERDICTS_COUNTED: LiteralString = f"""
    SELECT site, verdict, count(*)::int AS changes FROM verdict
    WHERE site = ANY(%(sites)s) AND reached >= {SINCE} GROUP BY 1, 2
"""

THEMES: LiteralString = """
    SELECT site, theme, sum(journeys)::int AS journeys, sum(still_open)::int AS open FROM monthly
    WHERE site = ANY(%(sites)s) AND kind = '' AND theme <> '' AND month >= %(since)s::date GROUP BY 1, 2
"""
THEMES_COUNTED: LiteralString = f"""
    SELECT site, theme, count(*)::int AS journeys, (count(*) FILTER (WHERE stage <> 'closed'))::int AS open
    FROM journey CROSS JOIN LATERAL (SELECT DISTINCT unnest(themes)) AS t(theme)
    WHERE site = ANY(%(sites)s) AND raised IS NOT NULL AND occurred >= {SINCE} GROUP BY 1, 2
"""

STEPS: LiteralString = f"""
    SELECT site, string_agg(concat_ws(' ', closure, coalesce(to_done, 'nan'), coalesce(to_briefed, 'nan'),
        coalesce(to_practised, 'nan'), coalesce(to_effective, 'nan'), coalesce(to_sustained, 'nan')), ' ') AS told
    FROM lasting WHERE site = ANY(%(sites)s) AND signed_off >= coalesce({SINCE}, '-infinity') GROUP BY site
"""
"""Six numbers for each journey in one text, which is read faster than as many values."""
WAITING: LiteralString = f"""
    SELECT site, stage, string_agg(extract(epoch FROM since)::text, ' ' ORDER BY since, journey) AS since,
        (array_agg(journey ORDER BY since, journey))[1] AS longest
    FROM lasting WHERE site = ANY(%(sites)s) AND stage <> 'closed' AND signed_off >= coalesce({SINCE}, '-infinity')
    GROUP BY 1, 2
"""
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Stages:
    """How many journeys of a site stand where: by stage and kind, and by how far the proof of those on the way goes."""

    at: Counter[tuple[str, str]]
    closures: Counter[int]
    by_stage: Counter[str]

    def found(self, kind: str, state: str) -> int:
        """How many are of a kind and at a stage, or open; empty means any."""
        return sum(
            journeys
            for (stage, of_kind), journeys in self.at.items()
            if kind in ("", of_kind) and (state in ("", stage) or (state == "open" and stage != "closed"))
        )


def stages(rows: list[Row]) -> Stages:
    """A site's journeys by where they stand."""
    found = Stages(Counter(), Counter(), Counter())
    for row in rows:
        found.at[row["stage"], row["kind"]] += row["journeys"]
        found.by_stage[row["stage"]] += row["journeys"]
        if row["on_the_way"]:
            found.closures[row["closure"]] += row["journeys"]
    return found


@dataclass(frozen=True, slots=True)
class Load:
    """What is open at a site, as of a day; `dues` are the times by which accounts are owed."""

    counts: dict[str, int]
    dues: list[datetime]

    def at(self, now: datetime) -> dict[str, int]:
        """The counts, with how many accounts are overdue at a moment."""
        return self.counts | {"duties_overdue": bisect_left(self.dues, now)}


def load(rows: list[Row]) -> Load:
    """A site's loads; nothing at all where nothing is open."""
    row = rows[0]
    return Load({name: row[name] for name in row if name not in ("site", "dues")}, row["dues"] or [])


def counted(rows: list[Row]) -> list[tuple[Any, ...]]:
    """A site's rows without its name."""
    return [tuple(value for name, value in row.items() if name != "site") for row in rows]


@dataclass(frozen=True, slots=True)
class Took:
    """Of each journey of a site that had something to change: how far its proof goes, and the days each state took."""

    closure: np.ndarray
    days: np.ndarray


def took(rows: list[Row]) -> Took:
    """A site's journeys with something to change."""
    told = _numbers(rows[0]["told"] if rows else "").reshape(-1, 6)
    return Took(told[:, 0].astype(np.int8), np.maximum(told[:, 1:], 0))


def _numbers(text: str) -> np.ndarray:
    return np.array(text.split(), dtype=float)


def steps(sites: list[Took]) -> list[Row]:
    """For each closure state in order: how many of what was learned hold it, and the days from the state before."""
    closure = np.concatenate([each.closure for each in sites]) if sites else np.empty(0, np.int8)
    days = np.concatenate([each.days for each in sites]) if sites else np.empty((0, 5))
    found = []
    for place in range(1, 6):
        held = closure >= place
        timed = days[held, place - 1]
        timed = timed[~np.isnan(timed)]
        some = len(timed) > 0
        found.append(
            {
                "place": place, "learned": len(closure), "journeys": int(held.sum()), "timed": len(timed),
                "median": float(np.median(timed)) if some else None, "least": float(timed.min()) if some else None,
                "most": float(timed.max()) if some else None,
            }
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Waits:
    """Of a site's journeys at one stage: since when each waits (seconds since 1970, the longest first), and which is that."""

    site: str
    since: np.ndarray
    longest: UUID


def waits(rows: list[Row]) -> dict[str, Waits]:
    """A site's journeys that wait between learning and lasting proof, by stage."""
    return {row["stage"]: Waits(row["site"], _numbers(row["since"]), row["longest"]) for row in rows}


def stalled(sites: Iterable[dict[str, Waits]], now: datetime) -> list[Row]:
    """For each stage: how many wait there, the days they do (median and most), and which has waited longest."""
    by_stage: dict[str, list[Waits]] = defaultdict(list)
    for each in sites:
        for stage, there in each.items():
            by_stage[stage].append(there)
    found = []
    for stage, waiting in by_stage.items():
        days = (now.timestamp() - np.concatenate([each.since for each in waiting])) / DAY
        first = min(waiting, key=lambda each: (each.since[0], each.longest))
        found.append(
            {
                "stage": stage, "journeys": len(days), "median": float(np.median(days)), "most": float(days.max()),
                "longest": first.longest, "longest_site": first.site,
            }
        )  # fmt: skip
    return found
