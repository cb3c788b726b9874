"""What leaves action. Nothing leaves that is not named here."""

from __future__ import annotations

from functools import singledispatch

from contracts import action as said
from contracts.envelope import PublishedEvent
from libs.emergency_reading import EmergencyReading
from services.action.domain.action import Action
from services.action.domain.plan import Plan
from services.action.domain.roll import Roll


@singledispatch
def publish(event: object) -> PublishedEvent | None:
    return None


@publish.register
def agreed(event: Action.Agreed) -> PublishedEvent:
    return said.ActionAgreed(
        action_id=event.originator_id,
        plan_id=event.plan_id,
        factor_id=event.factor_id,
        what=event.what,
        change_kind=event.change_kind,
        strength=event.strength,
        owner_post=event.owner_post,
        due=event.due,
        measure_id=event.measure_id,
        expected_effect=event.expected_effect,
        affects_people=event.affects_people,
    )


@publish.register
def started(event: Action.Started) -> PublishedEvent:
    return said.ActionStarted(action_id=event.originator_id)


@publish.register
def blocked(event: Action.Blocked) -> PublishedEvent:
    return said.ActionBlocked(action_id=event.originator_id, because=event.because)


@publish.register
def unblocked(event: Action.Unblocked) -> PublishedEvent:
    return said.ActionUnblocked(action_id=event.originator_id)


@publish.register
def handed_over(event: Action.HandedOver) -> PublishedEvent:
    return said.ActionHandedOver(
        action_id=event.originator_id, was=event.was, owner_post=event.owner_post, because=event.because
    )


@publish.register
def escalated(event: Action.Escalated) -> PublishedEvent:
    return said.ActionEscalated(
        action_id=event.originator_id, due=event.due, step=event.step, to_posts=event.to_posts, reminder=event.reminder
    )


@publish.register
def nobody_answered(event: Action.FoundNobody) -> PublishedEvent:
    return said.NobodyAnswered(action_id=event.originator_id, due=event.due, step=event.step, next_on=event.next_on)


@publish.register
def sent_back(event: Action.SentBack) -> PublishedEvent:
    return said.ActionSentBack(action_id=event.originator_id, due=event.due, because=event.because)


@publish.register
def extended(event: Action.Extended) -> PublishedEvent:
    return said.ActionExtended(action_id=event.originator_id, due=event.due, because=event.because)


@publish.register
def overdue(event: Action.Overdue) -> PublishedEvent:
    return said.ActionOverdue(
        action_id=event.originator_id, due=event.due, owner_post=event.owner_post, to_post=event.to_post
    )


@publish.register
def implemented(event: Action.Implemented) -> PublishedEvent:
    return said.ActionImplemented(
        action_id=event.originator_id,
        implemented_on=event.implemented_on,
        evidence_kind=event.evidence_kind,
        evidence=event.evidence,
    )


@publish.register
def verified(event: Action.Verified) -> PublishedEvent:
    return said.ActionVerified(action_id=event.originator_id, verified_by=event.by.actor, seen=event.seen)


@publish.register
def withdrawn(event: Action.Withdrawn) -> PublishedEvent:
    return said.ActionWithdrawn(action_id=event.originator_id, because=event.because)


@publish.register
def opened(event: Roll.Opened) -> PublishedEvent:
    return said.PeopleNamed(roll_id=event.originator_id, people=event.people, action_id=event.action_id)


@publish.register
def added(event: Roll.Added) -> PublishedEvent:
    return said.PeopleNamed(roll_id=event.originator_id, people=event.people)


@publish.register
def took_part(event: Roll.TookPart) -> PublishedEvent:
    return said.PersonTookPart(roll_id=event.originator_id, person_id=event.person, on=event.on)


@publish.register
def excused(event: Roll.Excused) -> PublishedEvent:
    return said.PersonExcused(roll_id=event.originator_id, person_id=event.person)


@publish.register
def factor_left(event: Plan.FactorLeft) -> PublishedEvent:
    return said.FactorLeftWithReason(plan_id=event.originator_id, factor_id=event.factor_id, because=event.because)


@publish.register
def practice_changed(event: Plan.PracticeChanged) -> PublishedEvent:
    return said.PracticeChanged(
        plan_id=event.originator_id,
        action_ids=event.action_ids,
        what_changed=event.what_changed,
        measure_ids=event.measure_ids,
        affects_people=event.affects_people,
    )


@publish.register
def read_in_emergency(event: EmergencyReading.PageRead) -> PublishedEvent:
    return said.ReadInEmergency(access_id=event.access, what=event.what)
