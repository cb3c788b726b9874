"""Whenever a review is signed off, practice slips, or a due day ends: what action does of its own accord."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from contracts.assurance import ClosureStateLost
from contracts.review import ReviewSignedOff
from contracts.taxonomy import ClosureState
from libs.calendar import end_of_day
from libs.deadlines import DeadlineReached, Due, Lifted
from libs.domain import Aggregate
from libs.service import Service
from services.action.domain.action import Action
from services.action.domain.plan import Factor, Plan

OVERDUE = "overdue"


@singledispatch
async def react(event: object, action: Service) -> Iterable[Aggregate]:
    """What has no case here changes nothing."""
    return ()


@react.register
async def open_or_extend_the_plan(event: ReviewSignedOff, action: Service) -> Iterable[Aggregate]:
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
async def open_the_plan_again(event: ClosureStateLost, action: Service) -> Iterable[Aggregate]:
    """Practice slipped: more may have to be agreed."""
    plan = await action.find(Plan, Plan.create_id(event.journey))
    if plan is None or not plan.finished:
        return ()
    plan.reopen(f"{_label(event.state)}, no longer: {event.because}")
    return (plan,)


@react.register
async def notice_what_is_overdue(event: DeadlineReached, action: Service) -> Iterable[Aggregate]:
    """The due day of an action ended."""
    found = await action.find(Action, event.aggregate)
    if found is None or event.name != OVERDUE:
        return ()
    found.fall_overdue()
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
    return (Due(OVERDUE, end_of_day(event.due)),)


@dates.register
def sent_back(event: Action.SentBack) -> Iterable[Due | Lifted]:
    return (Due(OVERDUE, end_of_day(event.due)),)


@dates.register
def implemented(event: Action.Implemented) -> Iterable[Due | Lifted]:
    return (Lifted(OVERDUE),)


@dates.register
def withdrawn(event: Action.Withdrawn) -> Iterable[Due | Lifted]:
    return (Lifted(OVERDUE),)
