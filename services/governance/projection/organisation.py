"""What the organisation says of itself: what events are divided by, what was challenged, regulators' counts, ledgers."""

from __future__ import annotations

from contracts import audit, governance, intake
from libs.views import Rows
from services.governance.projection.searching import findable
from services.governance.projection.writing import moment, project

NAMES = ("capacity", "challenge", "regulator_count", "checkpoint")

TABLES = """
    CREATE TABLE IF NOT EXISTS capacity ( -- What a site's month is divided by.
        site text NOT NULL, -- the site
        month date NOT NULL, -- the first day of the month
        beds int, -- how many beds there were, where stated
        exposure double precision, -- how many units of care were given
        unit text NOT NULL, -- what the units are: occupied_bed_days, care_hours or person_days
        PRIMARY KEY (site, month)
    );
    CREATE TABLE IF NOT EXISTS challenge ( -- Each question that oversight asked a post to account for, and its answer.
        challenge_id uuid PRIMARY KEY, -- the challenge's id
        journey uuid NOT NULL, -- the journey it is about, or the organisation's own
        provider text NOT NULL, -- the provider
        site text NOT NULL, -- the site it is about
        post_id text NOT NULL, -- the post that was asked
        measure_id text, -- the measure it is about, if any
        words text NOT NULL, -- what was asked; it names nobody
        raised timestamptz NOT NULL, -- when it was asked
        raised_by text NOT NULL, -- the role that asked
        answer text NOT NULL DEFAULT '', -- the answer; it names nobody
        answered timestamptz -- when it was answered
    );
    CREATE INDEX IF NOT EXISTS challenge_open ON challenge (post_id, raised) WHERE answered IS NULL;
    CREATE TABLE IF NOT EXISTS regulator_count ( -- Each restatement of a regulator's running total for a site.
        event uuid PRIMARY KEY, -- the event's id
        provider text NOT NULL, -- the provider
        site text NOT NULL, -- the site
        count_kind text NOT NULL, -- what is counted
        financial_year text NOT NULL, -- the financial year it belongs to
        as_of date NOT NULL, -- the day it was stated for
        running_total int NOT NULL, -- the total as stated
        delta int NOT NULL, -- the difference from the statement before; below nought where it was corrected
        after_year_end boolean NOT NULL, -- whether it was posted after the year had ended
        sequence bigint NOT NULL, -- its place in the log
        recorded timestamptz NOT NULL -- when it was recorded
    );
    CREATE INDEX IF NOT EXISTS regulator_count_site ON regulator_count (site, count_kind, financial_year, sequence);
    CREATE TABLE IF NOT EXISTS checkpoint ( -- The last signed checkpoint of each room's ledger.
        ledger text PRIMARY KEY, -- the room whose record it is
        size bigint NOT NULL, -- how many records it covers
        signed timestamptz NOT NULL -- when it was signed
    );
"""


@project.register
def capacity_stated(event: governance.CapacityStated, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO capacity VALUES (%s, %s, %s, %s, %s) ON CONFLICT (site, month) DO UPDATE"
        " SET beds = excluded.beds, exposure = excluded.exposure, unit = excluded.unit",
        (event.site_id, event.month, event.beds, event.exposure, event.exposure_unit),
    )


@project.register
def challenge_raised(event: governance.ChallengeRaised, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO challenge (challenge_id, journey, provider, site, post_id, measure_id, words, raised, raised_by)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (challenge_id) DO NOTHING",
        (
            event.challenge_id, event.journey, event.provider, event.site, event.post_id, event.measure_id, event.words,
            event.recorded, event.envelope.role,
        ),
    )  # fmt: skip
    findable(rows, event.journey, f"challenge {event.challenge_id}", event.words)
    moment(event, rows, post_id=event.post_id, measure_id=event.measure_id, asked=event.words)


@project.register
def challenge_answered(event: governance.ChallengeAnswered, rows: Rows) -> None:
    rows.execute(
        "UPDATE challenge SET answer = %s, answered = %s WHERE challenge_id = %s",
        (event.words, event.recorded, event.challenge_id),
    )
    findable(rows, event.journey, f"answer {event.challenge_id}", event.words)
    moment(event, rows, answer=event.words)


@project.register
def count_restated(event: intake.RegulatorCountRestated, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO regulator_count VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (event) DO NOTHING",
        (
            event.envelope.id, event.provider, event.site, event.count_kind, event.financial_year, event.as_of,
            event.running_total, event.delta, event.posted_after_year_end, event.envelope.sequence, event.recorded,
        ),
    )  # fmt: skip


@project.register
def checkpoint_signed(event: audit.CheckpointSigned, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO checkpoint AS c VALUES (%s, %s, %s) ON CONFLICT (ledger) DO UPDATE SET size = excluded.size,"
        " signed = excluded.signed WHERE c.size <= excluded.size",
        (event.ledger, event.size, event.recorded),
    )
