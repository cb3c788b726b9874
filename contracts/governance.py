"""What governance promises: the organisation, its rules, and what its meetings asked and answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from contracts.envelope import PublishedEvent
from contracts.sealed import Sealed


class SiteRegistered(PublishedEvent, name="governance.site_registered.v1"):
    """A site of the provider, as the organisation knows it from a date."""

    site_id: str = Field(max_length=100)
    title: str = Field(max_length=200)
    region: str = Field(max_length=100)
    nation: str = Field(description="taxonomy.Nation: decides working days and law")
    service_kind: str = Field(description="taxonomy.ServiceKind")
    opened_on: date


class CapacityStated(PublishedEvent, name="governance.capacity_stated.v1"):
    """What a site's events of one month are divided by. A month nobody stated is missing, not zero."""

    site_id: str
    month: date = Field(description="first day of the month")
    beds: int | None = Field(default=None, ge=0)
    exposure: float | None = Field(default=None, ge=0, description="occupied bed days, care hours or person-days")
    exposure_unit: str = Field(default="occupied_bed_days", max_length=40)


class PostCreated(PublishedEvent, name="governance.post_created.v1"):
    """A post: a role held over a scope. People come and go; routes and ownership name the post."""

    post_id: str = Field(max_length=120)
    role: str = Field(description="taxonomy.Role")
    scope: str = Field(max_length=120, description="provider:<id>, region:<id> or site:<id>")
    title: str = Field(max_length=200)
    deputy_post_id: str | None = None


class PersonAppointed(PublishedEvent, name="governance.person_appointed.v1"):
    """Someone took up a post. The name is sealed; others know the person by pseudonym."""

    post_id: str
    person_id: UUID
    person_name: Sealed
    email: Sealed = ""
    until: date | None = Field(default=None, description="the last day on which the post lets them see anything")


class PersonLeftPost(PublishedEvent, name="governance.person_left_post.v1"):
    """Someone no longer holds a post."""

    post_id: str
    person_id: UUID


class HolderAway(PublishedEvent, name="governance.holder_away.v1"):
    """Somebody who holds a post is away from a day to a day; said again by the same name, the latest holds. What is theirs
    goes to a deputy."""

    post_id: str
    person_id: UUID
    from_day: date
    until_day: date = Field(description="the last day away")
    deputy_post_id: str | None = Field(default=None, description="who stands in; empty: the post's own deputy")
    known_by: date | None = Field(
        default=None, description="which of this person's absences it is; empty: the only one"
    )


class HolderBack(PublishedEvent, name="governance.holder_back.v1"):
    """Somebody who was away, or was to be, is at work again from a day on. What is theirs is asked of them again."""

    post_id: str
    person_id: UUID
    back_on: date = Field(description="the first day at work; the first day away where they did not go after all")
    known_by: date | None = Field(default=None, description="which of this person's absences ends; empty: the only one")


class TeamMemberJoined(PublishedEvent, name="governance.team_member_joined.v1"):
    """Someone works at a site from a date, on days, nights, for an agency, or newly started."""

    site_id: str
    person_id: UUID
    part: str = Field(description="taxonomy.BriefingAudiencePart")
    joined_on: date


class TeamMemberLeft(PublishedEvent, name="governance.team_member_left.v1"):
    """Someone no longer works at a site."""

    site_id: str
    person_id: UUID


class RulePackAdopted(PublishedEvent, name="governance.rule_pack_adopted.v1"):
    """A version of the rules was adopted from a date; the whole text travels, so that every decision can be replayed."""

    pack_id: str = Field(max_length=100)
    version: str = Field(max_length=40)
    title: str = Field(max_length=200)
    adopted_from: date
    content: dict[str, Any]


class ChallengeRaised(PublishedEvent, name="governance.challenge_raised.v1"):
    """Provider oversight asked a site, or a board asked its executive, to account for something."""

    challenge_id: UUID
    post_id: str = Field(description="who is asked")
    measure_id: str | None = None
    words: str = Field(max_length=4000)


class ChallengeAnswered(PublishedEvent, name="governance.challenge_answered.v1"):
    """The challenge was answered, on the record."""

    challenge_id: UUID
    words: str = Field(max_length=4000)


class BaselineReset(PublishedEvent, name="governance.baseline_reset.v1"):
    """Somebody decided that a trend's limits rest on what came from a month on, and said why. Empty: not narrowed by it."""

    site_id: str = Field(default="", max_length=100, description="empty: the provider's sites together")
    kind: str = Field(default="", max_length=100, description="taxonomy.OpportunityKind")
    theme: str = Field(default="", max_length=100, description="taxonomy.Theme")
    measure_id: str = Field(default="", max_length=100)
    from_month: date = Field(description="first day of the month")
    because: str = Field(max_length=4000)


class SubjectShutOut(PublishedEvent, name="governance.subject_shut_out.v1"):
    """Nobody whom an allegation is about sees anything of its journey, in whatever post they hold."""

    subject: str = Field(max_length=200, description="what stands for the person's sign-in; it cannot be read back")


class SubjectLetIn(PublishedEvent, name="governance.subject_let_in.v1"):
    """It turned out that somebody is not the subject of the allegation."""

    subject: str = Field(max_length=200)


class JourneyRestricted(PublishedEvent, name="governance.journey_restricted.v1"):
    """Only these posts, and those who lead on safeguarding, see the journey from now on."""

    posts: list[str] = Field(description="the posts whose holders need to know")


class RestrictionLifted(PublishedEvent, name="governance.restriction_lifted.v1"):
    """Every post that reaches the site sees the journey again."""


class EmergencyAccessGranted(PublishedEvent, name="governance.emergency_access_granted.v1"):
    """Somebody whose post does not reach a journey reads it for a time, with a reason, and is told of to who leads on
    safeguarding."""

    access_id: UUID
    reader: str = Field(max_length=200, description="who reads: a person's id, never a name")
    until: datetime


class EmergencyAccessReviewed(PublishedEvent, name="governance.emergency_access_reviewed.v1"):
    """Somebody looked at such a reading. One that was not justified ends at once."""

    access_id: UUID
    justified: bool
