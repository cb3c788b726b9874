"""What a provider is to be held to: its sites and the yardsticks of the rules it adopted, in whichever order they came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from contracts.taxonomy import Role
from libs.domain import Aggregate, Created, Event, event, follows
from libs.practice import Cadence, Measure
from services.assurance.domain.watch import Fact

HELD_BY_PROVIDER = frozenset(
    {Role.NOMINATED_INDIVIDUAL, Role.PROVIDER_QUALITY_LEAD, Role.PROVIDER_REPRESENTATIVE, Role.BOARD}
)
"""Roles held once for a whole provider; what they hold regularly is held once, not at every site."""


@dataclass(frozen=True, slots=True)
class Place:
    """A site as far as yardsticks care: where it lies, what it gives, and since when."""

    site: str
    nation: str
    service_kind: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """The measures and cadences of one adopted version."""

    version: str
    adopted_from: date
    measures: tuple[Measure, ...]
    cadences: tuple[Cadence, ...]


@dataclass(frozen=True, slots=True)
class Early:
    """A fact that came before it was known which triggers seek it, and under which name they would."""

    key: str
    fact: Fact


class Programme(Aggregate):
    """A provider's sites and adopted yardsticks, from which every measure and cadence is set.

    What comes before they are known waits here: whichever of the two is recorded second finds the first.
    """

    TOPIC = "assurance.Programme"

    class Opened(Created):
        TOPIC = "assurance.Programme.Opened"

    class SiteTakenIn(Event):
        TOPIC = "assurance.Programme.SiteTakenIn"
        place: Place

    class YardsticksTakenUp(Event):
        TOPIC = "assurance.Programme.YardsticksTakenUp"
        pack_id: str
        version: str
        adopted_from: date
        measures: list[dict[str, Any]]
        cadences: list[dict[str, Any]]

    class FactsKept(Event):
        TOPIC = "assurance.Programme.FactsKept"
        where: str
        facts: list[Early]

    class FactsTold(Event):
        TOPIC = "assurance.Programme.FactsTold"
        where: list[str]

    @staticmethod
    def create_id(provider: str) -> UUID:
        return follows("assurance.Programme", provider)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.places: dict[str, Place] = {}
        self.packs: dict[str, Yardsticks] = {}
        self.early: dict[str, list[Early]] = {}
        self.rules_since = date.max

    @classmethod
    def open(cls, provider: str) -> Programme:
        """The programme of a provider that is heard of for the first time."""
        identity = cls.create_id(provider)
        return cls(provider=provider, site="", journey=identity, about=identity)

    def take_in(self, place: Place) -> None:
        """A site is registered, or turns out to be of another kind."""
        if self.places.get(place.site) != place:
            self.trigger_event(self.SiteTakenIn, place=place)

    @event(SiteTakenIn)
    def _(self, place: Place) -> None:
        self.places[place.site] = place

    def take_up(self, pack_id: str, version: str, adopted_from: date, content: dict[str, Any]) -> None:
        """Rules were adopted. A version from an earlier day than the one in force changes nothing."""
        known = self.packs.get(pack_id)
        if known and (known.version == f"{pack_id}/{version}" or known.adopted_from > adopted_from):
            return
        self.trigger_event(
            self.YardsticksTakenUp,
            pack_id=pack_id,
            version=version,
            adopted_from=adopted_from,
            measures=list(content.get("measures", ())),
            cadences=list(content.get("cadences", ())),
        )

    @event(YardsticksTakenUp)
    def _(
        self, pack_id: str, version: str, adopted_from: date, measures: list[dict[str, Any]],
        cadences: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        self.packs[pack_id] = Yardsticks(
            f"{pack_id}/{version}",
            adopted_from,
            tuple(Measure.model_validate(each) for each in measures),
            tuple(Cadence.model_validate(each) for each in cadences),
        )
        self.rules_since = min(self.rules_since, adopted_from)

    def keep(self, where: str, facts: Mapping[str, Sequence[Fact]]) -> None:
        """Facts that came before the rules or the site they are to be held against. The same fact again is no news."""
        known = {(each.key, each.fact.source) for each in self.early.get(where, ())}
        new = [Early(key, fact) for key, each in facts.items() for fact in each if (key, fact.source) not in known]
        if new:
            self.trigger_event(self.FactsKept, where=where, facts=new)

    @event(FactsKept)
    def _(self, where: str, facts: list[Early]) -> None:
        self.early.setdefault(where, []).extend(facts)

    def due_to_be_told(self, on: date) -> dict[str, list[Early]]:
        """The facts kept for sites of which both the site and the rules are known by a day."""
        return {site: kept for site, kept in self.early.items() if site in self.places and self.rules_since <= on}

    def tell(self, where: list[str]) -> None:
        """Every trigger has been told of what was kept for these sites."""
        if where:
            self.trigger_event(self.FactsTold, where=where)

    @event(FactsTold)
    def _(self, where: list[str]) -> None:
        for site in where:
            del self.early[site]

    def measures(self) -> Iterator[tuple[Place, Measure, Yardsticks]]:
        """Every measure at every site that it is meant for."""
        for pack in self.packs.values():
            for place in self.places.values():
                for measure in pack.measures:
                    if fits(measure, place):
                        yield place, measure, pack

    def cadences(self) -> Iterator[tuple[str, str, Cadence, Yardsticks]]:
        """Every cadence, with the site where it is held ("" for the provider as a whole) and its nation."""
        for pack in self.packs.values():
            for cadence in pack.cadences:
                places = [place for place in self.places.values() if fits(cadence, place)]
                if cadence.role in HELD_BY_PROVIDER:
                    if places:
                        yield "", places[0].nation, cadence, pack
                else:
                    yield from ((place.site, place.nation, cadence, pack) for place in places)


def fits(yardstick: Measure | Cadence, place: Place) -> bool:
    """Whether it is meant for this kind of service; one that names no kinds is meant for all."""
    return not yardstick.provider_kinds or place.service_kind in yardstick.provider_kinds
