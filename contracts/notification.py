"""What notification promises: everyone owed an account gets one, and everyone who must work differently understands how."""

from __future__ import annotations

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


class DutyOverdue(PublishedEvent, name="notification.duty_overdue.v1"):
    """The rule's time passed and no account is on record."""

    duty_id: UUID


class ContactNotPossible(PublishedEvent, name="notification.contact_not_possible.v1"):
    """The person could not be reached or did not wish to be told; each attempt is on the record."""

    duty_id: UUID
    declined: bool
    note: Sealed = ""


class BriefingIssued(PublishedEvent, name="notification.briefing_issued.v1"):
    """Staff of a site were asked to read what changed and answer a question about it."""

    briefing_id: UUID
    title: str = Field(max_length=300)
    what_changed: str = Field(max_length=4000)
    audience: int = Field(ge=0)
    parts: dict[str, int] = Field(default_factory=dict, description="people by day, night, agency, new starter")


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
    """Everyone in the audience has understood."""

    briefing_id: UUID
    audience: int
    understood: int


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
