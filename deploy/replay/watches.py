"""Triggers that watch for early signs and repeats, under other rules: when each would have fired, and what it would ask for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from typing import Any

from deploy.replay.history import Case, Fact, History, Target, local_day
from deploy.replay.yardsticks import Begun, Found, judged
from libs.calendar import WorkingDays
from libs.practice import Measure
from libs.rules import RulePack
from libs.vigilance import Trigger
from services.assurance.domain import figures
from services.assurance.domain.programme import Place, fits

ASKS = ("must_follow", "owed_by", "working_days", "kind")
"""What a trigger asks for when it fires."""
LATE = ("late", "late, not on record")


def watched(history: History, old: RulePack | None, new: RulePack, begun: Begun, first: date, last: date) -> Found:
    """Each time that a trigger would have fired on another day, under one of the two packs alone, or asked for something else.

    Facts are those on record; which cases missed a target is worked out anew under either pack. What had to follow is
    taken, under both, to have been owed until its day: nobody knows what would have been done about firings that never were.
    """
    was = {trigger.id: trigger for trigger in old.triggers} if old else {}
    would = {trigger.id: trigger for trigger in new.triggers}
    moved = _moved(old, new)
    differ = [name for name in sorted(was.keys() | would.keys()) if _differ(was.get(name), would.get(name), moved)]
    if not differ:
        return
    for place in history.places.values():
        missed = [
            _Missed(history, place, begun.get(place.site, {}), pack, last, history.targets if pack is old else {})
            for pack in (old, new)
        ]
        for name in differ:
            before, after = was.get(name), would.get(name)
            fired = [dict(_fired(t, place, history, m)) for t, m in zip((before, after), missed, strict=True)]
            yield from _differing(before, after, place, fired, first, last)


def _differ(before: Trigger | None, after: Trigger | None, moved: set[str]) -> bool:
    return before != after or any(
        sought.breach in moved for sought in (before.any_of if before else ()) if sought.breach
    )


def _moved(old: RulePack | None, new: RulePack) -> set[str]:
    """Measures that judge otherwise, or are only in one of the packs."""
    was = {each.id: each.model_dump() for each in old.measures} if old else {}
    would = {each.id: each.model_dump() for each in new.measures}
    return {name for name in was.keys() | would.keys() if was.get(name) != would.get(name)}


def _differing(
    before: Trigger | None, after: Trigger | None, place: Place, fired: list[dict[date, int]], first: date, last: date
) -> Found:
    was, would = fired
    asks = _asks(before) != _asks(after)
    trigger = after or before
    assert trigger is not None
    for day in sorted(was.keys() | would.keys()):
        if not first <= day <= last or (day in was and day in would and not asks):
            continue
        off = "would have been set off" if day not in was else "would not have been set off"
        if day in was and day in would:
            off = "would have asked for something else"
        yield (
            place.site,
            "triggers",
            {
                "trigger": trigger.id, "title": trigger.title, "what": "trigger fired", "day": day, "sets_off": off,
                "was": {"facts": was[day]} | _asks(before) if day in was else None,
                "would_be": {"facts": would[day]} | _asks(after) if day in would else None,
            },
        )  # fmt: skip


def _asks(trigger: Trigger | None) -> dict[str, Any]:
    return trigger.model_dump(mode="json", include=set(ASKS)) if trigger else {}


class _Missed(dict[str, list[Fact]]):
    """The cases of a site that missed a measure's target under a pack, worked out when they are asked for. Months in which
    a target that is `held` on record was not set, or withdrawn, were not checked."""

    def __init__(
        self, history: History, place: Place, cases: Mapping[date, list[Case]], pack: RulePack | None, last: date,
        held: Mapping[tuple[str, str], Target],
    ) -> None:  # fmt: skip
        super().__init__()
        self.held = held
        self.history, self.place, self.cases, self.last = history, place, cases, last
        self.measures = {each.id: each for each in pack.measures if fits(each, place)} if pack else {}

    def __missing__(self, name: str) -> list[Fact]:
        measure = self.measures.get(name)
        found = self[name] = sorted(self._found(measure), key=lambda fact: (fact.at, fact.source)) if measure else []
        return found

    def _found(self, measure: Measure) -> Iterator[Fact]:
        days, until = WorkingDays(self.place.nation), self.history.end
        target = self.held.get((self.place.site, measure.id))
        for month, cases in self.cases.items():
            if month > self.last or (target is not None and target.on(month) is None):
                continue
            # A month is checked on the first day of the next one; its breaches are facts from then on.
            checked = figures.month_after(month)
            for case in cases:
                began, _, standing = judged(measure, case, days, month, until)
                if began is not None and standing in LATE:
                    yield Fact(checked, local_day(began), f"{measure.id}/{case.journey}", 1)


def _fired(
    trigger: Trigger | None, place: Place, history: History, missed: Mapping[str, list[Fact]]
) -> Iterator[tuple[date, int]]:
    """The days on which a trigger fires at a site, each with the number of facts it rests on."""
    if trigger is None or (trigger.provider_kinds and place.service_kind not in trigger.provider_kinds):
        return
    noted = history.facts.get(place.site, {})
    every = chain.from_iterable(
        missed[sought.breach] if sought.breach else noted.get(sought.key, ()) for sought in trigger.any_of
    )
    known: set[str] = set()
    waiting: deque[Fact] = deque()
    owed, days = date.min, WorkingDays(place.nation)
    for fact in sorted(every, key=lambda fact: (fact.at, fact.source)):
        if fact.source in known:
            continue
        known.add(fact.source)
        waiting.append(fact)
        earliest = max(each.on for each in waiting) - timedelta(days=trigger.within_days - 1)
        together = [each for each in waiting if each.on >= earliest]
        if fact.at <= owed or sum(each.times for each in together) < trigger.at_least:
            waiting = deque(together)
            continue
        yield fact.at, sum(each.times for each in together)
        owed = days.add(fact.at, trigger.working_days)
        waiting.clear()
