"""What the organisation says of itself: what events are divided by, what was challenged, regulators' counts, ledgers."""

from __future__ import annotations

from contracts import audit, governance, intake
from libs.views import Rows
from services.governance.projection.writing import moment, project

NAMES = ("capacity", "challenge", "regulator_count", "checkpoint")

TABLES = """
    CREATE TABLE IF NOT EXISTS capacity (
        site text NOT NULL,
        month date NOT NULL,
        beds int,
        exposure double precision,
        unit text NOT NULL,
        PRIMARY KEY (site, month)
    );
    CREATE TABLE IF NOT EXISTS challenge (
        challenge_id uuid PRIMARY KEY,
        journey uuid NOT NULL,
        provider text NOT NULL,
        site text NOT NULL,
        post_id text NOT NULL,
        measure_id text,
        words text NOT NULL,
        raised timestamptz NOT NULL,
        raised_by text NOT NULL,
        answer text NOT NULL DEFAULT '',
        answered timestamptz
    );
    CREATE INDEX IF NOT EXISTS challenge_open ON challenge (post_id, raised) WHERE answered IS NULL;
    CREATE TABLE IF NOT EXISTS regulator_count (
        event uuid PRIMARY KEY,
        provider text NOT NULL,
        site text NOT NULL,
        count_kind text NOT NULL,
        financial_year text NOT NULL,
        as_of date NOT NULL,
        running_total int NOT NULL,
        delta int NOT NULL,
        after_year_end boolean NOT NULL,
        sequence bigint NOT NULL,
        recorded timestamptz NOT NULL
    );
    CREATE INDEX IF NOT EXISTS regulator_count_site ON regulator_count (site, count_kind, financial_year, sequence);
    CREATE TABLE IF NOT EXISTS checkpoint (
        ledger text PRIMARY KEY,
        size bigint NOT NULL,
        signed timestamptz NOT NULL
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
    moment(event, rows, post_id=event.post_id, measure_id=event.measure_id, asked=event.words)


@project.register
def challenge_answered(event: governance.ChallengeAnswered, rows: Rows) -> None:
    rows.execute(
        "UPDATE challenge SET answer = %s, answered = %s WHERE challenge_id = %s",
        (event.words, event.recorded, event.challenge_id),
    )
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
