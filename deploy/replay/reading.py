"""Reading from the stores what rules bear on: each stored event, and what it adds to the history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.sql import SQL, Identifier

from contracts.taxonomy import Milestone
from deploy.replay.history import Case, Change, Fact, History, Target, Told, Weighing, local_day
from libs.practice import Measure
from libs.rules import pack_of
from services.assurance.domain import figures
from services.assurance.domain.programme import Place

BATCH = 5000


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
