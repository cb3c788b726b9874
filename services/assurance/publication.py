"""What leaves assurance: figures, verdicts, states and missed rounds. What people noted stays at home."""

from __future__ import annotations

from functools import singledispatch

from contracts import assurance as said
from contracts.envelope import PublishedEvent
from libs.emergency_reading import EmergencyReading
from services.assurance.domain import AuditRound, Cadence, Effect, FollowUp, Measure, Sign, Watch

LONGEST = 300


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
    return said.CadenceKept(
        cadence_id=event.cadence_id, title=event.title, role=event.role, held_on=event.held_on,
        note_key=event.note_key if event.concerns else None, concerns=event.concerns,
    )  # fmt: skip


@publish.register
def round_opened(event: AuditRound.Opened) -> PublishedEvent:
    return said.AuditRoundOpened(
        round_id=event.originator_id, tool_id=event.tool_id, tool_version=event.tool["version"],
        title=event.tool["title"], period=event.period, population=event.population, sample=len(event.sample),
    )  # fmt: skip


@publish.register
def finding_made(event: AuditRound.FindingMade) -> PublishedEvent:
    return said.AuditFindingMade(
        finding_id=event.finding_id, round_id=event.originator_id, tool_id=event.tool_id,
        tool_version=event.tool_version, check_id=event.check_id, title=event.title[:LONGEST],
        exceptions=event.exceptions, of=event.of, themes=event.themes, journeys=event.journeys,
    )  # fmt: skip


@publish.register
def round_closed(event: AuditRound.Closed) -> PublishedEvent:
    return said.AuditRoundClosed(
        round_id=event.originator_id, tool_id=event.tool_id, title=event.title, period=event.period,
        figures=[
            said.AuditFigure(
                check_id=each.check_id, title=each.title, kept=each.kept, of=each.of,
                not_applicable=each.not_applicable, claim=each.claim,
            )
            for each in event.figures
        ],
        kappa=event.kappa,
    )  # fmt: skip


@publish.register
def sign_noted(event: Sign.Noted) -> PublishedEvent:
    return said.EarlySignNoted(
        sign=event.sign, title=event.title[:LONGEST], times=event.times, noted_on=event.noted_on,
        note_key=event.about if event.concerns else None, concerns=event.concerns,
    )  # fmt: skip


@publish.register
def trigger_fired(event: Watch.Fired) -> PublishedEvent:
    what = event.definition
    return said.TriggerFired(
        firing_id=event.firing_id, trigger_id=event.trigger_id, title=what["title"], kind=what["kind"],
        facts=[said.FiringFact(words=each.words, on=each.on, journey=each.journey) for each in event.facts],
        must_follow=what["must_follow"], owed_by=what["owed_by"], due=event.due, rules_version=event.version,
    )  # fmt: skip


@publish.register
def trigger_followed(event: Watch.Followed) -> PublishedEvent:
    return said.TriggerFollowed(firing_id=event.firing_id, trigger_id=event.trigger_id, how=event.how, late=event.late)


@publish.register
def trigger_not_followed(event: Watch.NotFollowed) -> PublishedEvent:
    return said.TriggerNotFollowed(
        firing_id=event.firing_id, trigger_id=event.trigger_id, title=event.title, owed_by=event.owed_by, due=event.due
    )


@publish.register
def read_in_emergency(event: EmergencyReading.PageRead) -> PublishedEvent:
    return said.ReadInEmergency(access_id=event.access, what=event.what)
