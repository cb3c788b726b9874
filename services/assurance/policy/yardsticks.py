"""Whenever sites or rules change: which measures and cadences a provider is held to, at which sites."""

from __future__ import annotations

import asyncio
from asyncio import gather
from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import TypeVar
from uuid import UUID

from contracts import governance
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate
from services.assurance.domain import Cadence, FollowUp, Measure, Programme
from services.assurance.domain.programme import Place
from services.assurance.policy.changes import follow_up_of
from services.assurance.policy.reacting import Records, measure_at, programme_of, react

T = TypeVar("T")
AT_A_TIME = 50
"""Measures or cadences that are held to new rules before others have their turn."""


@react.register
async def take_a_site_in(event: governance.SiteRegistered, service: Records) -> Iterable[Aggregate]:
    programme = await programme_of(event.provider, service)
    before = _asked(programme, event.site_id)
    programme.take_in(Place(event.site_id, event.nation, event.service_kind, event.opened_on))
    return [programme, *await _hold_to(programme, before, service, only=event.site_id)]


@react.register
async def take_yardsticks_up(event: governance.RulePackAdopted, service: Records) -> Iterable[Aggregate]:
    programme = await programme_of(event.provider, service)
    before = _asked(programme)
    programme.take_up(event.pack_id, event.version, event.adopted_from, event.content)
    return [programme, *await _hold_to(programme, before, service)]


def _asked(programme: Programme, only: str = "") -> set[tuple[type[Measure | Cadence], UUID]]:
    """Everything a programme asks for, by identity; with `only`, of one site and of the provider as a whole."""
    measures = {
        (Measure, Measure.create_id(each.id, place.site))
        for place, each, _ in programme.measures()
        if only in {"", place.site}
    }
    cadences = {
        (Cadence, Cadence.create_id(each.id, programme.provider, site))
        for site, _, each, _ in programme.cadences()
        if only in {"", site} or not site
    }
    return measures | cadences


async def _hold_to(
    programme: Programme, before: set[tuple[type[Measure | Cadence], UUID]], service: Records, only: str = ""
) -> list[Aggregate]:
    """Every measure and cadence as the programme asks for it now, at one site or at all; the rest withdrawn."""
    version = ", ".join(sorted(pack.version for pack in programme.packs.values()))
    dropped: list[Measure | Cadence] = []
    async for some in in_slices(before - _asked(programme, only)):
        no_more = await gather(*(service.find(kind, identity) for kind, identity in some))
        dropped += [each for each in no_more if each]
    for each in dropped:
        each.withdraw(version)
    released = await _release([each for each in dropped if isinstance(each, Measure)], service)
    return [
        *dropped, *released, *await _hold_measures(programme, service, only),
        *await _hold_cadences(programme, service, only),
    ]  # fmt: skip


async def in_slices(everything: Iterable[T]) -> AsyncIterator[tuple[T, ...]]:
    """So many at a time; in between, others have their turn, since rules may be adopted for hundreds of sites at once."""
    waiting = iter(everything)
    while some := tuple(islice(waiting, AT_A_TIME)):
        yield some
        await asyncio.sleep(0)


async def _release(measures: list[Measure], service: Records) -> list[FollowUp]:
    """The changes that these measures were to prove; from now on people who go and look do."""
    journeys = {each for measure in measures for each in measure.followers}
    follow_ups = [f for each in journeys if (f := await follow_up_of(each, service))]
    for follow_up in follow_ups:
        for measure in measures:
            if measure.site == follow_up.site:
                follow_up.release(measure.measure_id)
    return follow_ups


async def _hold_measures(programme: Programme, service: Records, only: str) -> list[Measure]:
    today, held = local_day(circumstances().now), list[Measure]()
    async for some in in_slices(each for each in programme.measures() if only in {"", each[0].site}):
        known = await gather(*(measure_at(programme.provider, place.site, each.id, service) for place, each, _ in some))
        for measure, (place, definition, pack) in zip(known, some, strict=True):
            measure.hold_to(definition, pack.version, place.nation, max(today, pack.adopted_from, place.opened_on))
        held += known
    return held


async def _hold_cadences(programme: Programme, service: Records, only: str) -> list[Cadence]:
    provider, held = programme.provider, list[Cadence]()
    async for some in in_slices(each for each in programme.cadences() if only in {"", each[0]} or not each[0]):
        ids = (Cadence.create_id(each.id, provider, site) for site, _, each, _ in some)
        known = await gather(*(service.find(Cadence, identity) for identity in ids))
        for cadence, (site, nation, definition, pack) in zip(known, some, strict=True):
            if cadence:
                cadence.amend(definition, pack.version, nation)
            held.append(cadence or Cadence.begin(provider, site, definition, pack.version, nation))
    return held
