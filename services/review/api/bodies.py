"""What programs send to review."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.taxonomy import (
    EvidenceSource,
    FactorCategory,
    OpportunityKind,
    RecommendationDecision,
    ResponseKind,
    Theme,
)

Text = Annotated[str, Field(min_length=1, max_length=20_000)]
PostId = Annotated[str, Field(max_length=120)]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class GivenAnswer(Body):
    """An answer to one question, having seen the answer numbered `based_on` (0: none yet).

    `own` answers for whoever sends it; otherwise it is the group's answer.
    """

    question: str = Field(max_length=80)
    words: Text
    based_on: int = Field(default=0, ge=0)
    own: bool = False


class Answers(Body):
    """Answers to questions of one step: all are recorded, or none."""

    answers: list[GivenAnswer] = Field(min_length=1, max_length=60)


class Words(Body):
    """Something said."""

    words: Text


class Shared(Body):
    """Words that will be shared, and so name nobody. `known` are names to look for besides."""

    words: str = Field(min_length=1, max_length=4000)
    known: list[Annotated[str, Field(max_length=200)]] = Field(default_factory=list, max_length=50)


class SharedSection(Shared):
    """A text of which one stands at a time, having seen the one numbered `based_on` (0: none yet)."""

    based_on: int = Field(default=0, ge=0)


class RecommendationWords(Shared):
    """A recommendation is shorter."""

    words: str = Field(min_length=1, max_length=2000)


class NewFactor(Body):
    """Something that contributed, and what it helps to explain, if anything."""

    category: FactorCategory
    words: Text
    behind: UUID | None = None
    expected: str = Field(default="", max_length=20_000, description="what was meant to happen, where there was a plan")


class Invitation(Body):
    """The posts asked to take part."""

    posts: list[Annotated[str, Field(max_length=120)]] = Field(min_length=1, max_length=50)


class Participation(Body):
    """Whether whoever holds a post took part, and if not, why."""

    post_id: str = Field(max_length=120)
    could_not_because: str = Field(default="", max_length=20_000)


class TimelineEntry(Body):
    """What happened when, and what kind of source says so."""

    happened: AwareDatetime
    source: EvidenceSource
    words: Text


class Evidence(Body):
    """Where something can be seen, and the day it is from."""

    source: EvidenceSource
    dated: date
    words: Text
    written_by: str = Field(default="", max_length=120, description="the post that wrote it, where that is known")


class Specialist(Body):
    """Which discipline is asked in, and what for."""

    discipline: str = Field(min_length=1, max_length=300)
    because: Text


class Session(Body):
    """People met to learn: in which form, on which day, and which of those asked were there."""

    form: ResponseKind
    held_on: date
    present: list[PostId] = Field(min_length=1, max_length=200)
    words: str = Field(default="", max_length=20_000)


class NewFinding(Body):
    """What is now known to have been so, and the evidence it rests on."""

    words: Text
    rests_on: list[UUID] = Field(min_length=1, max_length=50)


class Decision(Body):
    """What was decided on a finding or recommendation, and why."""

    decision: RecommendationDecision
    because: Text


class NewSample(Body):
    """Which cases fit, how many of them are drawn, and, where a sample stands already, why another is drawn."""

    from_day: date
    to_day: date
    sites: list[Annotated[str, Field(max_length=80)]] = Field(min_length=1, max_length=500)
    kinds: list[OpportunityKind] = Field(default_factory=list, max_length=50)
    themes: list[Theme] = Field(default_factory=list, max_length=50)
    size: int = Field(ge=1, le=200)
    because: str = Field(default="", max_length=20_000)
