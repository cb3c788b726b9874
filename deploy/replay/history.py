"""What history holds that rules bear on: cases with their facts and milestones, sites, adopted rules, targets as set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from contracts.taxonomy import Milestone
from libs import calendar
from libs.practice import Measure
from libs.rules import RulePack
from services.assurance.domain import figures
from services.assurance.domain.programme import Place

local_day = lru_cache(maxsize=1 << 17)(calendar.local_day)
"""The day in the UK; the same moments are asked for again and again."""
Told = Callable[[str, int, int], None]
"""Told which store is read, how many of its events have been, and how many there are."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """One weighing of a case by a manager: when, from what, under which rules, and what was answered to each."""

    at: datetime
    kind: str
    themes: tuple[str, ...]
    facts: dict[str, Any]
    rules: str
    answers: dict[str, bool]


class Change(NamedTuple):
    """One change of practice: when it took effect, when that was put on record, and whether it affects people's care."""

    at: datetime
    recorded: datetime
    affects: bool


@dataclass(slots=True)
class Case:
    """An opportunity as rules see it. `milestones` holds when each was first reached."""

    journey: UUID
    provider: str
    site: str
    kind: str
    themes: tuple[str, ...]
    facts: dict[str, Any]
    received: datetime
    recorded: datetime
    reporter_known: bool
    person: str = ""
    abuse_types: tuple[str, ...] = ()
    weighings: list[Weighing] = field(default_factory=list)
    milestones: dict[Milestone, datetime] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    given: dict[UUID, tuple[datetime, ...]] | None = None
    """When each account was given, and given again where it was owed again."""
    figure: figures.Case | None = None
    """The same as measures see it, once it is asked for."""


class Fact(NamedTuple):
    """Something that triggers may seek: when it came to be known, on which day it was, which one, and how often."""

    at: date
    on: date
    source: str
    times: int


@dataclass(slots=True)
class Target:
    """A measure's targets at a site, each from the month it was set for; none from when it was withdrawn."""

    held: list[tuple[date, Measure | None]] = field(default_factory=list)

    def on(self, month: date) -> Measure | None:
        """What held in a month."""
        return next((measure for first, measure in reversed(self.held) if first <= month), None)


@dataclass
class History:
    """Everything of the stores that rules bear on, as known when the last event was recorded."""

    places: dict[str, Place] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)
    packs: dict[str, RulePack] = field(default_factory=dict)
    adopted: list[tuple[date, str, str]] = field(default_factory=list)
    cases: dict[UUID, Case] = field(default_factory=dict)
    targets: dict[tuple[str, str], Target] = field(default_factory=dict)
    measures: dict[UUID, Target] = field(default_factory=dict)
    """The same targets, by the record that they are kept in."""
    facts: dict[str, dict[str, list[Fact]]] = field(default_factory=dict)
    """What triggers seek, by site and by what it is: "theme:falls"."""
    events: int = 0
    until: datetime | None = None
    _same: dict[str | bytes, Any] = field(default_factory=dict, repr=False)
    """Answers that many cases share, kept once."""

    def shared(self, thing: Any) -> Any:
        """One copy of what was read before, for things that are never changed."""
        key = thing if isinstance(thing, str) else orjson.dumps(thing)
        return self._same.setdefault(key, thing)

    @property
    def end(self) -> datetime:
        """The moment as of which everything stands as it does."""
        return self.until or datetime.max.replace(tzinfo=UTC)

    def note(self, site: str, key: str, fact: Fact) -> None:
        """Keep a fact that triggers may seek."""
        self.facts.setdefault(site, {}).setdefault(key, []).append(fact)

    def name_on(self, day: date, provider: str) -> str:
        """Id and version of the rules in force for a provider on a day, as every service finds them; "" for none."""
        return max(
            ((since, name) for since, whose, name in self.adopted if since <= day and whose == provider),
            default=(day, ""),
        )[1]
