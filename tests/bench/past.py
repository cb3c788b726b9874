"""Three years that a provider has behind it: what was held and found, in the store and in the views beside it."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg

ROOM = 10_000_000
"""Positions of the store that are left free for what was decided before."""
DAYS = 780
"""Working days of three years."""
LEAVE_ROOM = "SELECT setval(pg_get_serial_sequence('assurance.events', 'notification_id'), %s)"
MONTHS = 36
CASES = """
    INSERT INTO assurance_view.opportunity (journey, site, reference, kind, themes, received, recorded)
    SELECT md5(%(until)s::text || n)::uuid, 'site-' || n %% %(sites)s, 'R-' || n, 'safeguarding_indicator', '{}', at, at
    FROM generate_series(1, %(cases)s) AS n,
        LATERAL (SELECT %(until)s::timestamptz - (n::float / %(cases)s) * %(months)s * interval '1 month' AS at) AS moment
"""
REACHED = """
    INSERT INTO assurance_view.milestone
    SELECT journey, 'management_reviewed', site, recorded + interval '3 hours', recorded FROM assurance_view.opportunity
    ON CONFLICT DO NOTHING
"""
HELD = """
    WITH due AS (
        SELECT c.id, c.version, c.starts, c.ends, convert_from(e.state, 'UTF8')::jsonb AS first
        FROM assurance_view.cadence c JOIN assurance.events e ON e.originator_id = c.id AND e.originator_version = 1
        WHERE c.every IN ('daily', 'weekly') AND c.site <> ''
    ), held AS (
        SELECT id, version + n AS version, starts - n * CASE WHEN ends > starts THEN 7 ELSE 1 END AS slot, first
            - 'definition' - 'version' || jsonb_build_object('starts', starts, 'ends', ends) AS place, first -> 'definition' AS d
        FROM due, generate_series(1, CASE WHEN ends > starts THEN %(weeks)s ELSE %(days)s END) AS n
    ), kept AS (
        INSERT INTO assurance_view.slot (cadence, starts, held_on)
        SELECT id, slot, slot FROM held ON CONFLICT DO NOTHING
    ), last AS (
        SELECT id, max(version) + 1 AS version, jsonb_agg(slot) FILTER (WHERE slot > date '2025-04-01') AS kept,
            (array_agg(place))[1] || jsonb_build_object('definition', (array_agg(d))[1], 'is_set', true) AS place
        FROM held GROUP BY id
    ), turned AS (
        UPDATE assurance_view.cadence c SET version = last.version, carried_over = last.version FROM last WHERE last.id = c.id
    ), written AS (
        SELECT id, version, 'Kept' AS name, place - 'nation' || jsonb_build_object('title', d ->> 'title', 'note', '',
            'role', d ->> 'role', 'slot', slot, 'held_on', slot, 'register', d ->> 'recorded_in') AS state FROM held
        UNION ALL
        SELECT id, version, 'CarriedOver', place - 'next_due' - 'cadence_id' || jsonb_build_object('kept', kept) FROM last
    )
    INSERT INTO assurance.events (originator_id, originator_version, topic, state, notification_id)
    SELECT id, version, 'assurance.Cadence.' || name, convert_to(state::text, 'UTF8'), row_number() OVER () FROM written
"""


def leave_room(connection: psycopg.Connection[Any]) -> None:
    """Before the first decision: positions for a past that is written later are left free, so nobody reads it as news."""
    connection.execute(LEAVE_ROOM, (ROOM,))


def lately(connection: psycopg.Connection[Any], until: date, sites: int, cases: int, months: int) -> None:
    """What came in the last months: their part of so many cases of three years, with a milestone each."""
    _cases(connection, until, sites, cases * months // MONTHS, months)


def write(connection: psycopg.Connection[Any], until: date, sites: int, cases: int) -> int:
    """Write three years that end on a day: so many cases with a milestone each, and every daily and weekly round held.

    How many facts.
    """
    _cases(connection, until, sites, cases, MONTHS)
    held = connection.execute(HELD, {"days": DAYS, "weeks": DAYS // 5}).rowcount
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")
    return 2 * cases + held


def _cases(connection: psycopg.Connection[Any], until: date, sites: int, cases: int, months: int) -> None:
    asked = {"until": until.isoformat(), "sites": sites, "cases": cases, "months": months}
    connection.execute(CASES, asked)
    connection.execute(REACHED)
