"""Whenever a date comes: a check, a review, a round or what had to follow is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import singledispatch
from uuid import UUID

from libs.calendar import end_of_day
from libs.deadlines import DeadlineReached, Due, Lifted
from libs.domain import Aggregate
from services.assurance.domain import Cadence, Effect, Measure, Programme, Watch
from services.assurance.domain.effect_of_change import review_due
from services.assurance.domain.verdict import REVIEWS
from services.assurance.policy.changes import judge_the_effect
from services.assurance.policy.reacting import Records, react
from services.assurance.policy.watching import tell_what_was_kept


@react.register
async def act_on_the_day(event: DeadlineReached, service: Records) -> Iterable[Aggregate]:
    """Each name of a date with what is done on it."""
    name, _, more = event.name.partition(" ")
    if name == "due":
        cadence = await service.find(Cadence, event.aggregate)
        if cadence:
            cadence.lapse()
        return [cadence] if cadence else ()
    if name == "review":
        effect = await service.find(Effect, event.aggregate)
        return await judge_the_effect(effect, int(more), service) if effect else ()
    if name == "owed":
        watch = await service.find(Watch, event.aggregate)
        if watch:
            watch.miss(UUID(more))
        return [watch] if watch else ()
    if name == "kept":
        programme = await service.find(Programme, event.aggregate)
        return await tell_what_was_kept(programme, service) if programme else ()
    return await _check(event, more, service)


async def _check(event: DeadlineReached, period: str, service: Records) -> Iterable[Aggregate]:
    """A check reads what the view holds by then. The view may lag behind its neighbours for a moment, so each month
    is looked at once more a week later, and only a figure that differs is recorded, as the next revision."""
    measure = await service.find(Measure, event.aggregate)
    if measure is None or not measure.is_set:
        return ()
    first = date.fromisoformat(period) if period else measure.next_period
    evidence = await service.cases.evidence(measure.site, first)
    if period:
        measure.check(first, evidence)
    else:
        measure.check_what_is_due(evidence)
    return [measure]


@singledispatch
def dates(event: object) -> Iterable[Due | Lifted]:
    """What has no case here sets no date."""
    return ()


@dates.register
def check_as_planned(event: Measure.MeasureSet) -> Iterator[Due | Lifted]:
    yield Due("check", event.next_check)


@dates.register
def check_next_month(event: Measure.Checked) -> Iterator[Due | Lifted]:
    if event.recheck:
        yield Due("check", event.next_check)
        yield Due(f"recheck {event.period.isoformat()}", event.recheck)


@dates.register
def check_no_more(event: Measure.Withdrawn) -> Iterator[Due | Lifted]:
    yield Lifted("check")


@dates.register
def hold_for_the_first_time(event: Cadence.CadenceSet) -> Iterator[Due | Lifted]:
    yield Due("due", event.next_due)


@dates.register
def hold_as_amended(event: Cadence.Amended) -> Iterator[Due | Lifted]:
    yield Due("due", event.next_due)


@dates.register
def hold_again(event: Cadence.Kept) -> Iterator[Due | Lifted]:
    yield Due("due", event.next_due)


@dates.register
def hold_next_time(event: Cadence.Missed) -> Iterator[Due | Lifted]:
    yield Due("due", event.next_due)


@dates.register
def hold_no_more(event: Cadence.Withdrawn) -> Iterator[Due | Lifted]:
    yield Lifted("due")


@dates.register
def judge_as_fixed(event: Effect.ReviewsSet) -> Iterator[Due | Lifted]:
    for months in REVIEWS:
        yield Due(f"review {months}", review_due(event.changed_on, months))


@dates.register
def known_now(event: Programme.SiteTakenIn | Programme.FactsKept) -> Iterator[Due | Lifted]:
    yield Due("kept", event.recorded)


@dates.register
def known_from(event: Programme.YardsticksTakenUp) -> Iterator[Due | Lifted]:
    in_force = end_of_day(event.adopted_from - timedelta(days=1))
    yield Due(f"kept {event.adopted_from}", max(event.recorded, in_force))


@dates.register
def owed_until(event: Watch.Fired) -> Iterator[Due | Lifted]:
    yield Due(f"owed {event.firing_id}", end_of_day(event.due))


@dates.register
def owed_no_more(event: Watch.Followed) -> Iterator[Due | Lifted]:
    yield Lifted(f"owed {event.firing_id}")
