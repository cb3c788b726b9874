"""What history holds that rules bear on: cases with their facts and milestones, sites, adopted rules, targets as set."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import psycopg
from psycopg.sql import SQL, Identifier

from contracts.taxonomy import Milestone
from libs import calendar
from libs.practice import Measure
from libs.rules import RulePack, pack_of
from services.assurance.domain import figures
from services.assurance.domain.programme import Place

local_day = lru_cache(maxsize=1 << 17)(calendar.local_day)
"""The day in the UK; the same moments are asked for again and again."""
Told = Callable[[str, int, int], None]
"""Told which store is read, how many of its events have been, and how many there are."""
BATCH = 5000


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


def read(
    auditor: str, until: datetime | None = None, told: Told = lambda _, __, ___: None, without: Collection[UUID] = ()
) -> History:
    """History as known at `until`, or now, with nothing of the journeys in `without`, so that no count tells of what is shut
    to who asks. It is read in one snapshot over a connection that may only read. Raises psycopg.Error."""
    history, shut = History(until=until), set(map(str, without))
    with psycopg.connect(auditor) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        for service, takers in TAKEN.items():
            for topic, aggregate, said in _events(connection, service, list(takers), told):
                recorded = datetime.fromisoformat(said["timestamp"])
                if said["journey"] not in shut and (until is None or recorded <= until):
                    history.events += 1
                    takers[topic](history, said, recorded, aggregate)
    if until is None:
        history.until = max((case.recorded for case in history.cases.values()), default=None)
    history.adopted.sort(key=itemgetter(0))
    return history


def _events(
    connection: psycopg.Connection[Any], service: str, topics: list[str], told: Told
) -> Iterator[tuple[str, UUID, dict[str, Any]]]:
    store = Identifier(service)
    of = connection.execute(SQL("SELECT count(*) FROM {}.events").format(store)).fetchone()
    read, total = 0, of[0] if of else 0
    with connection.cursor(f"replay_{service}", binary=True) as cursor:
        cursor.itersize = BATCH
        statement = "SELECT topic, originator_id, state FROM {}.events WHERE topic = ANY(%s) ORDER BY notification_id"
        cursor.execute(SQL(statement).format(store), [topics])
        for topic, aggregate, state in cursor:
            yield topic, aggregate, orjson.loads(state)
            read += 1
            if not read % BATCH:
                told(service, read, total)
    told(service, total, total)


Taker = Callable[[History, dict[str, Any], datetime, UUID], None]


def _site(history: History, said: dict[str, Any], _: datetime, __: UUID) -> None:
    opened = date.fromisoformat(said["opened_on"])
    history.places[said["site"]] = Place(said["site"], said["nation"], said["service_kind"], opened)
    history.providers[said["site"]] = said["provider"]


def _adopted(history: History, said: dict[str, Any], _: datetime, __: UUID) -> None:
    name = f"{said['pack_id']}/{said['version']}"
    if name not in history.packs:
        history.packs[name] = pack_of(said["content"])
    history.adopted.append((date.fromisoformat(said["adopted_from"]), said["provider"], name))


def _raised(history: History, said: dict[str, Any], recorded: datetime, journey: UUID) -> None:
    share = history.shared
    history.cases[journey] = Case(
        journey, share(said["provider"]), share(said["site"]), share(said["kind"]), share(tuple(said["themes"])),
        share(said["facts"]), _occurred(said, recorded), recorded, said["reporter_known"], said.get("person") or "",
        share(tuple(said["facts"].get("abuse_types") or ())),
    )  # fmt: skip


def _reclassified(history: History, said: dict[str, Any], _: datetime, journey: UUID) -> None:
    if case := history.cases.get(journey):
        case.kind, case.themes = history.shared(said["kind"]), history.shared(tuple(said["themes"]))


def _triaged(history: History, said: dict[str, Any], recorded: datetime, journey: UUID) -> None:
    case = history.cases.get(journey)
    if case is None:
        return
    share = history.shared
    answers = {each["rule_id"]: each["agreed"] for each in said["weighed"] if each.get("proposed", True)}
    facts, rules = share(said["facts"]), share(said["by"].get("rules") or "")
    case.weighings.append(Weighing(recorded, case.kind, case.themes, facts, rules, share(answers)))
    case.themes, case.facts = share(tuple(said["themes"])), facts
    case.abuse_types = share(tuple(facts.get("abuse_types") or ()))
    fact = Fact(local_day(recorded), local_day(_occurred(said, recorded)), str(journey), 1)
    for key in (f"kind:{case.kind}", *(f"theme:{theme}" for theme in case.themes)):
        history.note(case.site, share(key), fact)
    _reach(Milestone.MANAGEMENT_REVIEWED)(history, said, recorded, journey)


def _reach(milestone: Milestone) -> Callable[[History, dict[str, Any], datetime, UUID], None]:
    """The first time counts, by when it occurred."""

    def reach(history: History, said: dict[str, Any], recorded: datetime, _: UUID) -> None:
        if case := history.cases.get(UUID(said["journey"])):
            at = _occurred(said, recorded)
            case.milestones[milestone] = min(at, case.milestones.get(milestone, at))

    return reach


def _changed(history: History, said: dict[str, Any], recorded: datetime, _: UUID) -> None:
    if case := history.cases.get(UUID(said["journey"])):
        case.changes += (Change(_occurred(said, recorded), recorded, said["affects_people"]),)


def _given(history: History, said: dict[str, Any], recorded: datetime, duty: UUID) -> None:
    if case := history.cases.get(UUID(said["journey"])):
        case.given = case.given or {}
        case.given[duty] = (*case.given.get(duty, ()), recorded)


def _set(history: History, said: dict[str, Any], _: datetime, measure: UUID) -> None:
    target = history.targets.setdefault((said["site"], said["measure_id"]), Target())
    target.held.append((date.fromisoformat(said["first_period"]), Measure.model_validate(said["definition"])))
    history.measures[measure] = target


def _withdrawn(history: History, _: dict[str, Any], recorded: datetime, measure: UUID) -> None:
    """A month is checked when it is over, so the one in which a target is withdrawn is checked no more."""
    if target := history.measures.get(measure):
        target.held.append((figures.month_of(local_day(recorded)), None))


def _fact(
    key: Callable[[dict[str, Any]], str],
    source: Callable[[dict[str, Any], UUID], str],
    on: str = "",
    times: str = "",
) -> Taker:
    """A fact of its own; `on` and `times` name the fields that say which day it was, and how often."""

    def note(history: History, said: dict[str, Any], recorded: datetime, record: UUID) -> None:
        day = date.fromisoformat(said[on]) if on else local_day(_occurred(said, recorded))
        fact = Fact(local_day(recorded), day, source(said, record), said[times] if times else 1)
        history.note(said["site"], history.shared(key(said)), fact)

    return note


def _occurred(said: dict[str, Any], recorded: datetime) -> datetime:
    at = said["by"].get("occurred")
    return datetime.fromisoformat(at) if at else recorded


TAKEN: dict[str, dict[str, Taker]] = {
    "governance": {"governance.Site.Registered": _site, "governance.RuleBook.PackAdopted": _adopted},
    "intake": {
        "intake.Opportunity.Raised": _raised,
        "intake.Opportunity.Reclassified": _reclassified,
        "intake.Opportunity.Triaged": _triaged,
        "intake.Opportunity.UpdateReviewed": _reach(Milestone.MANAGEMENT_REVIEWED),
        "intake.Opportunity.UpdateActioned": _reach(Milestone.ACTIONED),
        "intake.Opportunity.UpdateCommunicated": _reach(Milestone.COMMUNICATED),
    },
    "review": {"review.Review.SignedOff": _reach(Milestone.LEARNING_RECORDED)},
    "action": {
        "action.Plan.PracticeChanged": _changed,
        "action.Action.Overdue": _fact(lambda _: "late:action", lambda said, of: f"{of}/{said['due']}", "due"),
    },
    "notification": {
        "notification.Briefing.Issued": _reach(Milestone.GUIDANCE_GIVEN),
        "notification.Duty.Discharged": _given,
        "notification.Duty.Declined": _given,
        "notification.Duty.FellOverdue": _fact(lambda _: "late:duty", lambda _, of: str(of)),
    },
    "assurance": {
        "assurance.Measure.MeasureSet": _set,
        "assurance.Measure.Withdrawn": _withdrawn,
        "assurance.Sign.Noted": _fact(lambda said: f"sign:{said['sign']}", lambda _, of: str(of), "noted_on", "times"),
        "assurance.AuditRound.FindingMade": _fact(
            lambda said: f"check:{said['check_id']}", lambda said, _: said["finding_id"], times="exceptions"
        ),
        "assurance.Cadence.Missed": _fact(
            lambda said: f"missed:{said['cadence_id']}", lambda said, _: f"{said['cadence_id']}/{said['due']}", "due"
        ),
    },
}
"""Each stored event that rules bear on, by store, in the order in which the stores are read."""
