"""Times, deadlines and numbers in the words a person would use."""

from datetime import UTC, date, datetime

import pytest

from libs.web.phrases import counted, day, days, due_phrase, local_time, number, percent


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_time_is_shown_on_the_sites_wall_clock() -> None:
    assert local_time(at("2026-11-22 14:05")) == "22 Nov 2026, 14:05"
    assert local_time(at("2026-07-01 23:30")) == "2 Jul 2026, 00:30"
    assert local_time(None) == "not known"


def test_a_time_without_a_zone_is_not_shown_at_all() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        local_time(datetime(2026, 11, 22, 14, 5))  # noqa: DTZ001


def test_a_day_is_the_sites_calendar_day() -> None:
    assert day(at("2026-07-01 23:30")) == "2 July 2026"
    assert day(date(2026, 11, 2)) == "2 November 2026"


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2026-11-20 17:00", "due today by 17:00"),
        ("2026-11-20 09:00", "late since 09:00 today"),
        ("2026-11-21 09:00", "due tomorrow"),
        ("2026-11-22 09:00", "due 22 Nov, before the next working day"),
        ("2026-11-23 09:00", "due in 1 working day"),
        ("2026-11-25 09:00", "due in 3 working days"),
        ("2026-11-18 09:00", "2 working days late"),
        ("2026-11-19 09:00", "1 working day late"),
    ],
)
def test_a_deadline_says_how_it_stands_on_a_friday(due: str, said: str) -> None:
    assert due_phrase(at(due), at("2026-11-20 14:05")) == said


def test_a_deadline_that_passed_at_the_weekend_is_late_though_no_working_day_has_passed() -> None:
    assert due_phrase(at("2026-11-20 17:00"), at("2026-11-22 10:00")) == "late since 20 Nov"


def test_bank_holidays_are_not_working_days() -> None:
    assert due_phrase(at("2026-12-29 12:00"), at("2026-12-24 09:00")) == "due in 1 working day"


def test_numbers_are_said_plainly_and_missing_ones_are_not_nought() -> None:
    assert (number(12345), number(2.0, 1), number(None)) == ("12,345", "2.0", "no data")
    assert (percent(0.5), percent(None)) == ("50%", "no data")
    assert (counted(1, "action"), counted(2, "action"), counted(0, "inquiry", "inquiries")) == (
        "1 action",
        "2 actions",
        "0 inquiries",
    )


@pytest.mark.parametrize(
    ("length", "said"),
    [(None, "no data"), (0.4, "less than a day"), (1, "1 day"), (20.4, "20 days"), (35, "5 weeks"), (213, "7 months")],
)
def test_a_length_of_time_is_said_as_a_person_says_it(length: float | None, said: str) -> None:
    assert days(length) == said
