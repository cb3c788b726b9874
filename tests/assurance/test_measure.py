"""A measure's target and dates are fixed first; each check stays on record, and only what differs is a new revision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from libs.calendar import end_of_day
from libs.practice import Measure as Definition
from services.assurance.domain import Measure
from services.assurance.domain.figures import Case
from services.assurance.domain.measure import Evidence
from services.assurance.domain.refusals import MonthNotOver, NotMeasuredThen
from tests.assurance.told import ANY_JOURNEY, INDICATOR, at, case, month
from tests.given import NOW, event, given

OPENED = event(Measure.Opened, measure_id=INDICATOR.id)
CHECK_OF_MARCH = end_of_day(datetime(2026, 4, 2).date())  # noqa: DTZ001 only its day is taken
CHECK_OF_APRIL = end_of_day(datetime(2026, 5, 5).date())  # noqa: DTZ001 the 4th is a bank holiday
STRICTER = Definition.model_validate(INDICATOR.model_dump() | {"title": "Within two", "target_percent": 90})


def was_set(definition: Definition = INDICATOR, **more: Any) -> Any:
    fields: dict[str, Any] = {
        "measure_id": definition.id,
        "definition": definition.model_dump(mode="json"),
        "version": "pack/1",
        "title": definition.title,
        "target_percent": definition.target_percent,
        "check": "monthly",
        "first_period": month(3),
        "nation": "ENG",
        "next_check": CHECK_OF_MARCH,
    }
    return event(Measure.MeasureSet, **fields | more)


def was_checked(**more: Any) -> Any:
    fields: dict[str, Any] = {
        "measure_id": INDICATOR.id, "title": INDICATOR.title, "period": month(3), "numerator": 0, "denominator": 0,
        "target_percent": 100.0, "met": None, "breaches": [], "revision": 1, "positions": {},
        "next_period": month(4), "next_check": CHECK_OF_APRIL, "recheck": None,
    }  # fmt: skip
    return event(Measure.Checked, **fields | more)


def seen(*cases: Case, reviewed: dict[UUID, datetime] | None = None) -> Evidence:
    steps = {journey: {"management_reviewed": when} for journey, when in (reviewed or {}).items()}
    return Evidence(cases, steps, {"intake": 7})


def test_a_target_holds_from_the_running_month_with_its_check_date() -> None:
    given(Measure, OPENED).when(lambda m: m.hold_to(INDICATOR, "pack/1", "ENG", NOW.date())).then(
        event(Measure.MeasureSet, first_period=month(3), next_check=CHECK_OF_MARCH, target_percent=100.0)
    )


def test_the_same_target_under_new_rules_is_no_news() -> None:
    given(Measure, OPENED, was_set()).when(lambda m: m.hold_to(INDICATOR, "pack/2", "ENG", NOW.date())).nothing()


def test_another_target_holds_from_the_next_month_so_that_none_moves_while_it_runs() -> None:
    given(Measure, OPENED, was_set()).when(lambda m: m.hold_to(STRICTER, "pack/2", "ENG", NOW.date())).then(
        event(Measure.MeasureSet, first_period=month(4), next_check=CHECK_OF_MARCH, target_percent=90)
    )


def test_each_month_is_checked_by_the_target_that_held_in_it() -> None:
    late = case(at(3, 10))
    changed = was_set(STRICTER, first_period=month(4), version="pack/2")
    evidence = seen(late)
    given(Measure, OPENED, was_set(), changed).when(lambda m: m.check_what_is_due(evidence), at=at(5, 6)).then(
        event(Measure.Checked, period=month(3), target_percent=100.0, numerator=0, denominator=1, met=False),
        event(Measure.Checked, period=month(4), target_percent=90.0, met=None),
    )


def test_a_check_says_how_far_each_publisher_had_been_heard_and_when_it_looks_again() -> None:
    given(Measure, OPENED, was_set()).when(lambda m: m.check_what_is_due(seen()), at=at(4, 3)).then(
        event(
            Measure.Checked, period=month(3), positions={"intake": 7}, revision=1, next_period=month(4),
            next_check=CHECK_OF_APRIL, recheck=CHECK_OF_MARCH + timedelta(days=7),
        )
    )  # fmt: skip


def test_before_its_date_nothing_is_checked() -> None:
    given(Measure, OPENED, was_set()).when(lambda m: m.check_what_is_due(seen()), at=at(4, 2, 20)).nothing()


def test_a_second_look_that_finds_the_same_is_no_news() -> None:
    given(Measure, OPENED, was_set(), was_checked()).when(lambda m: m.check(month(3), seen()), at=at(4, 10)).nothing()


def test_a_second_look_that_finds_more_is_the_next_revision() -> None:
    arrived = case(at(3, 30))
    given(Measure, OPENED, was_set(), was_checked()).when(
        lambda m: m.check(month(3), seen(arrived)), at=at(4, 10)
    ).then(
        event(Measure.Checked, revision=2, denominator=1, next_period=month(4), next_check=CHECK_OF_APRIL, recheck=None)
    )


def test_a_look_ahead_of_the_date_does_not_take_the_place_of_the_planned_check() -> None:
    early = was_checked(next_period=month(3), next_check=CHECK_OF_MARCH)
    given(Measure, OPENED, was_set(), early).when(lambda m: m.check_what_is_due(seen()), at=at(4, 3)).then(
        event(Measure.Checked, period=month(3), revision=2, next_period=month(4))
    )


def test_a_month_that_runs_is_not_measured() -> None:
    given(Measure, OPENED, was_set()).when(lambda m: m.check(month(4), seen()), at=at(4, 30, 22)).refused(MonthNotOver)


def test_a_month_before_the_target_held_is_not_measured() -> None:
    given(Measure, OPENED, was_set()).when(lambda m: m.check(month(2), seen()), at=at(4, 3)).refused(NotMeasuredThen)


def test_a_withdrawn_measure_is_checked_no_more() -> None:
    withdrawn = event(Measure.Withdrawn, version="pack/2")
    given(Measure, OPENED, was_set()).when(lambda m: m.withdraw("pack/2")).then(withdrawn)
    given(Measure, OPENED, was_set(), withdrawn).when(lambda m: m.check_what_is_due(seen()), at=at(9, 1)).nothing()
    given(Measure, OPENED, was_set(), withdrawn).when(lambda m: m.withdraw("pack/3")).nothing()


def test_a_journey_follows_a_measure_once_set_or_not() -> None:
    followed = event(Measure.Followed, follower=ANY_JOURNEY)
    given(Measure, OPENED).when(lambda m: m.follow(ANY_JOURNEY)).then(followed)
    given(Measure, OPENED, followed).when(lambda m: m.follow(ANY_JOURNEY)).nothing()
