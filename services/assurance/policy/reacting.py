"""Where every case of assurance's policy is registered, and what a case may ask of its service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import singledispatch
from typing import Protocol, TypeVar
from uuid import UUID

from libs.directory import Site
from libs.domain import Aggregate
from libs.rules import RulePack
from services.assurance.domain.measure import Evidence, Measure
from services.assurance.domain.programme import Programme
from services.assurance.domain.verdict import Elsewhere

A = TypeVar("A", bound=Aggregate)


class Looks(Protocol):
    """Where the evidence for a check is found."""

    async def evidence(self, site: str, since: date) -> Evidence: ...

    async def begun(self, journey: UUID) -> date | None: ...


class Compares(Protocol):
    """Where the figures of other sites are found."""

    async def elsewhere(self, measure_id: str, provider: str, but: str, since: date) -> Sequence[Elsewhere]: ...


class Knows(Protocol):
    """Where the rules in force, and what kind of service a site is, are found."""

    async def rules(self, on: date) -> RulePack: ...

    async def site(self, site_id: str) -> Site: ...


class Records(Protocol):
    """What the policy asks of its service."""

    cases: Looks
    standing: Compares
    directory: Knows

    async def find(self, kind: type[A], identity: UUID) -> A | None: ...


@singledispatch
async def react(event: object, service: Records) -> Iterable[Aggregate]:
    """What has no case here is of no consequence to assurance."""
    return ()


async def measure_at(provider: str, site: str, measure_id: str, service: Records) -> Measure:
    """A measure at a site, opened where nothing is known of it yet."""
    known = await service.find(Measure, Measure.create_id(measure_id, site))
    return known or Measure.open(provider, site, measure_id)


async def programme_of(provider: str, service: Records) -> Programme:
    """What a provider is held to, opened where nothing is known of it yet."""
    return await service.find(Programme, Programme.create_id(provider)) or Programme.open(provider)
