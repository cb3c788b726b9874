"""A sample of weighed opportunities, drawn by a seed, to be weighed again by somebody who has not seen the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from libs.domain import Aggregate, Created, Event, event, follows
from services.intake.domain.refusals import NotBlind, NotInSample, RationaleMissing, SampleEmpty, WeighedAgainAlready


@dataclass(frozen=True, slots=True)
class SecondWeighing:
    """What somebody else made of it: who, the response, and the rules that apply."""

    weigher: str
    response: str
    applied: tuple[str, ...]


def drawn(population: list[UUID], size: int, seed: int) -> list[UUID]:
    """So many of them, the same for the same seed whatever the order they come in. Raises SampleEmpty."""
    if not population:
        raise SampleEmpty
    return Random(seed).sample(sorted(population), min(size, len(population)))  # noqa: S311 - to be drawn again, not to be secret


class BlindSample(Aggregate):
    """A sample with the query and seed it was drawn by, so that anybody can draw it again."""

    TOPIC = "intake.BlindSample"

    class Drawn(Created):
        TOPIC = "intake.BlindSample.Drawn"
        sites: list[str]
        since: date
        until: date
        seed: int
        population: int
        chosen: list[UUID]
        first_weighers: dict[str, str]

    class WeighedAgain(Event):
        TOPIC = "intake.BlindSample.WeighedAgain"
        opportunity: UUID
        weigher: str
        response: str
        applied: list[str]
        facts: dict[str, Any]

    @staticmethod
    def create_id(provider: str, sites: list[str], since: date, until: date, seed: int) -> UUID:
        return follows("intake.BlindSample", f"{provider}/{','.join(sorted(sites))}/{since}/{until}/{seed}")

    @event(Drawn)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, sites: list[str], since: date, until: date,
        seed: int, population: int, chosen: list[UUID], first_weighers: dict[str, str],
    ) -> None:  # fmt: skip
        self.sites, self.since, self.until, self.seed = sites, since, until, seed
        self.population, self.chosen, self.first_weighers = population, chosen, first_weighers
        self.second: dict[UUID, SecondWeighing] = {}

    def waiting_for(self, weigher: str) -> list[UUID]:
        """What somebody may still weigh again: not what they weighed first."""
        return [
            each for each in self.chosen if each not in self.second and self.first_weighers.get(str(each)) != weigher
        ]

    def weigh_again(
        self, opportunity: UUID, weigher: str, response: str, applied: list[str], facts: dict[str, Any], rationale: str
    ) -> None:
        """Weigh one as if for the first time. It changes nothing for the journey; it only shows how far two people agree."""
        if opportunity not in self.chosen:
            raise NotInSample
        if self.first_weighers.get(str(opportunity)) == weigher:
            raise NotBlind
        if opportunity in self.second:
            raise WeighedAgainAlready
        if not rationale.strip():
            raise RationaleMissing
        self.trigger_event(
            self.WeighedAgain, opportunity=opportunity, weigher=weigher, response=response, applied=sorted(applied),
            facts=facts,
        )  # fmt: skip

    @event(WeighedAgain)
    def _(self, opportunity: UUID, weigher: str, response: str, applied: list[str]) -> None:
        self.second[opportunity] = SecondWeighing(weigher, response, tuple(applied))
