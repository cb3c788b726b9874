"""Full-text search over journeys: over what is stored in clear, never over the personal words, which are under seal.

The words stand in a table of their own that names no site. PostgreSQL looks through every row of a walled table when it
is asked for words, since matching them is not proof against leaks; so the words are found first, and the journeys they
lead to are read behind the wall, which shows those alone that the reader reaches.
"""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from libs.views import Rows

NAMES = ("wording",)

TABLES: LiteralString = """
    CREATE TABLE IF NOT EXISTS wording ( -- Each text that search finds: words that name nobody, and the journey they tell of.
        told_of uuid NOT NULL, -- the journey
        part text NOT NULL, -- which of its texts this is: learned, changed, recommended, or an action, briefing or challenge
        said text NOT NULL, -- the text
        words tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('english', said)) STORED, -- its words by their stems
        PRIMARY KEY (told_of, part)
    );
    CREATE INDEX IF NOT EXISTS wording_words ON wording USING gin (words);
    CREATE INDEX IF NOT EXISTS journey_reference ON journey (reference);
    DROP INDEX IF EXISTS journey_words, action_words, briefing_words, moment_words, challenge_words;
"""

MANY = 500
"""How many texts with the words are looked at one by one; where there are more, the newest journeys are looked through,
and nobody counts them."""
FEW_SITES = 10
"""At so few sites all journeys are soon looked through, whatever the words."""

HOW_MANY: LiteralString = (
    "SELECT count(*)::int AS texts FROM (SELECT FROM wording WHERE words @@ websearch_to_tsquery('english', %(words)s)"
    " LIMIT %(enough)s) AS found"
)
REFERENCED: LiteralString = "reference IN (trim(%(words)s), upper(trim(%(words)s)), lower(trim(%(words)s)))"

FOUND: LiteralString = f"""
    SELECT journey FROM journey WHERE {REFERENCED}
    UNION SELECT told_of FROM wording WHERE words @@ websearch_to_tsquery('english', %(words)s)
"""
"""The journeys whose reference is `words`, or of which what was learned, agreed, briefed, recommended or challenged holds
them."""

HELD: LiteralString = f"""(j.{REFERENCED} OR EXISTS (
    SELECT FROM wording w WHERE w.told_of = j.journey AND w.words @@ websearch_to_tsquery('english', %(words)s) OFFSET 0))"""
"""That a journey is one of these, asked of one after the other: for words that many hold, of whom the newest are soon found."""


def findable(rows: Rows, journey: UUID, part: str, said: str) -> None:
    """Let a text of a journey be found; the same part again takes its place."""
    rows.execute(
        "INSERT INTO wording VALUES (%s, %s, %s) ON CONFLICT (told_of, part) DO UPDATE SET said = excluded.said",
        (journey, part, said),
    )
