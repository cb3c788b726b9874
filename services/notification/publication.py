"""What leaves notification. Nothing leaves that is not named here."""

from __future__ import annotations

from collections import Counter
from functools import singledispatch
from uuid import UUID

from contracts import notification as said
from contracts.envelope import PublishedEvent
from services.notification.domain.briefing import Briefing
from services.notification.domain.duty import Duty, Owing
from services.notification.domain.message import Message


@singledispatch
def publish(event: object) -> PublishedEvent | None:
    return None


def _duty_owed(duty: UUID, owing: Owing) -> PublishedEvent:
    return said.DutyOwed(
        duty_id=duty,
        recipient=owing.recipient,
        title=owing.title,
        rule_id=owing.rule_id,
        rule_kind=owing.rule_kind,
        citation=owing.citation,
        confirmed=owing.confirmed,
        owner_role=owing.owner_role,
        clock=owing.clock,
        due=owing.due,
    )


@publish.register
def owed(event: Duty.Owed) -> PublishedEvent:
    return _duty_owed(event.originator_id, event.owing)


@publish.register
def owed_again(event: Duty.OwedAgain) -> PublishedEvent:
    return _duty_owed(event.originator_id, event.owing)


@publish.register
def discharged(event: Duty.Discharged) -> PublishedEvent:
    return said.DutyDischarged(duty_id=event.originator_id, channel=event.channel, note=event.note)


@publish.register
def fell_overdue(event: Duty.FellOverdue) -> PublishedEvent:
    return said.DutyOverdue(duty_id=event.originator_id)


@publish.register
def contact_attempted(event: Duty.ContactAttempted) -> PublishedEvent:
    return said.ContactNotPossible(duty_id=event.originator_id, declined=False, note=event.note)


@publish.register
def declined(event: Duty.Declined) -> PublishedEvent:
    return said.ContactNotPossible(duty_id=event.originator_id, declined=True, note=event.note)


@publish.register
def issued(event: Briefing.Issued) -> PublishedEvent:
    return said.BriefingIssued(
        briefing_id=event.originator_id,
        title=event.change.title,
        what_changed=event.change.what_changed,
        audience=len(event.audience),
        parts=dict(Counter(each.part for each in event.audience)),
    )


@publish.register
def read(event: Briefing.Read) -> PublishedEvent:
    return said.BriefingRead(briefing_id=event.originator_id, person_id=event.person_id, part=event.part)


@publish.register
def understood(event: Briefing.Understood) -> PublishedEvent:
    return said.BriefingUnderstood(briefing_id=event.originator_id, person_id=event.person_id, part=event.part)


@publish.register
def reached(event: Briefing.Reached) -> PublishedEvent:
    return said.BriefingReached(briefing_id=event.originator_id, audience=event.audience, understood=event.understood)


@publish.register
def delivered(event: Message.Delivered) -> PublishedEvent:
    return said.MessageDelivered(message_id=event.originator_id, channel=event.channel, attempts=event.attempt)


@publish.register
def undelivered(event: Message.Undelivered) -> PublishedEvent:
    return said.MessageUndelivered(
        message_id=event.originator_id, channel=event.channel, attempts=event.attempt, reason=event.reason
    )
