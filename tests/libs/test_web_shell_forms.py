"""A form keeps what was typed and says all that is wrong at once."""

from datetime import UTC, datetime

import pytest

from libs.web.forms import Form

LONDON = "Europe/London"


def test_what_was_typed_is_kept_when_something_is_wrong() -> None:
    form = Form({"what": "  He fell. ", "kind": "storm"})
    form.one_of("kind", ["fall", "medicine"], "Choose the kind")
    form.text("where", "Say where it happened")
    assert form.text("what") == "He fell."
    assert form.value("kind") == "storm"
    assert [(each.name, each.message) for each in form.errors] == [
        ("kind", "Choose the kind"),
        ("where", "Say where it happened"),
    ]
    assert not form.ok


def test_text_that_is_too_long_is_not_cut_silently() -> None:
    form = Form({"what": "x" * 12})
    form.text("what", longest=10)
    assert form.error("what") == "This is 2 characters too long. The most is 10."


def test_only_offered_answers_are_taken() -> None:
    form = Form({"who": ["staff", "ghost"]})
    assert form.some_of("who", ["staff", "visitor"]) == ["staff"]
    assert form.error("who") == "Choose only from the answers shown."


@pytest.mark.parametrize("typed", ["three", "-1", "1001", "2.5", "²"])
def test_a_number_out_of_range_or_not_whole_is_refused(typed: str) -> None:
    form = Form({"beds": typed})
    assert form.whole_number("beds", most=1000) is None
    assert form.error("beds") == "Enter a whole number from 0 to 1,000."


def test_a_number_is_not_taken_for_its_first_digits() -> None:
    for typed in ("0000000000001001", "9" * 5000):
        form = Form({"beds": typed})
        assert form.whole_number("beds", most=1000) is None
        assert not form.ok
    assert Form({"beds": "000000000000999"}).whole_number("beds", most=1000) == 999


def test_a_number_may_have_commas() -> None:
    assert Form({"hours": "1,250"}).whole_number("hours") == 1250


def test_a_moment_is_read_on_the_sites_wall_clock() -> None:
    form = Form({"seen-day": "2026-07-01", "seen-time": "09:30"})
    seen = form.moment("seen", LONDON)
    assert seen is not None
    assert seen.astimezone(UTC) == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)


def test_half_a_moment_asks_for_a_best_estimate() -> None:
    form = Form({"seen-day": "2026-07-01", "seen-time": ""})
    assert form.moment("seen", LONDON) is None
    assert "best estimate" in form.error("seen")


def test_an_hour_that_the_clocks_skipped_is_refused() -> None:
    form = Form({"seen-day": "2026-03-29", "seen-time": "01:30"})
    assert form.moment("seen", LONDON) is None
    assert form.error("seen").startswith("The clocks went forward")


def test_the_hour_that_comes_twice_is_read_as_the_first() -> None:
    seen = Form({"seen-day": "2026-10-25", "seen-time": "01:30"}).moment("seen", LONDON)
    assert seen is not None
    assert seen.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_optional_answer_may_be_left_out() -> None:
    form = Form({"told": ""})
    assert form.day("told") is None
    assert form.moment("seen", LONDON) is None
    assert form.whole_number("beds") is None
    assert form.one_of("kind", ["fall"]) is None
    assert form.ok
