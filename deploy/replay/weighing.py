"""Decisions and their clocks under other rules: what each weighing would have been offered, and by when each account due."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import orjson

from contracts.taxonomy import ClockStart, DutyRecipient, Fact
from deploy.replay.history import Case, Change, History, Weighing, local_day
from libs.calendar import WorkingDays
from libs.rules import Clock, Rule, RulePack
from services.assurance.domain.programme import Place
from services.notification.domain.account import Account
from services.notification.domain.duty import duty_id

Offers = frozenset[str]
"""Which rules of a pack are offered, by id."""
HELD_AGAINST = ("title", "kind", "citation", "source_url", "confirmed", "duty", "clock")
"""What a rule says to whoever weighs a case. Two versions that say the same are not told apart."""
REMEMBERED = 100_000


class Rules:
    """A pack made ready to be asked about many cases; what it offered for some facts on a day is remembered."""

    def __init__(self, pack: RulePack) -> None:
        self.pack = pack
        self.by_id = {rule.id: rule for rule in pack.rules}
        self.asks = {rule.id: rule.model_dump(include=set(HELD_AGAINST), mode="json") for rule in pack.rules}
        self.duties = frozenset(rule.id for rule in pack.rules if rule.duty)
        self.to_reporter = frozenset(rule.id for rule in pack.rules if _is_owed_to_reporter(rule))
        self._changed: dict[int, Offers] = {}
        self.known_moments: dict[tuple[Any, ...], Offers] = {}
        self._turns = sorted({day for rule in pack.rules for day in _turns(rule)})
        self._known: dict[tuple[bytes, int], Offers] = {}

    def offered(self, facts: Mapping[str, Any], on: date) -> Offers:
        """The ids of what `libs.rules.propose` proposes, without the reasons."""
        # Between two days on which a rule comes into force or goes out of it, the same facts are offered the same.
        key = (
            orjson.dumps(facts, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS),
            bisect_right(self._turns, on),
        )
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = self._offered(facts, on)
        return self._known[key]

    def _offered(self, facts: Mapping[str, Any], on: date) -> Offers:
        nation, kind = facts.get(Fact.NATION), facts.get(Fact.PROVIDER_KIND)
        return frozenset(
            rule.id
            for rule, condition, _ in self.pack.ready
            if condition.holds(facts) and rule.in_force(on) and rule.covers(nation, kind)
        )

    def key(self, moment: Moment) -> tuple[Any, ...]:
        """What the answer to a moment depends on. A history keeps the facts that many cases share once, and keeps them."""
        said, case, place = moment.weighing, moment.case, moment.place
        return (
            id(said.facts), said.kind, said.themes, place.nation, place.service_kind, moment.occasion, case.reporter_known,
            moment.change is not None and moment.change.affects, bisect_right(self._turns, local_day(moment.at)),
        )  # fmt: skip

    def changed_since(self, old: Rules) -> Offers:
        """The rules of both packs that do not say the same in this one."""
        known = self._changed.get(id(old))
        if known is None:
            both = self.asks.keys() & old.asks.keys()
            known = self._changed[id(old)] = frozenset(name for name in both if self.asks[name] != old.asks[name])
        return known

    def reasons(self, rule: str, facts: Mapping[str, Any]) -> list[str]:
        """The facts that made a rule apply, as sentences."""
        return next(condition.reasons(facts) for each, condition, _ in self.pack.ready if each.id == rule)


def _turns(rule: Rule) -> Iterator[date]:
    yield rule.in_force_from
    if rule.in_force_to:
        yield rule.in_force_to + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment at which rules were asked about a case: when it was weighed, or when practice changed. `change` is the last
    that was known then."""

    case: Case
    place: Place
    at: datetime
    weighing: Weighing
    occasion: str
    round: int
    change: Change | None = None

    def given(self, duty: UUID, clock: Clock) -> datetime | None:
        """When an account was given; one whose clock starts with a change is owed again by each."""
        times = (self.case.given or {}).get(duty, ())
        since = self.change.recorded if self.change and clock.starts_at is ClockStart.IMPLEMENTED else None
        return next((at for at in times if since is None or at >= since), None)

    def begins(self, clock: Clock) -> datetime:
        """When a clock begins to run, by the same rule as accounts that are really owed."""
        known = SimpleNamespace(
            put_on_record=self.case.recorded, implemented=self.change.at if self.change else None,
            happened=self.case.received, kind=self.weighing.kind, weighings=self.round, weighed_at=self.weighing.at,
        )  # fmt: skip
        return Account.begins(cast("Account", known), clock.starts_at, self.at)


def moments(history: History, first: date, last: date) -> Iterator[Moment]:
    """Every moment of the period at which rules were asked, in the order of the record."""
    for case in history.cases.values():
        place = history.places.get(case.site)
        if place is None:
            continue
        for number, weighing in enumerate(case.weighings, 1):
            if first <= local_day(weighing.at) <= last:
                known = next((each for each in reversed(case.changes) if each.recorded <= weighing.at), None)
                yield Moment(case, place, weighing.at, weighing, "weighed", number, known)
        for change in case.changes:
            number = sum(weighing.at <= change.recorded for weighing in case.weighings)
            if number and first <= local_day(change.at) <= last:
                weighing = case.weighings[number - 1]
                yield Moment(case, place, change.at, weighing, "practice changed", number, change)


def differences(
    history: History, then: Callable[[Moment], Rules | None], new: Rules, first: date, last: date
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Site, part (decisions or clocks) and difference, for each that there would have been.

    `then` says under which rules a moment really was; where none were adopted, nothing had been offered.
    """
    now = history.end
    for moment in moments(history, first, last):
        old = then(moment)
        was, would = _offers(old, moment), _offers(new, moment)
        both = was & would & new.changed_since(old) if old else frozenset()
        for name in sorted((was ^ would) | both):
            before = old.by_id[name] if old and name in was else None
            after = new.by_id[name] if name in would else None
            yield moment.case.site, "decisions", _decision(moment, before, after, new)
            if clock := _clock(moment, before, after, now):
                yield moment.case.site, "clocks", clock


def _offers(rules: Rules | None, moment: Moment) -> Offers:
    """What a manager is offered to weigh; and, unasked, what is owed to a known reporter, or follows from a change."""
    if rules is None:
        return frozenset()
    key = rules.key(moment)
    if key not in rules.known_moments:
        if len(rules.known_moments) >= REMEMBERED:
            rules.known_moments.clear()
        rules.known_moments[key] = _asked(rules, moment)
    return rules.known_moments[key]


def _asked(rules: Rules, moment: Moment) -> Offers:
    facts, on, besides = _facts(moment), local_day(moment.at), _besides(moment)
    offered = rules.offered(facts, on)
    more = rules.offered(facts | besides, on) if besides else offered
    if moment.occasion == "weighed":
        return offered | (more & rules.to_reporter)
    return (more - offered) & rules.duties


def _besides(moment: Moment) -> dict[str, Any]:
    """What nobody is asked at the weighing: that the reporter is known; later, that practice changed."""
    if moment.occasion == "weighed":
        return {Fact.REPORTER_KNOWN: True} if moment.case.reporter_known else {}
    said = moment.weighing.facts.get(Fact.CHANGE_AFFECTS_CARE)
    affects = bool(moment.change and moment.change.affects) or bool(said)
    return {Fact.CHANGE_IMPLEMENTED: True, Fact.CHANGE_AFFECTS_CARE: affects}


def _is_owed_to_reporter(rule: Rule) -> bool:
    return rule.duty is not None and rule.duty.owed_to == DutyRecipient.REPORTER


def _facts(moment: Moment) -> dict[str, Any]:
    said = moment.weighing
    return {
        Fact.KIND: said.kind, Fact.THEMES: said.themes, Fact.NATION: moment.place.nation,
        Fact.PROVIDER_KIND: moment.place.service_kind, **said.facts,
    }  # fmt: skip


def _decision(moment: Moment, before: Rule | None, after: Rule | None, new: Rules) -> dict[str, Any]:
    if before is None:
        what = "would have been proposed"
    else:
        what = "would not have been proposed" if after is None else "would have asked for something else"
    rule = next(each for each in (after, before) if each)
    answer = moment.weighing.answers.get(rule.id) if moment.occasion == "weighed" else None
    return {
        "journey": str(moment.case.journey), "at": moment.at, "occasion": moment.occasion, "rule": rule.id,
        "title": rule.title, "difference": what,
        "answered": None if answer is None else ("agreed" if answer else "not agreed"),
        "was": _told(before), "would_be": _told(after),
        "because": new.reasons(rule.id, _facts(moment) | _besides(moment)) if after else [],
    }  # fmt: skip


def _told(rule: Rule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    return {
        "kind": rule.kind, "citation": rule.citation, "confirmed": rule.confirmed,
        "owed_by": rule.duty.owed_by if rule.duty else None, "owed_to": rule.duty.owed_to if rule.duty else None,
        "clock": rule.clock.words if rule.clock else None,
    }  # fmt: skip


def _clock(moment: Moment, before: Rule | None, after: Rule | None, now: datetime) -> dict[str, Any] | None:
    was, would = _due(moment, before), _due(moment, after)
    running = _running(after) or _running(before)
    rule = next(each for each in (after, before) if each)
    if was == would or running is None:
        return None
    given = moment.given(duty_id(moment.case.journey, rule.id), running)
    return {
        "journey": str(moment.case.journey), "clock": rule.id, "title": rule.title, "occasion": moment.occasion,
        "began": moment.begins(running), "was_due": was, "would_be_due": would,
        "done": given, "was": standing(given, was, now), "would_be": standing(given, would, now),
    }  # fmt: skip


def _running(rule: Rule | None) -> Clock | None:
    return rule.clock if rule and rule.duty else None


def _due(moment: Moment, rule: Rule | None) -> datetime | None:
    clock = _running(rule)
    return clock.due(moment.begins(clock), WorkingDays(moment.place.nation)) if clock else None


def standing(done: datetime | None, due: datetime | None, now: datetime) -> str:
    """How something stands against its date at the end of the history: in time, late, still running, or not dated."""
    if due is None:
        return "no date" if done is None else "done, no date"
    if done is None:
        return "still running" if now <= due else "late, not on record"
    return "in time" if done <= due else "late"
