"""What action promises: who changes what by when, and that someone else saw it done."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from contracts.envelope import PublishedEvent
from contracts.sealed import Sealed


class ActionAgreed(PublishedEvent, name="action.action_agreed.v1"):
    """A change was agreed: what, by which post, by when, for which factor, and how its effect will be measured."""

    action_id: UUID
    plan_id: UUID
    factor_id: UUID | None
    what: str = Field(max_length=1000, description="free of names, checked")
    change_kind: str = Field(description="taxonomy.ChangeKind")
    strength: str = Field(description="taxonomy.Strength")
    owner_post: str
    due: date
    measure_id: str = Field(default="", description="the measure fixed before the start; empty where none fits")
    expected_effect: str = Field(default="", max_length=1000)
    affects_people: bool = False


class ActionStarted(PublishedEvent, name="action.action_started.v1"):
    """Work on the change began."""

    action_id: UUID


class ActionBlocked(PublishedEvent, name="action.action_blocked.v1"):
    """Something stands in the way of the change."""

    action_id: UUID
    because: Sealed


class ActionUnblocked(PublishedEvent, name="action.action_unblocked.v1"):
    """What stood in the way of the change is out of it."""

    action_id: UUID


class ActionHandedOver(PublishedEvent, name="action.action_handed_over.v1"):
    """Another post owns the change from now on, with the reason on the record."""

    action_id: UUID
    was: str = Field(description="the post that owned it")
    owner_post: str
    because: Sealed


class ActionEscalated(PublishedEvent, name="action.action_escalated.v1"):
    """The change is still not made some working days after its day: the next on the site's route is concerned."""

    action_id: UUID
    due: date
    step: int = Field(ge=1, description="1 is the first after the owner")
    to_posts: list[str]
    reminder: bool = Field(default=False, description="they were told before, and are reminded")


class NobodyAnswered(PublishedEvent, name="action.nobody_answered.v1"):
    """The change is still not made, and nobody on the site's route is there to be told who may know of it.

    Said again each time it was tried. It holds until somebody is told (action_escalated), or until the change is made,
    withdrawn, or given more time.
    """

    action_id: UUID
    due: date
    step: int = Field(ge=1, description="1 is the first try after the owner was told")
    next_on: date | None = Field(
        default=None, description="after the end of which day it is tried again; none: no more"
    )


class ActionExtended(PublishedEvent, name="action.action_extended.v1"):
    """More time was approved, by someone other than the owner, with a reason."""

    action_id: UUID
    due: date
    because: Sealed


class ActionWithdrawn(PublishedEvent, name="action.action_withdrawn.v1"):
    """The change will not be made, with the reason on the record. Nothing is deleted."""

    action_id: UUID
    because: Sealed


class ActionImplemented(PublishedEvent, name="action.action_implemented.v1"):
    """The change was made, with evidence."""

    action_id: UUID
    implemented_on: date
    evidence_kind: str = Field(description="taxonomy.EvidenceSource")
    evidence: Sealed


class ActionSentBack(PublishedEvent, name="action.action_sent_back.v1"):
    """Someone looked and could not see the change yet; its due day holds again."""

    action_id: UUID
    due: date
    because: Sealed


class ActionVerified(PublishedEvent, name="action.action_verified.v1"):
    """Someone other than the owner saw that the change was made."""

    action_id: UUID
    verified_by: str
    seen: Sealed


class ActionOverdue(PublishedEvent, name="action.action_overdue.v1"):
    """The day passed and the change was not made."""

    action_id: UUID
    due: date
    owner_post: str
    to_post: str = Field(
        default="", description="who answers for that post while its holder is away; empty: nobody does"
    )


class PeopleNamed(PublishedEvent, name="action.people_named.v1"):
    """A change that is made person by person, such as training, is meant for these people too. It does not say why."""

    roll_id: UUID = Field(description="the list they are on")
    people: list[UUID]
    action_id: UUID | None = Field(default=None, description="which change it is; said when the list is opened")


class PersonTookPart(PublishedEvent, name="action.person_took_part.v1"):
    """Somebody was trained, coached, observed or found competent on a day."""

    roll_id: UUID
    person_id: UUID
    on: date


class PersonExcused(PublishedEvent, name="action.person_excused.v1"):
    """Somebody need not take part after all, for a reason that action keeps."""

    roll_id: UUID
    person_id: UUID


class FactorLeftWithReason(PublishedEvent, name="action.factor_left_with_reason.v1"):
    """A factor gets no action, and the record says why."""

    plan_id: UUID
    factor_id: UUID
    because: Sealed


class PracticeChanged(PublishedEvent, name="action.practice_changed.v1"):
    """Every factor is answered, every agreed action verified: staff now work differently."""

    plan_id: UUID
    action_ids: list[UUID]
    what_changed: str = Field(max_length=4000, description="what staff now do differently, free of names")
    measure_ids: list[str] = Field(default_factory=list)
    affects_people: bool = False


class ReadInEmergency(PublishedEvent, name="action.read_in_emergency.v1"):
    """A page of a journey was shown to somebody whom an emergency lets in. Governance, which let them in, keeps the list."""

    access_id: UUID
    what: str = Field(max_length=200, description="which page, by the pattern of its address")
