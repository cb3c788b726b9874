"""A shelf of aggregates on which the policy acts as it would in its room, and the news that it hears."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts import action, governance
from contracts import assurance as own
from contracts.envelope import PublishedEvent
from libs.deciding import deciding
from libs.directory import Site
from libs.domain import Aggregate
from libs.rules import RulePack, pack_of
from services.assurance.domain import Measure
from services.assurance.domain.measure import Evidence
from services.assurance.domain.verdict import Elsewhere
from services.assurance.policy import react
from services.assurance.policy.reacting import Compares, Knows, Looks
from tests.assurance.told import INDICATOR
from tests.given import JOURNEY, NOW, SOMEONE, heard
from tests.house import rules

MEASURE = Measure.create_id(INDICATOR.id, "elm")
CONTENT = rules()
PACK = pack_of(CONTENT)


class Shelf:
    """Aggregates as their service would find them, and the evidence a check is to read."""

    def __init__(self) -> None:
        self.events: dict[UUID, list[Any]] = {}
        self.evidence_now = Evidence([], {}, {})
        self.cases: Looks = self
        self.standing: Compares = self
        self.directory: Knows = self
        self.begun_on: date | None = None
        self.elsewhere_now: list[Elsewhere] = []

    async def evidence(self, site: str, since: date) -> Evidence:
        return self.evidence_now

    async def begun(self, journey: UUID) -> date | None:
        return self.begun_on

    async def rules(self, on: date) -> RulePack:
        return PACK

    async def site(self, site_id: str) -> Site:
        return Site("acme", site_id, "Elm", "North", "ENG", "homecare")

    async def elsewhere(self, measure_id: str, provider: str, but: str, since: date) -> list[Elsewhere]:
        return self.elsewhere_now

    async def find(self, kind: type[Any], identity: UUID) -> Any:
        found: Any = None
        for happened in self.events.get(identity, ()):
            found = happened.mutate(found)
        return found

    def hear(self, message: object, now: datetime = NOW) -> list[Any]:
        """React, keep what was decided, and say what that was."""
        with deciding(SOMEONE, now):
            changed: Iterable[Aggregate] = asyncio.run(_react(message, self))
            new = [happened for each in changed for happened in each.collect_events()]
        for happened in new:
            known = self.events.setdefault(happened.originator_id, [])
            assert happened.originator_version == len(known) + 1
            known.append(happened)
        return new

    def one(self, kind: type[Any], identity: UUID) -> Any:
        return asyncio.run(self.find(kind, identity))


async def _react(message: object, shelf: Any) -> Iterable[Aggregate]:
    return await react(message, shelf)


def site(kind: str = "homecare", name: str = "elm") -> PublishedEvent:
    fact = governance.SiteRegistered(
        site_id=name, title=name.title(), region="North", nation="ENG", service_kind=kind, opened_on=date(2020, 1, 1)
    )
    return heard(fact, site=name)


def pack(version: str = "1", **more: Any) -> PublishedEvent:
    fact = governance.RulePackAdopted(
        pack_id="pack", version=version, title="Rules", adopted_from=date(2020, 1, 1), content=CONTENT | more
    )
    return heard(fact, site="")


def changed(*measures: str, at: datetime = NOW) -> PublishedEvent:
    fact = action.PracticeChanged(
        plan_id=JOURNEY, action_ids=[], what_changed="Notes are screened daily", measure_ids=list(measures)
    )
    return heard(fact, at=at)


def checked(period: date, numerator: int, denominator: int) -> PublishedEvent:
    fact = own.MeasureChecked(
        measure_id=INDICATOR.id, site_id="elm", title=INDICATOR.title, period=period, numerator=numerator,
        denominator=denominator, target_percent=100, met=numerator == denominator,
    )  # fmt: skip
    return heard(fact, journey=MEASURE)
