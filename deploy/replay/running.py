"""Running history through other rules, and what comes of it: one document, the same bytes for the same input."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from deploy.replay import watches, weighing, yardsticks
from deploy.replay.history import History, Told
from deploy.replay.reading import read
from deploy.replay.weighing import Moment, Rules
from libs.calendar import end_of_day, local_day
from libs.policytext import read as document
from libs.rules import RulePack, pack_of

PARTS = ("decisions", "clocks", "triggers")


@dataclass(frozen=True)
class Period:
    """The days whose decisions, clocks and triggers are compared, both in."""

    first: date
    last: date


@dataclass(frozen=True)
class Replayed:
    """What would have differed, by site and part, and how it was found out."""

    content: dict[str, Any]

    @property
    def written(self) -> bytes:
        """The document in a canonical form: sorted keys, no spaces, every moment in UTC."""
        return orjson.dumps(self.content, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many of each part differ, by site."""
        return {site: {part: len(found[part]) for part in PARTS} for site, found in self.content["sites"].items()}


def pack_from(*paths: Path) -> tuple[RulePack, dict[str, Any]]:
    """A rule pack from one file, or from several that together make one. Raises as `libs.rules.load`."""
    content: dict[str, Any] = {}
    for path in paths:
        content |= document(path)
    return pack_of(content), content


def replay(
    auditor: str, content: dict[str, Any], period: Period, provider: str = "", told: Told = lambda *_: None,
    without: Collection[UUID] = (),
) -> Replayed:  # fmt: skip
    """Run the history of a period, as known at its end, through a rule pack. Nothing is written anywhere.

    `provider` narrows to one provider's sites; `without` leaves out the journeys that are shut to who asks. Raises
    psycopg.Error where a store cannot be read.
    """
    history = read(auditor, end_of_day(period.last).astimezone(UTC), told, without)
    if provider:
        _only(history, provider)
    return compared(history, content, period)


def compared(history: History, content: dict[str, Any], period: Period) -> Replayed:
    """What differs between what was and what the rules in `content` would have made of it."""
    new = pack_of(content)
    sites: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for site, part, found in _all(history, new, period):
        sites.setdefault(site, {each: [] for each in PARTS})[part].append(_plain(found))
    for parts in sites.values():
        for found_here in parts.values():
            found_here.sort(key=orjson.dumps)
    totals = Counter({part: sum(len(found[part]) for found in sites.values()) for part in PARTS})
    return Replayed({
        "rules": {"id": new.id, "version": new.version, "sha256": _digest(content)},
        "from": period.first, "to": period.last, "totals": {part: totals[part] for part in PARTS},
        "adopted_meanwhile": sorted({name for since, _, name in history.adopted if since <= period.last}),
        "events": history.events, "sites": sites,
    })  # fmt: skip


def _all(history: History, new: RulePack, period: Period) -> Iterable[tuple[str, str, dict[str, Any]]]:
    first, last = period.first, period.last
    ready = {name: Rules(pack) for name, pack in history.packs.items()}
    yield from weighing.differences(history, lambda moment: ready.get(_then(history, moment)), Rules(new), first, last)
    begun = yardsticks.by_month(history.cases.values())
    yield from yardsticks.measured(history, new, begun, first, last)
    for provider in sorted(set(history.providers.values())):
        theirs = _of(history, provider)
        old = history.packs.get(history.name_on(last, provider))
        yield from yardsticks.rounds(theirs, old, new)
        yield from yardsticks.patterns(theirs, old, new, first, last)
        yield from watches.watched(theirs, old, new, begun, first, last)


def _then(history: History, moment: Moment) -> str:
    """The rules that were really applied: those that the decision names, else those in force on the day."""
    if moment.occasion == "weighed" and moment.weighing.rules in history.packs:
        return moment.weighing.rules
    return history.name_on(local_day(moment.at), moment.case.provider)


def _of(history: History, provider: str) -> History:
    """The part of a history that is one provider's."""
    return History(
        places={site: place for site, place in history.places.items() if history.providers[site] == provider},
        providers={site: whose for site, whose in history.providers.items() if whose == provider},
        packs=history.packs,
        adopted=history.adopted,
        cases={journey: case for journey, case in history.cases.items() if case.provider == provider},
        targets=history.targets,
        facts={site: facts for site, facts in history.facts.items() if history.providers.get(site) == provider},
        events=history.events,
        until=history.until,
    )


def _only(history: History, provider: str) -> None:
    mine = _of(history, provider)
    history.places, history.providers, history.cases, history.facts = (
        mine.places,
        mine.providers,
        mine.cases,
        mine.facts,
    )


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Every moment in UTC, so that the same moment is always written in the same way."""
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in found.items()
    }
