"""The provider's own yardsticks as data: what is measured, held regularly, and reflected on."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contracts.taxonomy import (
    AbuseType,
    ClockKind,
    Milestone,
    OpportunityKind,
    ProviderKind,
    Register,
    Role,
    Theme,
)

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class Part(BaseModel):
    """A part of a policy document: what it does not know is refused, since a misspelt rule would be lost without a word."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Every(StrEnum):
    """How often something is held or checked."""

    DAY = "daily"
    WEEK = "weekly"
    MONTH = "monthly"
    QUARTER = "quarterly"


class Cohort(Part):
    """Which opportunities count: those matching any of the lists that are given."""

    kinds: tuple[OpportunityKind, ...] = ()
    themes: tuple[Theme, ...] = ()
    abuse_types: tuple[AbuseType, ...] = ()

    @model_validator(mode="after")
    def _not_everything(self) -> Self:
        if not (self.kinds or self.themes or self.abuse_types):
            raise ValueError("a cohort names at least one kind, theme or type of abuse")
        return self


class Target(Part):
    """What must have happened for an opportunity to count as met, and in how many days if in any."""

    all_of: tuple[Milestone, ...] = Field(min_length=1)
    within: Literal[ClockKind.WORKING_DAYS, ClockKind.CALENDAR_DAYS] | None = None
    n: int | None = Field(default=None, ge=1, le=366)

    @model_validator(mode="after")
    def _days_or_none(self) -> Self:
        if (self.within is None) is not (self.n is None):
            raise ValueError("a target within days names both the kind of days and how many")
        return self


class Enough(Part):
    """What it takes before a target that is met counts as an effect: so many checks on end, over so many cases.

    Fixed with the measure, before anyone looks. A review that finds an improvement beyond chance needs no more.
    """

    checks: int = Field(default=1, ge=1, le=24)
    cases: int = Field(default=1, ge=1, le=1000)


class Measure(Part):
    """A proportion with a target, fixed before anyone looks at the figures.

    Denominator: opportunities of the cohort that began in the period. Numerator: those whose every
    milestone was reached, each within the days after `starts_at` where days are named. An open one
    still inside its days counts in neither.
    """

    id: Identifier
    title: Words
    cohort: Cohort
    starts_at: Milestone
    numerator: Target
    denominator: Words
    target_percent: float = Field(gt=0, le=100)
    direction: Literal["higher_is_better", "lower_is_better"]
    provider_kinds: tuple[ProviderKind, ...] = ()
    check: Every
    enough: Enough = Enough()
    sources: tuple[str, ...] = Field(min_length=1)


class Cadence(Part):
    """Something held regularly by a role and recorded; a missed one is itself an event."""

    id: Identifier
    title: Words
    every: Every
    role: Role
    recorded_in: Register
    provider_kinds: tuple[ProviderKind, ...] = ()
    sources: tuple[str, ...] = Field(min_length=1)


class PatternRule(Part):
    """When single opportunities that share something are proposed as one pattern. A person decides.

    They count where they belong to the cohort (all, where none is given) and happened within so many days of each
    other. `shared` is what they have in common.
    """

    id: Identifier
    title: Words
    shared: Literal["person", "staff", "place", "site", "provider"]
    cohort: Cohort | None = None
    at_least: int = Field(ge=2, le=100)
    within_days: int = Field(ge=1, le=1830)
    themes: tuple[Theme, ...] = Field(min_length=1, description="the themes of what begins for the pattern")
    sources: tuple[str, ...] = ()


class Question(Part):
    """One question put to "you or your team"; one that names kinds is put only where one of these happened."""

    id: Identifier
    words: Words
    kinds: tuple[OpportunityKind, ...] = ()

    def fits(self, kind: str) -> bool:
        """Whether it is asked of an opportunity of this kind."""
        return not self.kinds or kind in self.kinds


class Step(Part):
    """One of the five steps of reflection."""

    step: int = Field(ge=1, le=5)
    title: Words
    questions: tuple[Question, ...] = Field(min_length=1)


class Reflection(Part):
    """The versioned set of questions a team reflects on; it may be adapted to the circumstances."""

    id: Identifier
    version: str = Field(pattern=r"^[0-9A-Za-z.-]{1,40}$")
    title: Words
    reviewed_on: date
    signed_off_by: tuple[Role, ...] = ()
    """Who may sign a review off, other than its author; none named leaves it to those who answer for the service."""

    steps: tuple[Step, ...] = Field(min_length=1, max_length=5)

    def questions(self, kind: str) -> dict[str, int]:
        """The questions asked of an opportunity of this kind, each with its step."""
        return {each.id: step.step for step in self.steps for each in step.questions if each.fits(kind)}

    @model_validator(mode="after")
    def _steps_in_order_and_questions_once(self) -> Self:
        if [step.step for step in self.steps] != list(range(1, len(self.steps) + 1)):
            raise ValueError("the steps are numbered from 1 without a gap")
        ids = [question.id for step in self.steps for question in step.questions]
        if len(set(ids)) != len(ids):
            raise ValueError("every question has an id of its own")
        return self
