"""Proof: each measure's figures as last revised, regular reviews kept or missed, and how far each change has come."""

from __future__ import annotations

from contracts import assurance as said
from contracts.taxonomy import ClosureState
from libs.views import Rows
from services.governance.projection.writing import journey_row, moment, project, text

NAMES = ("measure", "measure_figure", "closure", "verdict", "cadence")

TABLES = """
    CREATE TABLE IF NOT EXISTS measure (
        measure_id text NOT NULL,
        site text NOT NULL,
        provider text NOT NULL,
        title text NOT NULL,
        target_percent double precision NOT NULL,
        cycle text NOT NULL,
        first_period date NOT NULL,
        PRIMARY KEY (site, measure_id)
    );
    CREATE TABLE IF NOT EXISTS measure_figure (
        measure_id text NOT NULL,
        site text NOT NULL,
        provider text NOT NULL,
        period date NOT NULL,
        title text NOT NULL,
        numerator int NOT NULL,
        denominator int NOT NULL,
        target_percent double precision NOT NULL,
        met boolean,
        revision int NOT NULL,
        breaches jsonb NOT NULL,
        checked timestamptz NOT NULL,
        PRIMARY KEY (site, measure_id, period)
    );
    CREATE INDEX IF NOT EXISTS measure_figure_breach ON measure_figure USING gin (breaches jsonb_path_ops);
    CREATE TABLE IF NOT EXISTS closure (
        journey uuid NOT NULL,
        state text NOT NULL,
        reached timestamptz,
        proof text NOT NULL DEFAULT '',
        lost timestamptz,
        because text NOT NULL DEFAULT '',
        PRIMARY KEY (journey, state)
    );
    CREATE TABLE IF NOT EXISTS verdict (
        journey uuid NOT NULL,
        site text NOT NULL,
        measure_id text NOT NULL,
        verdict text NOT NULL,
        before text NOT NULL,
        after text NOT NULL,
        method text NOT NULL,
        reached timestamptz NOT NULL,
        PRIMARY KEY (journey, measure_id)
    );
    CREATE TABLE IF NOT EXISTS cadence (
        site text NOT NULL,
        cadence_id text NOT NULL,
        provider text NOT NULL,
        title text NOT NULL,
        role text NOT NULL,
        held_on date,
        missed date,
        PRIMARY KEY (provider, site, cadence_id)
    );
"""

STATES = [state.value for state in ClosureState]


def rank(state: str) -> int:
    """How far a closure state lies from the start: done is 1, sustained is 5; a state we do not know is 0."""
    return STATES.index(state) + 1 if state in STATES else 0


@project.register
def measure_set(event: said.MeasureSet, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO measure VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (site, measure_id) DO UPDATE SET"
        " title = excluded.title, target_percent = excluded.target_percent, cycle = excluded.cycle",
        (
            event.measure_id, event.site_id, event.provider, event.title, event.target_percent, event.check,
            event.first_period,
        ),
    )  # fmt: skip


@project.register
def measure_checked(event: said.MeasureChecked, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO measure_figure AS f VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (site, measure_id, period) DO UPDATE SET title = excluded.title, numerator = excluded.numerator,"
        " denominator = excluded.denominator, target_percent = excluded.target_percent, met = excluded.met,"
        " revision = excluded.revision, breaches = excluded.breaches, checked = excluded.checked"
        " WHERE f.revision <= excluded.revision",
        (
            event.measure_id, event.site_id, event.provider, event.period, event.title, event.numerator,
            event.denominator, event.target_percent, event.met, event.revision,
            text([each.model_dump(mode="json") for each in event.breaches]), event.recorded,
        ),
    )  # fmt: skip


@project.register
def practice_observed(event: said.PracticeObserved, rows: Rows) -> None:
    journey_row(event, rows)
    moment(event, rows, seen=event.seen, of=event.of, source_kind=event.source_kind, practised=event.practised)


@project.register
def verdict_reached(event: said.VerdictReached, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "INSERT INTO verdict VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (journey, measure_id) DO UPDATE SET"
        " verdict = excluded.verdict, before = excluded.before, after = excluded.after, method = excluded.method,"
        " reached = excluded.reached",
        (
            event.journey, event.site, event.measure_id, event.verdict, event.before, event.after, event.method,
            event.recorded,
        ),
    )  # fmt: skip
    moment(
        event, rows, measure_id=event.measure_id, verdict=event.verdict, before=event.before, after=event.after,
        method=event.method,
    )  # fmt: skip


@project.register
def state_reached(event: said.ClosureStateReached, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "INSERT INTO closure VALUES (%s, %s, %s, %s, NULL, '') ON CONFLICT (journey, state) DO UPDATE"
        " SET reached = excluded.reached, proof = excluded.proof, lost = NULL, because = ''",
        (event.journey, event.state, event.recorded, event.proof),
    )
    rows.execute(
        "UPDATE journey SET closure = greatest(closure, %s) WHERE journey = %s", (rank(event.state), event.journey)
    )
    moment(event, rows, state=event.state, proof=event.proof)


@project.register
def state_lost(event: said.ClosureStateLost, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "INSERT INTO closure VALUES (%s, %s, NULL, '', %s, %s) ON CONFLICT (journey, state) DO UPDATE"
        " SET lost = excluded.lost, because = excluded.because",
        (event.journey, event.state, event.recorded, event.because),
    )
    held = max(rank(event.state) - 1, 0)
    rows.execute("UPDATE journey SET closure = least(closure, %s) WHERE journey = %s", (held, event.journey))
    moment(event, rows, state=event.state, because=event.because)


@project.register
def cadence_missed(event: said.CadenceMissed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO cadence AS c VALUES (%s, %s, %s, %s, %s, NULL, %s) ON CONFLICT (provider, site, cadence_id)"
        " DO UPDATE SET title = excluded.title, role = excluded.role, missed = greatest(c.missed, excluded.missed)",
        (event.site, event.cadence_id, event.provider, event.title, event.role, event.due),
    )


@project.register
def cadence_kept(event: said.CadenceKept, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO cadence AS c VALUES (%s, %s, %s, %s, %s, %s, NULL) ON CONFLICT (provider, site, cadence_id)"
        " DO UPDATE SET title = excluded.title, role = excluded.role, held_on = greatest(c.held_on, excluded.held_on)",
        (event.site, event.cadence_id, event.provider, event.title, event.role, event.held_on),
    )
