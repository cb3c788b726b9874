"""Whenever an action is agreed, practice changes or proof of it comes: how far the change has come, and whether it worked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from contracts import action, notification
from contracts import assurance as own
from libs.calendar import local_day
from libs.domain import Aggregate
from services.assurance.domain import Effect, FollowUp, Measure
from services.assurance.domain.figures import Figure, month_after, month_of
from services.assurance.domain.proof import Tied
from services.assurance.domain.verdict import BASELINE
from services.assurance.policy.reacting import Records, measure_at, react
from services.assurance.policy.watching import note_what_missed_its_target

BACK = -6
"""Months before a change whose figures come along to a follow-up."""
FURTHER_BACK = BASELINE + 12
"""Months before a change within which a baseline must lie: what set it off may lie that far back."""


@react.register
async def fix_the_baseline(event: action.ActionAgreed, service: Records) -> Iterable[Aggregate]:
    """What a change will be compared with is fixed before it starts: the months before what set it off."""
    if not event.measure_id:
        return ()
    effect = await service.find(Effect, Effect.create_id(event.journey, event.measure_id))
    if effect is not None:
        return ()
    agreed = local_day(event.recorded)
    begun = await service.cases.begun(event.journey) or agreed
    return [_effect(event, event.measure_id, min(begun, agreed), event.expected_effect)]


def _effect(event: Any, measure_id: str, set_off: date, expected: str = "") -> Effect:
    return Effect(
        provider=event.provider, site=event.site, journey=event.journey, about=event.about, measure_id=measure_id,
        baseline_until=month_after(month_of(set_off), -1), expected=expected,
    )  # fmt: skip


@react.register
async def follow_a_change_up(event: action.PracticeChanged, service: Records) -> Iterable[Aggregate]:
    follow_up = await _follow_up(event, service)
    changed_on = local_day(event.recorded)
    follow_up.make_change(event.what_changed, changed_on, event.measure_ids)
    measures = [await measure_at(event.provider, event.site, name, service) for name in follow_up.measure_ids]
    for measure in measures:
        measure.follow(event.journey)
        _tie(follow_up, measure, changed_on)
    effects = [
        await service.find(Effect, Effect.create_id(event.journey, name)) or _effect(event, name, changed_on)
        for name in follow_up.measure_ids or [""]
    ]
    for effect in effects:
        effect.set_reviews(changed_on)
    return [follow_up, *measures, *effects]


async def judge_the_effect(effect: Effect, months: int, service: Records) -> Iterable[Aggregate]:
    """A review is due. The figures of other sites are read where all of assurance's are kept; they were checked, and
    checked again, long before this day."""
    if not effect.measure_id:
        follow_up = await follow_up_of(effect.journey, service)
        effect.look_back(months, follow_up.rounds if follow_up else [])
        return [effect]
    measure = await service.find(Measure, Measure.create_id(effect.measure_id, effect.site))
    if measure is None or not measure.definitions or effect.changed_on is None:
        return ()
    own = {period: figure for period, (figure, _) in measure.figures.items()}
    since = month_after(month_of(effect.changed_on), -FURTHER_BACK)
    others = await service.standing.elsewhere(effect.measure_id, effect.provider, effect.site, since)
    effect.review(months, _tied(measure), own, others)
    return [effect]


@react.register
async def heed_the_verdict(event: own.VerdictReached, service: Records) -> Iterable[Aggregate]:
    """What was judged by a method of version 1 is history; no state followed from it."""
    follow_up = await follow_up_of(event.journey, service)
    if follow_up is None or not event.months:
        return ()
    follow_up.heed(event.measure_id, event.months, event.verdict, event.after, met_after=bool(event.met_after))
    return [follow_up]


@react.register
async def tie_what_was_set_late(event: own.MeasureSet, service: Records) -> Iterable[Aggregate]:
    """A measure that a change names, but that had not been set at its site when the change was made."""
    measure = await service.find(Measure, Measure.create_id(event.measure_id, event.site_id))
    if measure is None:
        return ()
    follow_ups = [f for each in measure.followers if (f := await follow_up_of(each, service))]
    for follow_up in follow_ups:
        if follow_up.changed_on:
            _tie(follow_up, measure, follow_up.changed_on)
    return follow_ups


def _tie(follow_up: FollowUp, measure: Measure, changed_on: date) -> None:
    if not measure.is_set or measure.measure_id not in follow_up.measure_ids:
        return
    earliest = month_after(month_of(changed_on), BACK)
    known = [found for period, (found, _) in sorted(measure.figures.items()) if period >= earliest]
    follow_up.tie(_tied(measure), [replace(found, breaches=[]) for found in known])


def _tied(measure: Measure) -> Tied:
    definition = measure.definitions[-1][1]
    return Tied(
        measure.measure_id, definition.title, definition.target_percent, definition.direction == "higher_is_better",
        definition.enough.checks, definition.enough.cases,
    )  # fmt: skip


@react.register
async def hear_a_figure(event: own.MeasureChecked, service: Records) -> Iterable[Aggregate]:
    measure = await service.find(Measure, Measure.create_id(event.measure_id, event.site_id))
    figure = Figure(event.period, event.numerator, event.denominator, event.met)
    follow_ups = [f for each in (measure.followers if measure else ()) if (f := await follow_up_of(each, service))]
    for follow_up in follow_ups:
        follow_up.hear(event.measure_id, figure)
    return [*follow_ups, *await note_what_missed_its_target(event, service)]


@react.register
async def count_as_briefed(event: notification.BriefingReached, service: Records) -> Iterable[Aggregate]:
    follow_up = await _follow_up(event, service)
    follow_up.brief(event.understood, event.audience, event.number)
    return [follow_up]


@react.register
async def brief_anew(event: notification.BriefingIssued, service: Records) -> Iterable[Aggregate]:
    follow_up = await follow_up_of(event.journey, service)
    if follow_up is None:
        return ()
    follow_up.brief_anew(event.number)
    return [follow_up]


async def follow_up_of(journey: UUID, service: Records) -> FollowUp | None:
    return await service.find(FollowUp, FollowUp.create_id(journey))


async def _follow_up(event: Any, service: Records) -> FollowUp:
    return await follow_up_of(event.journey, service) or FollowUp(
        provider=event.provider, site=event.site, journey=event.journey, about=event.about
    )
