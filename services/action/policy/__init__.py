"""Whenever a review is signed off, practice slips, or a due day ends: what action does of its own accord."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import singledispatch
from typing import Protocol, TypeVar
from uuid import UUID

from contracts.assurance import ClosureStateLost
from contracts.governance import TeamMemberLeft
from contracts.review import ReviewSignedOff
from contracts.taxonomy import ClosureState
from libs.calendar import WorkingDays, end_of_day
from libs.deadlines import DeadlineReached, Due, Lifted
from libs.domain import Aggregate
from libs.escalating import Escalation
from services.action.domain.action import Action
from services.action.domain.plan import Factor, Plan
from services.action.domain.roll import Roll
from services.action.policy.route import Knowing, again, answering, route, rules_of_route

OVERDUE, ESCALATE = "overdue", "escalate"
LEFT = "They no longer work here."
NO_MORE = (Lifted(OVERDUE), Lifted(ESCALATE))

A = TypeVar("A", bound=Aggregate)


class Lists(Protocol):
    """Where it is known on which lists somebody still has to take part."""

    async def reached(self, source: str, position: int) -> bool: ...

    async def waiting_for(self, person: UUID, site: str) -> list[UUID]: ...


class Log(Protocol):
    """Where what was decided is kept, and how far."""

    @property
    def position(self) -> int: ...


class Records(Knowing, Protocol):
    """What the policy asks of its service."""

    plans: Lists
    store: Log

    async def find(self, kind: type[A], identity: UUID) -> A | None: ...


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
async def let_leavers_go(event: TeamMemberLeft, action: Records) -> Iterable[Aggregate]:
    """Nobody waits for someone who left the team to take part; the list says why they need not.

    Whoever was named just before they left is on a list that the view may not show yet.
    """
    await action.plans.reached("action", action.store.position)
    found = [await action.find(Roll, roll) for roll in await action.plans.waiting_for(event.person_id, event.site_id)]
    waiting = [roll for roll in found if roll and event.person_id in roll.outstanding]
    for roll in waiting:
        roll.excuse(event.person_id, LEFT)
    return waiting


@react.register
async def notice_what_is_overdue(event: DeadlineReached, action: Records) -> Iterable[Aggregate]:
    """The due day of an action ended, or more working days have passed since."""
    found = await action.find(Action, event.aggregate)
    if found is None or event.name not in {OVERDUE, ESCALATE}:
        return ()
    rules, version = await rules_of_route(action)
    site = await action.directory.site(found.site)
    if event.name == OVERDUE:
        answers = await answering(action, [found.owner_post])
        found.fall_overdue(site.nation, next(iter(answers), ""), rules.day(1, found.due, site.working_days))
    else:
        found.escalate(await route(action, found, rules), version, again(rules, found.due, site.working_days))
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
    return _next_step(event)


@dates.register
def escalated(event: Action.Escalated) -> Iterable[Due | Lifted]:
    return _next_step(event)


def _next_step(event: Action.Overdue | Action.Escalated) -> Iterable[Due]:
    """What was stored before rules named the route says no day: it followed the steps that were usual then."""
    on = event.next_on
    if on is None and not getattr(event, "level", 0):
        on = Escalation().day(getattr(event, "step", 0) + 1, event.due, WorkingDays(event.nation))
    return _watched(on)


def _watched(on: date | None) -> Iterable[Due]:
    return (Due(ESCALATE, end_of_day(on)),) if on else ()


@dates.register
def nobody_answered(event: Action.FoundNobody) -> Iterable[Due | Lifted]:
    return _watched(event.next_on)


@dates.register
def sent_back(event: Action.SentBack) -> Iterable[Due | Lifted]:
    return (Due(OVERDUE, end_of_day(event.due)), *_watched(event.next_on))


@dates.register
def implemented(event: Action.Implemented) -> Iterable[Due | Lifted]:
    return NO_MORE


@dates.register
def withdrawn(event: Action.Withdrawn) -> Iterable[Due | Lifted]:
    return NO_MORE
