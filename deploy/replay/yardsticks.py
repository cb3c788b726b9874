"""Targets, rounds and patterns under other rules: case by case whose clock would run otherwise, and what would be set off."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from deploy.replay.history import Case, History, local_day
from deploy.replay.weighing import standing
from libs.calendar import WorkingDays
from libs.practice import Cadence, Measure, PatternRule
from libs.rules import RulePack
from services.assurance.domain import figures
from services.assurance.domain.programme import Place, fits
from services.intake.domain.pattern import Sighting

Begun = dict[str, dict[date, list[Case]]]
"""Cases by site and month."""
Found = Iterator[tuple[str, str, dict[str, Any]]]
"""Site, part (clocks or triggers) and what differs."""


def measured(history: History, new: RulePack, begun: Begun, first: date, last: date) -> Found:
    """Each case whose target would have run to another day, and each month whose figure would have been another."""
    now, alike = history.end, _Alike()
    for place in history.places.values():
        wanted = {each.id: each for each in new.measures if fits(each, place)}
        set_here = {measure for site, measure in history.targets if site == place.site}
        for measure in sorted(wanted.keys() | set_here):
            for month in _months(first, last):
                target = history.targets.get((place.site, measure))
                old, would = target.on(month) if target else None, wanted.get(measure)
                if alike.are(old, would):
                    continue
                cases = begun.get(place.site, {}).get(month, [])
                yield from (
                    (place.site, "clocks", each) for each in _clocks(measure, old, would, cases, place, month, now)
                )
                yield from _figure(measure, old, would, cases, place, month, now)


def by_month(cases: Iterable[Case]) -> Begun:
    """The cases of each site by every month in which a clock of theirs can begin."""
    found: Begun = {}
    for case in cases:
        here = found.setdefault(case.site, {})
        moments = {case.received, case.recorded, *case.milestones.values()}
        for month in {month_of(moment) for moment in moments}:
            here.setdefault(month, []).append(case)
    return found


@lru_cache(maxsize=1 << 17)
def month_of(moment: datetime) -> date:
    """The month of a moment in the UK, by its first day."""
    return figures.month_of(local_day(moment))


class _Alike:
    """Which targets judge alike; the same two are asked about for every site and month."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Measure | None, Measure | None, bool]] = {}

    def are(self, old: Measure | None, new: Measure | None) -> bool:
        known = self._known.get((id(old), id(new)))
        if known is None:
            known = self._known[id(old), id(new)] = old, new, _same(old, new)  # kept, so that their ids stay theirs
        return known[2]


def _same(old: Measure | None, new: Measure | None) -> bool:
    """Whether two targets judge alike, whatever they are called."""
    if old is None or new is None:
        return old is new
    words = {"title", "denominator", "sources"}
    return old.model_dump(exclude=words) == new.model_dump(exclude=words)


def _clocks(
    measure: str,
    old: Measure | None,
    new: Measure | None,
    cases: Iterable[Case],
    place: Place,
    month: date,
    now: datetime,
) -> Iterator[dict[str, Any]]:
    days = WorkingDays(place.nation)
    for case in cases:
        (_, was_due, was), (_, would_due, would) = (judged(each, case, days, month, now) for each in (old, new))
        if (was_due, was) != (would_due, would):
            definition = new or old
            began = figures.start_of(definition, _as_figure(case), _reached(case)) if definition else None
            done = _all_reached(definition, case) if definition else None
            yield {
                "journey": str(case.journey), "clock": measure, "title": _title(new, old), "occasion": "measured", "began": began,
                "was_due": was_due, "would_be_due": would_due, "done": done, "was": was, "would_be": would,
            }  # fmt: skip


def judged(
    definition: Measure | None, case: Case, days: WorkingDays, month: date, now: datetime
) -> tuple[datetime | None, datetime | None, str]:
    """From when and by when a case had to reach its target in a month, and whether it did."""
    if definition is None:
        return None, None, "not measured"
    known = _as_figure(case)
    started = figures.start_of(definition, known, _reached(case))
    if started is None or month_of(started) != month or not figures.belongs(definition.cohort, known):
        return None, None, "not measured"
    due, done = figures.deadline_of(definition, started, days), _all_reached(definition, case)
    return started, due, standing(done, due, now)


def _all_reached(definition: Measure, case: Case) -> datetime | None:
    """When the last of a target's milestones was reached; None while one is missing."""
    reached = [_reached(case).get(name) for name in definition.numerator.all_of]
    return max(each for each in reached if each) if all(reached) else None


def _figure(
    measure: str, old: Measure | None, new: Measure | None, cases: list[Case], place: Place, month: date, now: datetime
) -> Found:
    known = [_as_figure(case) for case in cases]
    milestones = {case.journey: _reached(case) for case in cases}
    days = WorkingDays(place.nation)
    was, would = (
        figures.evaluate(each, known, milestones, month, now, days) if each else None for each in (old, new)
    )  # fmt: skip
    if _counted(was) != _counted(would) and any(each and each.denominator for each in (was, would)):
        told = {
            "trigger": measure,
            "title": _title(new, old),
            "what": "target of a month",
            "month": month,
            "was": _counted(was),
            "would_be": _counted(would),
        }
        yield place.site, "triggers", told | {"sets_off": _sets_off(was, would)}


def _counted(figure: figures.Figure | None) -> dict[str, Any] | None:
    return {"met": figure.numerator, "of": figure.denominator, "target_met": figure.met} if figure else None


def _sets_off(was: figures.Figure | None, would: figures.Figure | None) -> str:
    missed = [bool(each and each.met is False) for each in (was, would)]
    return {(True, False): "would not have been set off", (False, True): "would have been set off"}.get(
        (missed[0], missed[1]), "the same"
    )


def _as_figure(case: Case) -> figures.Case:
    if case.figure is None:
        case.figure = figures.Case(case.journey, case.kind, case.themes, case.abuse_types, case.received, case.recorded)
    return case.figure


def _reached(case: Case) -> Mapping[str, datetime]:
    return cast("Mapping[str, datetime]", case.milestones)


def _title(*given: Measure | Cadence | PatternRule | None) -> str:
    """What it is called: by the new rules, or by the old ones where the new have none."""
    return next(each.title for each in given if each)


def _months(first: date, last: date) -> Iterator[date]:
    month = figures.month_of(first)
    while month <= last:
        yield month
        month = figures.month_after(month)


def rounds(history: History, old: RulePack | None, new: RulePack) -> Found:
    """What would be held at another interval, by another role, in other places, no more, or newly."""
    was = {each.id: each for each in old.cadences} if old else {}
    would = {each.id: each for each in new.cadences}
    for name in sorted(was.keys() | would.keys()):
        for place in history.places.values():
            before, after = (_held(each.get(name), place) for each in (was, would))
            if before != after:
                yield (
                    place.site,
                    "triggers",
                    {
                        "trigger": name,
                        "title": _title(would.get(name), was.get(name)),
                        "what": "regular round",
                        "was": before,
                        "would_be": after,
                    },
                )


def _held(cadence: Cadence | None, place: Place) -> dict[str, Any] | None:
    if cadence is None or not fits(cadence, place):
        return None
    return {"every": cadence.every, "role": cadence.role, "recorded_in": cadence.recorded_in}


def patterns(history: History, old: RulePack | None, new: RulePack, first: date, last: date) -> Found:
    """Each pattern that would have been proposed at another moment, or only under one of the two."""
    cases = sorted(history.cases.values(), key=lambda case: (case.received, case.journey))
    seen = [(_as_figure(case), _sighting(case)) for case in cases]
    was = {rule.id: rule for rule in old.patterns} if old else {}
    would = {rule.id: rule for rule in new.patterns}
    for name in sorted(was.keys() | would.keys()):
        if was.get(name) == would.get(name):
            continue
        before, after = (set(_proposed(each.get(name), seen, first, last)) for each in (was, would))
        for site, value, at in sorted(before ^ after):
            told = {
                "trigger": name,
                "title": _title(would.get(name), was.get(name)),
                "what": "pattern proposed",
                "about": value if value == site else "",
                "at": at,
            }
            off = "would have been set off" if (site, value, at) in after else "would not have been set off"
            yield site, "triggers", told | {"sets_off": off}


def _proposed(
    rule: PatternRule | None, seen: list[tuple[figures.Case, Sighting]], first: date, last: date
) -> Iterator[tuple[str, str, datetime]]:
    """When what a rule counts first comes to enough, and again each time it has fallen below and risen."""
    windows: dict[str, deque[datetime]] = defaultdict(deque)
    for case, sighting in seen if rule else ():
        if rule is None or (rule.cohort and not figures.belongs(rule.cohort, case)):
            continue
        for value in sighting.shares(rule.shared):
            window = windows[value]
            while window and window[0] < case.received - timedelta(days=rule.within_days):
                window.popleft()
            window.append(case.received)
            if len(window) == rule.at_least and first <= local_day(case.received) <= last:
                yield sighting.site, value, case.received


def _sighting(case: Case) -> Sighting:
    place = str(case.facts.get("place") or "")
    return Sighting(
        case.journey, case.provider, case.site, case.kind, case.themes, case.abuse_types, case.received, case.person,
        place=place,
    )  # fmt: skip
