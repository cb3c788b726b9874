"""What review promises: what happened was understood, what the system let through was named, and someone else agreed."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import PublishedEvent
from contracts.sealed import Sealed


class ReviewOpened(PublishedEvent, name="review.review_opened.v1"):
    """A review began, in a form in proportion to what happened."""

    review_id: UUID
    response: str = Field(description="taxonomy.ResponseKind")
    lead_role: str = Field(description="taxonomy.Role that leads it")


class ReflectionStepRecorded(PublishedEvent, name="review.reflection_step_recorded.v1"):
    """One of the five reflective steps was answered. The answers stay in review."""

    review_id: UUID
    step: int = Field(ge=1, le=5)
    template_version: str = ""


class FactorIdentified(PublishedEvent, name="review.factor_identified.v1"):
    """Something that contributed was named, and where in the system of work it sits."""

    review_id: UUID
    factor_id: UUID
    category: str = Field(description="taxonomy.FactorCategory")
    seips: str = Field(description="taxonomy.SeipsElement")
    words: Sealed


class SignedOffFactor(BaseModel):
    """A factor as it stood at sign-off."""

    model_config = ConfigDict(frozen=True)
    factor_id: UUID
    category: str
    seips: str


class Recommendation(BaseModel):
    """What the review asks others to decide on; an action is something else."""

    model_config = ConfigDict(frozen=True)
    recommendation_id: UUID
    words: str = Field(max_length=2000, description="free of names, checked")


class FindingMade(PublishedEvent, name="review.finding_made.v1"):
    """Something is now known to have been so. A finding is neither a recommendation nor an action."""

    finding_id: UUID
    kinds: list[str] = Field(description="taxonomy.EvidenceSource: the kinds of evidence it rests on")
    words: Sealed


class ReviewChallenged(PublishedEvent, name="review.review_challenged.v1"):
    """Somebody put on record what is not convincing yet. The review is not signed off before it is answered."""

    challenge_id: UUID
    words: Sealed


class ReviewChallengeAnswered(PublishedEvent, name="review.review_challenge_answered.v1"):
    """Somebody other than the challenger answered, on the record."""

    challenge_id: UUID
    words: Sealed


class SignOffAwaited(PublishedEvent, name="review.sign_off_awaited.v1"):
    """The review is complete and waits for someone other than its author; or no longer does, where more came up."""

    review_id: UUID
    awaited: bool = True
    signers: list[str] = Field(description="taxonomy.Role of those who may sign it off")
    author: str


class RecommendationDecided(PublishedEvent, name="review.recommendation_decided.v1"):
    """A finding or recommendation, ours or another body's, was decided on, with the reason on the record."""

    recommendation_id: UUID
    body: str = Field(default="", description="taxonomy.DutyRecipient; empty where the recommendation is our own")
    decision: str = Field(description="taxonomy.RecommendationDecision")
    because: Sealed


class ReviewSignedOff(PublishedEvent, name="review.review_signed_off.v1"):
    """Someone other than the author agreed what was learned. The learning statement names nobody."""

    review_id: UUID
    learning_statement: str = Field(max_length=4000)
    factors: list[SignedOffFactor]
    recommendations: list[Recommendation] = Field(default_factory=list)
    themes: list[str] = Field(default_factory=list)
    author: str
    signed_by: str
    example: str = Field(
        default="", max_length=4000, description="what happened, told for others; names nobody, checked"
    )
    gaps: list[str] = Field(default_factory=list, description="taxonomy.ReviewGap: what the review does without")


class ReviewReopened(PublishedEvent, name="review.review_reopened.v1"):
    """The review was opened again, with the reason on the record."""

    review_id: UUID
    because: Sealed


class ReadInEmergency(PublishedEvent, name="review.read_in_emergency.v1"):
    """A page of a journey was shown to somebody whom an emergency lets in. Governance, which let them in, keeps the list."""

    access_id: UUID
    what: str = Field(max_length=200, description="which page, by the pattern of its address")
