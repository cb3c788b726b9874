"""Proof: each measure's figures as last revised, regular reviews kept or missed, and how far each change has come."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from contracts import assurance as said
from contracts.taxonomy import ClosureState
from libs.views import Rows
from services.governance.projection.writing import journey_row, moment, project, text

NAMES = ("measure", "measure_figure", "closure", "verdict", "cadence")

TABLES = """
    CREATE TABLE IF NOT EXISTS measure ( -- Each measure that is set at a site.
        measure_id text NOT NULL, -- the measure's id in the rule pack
        site text NOT NULL, -- the site
        provider text NOT NULL, -- the provider
        title text NOT NULL, -- what it measures
        target_percent double precision NOT NULL, -- the target, in per cent
        cycle text NOT NULL, -- how often it is checked
        first_period date NOT NULL, -- the first month it is checked for
        PRIMARY KEY (site, measure_id)
    );
    CREATE TABLE IF NOT EXISTS measure_figure ( -- Each figure of a measure, for one site and month, as last revised.
        measure_id text NOT NULL, -- the measure's id
        site text NOT NULL, -- the site
        provider text NOT NULL, -- the provider
        period date NOT NULL, -- the first day of the month it speaks of
        title text NOT NULL, -- what it measures
        numerator int NOT NULL, -- how many cases met the target's condition
        denominator int NOT NULL, -- of how many cases
        target_percent double precision NOT NULL, -- the target, in per cent
        met boolean, -- whether the target was met; empty where there was nothing to measure
        revision int NOT NULL, -- which check of this month it is
        breaches jsonb NOT NULL, -- each case that missed, with its journey and why
        checked timestamptz NOT NULL, -- when it was checked
        PRIMARY KEY (site, measure_id, period)
    );
    CREATE INDEX IF NOT EXISTS measure_figure_breach ON measure_figure USING gin (breaches jsonb_path_ops);
    CREATE TABLE IF NOT EXISTS closure ( -- Each closure state of a journey that was reached or lost.
        journey uuid NOT NULL, -- the journey
        state text NOT NULL, -- done, briefed, practised, effective or sustained
        reached timestamptz, -- when it was last reached
        proof text NOT NULL DEFAULT '', -- by what proof
        lost timestamptz, -- when it was lost; empty while it holds
        because text NOT NULL DEFAULT '', -- why it was lost
        PRIMARY KEY (journey, state)
    );
    CREATE INDEX IF NOT EXISTS closure_lost ON closure (lost DESC) WHERE lost IS NOT NULL;
    CREATE TABLE IF NOT EXISTS verdict ( -- Whether a change worked, by the measure it was meant to move.
        journey uuid NOT NULL, -- the journey
        site text NOT NULL, -- the site
        measure_id text NOT NULL, -- the measure
        verdict text NOT NULL, -- improved, no_evidence, worse or too_little_data
        before text NOT NULL, -- k/n before the change
        after text NOT NULL, -- k/n after it
        method text NOT NULL, -- the method by which the two were compared
        reached timestamptz NOT NULL, -- when the verdict was reached
        PRIMARY KEY (journey, measure_id)
    );
    CREATE TABLE IF NOT EXISTS cadence ( -- Each regular review, when it was last held and when one was last missed.
        site text NOT NULL, -- the site, or empty for the provider's own
        cadence_id text NOT NULL, -- the cadence's id in the rule pack
        provider text NOT NULL, -- the provider
        title text NOT NULL, -- what is reviewed
        role text NOT NULL, -- the role that holds it
        held_on date, -- the day it was last held
        missed date, -- the day for which one is missing
        PRIMARY KEY (provider, site, cadence_id)
    );
"""

HOLDS: dict[str, LiteralString] = {
    ClosureState.DONE: "UPDATE journey SET is_done = %s WHERE journey = %s",
    ClosureState.BRIEFED: "UPDATE journey SET is_briefed = %s WHERE journey = %s",
    ClosureState.PRACTISED: "UPDATE journey SET is_practised = %s WHERE journey = %s",
    ClosureState.EFFECTIVE: "UPDATE journey SET is_effective = %s WHERE journey = %s",
    ClosureState.SUSTAINED: "UPDATE journey SET is_sustained = %s WHERE journey = %s",
}
FURTHEST: LiteralString = (
    "UPDATE journey SET closure = CASE WHEN is_done = false THEN 0 ELSE CASE WHEN is_briefed = false THEN 1"
    " ELSE CASE WHEN is_practised = false THEN 2 ELSE CASE WHEN is_effective = false THEN 3"
    " ELSE CASE WHEN is_sustained = false THEN 4 ELSE 5 END END END END END WHERE journey = %s"
)
"""A state is lost by itself, and those beyond it that still hold count again as soon as it is shown anew."""


def _hold(rows: Rows, journey: UUID, state: str, *, holds: bool) -> None:
    if state in HOLDS:  # another may come with a newer release of assurance
        rows.execute(HOLDS[state], (holds, journey))
        rows.execute(FURTHEST, (journey,))


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
    _hold(rows, event.journey, event.state, holds=True)
    moment(event, rows, state=event.state, proof=event.proof)


@project.register
def state_lost(event: said.ClosureStateLost, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "INSERT INTO closure VALUES (%s, %s, NULL, '', %s, %s) ON CONFLICT (journey, state) DO UPDATE"
        " SET lost = excluded.lost, because = excluded.because",
        (event.journey, event.state, event.recorded, event.because),
    )
    _hold(rows, event.journey, event.state, holds=False)
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
