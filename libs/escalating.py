"""Whose concern an action becomes when its day has passed and it is still not made: the provider's own route, as data."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

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

    def day(self, step: int, due: date, days: WorkingDays) -> date | None:
        """The day after whose end a step is taken, counted from 1, if nothing was done; None where there is no such step."""
        if step > len(self.steps):
            return None
        return days.add(due, sum(each.after_working_days for each in self.steps[:step]))
