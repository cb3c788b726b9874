"""What intake is told over HTTP. A misspelt field is refused: it would be lost without a word."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.taxonomy import (
    AllegationOutcome,
    AskedBy,
    DutyRecipient,
    EmploymentStep,
    EnquiryDecision,
    ErasureGround,
    HarmLevel,
    OpportunityKind,
    ResponseKind,
    Theme,
)


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class NewOpportunity(Body):
    """What happened. The same `source_key` told anew corrects what it told before."""

    site: str = Field(max_length=100)
    kind: OpportunityKind
    summary: str = Field(min_length=1, max_length=20_000)
    occurred_at: AwareDatetime | None = None
    themes: list[Theme] = Field(default_factory=list, max_length=10)
    immediate_action: str = Field(default="", max_length=20_000)
    harm_level: HarmLevel | None = None
    person_name: str = Field(default="", max_length=200)
    reporter: str = Field(default="", max_length=300)
    source_key: str = Field(default="", max_length=200)
    said_at: AwareDatetime | None = None
    due_on: date | None = None


class Triage(Body):
    """A manager's decision and its reason. `reasons`, by rule, say why where it goes another way than was proposed."""

    response: ResponseKind | None = None
    rationale: str = Field(min_length=1, max_length=20_000)
    agreed: dict[str, bool] = Field(default_factory=dict, max_length=100)
    reasons: dict[str, Annotated[str, Field(max_length=4000)]] = Field(default_factory=dict, max_length=100)
    facts: dict[str, Any] = Field(default_factory=dict, max_length=60)
    themes: list[Theme] = Field(default_factory=list, max_length=10)


class Words(Body):
    """Something said about an opportunity."""

    words: str = Field(min_length=1, max_length=20_000)


class Reclassification(Body):
    """What it turned out to be, and why."""

    kind: OpportunityKind
    themes: list[Theme] = Field(default_factory=list, max_length=10)
    rationale: str = Field(min_length=1, max_length=20_000)


class Referral(Body):
    """To whom it was passed. `reference` is a number or code of theirs, without names."""

    body: DutyRecipient
    reference: str = Field(default="", max_length=100)


class Decided(Body):
    """What a professional's update asks of the service. Never part of an address, since it may name somebody."""

    decision: str = Field(default="", max_length=20_000)


class ExternalDecision(Body):
    """What another body decided."""

    body: DutyRecipient
    decision: EnquiryDecision | Literal["other"]
    findings: str = Field(default="", max_length=20_000)


class OthersWords(Body):
    """What another body found and recommends. `reference` is a number or code of theirs, without names."""

    body: DutyRecipient
    words: str = Field(default="", max_length=20_000)
    reference: str = Field(default="", max_length=100)
    dated: date | None = None
    recommendations: list[Annotated[str, Field(min_length=1, max_length=4000)]] = Field(
        default_factory=list, max_length=50
    )
    answer_by: date | None = None


class Subject(Body):
    """Who an allegation is about: how they sign in, if they can, and their name."""

    signs_in_as: str = Field(default="", max_length=200)
    name: str = Field(min_length=1, max_length=200)


class Employment(Body):
    """What the employer did, and when."""

    step: EmploymentStep
    taken_on: date
    words: str = Field(default="", max_length=4000)


class Outcome(Body):
    """How the matter of employment ended, and why."""

    outcome: AllegationOutcome
    rationale: str = Field(min_length=1, max_length=4000)


class Meaning(Body):
    """What a sender's code means here."""

    part: Literal["site", "kind", "harm_level"]
    code: str = Field(min_length=1, max_length=100)
    ours: str = Field(min_length=1, max_length=100)


class Erasing(Body):
    """What is asked to be erased: from which record it was asked, and which others of the same person it means besides."""

    journey: UUID
    journeys: list[UUID] = Field(default_factory=list, max_length=1000)
    asked_by: AskedBy
    ground: ErasureGround
    reason: str = Field(min_length=1, max_length=4000, description="without names: it stays when the rest is forgotten")
    received_on: date
    employment: bool = False


class Reason(Body):
    """Why, in a sentence that names nobody."""

    reason: str = Field(min_length=1, max_length=4000)


class Approval(Reason):
    """Why it is erased; `overruling` where a rule of retention still asks for it to be kept."""

    overruling: bool = False


class Holding(Reason):
    """Why a record is held, and when somebody looks whether it still must be."""

    review_on: date
