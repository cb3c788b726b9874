"""What is known of a journey, in whatever order it became known, and from when a rule's clock counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.taxonomy import ClockStart
from services.notification.domain.account import Account
from tests.given import NOW, event, given
from tests.notification.samples import PLAN

OPENED = event(Account.Opened)
HAPPENED, CHANGED, LATER = NOW - timedelta(days=3), NOW + timedelta(days=30), NOW + timedelta(days=9)
NOW_THEN = NOW + timedelta(days=60)


def known(kind: str = "complaint") -> tuple[type, dict[str, object]]:
    return Account.OpportunityKnown, {
        "kind": kind,
        "reporter_known": True,
        "happened": HAPPENED,
        "put_on_record": NOW,
    }


def weighed(kind: str = "complaint") -> tuple[type, dict[str, object]]:
    return Account.Weighed, {
        "kind": kind, "themes": [], "facts": {}, "rules": ["a", "b"], "agreed": ["a"], "weighed_at": LATER,
    }  # fmt: skip


IMPLEMENTED = event(Account.PracticeChangeKnown, plan_id=PLAN, affects_care=False, implemented=CHANGED)


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        (ClockStart.OCCURRED, HAPPENED),
        (ClockStart.RECORDED, NOW),
        (ClockStart.BECAME_AWARE, NOW),
        (ClockStart.RECEIVED, NOW),
        (ClockStart.REQUEST_RECEIVED, NOW),
        (ClockStart.IMPLEMENTED, CHANGED),
    ],
)
def test_a_clock_counts_from_the_moment_its_rule_names(starts: ClockStart, expected: object) -> None:
    account = given(Account, OPENED, known(), weighed(), IMPLEMENTED).aggregate
    assert account.begins(starts, NOW_THEN) == expected


def test_a_professionals_update_was_received_when_it_came_not_when_it_was_typed_in() -> None:
    account = given(Account, OPENED, known("professional_update"), weighed("professional_update")).aggregate
    assert account.begins(ClockStart.RECEIVED, NOW_THEN) == HAPPENED


def test_a_request_that_came_to_light_on_a_second_weighing_counts_from_then() -> None:
    account = given(Account, OPENED, known(), weighed(), weighed()).aggregate
    assert account.begins(ClockStart.REQUEST_RECEIVED, NOW_THEN) == LATER


@pytest.mark.parametrize("starts", list(ClockStart))
def test_where_nothing_better_is_known_a_clock_counts_from_now(starts: ClockStart) -> None:
    assert given(Account, OPENED).aggregate.begins(starts, NOW_THEN) == NOW_THEN


def test_the_opportunity_becomes_known_once() -> None:
    def hear(account: Account) -> None:
        account.know_opportunity("complaint", HAPPENED, NOW, reporter_known=True)

    given(Account, OPENED).when(hear).then(known())
    given(Account, OPENED, known()).when(hear).nothing()


def test_a_weighing_heard_first_is_not_undone_by_what_was_raised_before_it() -> None:
    account = given(Account, OPENED, weighed("abuse_or_neglect"), known("complaint")).aggregate
    assert account.kind == "abuse_or_neglect"


def test_the_same_learning_is_no_news() -> None:
    stated = event(Account.LearningStated, statement="The chart had no place at handover.")
    given(Account, OPENED).when(lambda a: a.learn("The chart had no place at handover.")).then(stated)
    given(Account, OPENED, stated).when(lambda a: a.learn("The chart had no place at handover.")).nothing()


def test_what_is_owed_is_settled_only_where_it_differs() -> None:
    given(Account, OPENED).when(lambda a: a.settle({"b", "a"})).then(event(Account.DutiesSettled, owed=["a", "b"]))
    given(Account, OPENED, event(Account.DutiesSettled, owed=["a"])).when(lambda a: a.settle({"a"})).nothing()


def test_each_change_of_practice_counts() -> None:
    assert given(Account, OPENED, IMPLEMENTED, IMPLEMENTED).aggregate.changes == 2
    given(Account, OPENED).when(lambda a: a.know_change(PLAN, CHANGED, affects_care=False)).then(IMPLEMENTED)


def test_what_is_on_record_already_is_noted_once() -> None:
    kept = event(Account.RecordsKept, rules=["update-reviewed"])
    given(Account, OPENED).when(lambda a: a.keep(["update-reviewed"])).then(kept)
    given(Account, OPENED, kept).when(lambda a: a.keep(["update-reviewed"])).nothing()


def test_a_site_that_decides_anew_is_told_with_where_it_stood_and_the_same_again_is_no_news() -> None:
    given(Account, OPENED).when(lambda a: a.hear_back("adopted", "")).then(
        event(Account.LearningFollowed, what="adopted", was="")
    )
    given(Account, OPENED).when(lambda a: a.hear_back("adapted", "adopted")).then(
        event(Account.LearningFollowed, what="adapted", was="adopted")
    )
    given(Account, OPENED).when(lambda a: a.hear_back("adopted", "adopted")).nothing()
