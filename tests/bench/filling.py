"""Years of a large provider put straight into governance's view by the database itself: the same rows for the same size."""

from __future__ import annotations

from datetime import datetime

import psycopg

from services.governance.projection import sums

EVENTS_A_JOURNEY = 18
MEASURES, MONTHS, PEOPLE = 6, 18, 12
TABLES = (
    "journey", "moment", "action", "duty", "briefing", "briefing_person", "measure", "measure_figure", "closure", "verdict",
    "cadence", "capacity", "challenge", "regulator_count", "wording", *sums.NAMES,
)  # fmt: skip

JOURNEYS = """
INSERT INTO journey (journey, provider, site, last_recorded, last_id, last_event, kind, themes, reference, route, summary,
    occurred, raised, made_safe, triaged, response, rules, review_state, lead_role, review_opened, review_step, factors,
    signed_off, learned, practice_changed, what_changed, closure)
SELECT md5('j' || n)::uuid, 'acme', 's' || (n * 7919) %% %(sites)s, r + least(age, 150) * interval '1 day', md5('e' || n)::uuid,
    'review.review_signed_off.v1',
    (ARRAY['near_miss','accident','complaint','safeguarding_indicator','compliment'])[1 + n %% 5],
    ARRAY[(ARRAY['falls','medicines','nutrition','communication','staffing','records','skin','dignity'])[1 + (n / 5) %% 8]],
    'R-' || n, 'form',
    'sealed:1:' || replace(md5('j' || n)::text, '-', '') || ':w:' || repeat('A', 72),
    r - interval '3 hours', r, r + interval '1 hour',
    CASE WHEN age > 1 THEN r + interval '1 day' END, CASE WHEN age > 1 THEN 'swarm' ELSE '' END, 'p/1',
    CASE WHEN age <= 1 THEN '' WHEN age <= 20 THEN 'open' ELSE 'signed_off' END, 'registered_manager',
    CASE WHEN age > 1 THEN r + interval '2 days' END, least(5, age / 4), CASE WHEN age > 20 THEN 2 ELSE 0 END,
    CASE WHEN age > 20 THEN r + (10 + n %% 11) * interval '1 day' END,
    CASE WHEN age > 20 THEN 'The ' || (ARRAY['handover','night','kitchen','medicines','visitor','transport'])[1 + n %% 6]
        || ' form left out ' || (ARRAY['allergies','mobility','sight','swallowing','consent'])[1 + n %% 5]
        || ' and nobody screened note ' || n || '.' ELSE '' END,
    CASE WHEN age > 50 THEN r + (30 + n %% 21) * interval '1 day' END,
    CASE WHEN age > 50 THEN 'Handover uses one form ' || n %% 97 || '.' ELSE '' END,
    CASE WHEN n %% 9 = 0 THEN least(age / 30, 2) ELSE least(5, CASE WHEN age > 50 THEN 1 + (age - 50) / 15 ELSE 0 END) END
FROM (SELECT n, %(now)s - ((n - 1) * 540.0 / %(journeys)s) * interval '1 day' AS r,
        floor((n - 1) * 540.0 / %(journeys)s)::int AS age FROM generate_series(1, %(journeys)s) AS n) AS told
"""
MOMENTS = """
INSERT INTO moment
SELECT md5(j.journey::text || k)::uuid, j.journey, j.site, (ARRAY['intake','review','action','notification'])[1 + k %% 4],
    k, j.raised + k * interval '7 hours', j.raised + k * interval '7 hours',
    CASE k WHEN 0 THEN 'intake.opportunity_raised.v1' WHEN 9 THEN 'review.review_signed_off.v1'
        ELSE 'review.reflection_step_recorded.v1' END, 'person:a', 'registered_manager',
    CASE k WHEN 0 THEN '{"kind": "near_miss", "route": "form", "due_on": null, "due_note": ""}'
        WHEN 9 THEN '{"learned": "The handover form left it out.", "factors": 2,
        "recommended": ["Use one form at every handover."], "author": "a", "signed_by": "b"}'
        ELSE '{"step": 3}' END::jsonb, 'sealed:1:' || replace(j.journey::text, '-', '') || ':w:' || repeat('A', 72), 'p/1', ''
FROM journey j CROSS JOIN generate_series(0, %(each)s - 1) AS k
"""
HANGING = """
INSERT INTO action SELECT md5('a' || journey)::uuid, journey, provider, site, 'One form for every handover', 'handover',
    (ARRAY['stronger','intermediate','weaker'])[1 + length(learned) %% 3], site || '.registered_manager',
    (signed_off + interval '30 days')::date, 'm1', 'Fewer things left out.', false, signed_off,
    CASE WHEN practice_changed IS NULL THEN 'started' ELSE 'verified' END, practice_changed::date, '', practice_changed
FROM journey WHERE review_state = 'signed_off';
INSERT INTO wording SELECT journey, 'learned', learned FROM journey WHERE learned <> '';
INSERT INTO wording SELECT journey, 'changed', what_changed FROM journey WHERE what_changed <> '';
INSERT INTO wording SELECT journey, 'action', what || expected_effect FROM action;
INSERT INTO duty SELECT md5('d' || journey)::uuid, journey, provider, site, 'relevant_person', 'Tell the person', 'r', 'law',
    'SI 2014/2936', true, 'registered_manager', 'as soon as practicable', triaged + interval '10 days', triaged,
    CASE WHEN review_state = 'signed_off' THEN 'discharged' ELSE 'owed' END, 'in_person', signed_off
FROM journey WHERE triaged IS NOT NULL;
INSERT INTO briefing SELECT md5('b' || journey)::uuid, journey, provider, site, 'One form for handover', what_changed, 12,
    '{"day": 8, "night": 4}'::jsonb, practice_changed, CASE WHEN closure >= 2 THEN practice_changed + interval '9 days' END
FROM journey WHERE practice_changed IS NOT NULL;
INSERT INTO briefing_person SELECT briefing_id, md5('p' || k)::uuid, 'day', issued + interval '1 day',
    CASE WHEN reached IS NOT NULL OR k < 7 THEN issued + interval '2 days' END
FROM briefing CROSS JOIN generate_series(1, 12) AS k;
INSERT INTO closure SELECT journey, (ARRAY['done','briefed','practised','effective','sustained'])[k],
    practice_changed + k * 12 * interval '1 day', 'Seen.', NULL, ''
FROM journey CROSS JOIN LATERAL generate_series(1, closure) AS k WHERE practice_changed IS NOT NULL;
INSERT INTO closure SELECT journey, 'sustained', NULL, '', practice_changed + interval '90 days', 'The figure fell back.'
FROM journey WHERE practice_changed < %(now)s - interval '90 days' AND closure = 4 ON CONFLICT DO NOTHING;
INSERT INTO verdict SELECT journey, site, 'm1', (ARRAY['improved','no_evidence','too_little_data'])[1 + length(learned) %% 3],
    '4/9', '9/9', 'Fisher', practice_changed + interval '60 days' FROM journey WHERE closure >= 4;
"""
SITES = """
INSERT INTO measure SELECT 'm' || m, 's' || s, 'acme', 'Reviewed within the time that was set (' || m || ')', 95, 'monthly',
    date '2025-01-01' FROM generate_series(0, %(sites)s - 1) AS s, generate_series(1, %(measures)s) AS m;
INSERT INTO measure_figure SELECT measure_id, site, provider,
    (date_trunc('month', %(now)s::timestamptz) - k * interval '1 month')::date, title, 9 + (k + length(site)) %% 2, 10,
    target_percent, (k + length(site)) %% 2 = 1, 1, '[]'::jsonb, %(now)s
FROM measure CROSS JOIN generate_series(1, %(months)s) AS k;
INSERT INTO capacity SELECT 's' || s, (date_trunc('month', %(now)s::timestamptz) - k * interval '1 month')::date, 40, 1100 + s,
    (ARRAY['occupied_bed_days','care_hours','person_days'])[1 + s %% 3]
FROM generate_series(0, %(sites)s - 1) AS s, generate_series(1, %(months)s) AS k;
INSERT INTO cadence SELECT 's' || s, 'c' || k, 'acme', 'Monthly review', 'registered_manager', date '2026-01-05',
    CASE WHEN s %% 5 = 0 THEN date '2026-02-01' END FROM generate_series(0, %(sites)s - 1) AS s, generate_series(1, 3) AS k;
INSERT INTO challenge SELECT md5('c' || s)::uuid, md5('j' || s)::uuid, 'acme', 's' || s, 's' || s || '.registered_manager', 'm1',
    'Why is this figure lower than the year before?', %(now)s - s * interval '1 day', 'provider_quality_lead'
FROM generate_series(1, 60) AS s;
INSERT INTO regulator_count SELECT md5('r' || s || '/' || k)::uuid, 'acme', 's' || s, 'complaint_upheld', '2025-26',
    date '2025-06-01' + k * 60, k * 2, 2, false, k, %(now)s
FROM generate_series(0, %(sites)s - 1) AS s, generate_series(1, 4) AS k;
"""


def fill(conninfo: str, events: int, sites: int, now: datetime) -> int:
    """Empty the view's tables and fill them anew; how many journeys they hold then."""
    journeys = max(events // EVENTS_A_JOURNEY, 1)
    asked = {
        "now": now, "journeys": journeys, "sites": sites, "each": EVENTS_A_JOURNEY, "measures": MEASURES, "months": MONTHS,
    }  # fmt: skip
    with psycopg.ClientCursor(psycopg.connect(conninfo)) as cursor, cursor.connection as connection:
        cursor.execute(
            "SELECT set_config('search_path', 'governance_view', true), set_config('candour.reach', '*', true)"
        )
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}")
        for statements in (JOURNEYS, MOMENTS, HANGING, SITES):
            cursor.execute(statements, asked)
        cursor.execute(sums.filled())
        connection.commit()
        connection.autocommit = True
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) governance_view.{table}")
    return journeys
