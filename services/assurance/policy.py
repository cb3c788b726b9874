"""Whenever the neighbours say something, or a date comes, that assurance must act on."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import singledispatch
from typing import Any, Protocol, TypeVar
from uuid import UUID

from contracts import action, governance, notification
from contracts import assurance as own
from libs.calendar import local_day
from libs.deadlines import DeadlineReached, Due, Lifted
from libs.deciding import circumstances
from libs.domain import Aggregate
from services.assurance.domain import Cadence, FollowUp, Measure, Programme
from services.assurance.domain.figures import Figure, month_after, month_of
from services.assurance.domain.measure import Evidence
from services.assurance.domain.programme import Place
from services.assurance.domain.proof import Tied

A = TypeVar("A", bound=Aggregate)
BACK = -6
"""Months before a change whose figures come along to a follow-up: more than any comparison needs."""


class Looks(Protocol):
    """Where the evidence for a check is found."""

    async def evidence(self, site: str, since: date) -> Evidence: ...


class Records(Protocol):
    """What the policy asks of its service."""

    cases: Looks

    async def find(self, kind: type[A], identity: UUID) -> A | None: ...


@singledispatch
async def react(event: object, service: Records) -> Iterable[Aggregate]:
    """What has no case here is of no consequence to assurance."""
    return ()


@react.register
async def take_a_site_in(event: governance.SiteRegistered, service: Records) -> Iterable[Aggregate]:
    programme = await _programme(event.provider, service)
    before = _asked(programme)
    programme.take_in(Place(event.site_id, event.nation, event.service_kind, event.opened_on))
    return [programme, *await _hold_to(programme, before, service, only=event.site_id)]


@react.register
async def take_yardsticks_up(event: governance.RulePackAdopted, service: Records) -> Iterable[Aggregate]:
    programme = await _programme(event.provider, service)
    before = _asked(programme)
    programme.take_up(event.pack_id, event.version, event.adopted_from, event.content)
    return [programme, *await _hold_to(programme, before, service)]


async def _programme(provider: str, service: Records) -> Programme:
    return await service.find(Programme, Programme.create_id(provider)) or Programme.open(provider)


def _asked(programme: Programme) -> set[tuple[type[Measure | Cadence], UUID]]:
    """Everything a programme asks for, by identity."""
    measures = {(Measure, Measure.create_id(each.id, place.site)) for place, each, _ in programme.measures()}
    cadences = {
        (Cadence, Cadence.create_id(each.id, programme.provider, site)) for site, _, each, _ in programme.cadences()
    }
    return measures | cadences


async def _hold_to(
    programme: Programme, before: set[tuple[type[Measure | Cadence], UUID]], service: Records, only: str = ""
) -> list[Aggregate]:
    """Every measure and cadence as the programme asks for it now, at one site or at all; the rest withdrawn."""
    no_more = await gather(*(service.find(kind, identity) for kind, identity in before - _asked(programme)))
    dropped = [each for each in no_more if each]
    version = ", ".join(sorted(pack.version for pack in programme.packs.values()))
    for each in dropped:
        each.withdraw(version)
    released = await _release([each for each in dropped if isinstance(each, Measure)], service)
    return [
        *dropped, *released, *await _hold_measures(programme, service, only),
        *await _hold_cadences(programme, service, only),
    ]  # fmt: skip


async def _release(measures: list[Measure], service: Records) -> list[FollowUp]:
    """The changes that these measures were to prove; from now on people who go and look do."""
    journeys = {each for measure in measures for each in measure.followers}
    follow_ups = [f for each in journeys if (f := await _known(each, service))]
    for follow_up in follow_ups:
        for measure in measures:
            if measure.site == follow_up.site:
                follow_up.release(measure.measure_id)
    return follow_ups


async def _hold_measures(programme: Programme, service: Records, only: str) -> list[Measure]:
    today = local_day(circumstances().now)
    asked = [each for each in programme.measures() if only in {"", each[0].site}]
    known = await gather(*(_measure(programme.provider, place.site, each.id, service) for place, each, _ in asked))
    for measure, (place, definition, pack) in zip(known, asked, strict=True):
        measure.hold_to(definition, pack.version, place.nation, max(today, pack.adopted_from, place.opened_on))
    return list(known)


async def _hold_cadences(programme: Programme, service: Records, only: str) -> list[Cadence]:
    provider, held = programme.provider, []
    asked = [each for each in programme.cadences() if only in {"", each[0]} or not each[0]]
    ids = (Cadence.create_id(each.id, provider, site) for site, _, each, _ in asked)
    known = await gather(*(service.find(Cadence, identity) for identity in ids))
    for cadence, (site, nation, definition, pack) in zip(known, asked, strict=True):
        if cadence:
            cadence.amend(definition, pack.version, nation)
        held.append(cadence or Cadence.begin(provider, site, definition, pack.version, nation))
    return held


async def _measure(provider: str, site: str, measure_id: str, service: Records) -> Measure:
    known = await service.find(Measure, Measure.create_id(measure_id, site))
    return known or Measure.open(provider, site, measure_id)


@react.register
async def check_or_lapse(event: DeadlineReached, service: Records) -> Iterable[Aggregate]:
    """A check reads what the view holds by then. The view may lag behind its neighbours for a moment, so each month
    is looked at once more a week later, and only a figure that differs is recorded, as the next revision."""
    if event.name == "due":
        cadence = await service.find(Cadence, event.aggregate)
        if cadence:
            cadence.lapse()
        return [cadence] if cadence else ()
    measure = await service.find(Measure, event.aggregate)
    if measure is None or not measure.is_set:
        return ()
    first = measure.next_period if event.name == "check" else date.fromisoformat(event.name.partition(" ")[2])
    evidence = await service.cases.evidence(measure.site, first)
    if event.name == "check":
        measure.check_what_is_due(evidence)
    else:
        measure.check(first, evidence)
    return [measure]


@react.register
async def follow_a_change_up(event: action.PracticeChanged, service: Records) -> Iterable[Aggregate]:
    follow_up = await _follow_up(event, service)
    changed_on = local_day(event.recorded)
    follow_up.make_change(event.what_changed, changed_on, event.measure_ids)
    measures = [await _measure(event.provider, event.site, name, service) for name in follow_up.measure_ids]
    for measure in measures:
        measure.follow(event.journey)
        _tie(follow_up, measure, changed_on)
    return [follow_up, *measures]


@react.register
async def tie_what_was_set_late(event: own.MeasureSet, service: Records) -> Iterable[Aggregate]:
    """A measure that a change names, but that had not been set at its site when the change was made."""
    measure = await service.find(Measure, Measure.create_id(event.measure_id, event.site_id))
    if measure is None:
        return ()
    follow_ups = [f for each in measure.followers if (f := await _known(each, service))]
    for follow_up in follow_ups:
        if follow_up.changed_on:
            _tie(follow_up, measure, follow_up.changed_on)
    return follow_ups


def _tie(follow_up: FollowUp, measure: Measure, changed_on: date) -> None:
    if not measure.is_set or measure.measure_id not in follow_up.measure_ids:
        return
    definition = measure.definitions[-1][1]
    tied = Tied(
        measure.measure_id, definition.title, definition.target_percent, definition.direction == "higher_is_better"
    )
    earliest = month_after(month_of(changed_on), BACK)
    known = [found for period, (found, _) in sorted(measure.figures.items()) if period >= earliest]
    follow_up.tie(tied, [replace(found, breaches=[]) for found in known])


@react.register
async def hear_a_figure(event: own.MeasureChecked, service: Records) -> Iterable[Aggregate]:
    measure = await service.find(Measure, Measure.create_id(event.measure_id, event.site_id))
    figure = Figure(event.period, event.numerator, event.denominator, event.met)
    follow_ups = [f for each in (measure.followers if measure else ()) if (f := await _known(each, service))]
    for follow_up in follow_ups:
        follow_up.hear(event.measure_id, figure)
    return follow_ups


@react.register
async def count_as_briefed(event: notification.BriefingReached, service: Records) -> Iterable[Aggregate]:
    follow_up = await _follow_up(event, service)
    follow_up.brief(event.understood, event.audience)
    return [follow_up]


@react.register
async def brief_anew(event: notification.BriefingIssued, service: Records) -> Iterable[Aggregate]:
    follow_up = await _known(event.journey, service)
    if follow_up is None:
        return ()
    follow_up.brief_anew()
    return [follow_up]


async def _known(journey: UUID, service: Records) -> FollowUp | None:
    return await service.find(FollowUp, FollowUp.create_id(journey))


async def _follow_up(event: Any, service: Records) -> FollowUp:
    return await _known(event.journey, service) or FollowUp(
        provider=event.provider, site=event.site, journey=event.journey, about=event.about
    )


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
