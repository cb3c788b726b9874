"""What leaves assurance: figures, verdicts, states and missed rounds. What people noted stays at home."""

from __future__ import annotations

from functools import singledispatch

from contracts import assurance as said
from contracts.envelope import PublishedEvent
from services.assurance.domain import Cadence, Effect, FollowUp, Measure


@singledispatch
def publish(event: object) -> PublishedEvent | None:
    return None


@publish.register
def measure_set(event: Measure.MeasureSet) -> PublishedEvent:
    return said.MeasureSet(
        measure_id=event.measure_id,
        site_id=event.site,
        title=event.title,
        target_percent=event.target_percent,
        check=event.check,
        first_period=event.first_period,
    )


@publish.register
def measure_checked(event: Measure.Checked) -> PublishedEvent:
    return said.MeasureChecked(
        measure_id=event.measure_id,
        site_id=event.site,
        title=event.title,
        period=event.period,
        numerator=event.numerator,
        denominator=event.denominator,
        target_percent=event.target_percent,
        met=event.met,
        breaches=[
            said.Breach(journey=each.journey, started=each.started, because=each.because) for each in event.breaches
        ],
        revision=event.revision,
    )


@publish.register
def practice_observed(event: FollowUp.PracticeObserved) -> PublishedEvent:
    return said.PracticeObserved(seen=event.seen, of=event.of, source_kind=event.source_kind, practised=event.practised)


@publish.register
def verdict_reached(event: FollowUp.VerdictReached) -> PublishedEvent:
    return said.VerdictReached(
        measure_id=event.measure_id,
        verdict=event.verdict,
        before=event.before,
        after=event.after,
        method=event.method,
    )


@publish.register
def judged(event: Effect.Judged) -> PublishedEvent:
    return said.VerdictReached(
        measure_id=event.measure_id, verdict=event.verdict, before=event.before, after=event.after, method=event.method,
        method_version=event.method_version, months=event.months, crude=event.crude, met_after=event.met_after,
        p=event.p,
    )  # fmt: skip


@publish.register
def looked_back(event: Effect.LookedBack) -> PublishedEvent | None:
    return None if event.rounds else said.RecheckMissed(months=event.months, due=event.due)


@publish.register
def state_reached(event: FollowUp.StateReached) -> PublishedEvent:
    return said.ClosureStateReached(state=event.state, proof=event.proof)


@publish.register
def state_lost(event: FollowUp.StateLost) -> PublishedEvent:
    return said.ClosureStateLost(state=event.state, because=event.because)


@publish.register
def cadence_missed(event: Cadence.Missed) -> PublishedEvent:
    return said.CadenceMissed(cadence_id=event.cadence_id, title=event.title, role=event.role, due=event.due)


@publish.register
def cadence_kept(event: Cadence.Kept) -> PublishedEvent:
    return said.CadenceKept(cadence_id=event.cadence_id, title=event.title, role=event.role, held_on=event.held_on)
