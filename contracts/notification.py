"""What notification promises: everyone owed an account gets one, and everyone who must work differently understands how."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.envelope import PublishedEvent
from contracts.sealed import Sealed


class DutyOwed(PublishedEvent, name="notification.duty_owed.v1"):
    """Someone is owed an account, under a rule that is cited for what it is: law, guidance, contract or local policy."""

    duty_id: UUID
    recipient: str = Field(description="taxonomy.DutyRecipient")
    title: str = Field(max_length=300)
    rule_id: str
    rule_kind: str = Field(description="taxonomy.RuleKind")
    citation: str
    confirmed: bool = True
    owner_role: str = ""
    clock: str = Field(description="in words: 'without delay', 'within 2 working days'")
    due: AwareDatetime | None = Field(default=None, description="only where the rule gives a number")


class DutyDischarged(PublishedEvent, name="notification.duty_discharged.v1"):
    """The account was given."""

    duty_id: UUID
    channel: str = Field(max_length=60)
    note: Sealed = ""


class DutyLifted(PublishedEvent, name="notification.duty_lifted.v1"):
    """The account is no longer owed: its rule does not apply after all, or not while nobody can be reached."""

    duty_id: UUID
    because: str = Field(max_length=300)


class DutyOverdue(PublishedEvent, name="notification.duty_overdue.v1"):
    """The rule's time passed and no account is on record."""

    duty_id: UUID


class ContactNotPossible(PublishedEvent, name="notification.contact_not_possible.v1"):
    """The person did not wish to be told, which settles it; or was not reached, and is still owed the account."""

    duty_id: UUID
    declined: bool
    note: Sealed = ""


class CandourAssessed(PublishedEvent, name="notification.candour_assessed.v1"):
    """Whether the duty of candour applies was weighed, and what of the record points to it."""

    candour_id: UUID
    applies: bool
    because: list[str]


class CandourStepTaken(PublishedEvent, name="notification.candour_step_taken.v1"):
    """A step of the duty of candour was taken for the relevant person."""

    candour_id: UUID
    step: str = Field(
        description="told_in_person, support_given, written_follow_up, enquiry_news, outcome_letter, learning_told"
    )
    apologised: bool = False
    note: Sealed = ""


class CandourContactRecorded(PublishedEvent, name="notification.candour_contact_recorded.v1"):
    """What became of reaching the relevant person: tried, unreachable, declined, or resumed."""

    candour_id: UUID
    what: str = Field(max_length=40, description="tried, unreachable, declined, resumed")
    note: Sealed = ""


class LetterSent(PublishedEvent, name="notification.letter_sent.v1"):
    """A letter to somebody outside left, as just these bytes. It is kept as words under seal, never as a page."""

    letter_id: UUID
    template: str
    template_version: str
    recipient: str = Field(description="taxonomy.DutyRecipient")
    how: str = Field(max_length=40, description="post, by_hand, other")
    dated: date
    sha256: str = Field(min_length=64, max_length=64)


class LearningCarried(PublishedEvent, name="notification.learning_carried.v1"):
    """Sites that are alike were asked whether a change applies to them too. Which sites, is theirs to know."""

    title: str = Field(max_length=300)
    sites: int = Field(ge=1, description="how many were asked")


class LearningFollowed(PublishedEvent, name="notification.learning_followed.v1"):
    """One of the sites that were asked decided, put the change into effect, or was seen to work that way."""

    what: str = Field(max_length=40, description="adopted, adapted, not_applicable, in_effect, seen")
    was: str = Field(
        default="",
        max_length=40,
        description="where the same site stood before; empty: nothing was said before, or not how",
    )


class TransferAsked(PublishedEvent, name="notification.transfer_asked.v1"):
    """A site was asked whether the change of another applies to it. It says what changed, and not where."""

    transfer_id: UUID
    title: str = Field(max_length=300)
    what_changed: str = Field(max_length=4000)


class TransferDecided(PublishedEvent, name="notification.transfer_decided.v1"):
    """The site adopted it, adapted it, or said why it does not apply."""

    transfer_id: UUID
    decision: str = Field(max_length=40, description="adopted, adapted, not_applicable")
    because: Sealed = ""


class TransferPutIntoEffect(PublishedEvent, name="notification.transfer_put_into_effect.v1"):
    """Staff of the site work that way now."""

    transfer_id: UUID
    done_by: str
    note: Sealed = ""


class TransferSeenInEffect(PublishedEvent, name="notification.transfer_seen_in_effect.v1"):
    """Someone other than who put it into effect has seen it."""

    transfer_id: UUID
    note: Sealed = ""


class BriefingIssued(PublishedEvent, name="notification.briefing_issued.v1"):
    """Staff of a site were asked to read what changed and answer a question about it."""

    briefing_id: UUID
    title: str = Field(max_length=300)
    what_changed: str = Field(max_length=4000)
    audience: int = Field(ge=0)
    parts: dict[str, int] = Field(default_factory=dict, description="people by day, night, agency, new starter")
    people: dict[str, list[UUID]] = Field(
        default_factory=dict, description="whom it is for, by part of the team; empty where it was not said"
    )
    number: int = Field(
        default=0, ge=0, description="which change of the journey it tells of, from 1; 0: from before that was said"
    )


class BriefingAudienceJoined(PublishedEvent, name="notification.briefing_audience_joined.v1"):
    """Someone joined the team or came back to it and was given the briefing, or moved to another part of the team."""

    briefing_id: UUID
    person_id: UUID
    part: str
    audience: int = Field(ge=0, description="people it is for now")
    understood: int = Field(ge=0, description="those of them who have understood")
    left: int = Field(ge=0, description="people who left before they had understood")


class BriefingAudienceLeft(PublishedEvent, name="notification.briefing_audience_left.v1"):
    """Someone left the team, or had no shift at the site for so long that the rota says no longer that they work there."""

    briefing_id: UUID
    person_id: UUID
    part: str
    had_understood: bool
    audience: int = Field(ge=0, description="people it is for now")
    understood: int = Field(ge=0, description="those of them who have understood")
    left: int = Field(ge=0, description="people who left before they had understood")


class BriefingRead(PublishedEvent, name="notification.briefing_read.v1"):
    """One member of staff read it. Reading is not understanding."""

    briefing_id: UUID
    person_id: UUID
    part: str


class BriefingUnderstood(PublishedEvent, name="notification.briefing_understood.v1"):
    """One member of staff answered the question as the new practice asks."""

    briefing_id: UUID
    person_id: UUID
    part: str


class BriefingReached(PublishedEvent, name="notification.briefing_reached.v1"):
    """Everyone in the audience has understood. Who left before they had is no longer in it, and is counted apart."""

    briefing_id: UUID
    audience: int
    understood: int
    left: int = Field(default=0, ge=0, description="people who left before they had understood")
    number: int = Field(
        default=0, ge=0, description="which change of the journey it tells of, from 1; 0: from before that was said"
    )


class MessageDelivered(PublishedEvent, name="notification.message_delivered.v1"):
    """A message left by a channel and was taken; the words of it are not repeated here."""

    message_id: UUID
    channel: str
    attempts: int


class MessageUndelivered(PublishedEvent, name="notification.message_undelivered.v1"):
    """A message could not be delivered after every try; someone must tell the recipient another way."""

    message_id: UUID
    channel: str
    attempts: int
    reason: str = Field(max_length=300)


class ReadInEmergency(PublishedEvent, name="notification.read_in_emergency.v1"):
    """A page of a journey was shown to somebody whom an emergency lets in. Governance, which let them in, keeps the list."""

    access_id: UUID
    what: str = Field(max_length=200, description="which page, by the pattern of its address")
