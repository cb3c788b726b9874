"""Each published rule marks the points that it is about, the strongest first, and no others."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as some

from libs.statistics.signals import Lines, Signal, signals, trends
from libs.statistics.xmr import xmr

AT = Lines(0.0, -3.0, 3.0, -2.0, 2.0)


def marked(values: list[float]) -> list[Signal | None]:
    return signals(values, [AT] * len(values))


def test_a_point_on_a_limit_is_not_beyond_it() -> None:
    assert marked([3.0, -3.0]) == [None, None]
    assert marked([3.1, -3.1]) == [Signal.ABOVE, Signal.BELOW]


def test_seven_rising_points_are_a_trend_and_six_are_not() -> None:
    rising = [-1.4, -1.0, -0.5, 0.1, 0.4, 0.6, 0.9]
    assert marked(rising[:6]) == [None] * 6
    assert marked(rising) == [Signal.RISING] * 7
    assert marked(rising[::-1]) == [Signal.FALLING] * 7
    assert marked([*rising[:3], rising[2], *rising[3:]]) == [None] * 8


def test_a_turning_point_belongs_to_the_trend_that_follows() -> None:
    assert trends([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1]) == [1] * 6 + [-1] * 7


def test_seven_points_on_one_side_are_a_shift_and_one_on_the_mean_breaks_it() -> None:
    assert marked([1, 0.5, 1, 0.5, 1, 0.5, 1]) == [Signal.SHIFT_UP] * 7
    assert marked([-1, -0.5, -1, -0.5, -1, -0.5, -1, -0.5]) == [Signal.SHIFT_DOWN] * 8
    assert marked([1, 0.5, 1, 0, 1, 0.5, 1, 0.5]) == [None] * 8


def test_two_of_three_near_a_limit_count_only_on_one_side_and_only_they_are_marked() -> None:
    assert marked([2.5, 0.5, 2.5]) == [Signal.NEAR_UPPER, None, Signal.NEAR_UPPER]
    assert marked([2.5, -0.5, 2.5]) == [None, None, None]
    assert marked([-2.5, -2.5, -0.1]) == [Signal.NEAR_LOWER, Signal.NEAR_LOWER, None]
    assert marked([2.5, 1, 1, 2.5]) == [None] * 4


def test_two_points_near_opposite_limits_are_no_signal() -> None:
    """The reference implementation's own case: a symmetric series whose last two points lie near opposite limits."""
    found = xmr([1.0, -1.0] * 7 + [5.5, -5.5])
    assert found.signals[-2:] == (None, None)


def test_a_point_carries_the_strongest_rule_that_holds() -> None:
    assert marked([0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 3.5])[-1] is Signal.ABOVE
    assert marked([0.2, 0.4, 0.6, 0.8, 1.0, 2.2, 2.5])[-2:] == [Signal.RISING] * 2


values = some.lists(some.integers(-50, 50).map(float), min_size=2, max_size=40)


@settings(max_examples=60)
@given(values)
def test_a_chart_upside_down_has_the_same_signals_upside_down(found: list[float]) -> None:
    here, there = xmr(found), xmr([-value for value in found])
    assert [s and s.is_high for s in here.signals] == [s and not s.is_high for s in there.signals]


@settings(max_examples=60)
@given(values, some.integers(-100, 100), some.sampled_from([0.5, 2.0, 8.0]))
def test_signals_do_not_depend_on_the_unit_of_measurement(found: list[float], moved: int, scaled: float) -> None:
    whole = [value * 1.0 for value in found]
    other = [scaled * value for value in whole]
    assert xmr(whole).signals == xmr(other).signals
    assert xmr(whole, freeze=2).baseline == 2
    assert xmr([value + moved for value in whole]).mean_range == xmr(whole).mean_range
