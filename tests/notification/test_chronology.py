"""One chronology feeds every account of a journey; an account that differs from it is listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.notification.domain.account import Account
from services.notification.domain.chronology import (
    Difference,
    Given,
    Otherwise,
    chronology,
    differences,
    told_otherwise,
)
from services.notification.domain.duty import Duty
from tests.given import NOW, event, given
from tests.notification.samples import PLAN, owing

LATER = NOW + timedelta(days=9)
OPENED = event(Account.Opened)
KNOWN = event(
    Account.OpportunityKnown, kind="complaint", reporter_known=True, happened=NOW - timedelta(days=1), put_on_record=NOW
)


def changed(at: Any) -> Any:
    return event(Account.PracticeChangeKnown, plan_id=PLAN, affects_care=False, implemented=at)


def owed(**more: Any) -> Duty:
    duty: Duty = given(Duty, event(Duty.Owed, owing=owing(**more))).aggregate
    return duty


def test_what_is_known_stands_in_order() -> None:
    account = given(Account, OPENED, KNOWN, changed(LATER)).aggregate
    assert [words for words, _ in chronology(account)] == [
        "It happened", "It was put on record", "Staff work differently",
    ]  # fmt: skip


def test_an_account_that_counts_from_what_the_chronology_has_is_no_difference() -> None:
    account = given(Account, OPENED, KNOWN, changed(NOW)).aggregate
    same = [owed(starts_at="received", counted_from=NOW), owed(starts_at="", counted_from=None)]
    assert differences(account, same, LATER) == []


def test_an_account_that_counts_from_another_moment_is_listed_and_its_clock_is_not_moved() -> None:
    account = given(Account, OPENED, KNOWN, changed(NOW), changed(LATER)).aggregate
    duty = owed(starts_at="implemented", counted_from=NOW)
    (found,) = differences(account, [duty], LATER + timedelta(days=1))
    assert found == Difference(duty.owing.title, "when the change was made", NOW, LATER)
    assert duty.owing.counted_from == NOW


def weighed(kind: str, **facts: Any) -> Any:
    return event(Account.Weighed, kind=kind, themes=[], facts=facts, rules=[], agreed=[], weighed_at=NOW)


def test_every_fact_that_was_told_otherwise_than_it_is_known_now_is_listed() -> None:
    before = (OPENED, KNOWN, weighed("accident_or_injury", police_involved=False, harm_level="low"))
    told = Given("Tell the person", NOW, given(Account, *before).aggregate)
    now = given(Account, *before, weighed("abuse_or_neglect", police_involved=True), changed(LATER)).aggregate
    found = {each.fact: (each.said, each.known) for each in told_otherwise([told], now)}
    assert found == {
        "What it is": ("Accident or injury", "Abuse or neglect"),
        "The police were involved": ("no", "yes"),
        "Harm as first seen": ("Low harm: extra observation or minor care", ""),
    }


def test_what_was_told_before_the_source_mended_a_fact_is_listed() -> None:
    told = Given("Tell the person", NOW, given(Account, OPENED, KNOWN).aggregate)
    now = given(Account, OPENED, KNOWN, event(Account.SourceCorrected, because="the time of the round")).aggregate
    assert told_otherwise([told], now) == [
        Otherwise("Tell the person", NOW, "Mended by the source", "", "the time of the round")
    ]


def test_what_came_later_is_no_difference_to_what_was_told_before() -> None:
    told = Given("Tell the person", NOW, given(Account, OPENED, KNOWN).aggregate)
    learned = event(Account.LearningStated, statement="Handover had no step for the chart.")
    now = given(Account, OPENED, KNOWN, changed(LATER), learned).aggregate
    assert told_otherwise([told], now) == []
