"""What leaves notification. Nothing leaves that is not named here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import singledispatch
from uuid import UUID

from contracts import notification as said
from contracts.envelope import PublishedEvent
from libs.emergency_reading import EmergencyReading
from services.notification.domain.account import Account
from services.notification.domain.briefing import Briefing, Listener
from services.notification.domain.candour import Candour
from services.notification.domain.duty import Duty, Owing
from services.notification.domain.letter import Letter
from services.notification.domain.message import Message
from services.notification.domain.transfer import Transfer


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
def lifted(event: Duty.Lifted) -> PublishedEvent:
    return said.DutyLifted(duty_id=event.originator_id, because=event.because)


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
        people=_by_part(event.audience),
        number=event.change.number,
    )


def _by_part(audience: Iterable[Listener]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for each in audience:
        found.setdefault(each.part, []).append(each.person_id)
    return found


@publish.register
def joined(event: Briefing.AudienceGrew) -> PublishedEvent | None:
    if event.standing is None:  # stored before it was counted
        return None
    return said.BriefingAudienceJoined(
        briefing_id=event.originator_id, person_id=event.person_id, part=event.part,
        audience=event.standing.audience, understood=event.standing.understood, left=event.standing.left,
    )  # fmt: skip


@publish.register
def left(event: Briefing.AudienceLeft) -> PublishedEvent | None:
    if event.standing is None:  # stored before it was counted
        return None
    return said.BriefingAudienceLeft(
        briefing_id=event.originator_id, person_id=event.person_id, part=event.part, had_understood=event.understood,
        audience=event.standing.audience, understood=event.standing.understood, left=event.standing.left,
    )  # fmt: skip


@publish.register
def read(event: Briefing.Read) -> PublishedEvent:
    return said.BriefingRead(briefing_id=event.originator_id, person_id=event.person_id, part=event.part)


@publish.register
def understood(event: Briefing.Understood) -> PublishedEvent:
    return said.BriefingUnderstood(briefing_id=event.originator_id, person_id=event.person_id, part=event.part)


@publish.register
def reached(event: Briefing.Reached) -> PublishedEvent:
    return said.BriefingReached(
        briefing_id=event.originator_id,
        audience=event.audience,
        understood=event.understood,
        left=event.left,
        number=event.number,
    )


@publish.register
def delivered(event: Message.Delivered) -> PublishedEvent:
    return said.MessageDelivered(message_id=event.originator_id, channel=event.channel, attempts=event.attempt)


@publish.register
def undelivered(event: Message.Undelivered) -> PublishedEvent:
    return said.MessageUndelivered(
        message_id=event.originator_id, channel=event.channel, attempts=event.attempt, reason=event.reason
    )


@publish.register
def assessed(event: Candour.Assessed) -> PublishedEvent:
    return said.CandourAssessed(candour_id=event.originator_id, applies=event.applies, because=event.because)


@publish.register
def assessed_anew(event: Candour.AssessedAnew) -> PublishedEvent:
    return said.CandourAssessed(candour_id=event.originator_id, applies=event.applies, because=event.because)


@publish.register
def step_taken(event: Candour.StepTaken) -> PublishedEvent:
    return said.CandourStepTaken(
        candour_id=event.originator_id, step=event.step, apologised=event.apologised, note=event.note
    )


@publish.register
def contact_tried(event: Candour.ContactTried) -> PublishedEvent:
    return said.CandourContactRecorded(candour_id=event.originator_id, what="tried", note=event.note)


@publish.register
def found_unreachable(event: Candour.FoundUnreachable) -> PublishedEvent:
    return said.CandourContactRecorded(candour_id=event.originator_id, what="unreachable", note=event.note)


@publish.register
def candour_declined(event: Candour.Declined) -> PublishedEvent:
    return said.CandourContactRecorded(candour_id=event.originator_id, what="declined", note=event.note)


@publish.register
def contact_resumed(event: Candour.ContactResumed) -> PublishedEvent:
    return said.CandourContactRecorded(candour_id=event.originator_id, what="resumed", note=event.note)


@publish.register
def letter_sent(event: Letter.Sent) -> PublishedEvent:
    return said.LetterSent(
        letter_id=event.originator_id, template=event.template, template_version=event.template_version,
        recipient=event.recipient, how=event.how, dated=event.dated, sha256=event.sha256,
    )  # fmt: skip


@publish.register
def learning_carried(event: Account.LearningCarried) -> PublishedEvent:
    return said.LearningCarried(title=event.title, sites=event.sites)


@publish.register
def learning_followed(event: Account.LearningFollowed) -> PublishedEvent:
    return said.LearningFollowed(what=event.what, was=event.was)


@publish.register
def transfer_asked(event: Transfer.Asked) -> PublishedEvent:
    change = event.change
    return said.TransferAsked(transfer_id=event.originator_id, title=change.title, what_changed=change.what_changed)


@publish.register
def transfer_decided(event: Transfer.Decided) -> PublishedEvent:
    return said.TransferDecided(transfer_id=event.originator_id, decision=event.decision, because=event.because)


@publish.register
def transfer_put_into_effect(event: Transfer.PutIntoEffect) -> PublishedEvent:
    return said.TransferPutIntoEffect(transfer_id=event.originator_id, done_by=event.done_by, note=event.note)


@publish.register
def transfer_seen(event: Transfer.SeenInEffect) -> PublishedEvent:
    return said.TransferSeenInEffect(transfer_id=event.originator_id, note=event.note)


@publish.register
def read_in_emergency(event: EmergencyReading.PageRead) -> PublishedEvent:
    return said.ReadInEmergency(access_id=event.access, what=event.what)
