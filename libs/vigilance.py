"""What is looked at and watched for, as data: audit tools, early signs, and the triggers that ask for something to follow."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from contracts.taxonomy import OpportunityKind, ProviderKind, Register, Role, Theme
from libs.practice import Cohort, Identifier, Part, Words


class Check(Part):
    """One thing that is looked for in every sampled record, worded so that "yes" is as it should be."""

    id: Identifier
    title: Words
    themes: tuple[Theme, ...] = ()
    sources: tuple[str, ...] = Field(min_length=1)


class AuditTool(Part):
    """A set of checks and what they are made on, under a version of its own.

    `cohort` names the cases that are looked at; without it, the numbered records of `recorded_in` are. One in
    `rated_twice_in` of the sample is rated by two people.
    """

    id: Identifier
    version: str = Field(pattern=r"^[0-9A-Za-z.-]{1,40}$")
    title: Words
    cohort: Cohort | None = None
    recorded_in: Register
    checks: tuple[Check, ...] = Field(min_length=1, max_length=40)
    sample: int = Field(ge=1, le=299)
    rated_twice_in: int = Field(default=5, ge=1, le=100)
    provider_kinds: tuple[ProviderKind, ...] = ()
    reviewed_on: date

    @model_validator(mode="after")
    def _checks_once(self) -> Self:
        if len({each.id for each in self.checks}) != len(self.checks):
            raise ValueError("every check has an id of its own")
        return self


class EarlySign(Part):
    """Something small that anyone may notice, and put on record as a count, without a word about anyone."""

    id: Identifier
    title: Words
    provider_kinds: tuple[ProviderKind, ...] = ()
    sources: tuple[str, ...] = Field(min_length=1)


class Sought(Part):
    """One kind of fact: just one of these is named."""

    kind: OpportunityKind | None = None
    theme: Theme | None = None
    breach: Identifier | None = Field(default=None, description="a case that missed this measure's target")
    check: Identifier | None = Field(default=None, description="an exception to this check of an audit")
    sign: Identifier | None = Field(default=None, description="an early sign that was noted")
    missed: Identifier | None = Field(default=None, description="a cadence that was not kept")
    late: Literal["action", "duty"] | None = Field(default=None, description="an action or duty past its day")

    @model_validator(mode="after")
    def _just_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(
                "a fact that is sought names just one of kind, theme, breach, check, sign, missed and late"
            )
        return self

    @property
    def key(self) -> str:
        """How the fact is looked up: "theme:delayed_escalation"."""
        (name,) = self.model_fields_set
        return f"{name}:{getattr(self, name)}"


class Trigger(Part):
    """So many facts of these kinds within so many days at a site, what must then follow, by whom and how soon."""

    id: Identifier
    title: Words
    kind: Literal["action_trigger", "early_warning"]
    any_of: tuple[Sought, ...] = Field(min_length=1, max_length=20)
    at_least: int = Field(default=1, ge=1, le=1000)
    within_days: int = Field(default=30, ge=1, le=366)
    must_follow: Words
    owed_by: Role
    working_days: int = Field(ge=1, le=60)
    provider_kinds: tuple[ProviderKind, ...] = ()
    sources: tuple[str, ...] = Field(min_length=1)
