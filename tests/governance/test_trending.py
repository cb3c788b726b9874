"""Which chart fits, what it rests on, and what is said of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from libs.statistics.signals import Signal
from services.governance.domain.comparing import SiteRate, compare_sites
from services.governance.domain.trending import Month, trend_of_rates, trend_of_shares


def months(*counts: int, of: float = 1000.0) -> list[Month]:
    return [Month(date(2024 + i // 12, i % 12 + 1, 1), count, of) for i, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("expected", "words"),
    [(60, "u′ chart"), (7, "Drawn as a u chart, since about 7"), (2, "exact limits"), (0, "exact limits")],
)
def test_the_chart_is_chosen_by_how_many_are_expected(expected: int, words: str) -> None:
    found = trend_of_rates(months(*[expected, expected + 1, max(0, expected - 1)] * 5))
    assert found is not None
    assert words in found.drawn_as


def test_rare_events_are_drawn_as_the_days_between_them() -> None:
    begin = datetime(2024, 1, 5, tzinfo=UTC)
    times = [begin + timedelta(days=35 * i) for i in range(12)]
    counts = [sum((t.year, t.month) == (m.month.year, m.month.month) for t in times) for m in months(*[0] * 16)]
    found = trend_of_rates(months(*counts), times)
    assert found is not None
    assert found.is_times
    assert [point.value for point in found.points] == [35.0] * 11


def test_limits_rest_on_the_first_twelve_months_so_that_a_change_shows() -> None:
    found = trend_of_rates(months(*[6, 7, 5] * 4, *[15] * 6))
    assert found is not None
    assert found.months_in_baseline == 12
    assert [point.signal for point in found.points[12:]] == [Signal.ABOVE] * 6
    assert found.sentences == ("Jan 2025 to Jun 2025: higher than chance explains (above the upper limit).",)


def test_limits_set_anew_judge_only_what_came_after() -> None:
    found = trend_of_rates(months(*[6, 7, 5] * 4, *[15] * 6), resets=[date(2025, 1, 1)])
    assert found is not None
    assert [point.baseline for point in found.points] == [0] * 12 + [1] * 6
    assert found.sentences == ("Nothing here is more than chance explains.",)
    assert found.months_in_baseline == 6


def test_a_few_months_without_any_say_nothing_where_few_are_expected() -> None:
    found = trend_of_rates(months(1, 0, 2, 0, 0, 1, 0, 0, 0, 0, 1, 0, *[0] * 8))
    assert found is not None
    assert found.sentences == ("Nothing here is more than chance explains.",)


def test_a_single_event_after_a_quiet_year_is_no_signal() -> None:
    found = trend_of_rates(months(*[0] * 13, 1, 0, 0, 0, 1))
    assert found is not None
    assert found.sentences == ("Nothing here is more than chance explains.",)
    assert found.months_in_baseline == 18


def test_a_target_is_consistently_missed_hit_and_missed_or_met() -> None:
    def said(count: int, target: float) -> str:
        found = trend_of_shares([Month(m.month, count, 200) for m in months(*[0] * 12)], target)
        assert found is not None
        return found.assurance

    assert said(100, 0.95) == "consistently missed"
    assert said(190, 0.95) == "hit and miss"
    assert said(190, 0.5) == "consistently met"


def test_two_months_are_too_few_to_draw() -> None:
    assert trend_of_rates(months(4, 5)) is None
    assert trend_of_shares([*months(4, 5, of=9), Month(date(2024, 3, 1), 0, 0)]) is None


def site(name: str, events: int, exposure: float = 1000.0) -> SiteRate:
    return SiteRate(name.lower(), name, events, exposure, 12)


def test_with_fewer_than_ten_sites_it_is_said_that_they_are_too_few() -> None:
    found = compare_sites([site("Elm", 40), site("Oak", 9), site("Ash", 11)])
    assert found is not None
    assert found.sentences[0] == "Elm: much higher than chance explains (40.00 per 1,000)."
    assert "3 sites are too few" in found.sentences[-1]
    assert found.funnel.tau2 is None


def test_with_ten_sites_their_spread_widens_the_limits() -> None:
    rates = [site(f"S{i}", 4 + 7 * i, 2000) for i in range(12)]
    found = compare_sites(rates)
    assert found is not None
    assert found.funnel.is_adjusted
    assert "τ²" in found.sentences[-1]
    narrow = [each for each in compare_sites(rates[:9]).sites if each.direction]  # type: ignore[union-attr]
    assert len([each for each in found.sites if each.direction]) < len(narrow)


def test_one_site_or_nothing_reported_is_not_compared() -> None:
    assert compare_sites([site("Elm", 4)]) is None
    assert compare_sites([site("Elm", 0), site("Oak", 0)]) is None


@settings(max_examples=40)
@given(
    some.lists(some.tuples(some.integers(0, 40), some.integers(1, 4000)), min_size=3, max_size=30),
    some.sets(some.integers(0, 29), max_size=3),
)
def test_any_months_can_be_drawn_with_limits_in_order(found: list[tuple[int, int]], resets: set[int]) -> None:
    whole = [Month(date(2024 + i // 12, i % 12 + 1, 1), count, of) for i, (count, of) in enumerate(found)]
    trended = trend_of_rates(whole, resets=[whole[i].month for i in resets if i < len(whole)])
    assert trended is not None
    assert [point.month for point in trended.points] == [each.month for each in whole]
    for point in trended.points:
        assert point.lines is None or 0 <= point.lines.lower <= point.lines.mean + 1e-9 <= point.lines.upper + 2e-9
