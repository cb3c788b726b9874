"""Deadlines fall on the day a reader of the law would say, in every nation and in every season."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contracts.taxonomy import Nation
from libs.calendar import LONDON, WorkingDays, calendar_days

ENGLAND = WorkingDays(Nation.ENGLAND)
SCOTLAND = WorkingDays(Nation.SCOTLAND)

days = some.dates(date(2012, 1, 1), date(2040, 12, 31))
nations = some.sampled_from(Nation).map(WorkingDays)


@pytest.mark.parametrize(
    ("start", "n", "england", "scotland"),
    [
        ("2026-12-24", 1, "2026-12-29", "2026-12-29"),
        ("2026-12-24", 2, "2026-12-30", "2026-12-30"),
        ("2026-12-31", 1, "2027-01-04", "2027-01-05"),
        ("2026-04-02", 1, "2026-04-07", "2026-04-06"),
        ("2026-04-02", 2, "2026-04-08", "2026-04-07"),
        ("2026-08-28", 1, "2026-09-01", "2026-08-31"),
        ("2027-12-24", 1, "2027-12-29", "2027-12-29"),
        ("2022-06-01", 1, "2022-06-06", "2022-06-06"),
        ("2022-09-16", 1, "2022-09-20", "2022-09-20"),
        ("2023-05-05", 1, "2023-05-09", "2023-05-09"),
        ("2026-11-22", 2, "2026-11-24", "2026-11-24"),
    ],
)
def test_bank_holidays_of_the_nation_are_passed_over(start: str, n: int, england: str, scotland: str) -> None:
    first = date.fromisoformat(start)

    assert ENGLAND.add(first, n) == date.fromisoformat(england)
    assert SCOTLAND.add(first, n) == date.fromisoformat(scotland)


def test_wales_keeps_england_s_days_and_northern_ireland_its_own() -> None:
    assert WorkingDays("WAL").add(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert WorkingDays("NIR").add(date(2026, 3, 16), 1) == date(2026, 3, 18)
    assert WorkingDays("NIR").add(date(2026, 7, 10), 1) == date(2026, 7, 14)


def test_calendar_days_count_from_the_day_after() -> None:
    received = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)

    assert calendar_days(received, 28).date() == date(2026, 12, 29)


def test_a_deadline_is_the_end_of_the_local_day_in_winter_and_in_summer() -> None:
    winter = ENGLAND.deadline(datetime(2026, 11, 20, 12, tzinfo=UTC), 1)
    summer = ENGLAND.deadline(datetime(2026, 7, 6, 12, tzinfo=UTC), 1)

    assert winter.astimezone(UTC) == datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=UTC)
    assert summer.astimezone(UTC) == datetime(2026, 7, 7, 22, 59, 59, 999999, tzinfo=UTC)


def test_the_deadline_crosses_the_change_of_clocks_without_losing_an_hour() -> None:
    friday = datetime(2026, 3, 27, 12, tzinfo=UTC)

    assert ENGLAND.deadline(friday, 1).isoformat() == "2026-03-30T23:59:59.999999+01:00"
    assert calendar_days(friday, 2).isoformat() == "2026-03-29T23:59:59.999999+01:00"


def test_half_past_midnight_in_summer_is_already_the_next_day() -> None:
    late = datetime(2026, 7, 6, 23, 30, tzinfo=UTC)

    assert ENGLAND.deadline(late, 1).date() == date(2026, 7, 8)


def test_the_days_of_a_spring_week_are_counted_one_by_one() -> None:
    assert ENGLAND.between(date(2026, 4, 2), date(2026, 4, 8)) == 2
    assert ENGLAND.between(date(2026, 4, 8), date(2026, 4, 2)) == 0


def test_a_clock_needs_a_time_zone_and_a_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ENGLAND.deadline(datetime(2026, 7, 6, 12), 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="1 or more"):
        ENGLAND.add(date(2026, 7, 6), 0)
    with pytest.raises(ValueError, match="1 or more"):
        calendar_days(datetime(2026, 7, 6, 12, tzinfo=UTC), 0)


def test_every_deadline_can_say_which_calendar_gave_it() -> None:
    assert ENGLAND.version.startswith("holidays-")
    assert ENGLAND.version.endswith("-ENG")


@given(days, some.integers(1, 400), nations)
def test_the_nth_working_day_is_n_working_days_away(start: date, n: int, of: WorkingDays) -> None:
    end = of.add(start, n)

    assert of.between(start, end) == n
    assert of.is_working(end)
    assert end.weekday() < 5


@given(days, nations)
def test_later_numbers_give_later_days_and_skip_no_working_day(start: date, of: WorkingDays) -> None:
    found = [of.add(start, n) for n in range(1, 30)]

    for one, following in pairwise(found):
        gap = [one + timedelta(days=d) for d in range(1, (following - one).days)]
        assert not any(of.is_working(day) for day in gap)


@given(some.datetimes(timezones=some.just(UTC), max_value=datetime(2090, 1, 1)), nations)  # noqa: DTZ001
def test_a_deadline_is_always_in_the_future_and_at_the_end_of_a_day(start: datetime, of: WorkingDays) -> None:
    end = of.deadline(start, 1)

    assert end > start
    assert (end + timedelta(microseconds=1)).astimezone(LONDON).date() > end.date()
