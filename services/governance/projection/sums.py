"""The sums that are kept: where journeys stand, what each month brought, which changes were agreed, and how long they lasted."""

from __future__ import annotations

from typing import LiteralString

from services.governance.projection import figures
from services.governance.projection.keeping import Copied, Kept, Sum

NAMES = ("standing", "monthly", "changing", "judged", "lasting")

MONTH_OF: LiteralString = "date_trunc('month', {} AT TIME ZONE 'Europe/London')::date"
STAGE: tuple[LiteralString, ...] = (
    "journey", "kind", "raised", "triaged", "response", "closed_without_review", "update_communicated", "review_state",
    "factors", "practice_changed", "closure",
)  # fmt: skip
"""What decides where a journey stands."""

STANDING = Sum(
    "standing",
    ("site", "stage", "kind", "closure"),
    ("journeys",),
    "SELECT j.site, j.stage, j.kind, j.closure, count(*)::int AS journeys FROM journey AS j"
    " WHERE j.raised IS NOT NULL AND {which} GROUP BY 1, 2, 3, 4",
    STAGE,
)
MONTHLY = Sum(
    "monthly",
    ("site", "kind", "theme", "month"),
    ("journeys", "still_open"),
    f"SELECT j.site, k.kind, t.theme, {MONTH_OF.format('j.occurred')} AS month, count(*)::int AS journeys,"
    " (count(*) FILTER (WHERE j.stage <> 'closed'))::int AS still_open FROM journey AS j"
    " CROSS JOIN LATERAL (SELECT '' AS kind UNION SELECT j.kind) AS k"
    " CROSS JOIN LATERAL (SELECT '' AS theme UNION SELECT unnest(j.themes)) AS t"
    " WHERE j.raised IS NOT NULL AND {which} GROUP BY 1, 2, 3, 4",
    (*STAGE, "themes", "occurred"),
)
CHANGING = Sum(
    "changing",
    ("site", "strength", "month"),
    ("changes", "verified"),
    f"SELECT j.site, j.strength, {MONTH_OF.format('j.agreed')} AS month, count(*)::int AS changes,"
    " (count(*) FILTER (WHERE j.state = 'verified'))::int AS verified FROM action AS j"
    " WHERE j.state <> 'withdrawn' AND {which} GROUP BY 1, 2, 3",
    ("action", "state", "agreed"),
)
JUDGED = Sum(
    "judged",
    ("site", "verdict", "month"),
    ("changes",),
    f"SELECT j.site, j.verdict, {MONTH_OF.format('j.reached')} AS month, count(*)::int AS changes FROM verdict AS j"
    " WHERE {which} GROUP BY 1, 2, 3",
    ("verdict", "reached"),
)
REACHED: LiteralString = "max(c.reached) FILTER (WHERE c.state = '{}')"
DONE, BRIEFED, PRACTISED, EFFECTIVE, SUSTAINED = (
    REACHED.format(state) for state in ("done", "briefed", "practised", "effective", "sustained")
)


def _days(start: LiteralString, end: LiteralString) -> LiteralString:
    return f"extract(epoch FROM {end} - {start})::double precision / 86400"


LASTING = Copied(
    "lasting",
    f"SELECT j.journey, j.site, j.signed_off, j.stage, j.closure, CASE j.stage WHEN 'act' THEN j.signed_off"
    f" WHEN 'brief' THEN coalesce({DONE}, j.practice_changed, j.signed_off)"
    f" WHEN 'practise' THEN coalesce({BRIEFED}, j.practice_changed, j.signed_off)"
    f" WHEN 'work' THEN coalesce({PRACTISED}, j.practice_changed, j.signed_off)"
    f" ELSE coalesce({EFFECTIVE}, j.practice_changed, j.signed_off) END,"
    f" {_days('j.signed_off', DONE)}, {_days(DONE, BRIEFED)}, {_days(BRIEFED, PRACTISED)}, {_days(PRACTISED, EFFECTIVE)},"
    f" {_days(EFFECTIVE, SUSTAINED)} FROM journey AS j LEFT JOIN closure AS c ON c.journey = j.journey"
    f" WHERE j.raised IS NOT NULL AND {figures.LEARNED} AND {{which}} GROUP BY j.journey",
    (*STAGE, "signed_off"),
)
SUMS: tuple[Kept, ...] = (STANDING, MONTHLY, CHANGING, JUDGED, LASTING)

TABLES: LiteralString = """
    CREATE TABLE IF NOT EXISTS standing ( -- How many journeys of a site stand where.
        site text NOT NULL, -- the site
        stage text NOT NULL, -- where they wait, or closed
        kind text NOT NULL, -- what was reported (taxonomy: opportunity kind)
        closure smallint NOT NULL, -- how many closure states hold
        journeys int NOT NULL, -- how many there are
        PRIMARY KEY (site, stage, kind, closure)
    );
    CREATE TABLE IF NOT EXISTS monthly ( -- How many journeys a site's month brought, of each kind, of each theme, and of both.
        site text NOT NULL, -- the site
        kind text NOT NULL, -- what was reported; empty: of all kinds together
        theme text NOT NULL, -- what they are about; empty: whatever they are about
        month date NOT NULL, -- the first day of the month in which they happened
        journeys int NOT NULL, -- how many there are
        still_open int NOT NULL, -- how many of them are not closed
        PRIMARY KEY (site, kind, theme, month)
    );
    CREATE TABLE IF NOT EXISTS changing ( -- How many changes a site agreed in a month.
        site text NOT NULL, -- the site
        strength text NOT NULL, -- stronger, intermediate or weaker
        month date NOT NULL, -- the first day of the month in which they were agreed
        changes int NOT NULL, -- how many that were not withdrawn
        verified int NOT NULL, -- how many of them someone else has seen made
        PRIMARY KEY (site, strength, month)
    );
    CREATE TABLE IF NOT EXISTS judged ( -- How many changes of a site were found to have which effect in a month.
        site text NOT NULL, -- the site
        verdict text NOT NULL, -- the verdict
        month date NOT NULL, -- the first day of the month in which it was reached
        changes int NOT NULL, -- how many
        PRIMARY KEY (site, verdict, month)
    );
    CREATE TABLE IF NOT EXISTS lasting ( -- Each review signed off with something to change: how far its proof goes.
        journey uuid PRIMARY KEY, -- the journey
        site text NOT NULL, -- the site
        signed_off timestamptz NOT NULL, -- when the review was signed off
        stage text NOT NULL, -- where it waits, or closed
        closure smallint NOT NULL, -- how many closure states hold
        since timestamptz NOT NULL, -- since when it waits there
        to_done double precision, -- days from sign-off until it was done
        to_briefed double precision, -- days from there until staff were briefed
        to_practised double precision, -- days from there until it was seen in practice
        to_effective double precision, -- days from there until it was shown to work
        to_sustained double precision -- days from there until it was shown to last
    );
    CREATE INDEX IF NOT EXISTS lasting_site ON lasting (site, signed_off);
    ALTER TABLE standing SET (fillfactor = 70);
    ALTER TABLE monthly SET (fillfactor = 70);
"""


def filled() -> LiteralString:
    """Make the sums of what is there, where there are none yet; it belongs behind every table that they are of."""
    made: LiteralString = ""
    for kept in SUMS:
        made += "\n    " + kept.filled()
    return made
