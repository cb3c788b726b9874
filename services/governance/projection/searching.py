"""Full-text search over journeys: over what is stored in clear, never over the personal words, which are under seal."""

from __future__ import annotations

from typing import LiteralString

JOURNEY: LiteralString = "to_tsvector('english', learned || ' ' || what_changed)"
ACTION: LiteralString = "to_tsvector('english', what || ' ' || expected_effect)"
BRIEFING: LiteralString = "to_tsvector('english', title || ' ' || what_changed)"
RECOMMENDED: LiteralString = "to_tsvector('english', params ->> 'recommended')"
SIGNED_OFF: LiteralString = "name = 'review.review_signed_off.v1'"
CHALLENGE: LiteralString = "to_tsvector('english', words || ' ' || answer)"

INDEXES: LiteralString = f"""
    CREATE INDEX IF NOT EXISTS journey_words ON journey USING gin ({JOURNEY}) WHERE learned <> '' OR what_changed <> '';
    CREATE INDEX IF NOT EXISTS action_words ON action USING gin ({ACTION});
    CREATE INDEX IF NOT EXISTS briefing_words ON briefing USING gin ({BRIEFING});
    CREATE INDEX IF NOT EXISTS moment_words ON moment USING gin ({RECOMMENDED}) WHERE {SIGNED_OFF};
    CREATE INDEX IF NOT EXISTS challenge_words ON challenge USING gin ({CHALLENGE});
"""

ASKED: LiteralString = "websearch_to_tsquery('english', %(words)s)"

FOUND: LiteralString = f"""j.journey IN (
    SELECT journey FROM journey WHERE site = ANY(%(sites)s) AND lower(reference) = lower(trim(%(words)s))
    UNION SELECT journey FROM journey WHERE (learned <> '' OR what_changed <> '') AND {JOURNEY} @@ {ASKED}
    UNION SELECT journey FROM action WHERE {ACTION} @@ {ASKED}
    UNION SELECT journey FROM briefing WHERE {BRIEFING} @@ {ASKED}
    UNION SELECT journey FROM moment WHERE {SIGNED_OFF} AND {RECOMMENDED} @@ {ASKED}
    UNION SELECT journey FROM challenge WHERE {CHALLENGE} @@ {ASKED})"""
"""That a journey's reference is `words`, or that what was learned, agreed, briefed, recommended or challenged holds them."""
