"""How each decision turns a page of what assurance remembers."""

from __future__ import annotations

from dataclasses import asdict
from functools import singledispatch
from typing import Any

import orjson

from libs.views import Rows
from services.assurance.domain import Cadence, Effect, FollowUp, Measure
from services.assurance.domain.effect_of_change import review_due
from services.assurance.domain.verdict import REVIEWS


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the tables as they are."""


@project.register
def measure_set(event: Measure.MeasureSet, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO measure VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, %s) ON CONFLICT (id) DO UPDATE"
        " SET title = excluded.title, target_percent = excluded.target_percent, next_check = excluded.next_check,"
        " rules = excluded.rules, withdrawn = false, version = excluded.version",
        (
            event.originator_id, event.measure_id, event.provider, event.site, event.title, event.target_percent,
            event.first_period, event.first_period, event.next_check, event.version, event.originator_version,
        ),
    )  # fmt: skip


@project.register
def measure_withdrawn(event: Measure.Withdrawn, rows: Rows) -> None:
    rows.execute("UPDATE measure SET withdrawn = true WHERE id = %s", (event.originator_id,))
    _measure_turn(event, rows)


@project.register(Measure.Followed)
def _measure_turn(event: Any, rows: Rows) -> None:
    rows.execute("UPDATE measure SET version = %s WHERE id = %s", (event.originator_version, event.originator_id))


@project.register
def measure_checked(event: Measure.Checked, rows: Rows) -> None:
    breaches = [asdict(each) for each in event.breaches]
    rows.execute(
        "INSERT INTO figure VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (measure, period) DO UPDATE"
        " SET numerator = excluded.numerator, denominator = excluded.denominator, met = excluded.met,"
        " target_percent = excluded.target_percent, breaches = excluded.breaches, revision = excluded.revision,"
        " checked = excluded.checked, positions = excluded.positions",
        (
            event.originator_id, event.period, event.numerator, event.denominator, event.target_percent, event.met,
            orjson.dumps(breaches).decode(), event.revision, event.recorded, orjson.dumps(event.positions).decode(),
        ),
    )  # fmt: skip
    rows.execute(
        "UPDATE measure SET next_period = %s, next_check = %s, version = %s WHERE id = %s",
        (event.next_period, event.next_check, event.originator_version, event.originator_id),
    )


@project.register
def cadence_set(event: Cadence.CadenceSet, rows: Rows) -> None:
    _cadence(event, rows)


@project.register
def cadence_amended(event: Cadence.Amended, rows: Rows) -> None:
    _cadence(event, rows)


def _cadence(event: Any, rows: Rows) -> None:
    what = event.definition
    rows.execute(
        "INSERT INTO cadence VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, %s) ON CONFLICT (id) DO UPDATE"
        " SET title = excluded.title, every = excluded.every, role = excluded.role, register = excluded.register,"
        " starts = excluded.starts, ends = excluded.ends, next_due = excluded.next_due, withdrawn = false,"
        " version = excluded.version",
        (
            event.originator_id, what["id"], event.provider, event.site, what["title"], what["every"], what["role"],
            what["recorded_in"], event.starts, event.ends, event.next_due, event.originator_version,
        ),
    )  # fmt: skip


@project.register
def cadence_withdrawn(event: Cadence.Withdrawn, rows: Rows) -> None:
    rows.execute(
        "UPDATE cadence SET withdrawn = true, version = %s WHERE id = %s",
        (event.originator_version, event.originator_id),
    )


@project.register
def cadence_kept(event: Cadence.Kept, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO slot (cadence, starts, held_on, register, note) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (cadence, starts) DO UPDATE SET held_on = excluded.held_on, register = excluded.register,"
        " note = excluded.note",
        (event.originator_id, event.slot, event.held_on, event.register, event.note),
    )
    _next_slot(event, rows)


@project.register
def cadence_missed(event: Cadence.Missed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO slot (cadence, starts, missed_on) VALUES (%s, %s, %s)"
        " ON CONFLICT (cadence, starts) DO UPDATE SET missed_on = excluded.missed_on",
        (event.originator_id, event.slot, event.due),
    )
    _next_slot(event, rows)


@project.register
def cadence_carried_over(event: Cadence.CarriedOver, rows: Rows) -> None:
    rows.execute(
        "UPDATE cadence SET carried_over = %s, version = %s WHERE id = %s",
        (event.originator_version, event.originator_version, event.originator_id),
    )


def _next_slot(event: Any, rows: Rows) -> None:
    rows.execute(
        "UPDATE cadence SET starts = %s, ends = %s, next_due = %s, version = %s WHERE id = %s",
        (event.starts, event.ends, event.next_due, event.originator_version, event.originator_id),
    )


@project.register
def follow_up_opened(event: FollowUp.Opened, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO follow_up (journey, id, provider, site, version) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (journey) DO NOTHING",
        (event.journey, event.originator_id, event.provider, event.site, event.originator_version),
    )


@project.register(FollowUp.MeasureTied)
@project.register(FollowUp.MeasureReleased)
@project.register(FollowUp.FigureHeard)
@project.register(FollowUp.VerdictHeard)
@project.register(FollowUp.Proven)
@project.register(FollowUp.ProofWithdrawn)
def _turn(event: Any, rows: Rows) -> None:
    rows.execute("UPDATE follow_up SET version = %s WHERE journey = %s", (event.originator_version, event.journey))


@project.register
def change_made(event: FollowUp.ChangeMade, rows: Rows) -> None:
    rows.execute(
        "UPDATE follow_up SET what_changed = %s, changed_on = %s, begun = %s WHERE journey = %s",
        (event.what_changed, event.changed_on, event.recorded, event.journey),
    )
    _turn(event, rows)


@project.register
def practice_observed(event: FollowUp.PracticeObserved, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO observation VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.journey, event.originator_version, event.occurred, event.seen, event.of, event.source_kind,
            event.note, event.shown,
        ),
    )  # fmt: skip
    _turn(event, rows)


@project.register
def state_reached(event: FollowUp.StateReached, rows: Rows) -> None:
    _state(event, rows, held=True, words=event.proof)


@project.register
def state_lost(event: FollowUp.StateLost, rows: Rows) -> None:
    _state(event, rows, held=False, words=event.because)


def _state(event: Any, rows: Rows, *, held: bool, words: str) -> None:
    rows.execute(
        "INSERT INTO closure_state VALUES (%s, %s, %s, %s, %s) ON CONFLICT (journey, state) DO UPDATE"
        " SET held = excluded.held, words = excluded.words, since = excluded.since",
        (event.journey, event.state, held, words, event.recorded),
    )
    _turn(event, rows)


@project.register
def verdict_reached(event: FollowUp.VerdictReached, rows: Rows) -> None:
    """By version 1 of the method: kept as months 0, beside what was judged since."""
    judged = (event.verdict, event.before, event.after, event.method, "1", "", None)
    _verdict(event, rows, 0, judged, "{}")
    _turn(event, rows)


@project.register
def judged(event: Effect.Judged, rows: Rows) -> None:
    found = (
        event.verdict, event.before, event.after, event.method, event.method_version, event.crude, event.met_after,
    )  # fmt: skip
    _verdict(event, rows, event.months, found, orjson.dumps(event.data).decode())
    _held(event, rows, None)


def _verdict(event: Any, rows: Rows, months: int, judged: tuple[Any, ...], data: str) -> None:
    rows.execute(
        "INSERT INTO judgement VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (journey, measure_id, months) DO UPDATE SET verdict = excluded.verdict, before = excluded.before,"
        " after = excluded.after, method = excluded.method, method_version = excluded.method_version,"
        " crude = excluded.crude, met_after = excluded.met_after, data = excluded.data, at = excluded.at",
        (event.journey, event.measure_id, months, *judged, data, event.recorded),
    )


@project.register
def baseline_fixed(event: Effect.BaselineFixed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO effect (journey, measure_id, site, baseline_until, expected) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (journey, measure_id) DO NOTHING",
        (event.journey, event.measure_id, event.site, event.baseline_until, event.expected),
    )


@project.register
def reviews_set(event: Effect.ReviewsSet, rows: Rows) -> None:
    for months in REVIEWS:
        rows.execute(
            "INSERT INTO review_date (journey, measure_id, months, site, provider, due, changed_on)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (journey, measure_id, months) DO UPDATE"
            " SET due = excluded.due, changed_on = excluded.changed_on, held = NULL, rounds = NULL",
            (
                event.journey, event.measure_id, months, event.site, event.provider,
                review_due(event.changed_on, months), event.changed_on,
            ),
        )  # fmt: skip


@project.register
def looked_back(event: Effect.LookedBack, rows: Rows) -> None:
    _held(event, rows, event.rounds)


def _held(event: Any, rows: Rows, rounds: int | None) -> None:
    rows.execute(
        "UPDATE review_date SET held = %s, rounds = %s WHERE journey = %s AND measure_id = %s AND months = %s",
        (event.recorded, rounds, event.journey, event.measure_id, event.months),
    )
