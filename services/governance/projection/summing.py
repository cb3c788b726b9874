"""The sums of one site that pages over many sites add up: stages, loads, months, themes, changes, and times between states."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import numpy as np

from services.governance.projection import figures

Row = dict[str, Any]
MONTH: LiteralString = "date_trunc('month', j.occurred AT TIME ZONE 'Europe/London')::date"

BY_STAGE: LiteralString = f"""
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
    SELECT site, strength, count(*)::int AS changes, (count(*) FILTER (WHERE state = 'verified'))::int AS verified
    FROM action WHERE site = ANY(%(sites)s) AND agreed >= %(since)s AND state <> 'withdrawn' GROUP BY 1, 2
"""

VERDICTS: LiteralString = """
    SELECT site, verdict, count(*)::int AS changes FROM verdict
    WHERE site = ANY(%(sites)s) AND reached >= %(since)s GROUP BY 1, 2
"""

THEMES: LiteralString = """
    SELECT site, theme, count(*)::int AS journeys, (count(*) FILTER (WHERE stage <> 'closed'))::int AS open
    FROM journey CROSS JOIN LATERAL unnest(themes) AS t(theme)
    WHERE site = ANY(%(sites)s) AND raised IS NOT NULL AND occurred >= %(since)s GROUP BY 1, 2
"""

HELD: LiteralString = f"""
    SELECT j.journey, j.site, j.stage, j.closure, j.signed_off, j.practice_changed,
        max(c.reached) FILTER (WHERE c.state = 'done') AS done,
        max(c.reached) FILTER (WHERE c.state = 'briefed') AS briefed,
        max(c.reached) FILTER (WHERE c.state = 'practised') AS practised,
        max(c.reached) FILTER (WHERE c.state = 'effective') AS effective,
        max(c.reached) FILTER (WHERE c.state = 'sustained') AS sustained
    FROM journey j LEFT JOIN closure c ON c.journey = j.journey
    WHERE j.site = ANY(%(sites)s) AND j.raised IS NOT NULL AND {figures.LEARNED}
        AND j.signed_off >= coalesce(%(since)s::date, '-infinity')
"""

STEPS: LiteralString = f"""
    WITH held AS ({HELD} GROUP BY j.journey)
    SELECT site, array_agg(closure ORDER BY journey) AS closure, array_agg(ARRAY[
        extract(epoch FROM done - signed_off), extract(epoch FROM briefed - done), extract(epoch FROM practised - briefed),
        extract(epoch FROM effective - practised), extract(epoch FROM sustained - effective)]::float[] ORDER BY journey) AS took
    FROM held GROUP BY site
"""
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Stages:
    """How many journeys of a site stand where: by stage and kind, and by how far the proof of those on the way goes."""

    at: Counter[tuple[str, str]]
    closures: Counter[int]

    def found(self, kind: str, state: str) -> int:
        """How many are of a kind and at a stage, or open; empty means any."""
        return sum(
            journeys
            for (stage, of_kind), journeys in self.at.items()
            if kind in ("", of_kind) and (state in ("", stage) or (state == "open" and stage != "closed"))
        )

    @property
    def by_stage(self) -> dict[str, int]:
        """How many are at each stage."""
        found: Counter[str] = Counter()
        for (stage, _), journeys in self.at.items():
            found[stage] += journeys
        return found


def stages(rows: list[Row]) -> Stages:
    """A site's journeys by where they stand."""
    at: Counter[tuple[str, str]] = Counter()
    closures: Counter[int] = Counter()
    for row in rows:
        at[row["stage"], row["kind"]] += row["journeys"]
        if row["on_the_way"]:
            closures[row["closure"]] += row["journeys"]
    return Stages(at, closures)


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
    if not rows:
        return Took(np.empty(0, np.int8), np.empty((0, 5)))
    days = np.array(rows[0]["took"], dtype=float) / DAY
    return Took(np.array(rows[0]["closure"], np.int8), np.maximum(days, 0))


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
