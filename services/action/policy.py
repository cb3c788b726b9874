"""Whenever a review is signed off, practice slips, or a due day ends: what action does of its own accord."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Protocol, TypeVar
from uuid import UUID

from contracts.assurance import ClosureStateLost
from contracts.review import ReviewSignedOff
from contracts.taxonomy import ClosureState
from libs.calendar import WorkingDays, end_of_day
from libs.deadlines import DeadlineReached, Due, Lifted
from libs.directory import Site
from libs.domain import Aggregate
from services.action.domain.action import Action
from services.action.domain.plan import Factor, Plan

OVERDUE, ESCALATE = "overdue", "escalate"
DAYS_BETWEEN = 5
"""Working days after which the next on the route is concerned, where an action is still not made."""
NO_MORE = (Lifted(OVERDUE), Lifted(ESCALATE))

A = TypeVar("A", bound=Aggregate)


class Sites(Protocol):
    """Where it is known in which nation a site lies."""

    async def site(self, site_id: str) -> Site: ...


class Records(Protocol):
    """What the policy asks of its service."""

    directory: Sites

    async def find(self, kind: type[A], identity: UUID) -> A | None: ...

    async def route(self, site: str, owner_post: str) -> list[list[str]]: ...


@singledispatch
async def react(event: object, action: Records) -> Iterable[Aggregate]:
    """What has no case here changes nothing."""
    return ()


@react.register
async def open_or_extend_the_plan(event: ReviewSignedOff, action: Records) -> Iterable[Aggregate]:
    """Each factor that a review found waits for an answer. A review without factors leaves nothing to change."""
    factors = [Factor(each.factor_id, each.category, each.seips) for each in event.factors]
    plan = await action.find(Plan, Plan.create_id(event.journey))
    if plan is not None:
        plan.extend(factors, event.learning_statement, event.themes)
        return (plan,)
    if not factors:
        return ()
    return (
        Plan(
            provider=event.provider,
            site=event.site,
            journey=event.journey,
            about=event.about,
            review_id=event.review_id,
            factors=factors,
            learning_statement=event.learning_statement,
            themes=event.themes,
        ),
    )


@react.register
async def open_the_plan_again(event: ClosureStateLost, action: Records) -> Iterable[Aggregate]:
    """Practice slipped: more may have to be agreed."""
    plan = await action.find(Plan, Plan.create_id(event.journey))
    if plan is None or not plan.finished:
        return ()
    plan.reopen(f"{_label(event.state)}, no longer: {event.because}")
    return (plan,)


@react.register
async def notice_what_is_overdue(event: DeadlineReached, action: Records) -> Iterable[Aggregate]:
    """The due day of an action ended, or more working days have passed since."""
    found = await action.find(Action, event.aggregate)
    if found is None or event.name not in {OVERDUE, ESCALATE}:
        return ()
    if event.name == OVERDUE:
        found.fall_overdue((await action.directory.site(found.site)).nation)
    else:
        route = await action.route(found.site, found.owner_post)
        found.escalate(route[found.escalated] if found.escalated < len(route) else [])
    return (found,)


def _label(state: str) -> str:
    return ClosureState(state).label if state in set(ClosureState) else state


@singledispatch
def dates(event: object) -> Iterable[Due | Lifted]:
    """What sets no date."""
    return ()


@dates.register
def agreed(event: Action.Agreed) -> Iterable[Due | Lifted]:
    return (Due(OVERDUE, end_of_day(event.due)),)


@dates.register
def extended(event: Action.Extended) -> Iterable[Due | Lifted]:
    return (Lifted(ESCALATE), Due(OVERDUE, end_of_day(event.due)))


@dates.register
def overdue(event: Action.Overdue) -> Iterable[Due | Lifted]:
    return (_next_step(event),)


@dates.register
def escalated(event: Action.Escalated) -> Iterable[Due | Lifted]:
    return (_next_step(event),)


def _next_step(event: Action.Overdue | Action.Escalated) -> Due:
    days = DAYS_BETWEEN * (getattr(event, "step", 0) + 1)
    return Due(ESCALATE, end_of_day(WorkingDays(event.nation).add(event.due, days)))


@dates.register
def sent_back(event: Action.SentBack) -> Iterable[Due | Lifted]:
    return (Due(OVERDUE, end_of_day(event.due)),)


@dates.register
def implemented(event: Action.Implemented) -> Iterable[Due | Lifted]:
    return NO_MORE


@dates.register
def withdrawn(event: Action.Withdrawn) -> Iterable[Due | Lifted]:
    return NO_MORE
