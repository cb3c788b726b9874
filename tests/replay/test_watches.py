"""Triggers under other rules, worked out by hand: on which day each would have fired, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.taxonomy import Milestone
from deploy.replay.history import Case, Fact, History
from deploy.replay.reading import TAKEN
from deploy.replay.running import compared
from libs.rules import pack_of
from tests.replay.test_differences import MARCH, MONDAY, OLD, complaint, history

TRIGGER = {
    "id": "again", "title": "Falls again", "kind": "early_warning", "any_of": [{"theme": "falls"}], "at_least": 3,
    "within_days": 10, "must_follow": "Look together", "owed_by": "registered_manager", "working_days": 2, "sources": ["policy"],
}  # fmt: skip
MEASURE = {
    "id": "seen", "title": "Seen in a day", "cohort": {"kinds": ["complaint"]}, "starts_at": "recorded",
    "numerator": {"all_of": ["management_reviewed"], "within": "working_days", "n": 1}, "denominator": "All",
    "target_percent": 100, "direction": "higher_is_better", "check": "monthly", "sources": ["policy"],
}  # fmt: skip


def falls(*days: int) -> History:
    """A fall noted on each of these days of March."""
    made = history()
    for day in days:
        on = date(2026, 3, day)
        made.note("elm", "theme:falls", Fact(on, on, f"fall {day}", 1))
    return made


def fired(made: History, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[date, str]]:
    made.packs["ours/1"] = pack_of(OLD | old)
    found = compared(made, OLD | {"version": "2"} | new, MARCH).content["sites"].get("elm", {"triggers": []})
    return [(each["day"], each["sets_off"]) for each in found["triggers"] if each["what"] == "trigger fired"]


def test_a_trigger_that_asks_for_fewer_fires_earlier_and_again() -> None:
    """Falls on the 2nd, 4th, 9th, 12th, 13th. Of three within ten days: on the 9th (2, 4, 9); owed until Wednesday 11th; 12
    and 13 are only two. Of two: on the 4th (2, 4), owed until Friday 6th; then on the 12th (9, 12)."""
    two = TRIGGER | {"at_least": 2}
    assert fired(falls(2, 4, 9, 12, 13), {"triggers": [TRIGGER]}, {"triggers": [two]}) == [
        (date(2026, 3, 4), "would have been set off"),
        (date(2026, 3, 9), "would not have been set off"),
        (date(2026, 3, 12), "would have been set off"),
    ]


def test_what_is_still_owed_fires_nothing_more_and_what_lies_too_far_apart_does_not_add_up() -> None:
    """All of the 2nd to the 4th come while the first firing (2nd) is owed until the 4th; the next is on the 5th."""
    one = TRIGGER | {"at_least": 1}
    assert [day.day for day, _ in fired(falls(2, 3, 4, 5), {}, {"triggers": [one]})] == [2, 5]
    near = TRIGGER | {"at_least": 2, "within_days": 3}
    assert fired(falls(2, 5, 9, 13), {}, {"triggers": [near]}) == []


def test_the_same_trigger_makes_no_difference_and_one_that_asks_for_something_else_does() -> None:
    assert fired(falls(2, 3, 4), {"triggers": [TRIGGER]}, {"triggers": [TRIGGER]}) == []
    other = TRIGGER | {"must_follow": "Call the falls team"}
    assert fired(falls(2, 3, 4), {"triggers": [TRIGGER]}, {"triggers": [other]}) == [
        (date(2026, 3, 4), "would have asked for something else")
    ]


def late(number: int, days: int) -> Case:
    case = complaint(number)
    case.milestones[Milestone.MANAGEMENT_REVIEWED] = MONDAY + timedelta(days=days)
    return case


def test_what_missed_its_target_is_worked_out_anew_under_either_pack() -> None:
    """Two complaints of Monday 2 February, seen on Wednesday: late by one working day, in time by two. Checked on 1 March."""
    trigger = TRIGGER | {"id": "late", "any_of": [{"breach": "seen"}], "at_least": 2, "within_days": 45}
    cases = [late(number, 2) for number in (1, 2)]
    for case in cases:
        case.received = case.recorded = MONDAY - timedelta(days=28)
        case.milestones[Milestone.MANAGEMENT_REVIEWED] = case.recorded + timedelta(days=2)
    two = MEASURE | {"numerator": MEASURE["numerator"] | {"n": 2}}  # type: ignore[operator]
    old, new = ({"triggers": [trigger], "measures": [measure]} for measure in (MEASURE, two))
    assert fired(history(*cases), old, new) == [(date(2026, 3, 1), "would not have been set off")]


def withdrawn(on: date) -> History:
    """Two complaints that were seen too late in February, under a target that was set in January and withdrawn on a day."""
    cases = [late(number, 2) for number in (1, 2)]
    for case in cases:
        case.received = case.recorded = MONDAY - timedelta(days=28)
        case.milestones[Milestone.MANAGEMENT_REVIEWED] = case.recorded + timedelta(days=2)
    made, measure = history(*cases), UUID(int=1)
    said = {"site": "elm", "measure_id": "seen", "first_period": "2026-01-01", "definition": MEASURE}
    TAKEN["assurance"]["assurance.Measure.MeasureSet"](made, said, MONDAY - timedelta(days=60), measure)
    at = datetime.combine(on, time(9), UTC)
    TAKEN["assurance"]["assurance.Measure.Withdrawn"](made, {"site": "elm", "version": "2"}, at, measure)
    return made


def test_a_target_that_was_withdrawn_was_missed_by_nobody_from_that_month_on() -> None:
    """Withdrawn in February, nothing of February was checked, so nothing had fired; withdrawn in March, it had."""
    trigger = TRIGGER | {"id": "late", "any_of": [{"breach": "seen"}], "at_least": 2, "within_days": 45}
    old, new = {"triggers": [trigger], "measures": [MEASURE]}, {"triggers": [], "measures": [MEASURE]}
    assert fired(withdrawn(date(2026, 2, 20)), old, new) == []
    assert fired(withdrawn(date(2026, 3, 20)), old, new) == [(date(2026, 3, 1), "would not have been set off")]


def test_figures_of_a_target_that_was_withdrawn_are_news_under_rules_that_hold_it() -> None:
    made = withdrawn(date(2026, 2, 20))
    assert made.targets["elm", "seen"].on(date(2026, 1, 1)) is not None
    assert made.targets["elm", "seen"].on(date(2026, 2, 1)) is None


@pytest.mark.parametrize(
    ("service", "topic", "said", "key"),
    [
        ("assurance", "Sign.Noted", {"sign": "vague-notes", "noted_on": "2026-03-02", "times": 2}, "sign:vague-notes"),
        ("assurance", "AuditRound.FindingMade", {"check_id": "clear", "finding_id": "f", "exceptions": 2}, "check:clear"),
        ("assurance", "Cadence.Missed", {"cadence_id": "screen", "due": "2026-03-02"}, "missed:screen"),
        ("action", "Action.Overdue", {"due": "2026-03-02"}, "late:action"),
        ("notification", "Duty.FellOverdue", {"due": "2026-03-02T09:00:00+00:00"}, "late:duty"),
    ],
)  # fmt: skip
def test_each_stored_event_that_triggers_seek_is_a_fact(
    service: str, topic: str, said: dict[str, Any], key: str
) -> None:
    made = history()
    TAKEN[service][f"{service}.{topic}"](made, {"site": "elm", "by": {}} | said, MONDAY, complaint().journey)
    [fact] = made.facts["elm"][key]
    assert (fact.at, fact.on, fact.times) == (
        MONDAY.date(),
        MONDAY.date(),
        2 if "times" in said or "exceptions" in said else 1,
    )
