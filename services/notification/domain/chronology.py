"""The one chronology, and the one set of facts, that every account of a journey is told from; and where an account differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.taxonomy import ClockStart, Fact, OpportunityKind, Theme
from libs.calendar import LONDON
from services.notification.domain.account import Account
from services.notification.domain.duty import Duty


@dataclass(frozen=True, slots=True)
class Difference:
    """An account that counts from another moment than the chronology has now, and what the clock counts from."""

    title: str
    starts_at: str
    counted_from: datetime
    now_known: datetime


def chronology(account: Account) -> list[tuple[str, datetime]]:
    """The moments that are known, in order."""
    known = [
        ("It happened", account.happened),
        ("It was put on record", account.put_on_record),
        ("It was weighed", account.weighed_at),
        ("Staff work differently", account.implemented),
    ]
    return sorted(((words, moment) for words, moment in known if moment), key=lambda each: each[1])


def differences(account: Account, duties: Iterable[Duty], now: datetime) -> list[Difference]:
    """Accounts still owed or given whose clock was counted from a moment that the chronology has otherwise by now.

    A clock is not moved behind anybody's back: what was promised stays, and the difference is shown to be resolved.
    """
    found: list[Difference] = []
    for duty in duties:
        counted, starts_at = duty.owing.counted_from, duty.owing.starts_at
        if duty.state == "lifted" or counted is None or not starts_at:
            continue
        known = account.begins(ClockStart(starts_at), now)
        if known not in {counted, now}:
            found.append(Difference(duty.owing.title, ClockStart(starts_at).label, counted, known))
    return found


@dataclass(frozen=True, slots=True)
class Given:
    """Something that was told, by whichever way, and the record as it was then."""

    title: str
    at: datetime
    then: Account | None


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One fact that somebody was told from, and how it stands now; empty where it was, or is, not known."""

    title: str
    at: datetime
    fact: str
    said: str
    known: str


def facts(account: Account | None) -> dict[str, str]:
    """Every date and fact that accounts are told from, in words that name nobody."""
    if account is None:
        return {}
    found = {words: _day_and_time(moment) for words, moment in chronology(account)}
    if account.kind:
        found["What it is"] = dict(OpportunityKind.choices()).get(account.kind, account.kind)
    if account.themes:
        found["What it is about"] = ", ".join(sorted(dict(Theme.choices()).get(each, each) for each in account.themes))
    labels = dict(Fact.choices())
    found |= {labels.get(code, code): _answer(code, answer) for code, answer in account.facts.items()}
    if account.statement:
        found["What was learned"] = account.statement
    if account.corrections:
        found["Mended by the source"] = account.corrections[-1]
    return found


def told_otherwise(given: Iterable[Given], account: Account) -> list[Otherwise]:
    """What was told from other facts than are known now, the oldest first. That it was weighed again is no fact of its
    own, and neither is what came later: that practice changed, or what was learned, where nothing was known then."""
    now, found = facts(account), list[Otherwise]()
    for each in sorted(given, key=lambda one: one.at):
        then = facts(each.then)
        for fact in dict.fromkeys((*then, *now)):
            said, known = then.get(fact, ""), now.get(fact, "")
            if said != known and fact not in LATER and not (fact in COMES_LATER and not said):
                found.append(Otherwise(each.title, each.at, fact, said, known))
    return found


LATER = frozenset({"It was weighed"})
COMES_LATER = frozenset({"Staff work differently", "What was learned"})


def _day_and_time(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y, %H:%M}"


def _answer(code: str, answer: Any) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    options = Fact(code).options if code in {each.value for each in Fact} else None
    labels = dict(options.choices()) if options else {}
    several = answer if isinstance(answer, list | tuple) else [answer]
    return ", ".join(str(labels.get(str(each), each)) for each in several)
