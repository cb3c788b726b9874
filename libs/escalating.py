"""Whose concern an action becomes when its day has passed and it is still not made: the provider's own route, as data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from contracts.taxonomy import Role
from libs.calendar import WorkingDays
from libs.practice import Part, Words

AT_THE_SITE = (Role.REGISTERED_MANAGER, Role.SERVICE_MANAGER, Role.DEPUTY_MANAGER)
FOR_THE_PROVIDER = (Role.NOMINATED_INDIVIDUAL, Role.PROVIDER_QUALITY_LEAD, Role.PROVIDER_REPRESENTATIVE)


class Step(Part):
    """Who is told so many working days after the step before; the first counts from the day the action was due."""

    after_working_days: int = Field(default=5, ge=1, le=130)
    over: Literal["site", "region", "provider"]
    """Whose posts: those over the site itself, its region or its provider."""
    roles: tuple[Role, ...] = ()
    """Only posts of these roles; empty: every post of the provider's own people over it."""
    deputy: bool = False
    """Also the post that usually stands in for the one that owns the action."""


class Again(Part):
    """When the highest on the route who answers is reminded, and when it is tried again where nobody answered."""

    after_working_days: int = Field(ge=1, le=130)
    nobody_after_working_days: int = Field(default=1, ge=1, le=130)
    """So many working days after a day on which nobody on the route answered, it is tried again."""
    until_working_days: int = Field(ge=1, le=520)
    """So many working days after the day it was due, reminding ends."""
    reason: Words


class Escalation(Part):
    """The provider's own choice. No law gives these numbers, so the source says whose choice they are.

    A pack that was adopted before it could name the route means what the service did then: the defaults.
    """

    version: str = Field(default="before-2026.1", pattern=r"^[0-9A-Za-z.-]{1,40}$")
    source: Words = "What the service did before its rules named it."
    reviewed_on: date | None = None
    steps: tuple[Step, ...] = Field(
        default=(
            Step(over="site", roles=AT_THE_SITE, deputy=True),
            Step(over="region"),
            Step(over="provider", roles=FOR_THE_PROVIDER),
        ),
        max_length=12,
    )
    again: Again | None = None
    """What follows the last step. None, as before rules named it: nothing."""

    @model_validator(mode="after")
    def _reminding_ends_after_the_last_step(self) -> Self:
        if self.again and self.again.until_working_days < sum(each.after_working_days for each in self.steps):
            raise ValueError("reminding ends no sooner than the last step of the route is taken")
        return self

    def day(self, step: int, due: date, days: WorkingDays, after: date = date.min) -> date | None:
        """The day after whose end a step is taken, counted from 1, if nothing was done; None where there is no such step.

        Where that has passed it is the day after `after`, so that two steps are never taken on one day.
        """
        if step > len(self.steps):
            return None
        planned = days.add(due, sum(each.after_working_days for each in self.steps[:step]))
        return planned if planned > after else after + timedelta(days=1)

    def again_on(self, today: date, due: date, days: WorkingDays, *, nobody: bool = False) -> date | None:
        """The day after whose end somebody is reminded, or it is tried again where `nobody` answered; None after the last."""
        if self.again is None:
            return None
        on = days.add(today, self.again.nobody_after_working_days if nobody else self.again.after_working_days)
        return on if on <= days.add(due, self.again.until_working_days) else None
