"""A figure counts each case once, in the month it began, by the days its nation works, and names every breach."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contracts.taxonomy import Milestone, Nation
from libs.calendar import LONDON, WorkingDays, end_of_day, local_day
from libs.practice import Measure as Definition
from services.assurance.domain.figures import Case, check_due, evaluate, kept, month_after, month_of
from tests.assurance.told import FINANCIAL, INDICATOR, UPDATE, at, case, month

ENGLAND, SCOTLAND = WorkingDays("ENG"), WorkingDays("SCO")
REVIEWED, ACTIONED = Milestone.MANAGEMENT_REVIEWED.value, Milestone.ACTIONED.value
LONG_AFTER = at(12, 31)


@pytest.mark.parametrize(
    ("recorded", "reviewed", "days", "met"),
    [
        (at(3, 2, 9), at(3, 2, 10), ENGLAND, True),
        (at(3, 2, 9), at(3, 3, 23, 59), ENGLAND, True),  # the whole of the first working day counts
        (at(3, 2, 9), at(3, 4, 0, 1), ENGLAND, False),
        (at(3, 6, 16), at(3, 9, 22), ENGLAND, True),  # Friday to Monday
        (at(4, 2, 16), at(4, 7, 9), ENGLAND, True),  # over Good Friday and Easter Monday
        (at(4, 2, 16), at(4, 7, 9), SCOTLAND, False),  # where Easter Monday is worked
        (at(3, 27, 16), at(3, 30, 22, 59), ENGLAND, True),  # summer time began on the 29th: 23:59 on the wall
        (at(3, 27, 16), at(3, 30, 23, 1), ENGLAND, False),  # already Tuesday on the wall
        (at(10, 23, 16), at(10, 26, 23, 59), ENGLAND, True),  # and ended on the 25th
    ],
)
def test_a_review_is_in_time_until_the_end_of_the_working_day_on_the_wall(
    recorded: datetime, reviewed: datetime, days: WorkingDays, met: bool
) -> None:
    one = case(recorded)
    found = evaluate(
        INDICATOR, [one], {one.journey: {REVIEWED: reviewed}}, month_of(local_day(recorded)), LONG_AFTER, days
    )
    assert (found.numerator, found.denominator, found.met) == (int(met), 1, met)


def test_a_case_of_the_last_hour_of_a_month_belongs_to_the_month_on_the_wall() -> None:
    """23:30 UTC on 31 July is already August in the UK."""
    one = case(at(7, 31, 23, 30))
    assert evaluate(INDICATOR, [one], {}, month(7), LONG_AFTER, ENGLAND).denominator == 0
    assert evaluate(INDICATOR, [one], {}, month(8), LONG_AFTER, ENGLAND).denominator == 1


def test_a_case_inside_its_days_counts_only_if_it_has_met_its_target_already() -> None:
    waiting, done = case(at(3, 31, 10)), case(at(3, 31, 11))
    reached = {done.journey: {REVIEWED: at(3, 31, 12)}}
    within_days = evaluate(INDICATOR, [waiting, done], reached, month(3), at(4, 1, 9), ENGLAND)
    assert (within_days.numerator, within_days.denominator) == (1, 1)
    after = evaluate(INDICATOR, [waiting, done], reached, month(3), at(4, 2, 0), ENGLAND)
    assert (after.numerator, after.denominator) == (1, 2)


def test_where_nothing_could_be_measured_the_target_is_neither_met_nor_missed() -> None:
    assert evaluate(INDICATOR, [], {}, month(3), LONG_AFTER, ENGLAND).met is None


def test_every_milestone_must_be_in_time_and_a_breach_says_which_was_not() -> None:
    received = at(3, 2, 9)
    one = case(at(3, 3, 9), "professional_update", received=received)
    reached = {one.journey: {REVIEWED: at(3, 2, 15), ACTIONED: at(3, 5, 8)}}
    found = evaluate(UPDATE, [one], reached, month(3), LONG_AFTER, ENGLAND)
    assert found.numerator == 0
    (breach,) = found.breaches
    assert (breach.journey, breach.started) == (one.journey, date(2026, 3, 2))
    assert breach.because == (
        "Action taken on 5 March 2026; Communicated to the staff concerned: not on record (due by 4 March 2026)"
    )


def test_an_update_s_clock_starts_when_it_was_received_not_when_it_was_recorded() -> None:
    one = case(at(4, 1, 9), "professional_update", received=at(3, 31, 15))
    assert evaluate(UPDATE, [one], {}, month(3), LONG_AFTER, ENGLAND).denominator == 1
    assert evaluate(UPDATE, [one], {}, month(4), LONG_AFTER, ENGLAND).denominator == 0


def test_a_case_counts_as_what_it_is_now() -> None:
    before = case(at(3, 2), "near_miss")
    assert evaluate(INDICATOR, [before], {}, month(3), LONG_AFTER, ENGLAND).denominator == 0
    now = Case(before.journey, "safeguarding_indicator", (), (), before.received, before.recorded)
    assert evaluate(INDICATOR, [now], {}, month(3), LONG_AFTER, ENGLAND).denominator == 1


@pytest.mark.parametrize(
    ("themes", "abuse_types", "counts"),
    [(("financial_risk",), (), True), ((), ("financial", "neglect"), True), (("falls",), ("neglect",), False)],
)
def test_a_financial_concern_is_known_by_its_theme_or_its_type_of_abuse(
    themes: tuple[str, ...], abuse_types: tuple[str, ...], counts: bool
) -> None:
    one = case(at(3, 2), "complaint", themes=themes, abuse_types=abuse_types)
    assert evaluate(FINANCIAL, [one], {}, month(3), LONG_AFTER, ENGLAND).denominator == int(counts)


def test_a_target_without_days_asks_only_that_it_happened() -> None:
    one = case(at(3, 2), "complaint", themes=("financial_risk",))
    steps: dict[str, datetime] = {REVIEWED: at(3, 3), Milestone.LEARNING_RECORDED.value: at(4, 1)}
    short = evaluate(FINANCIAL, [one], {one.journey: steps}, month(3), LONG_AFTER, ENGLAND)
    assert short.breaches[0].because == "Guidance given to staff: not on record"
    whole = steps | {Milestone.GUIDANCE_GIVEN.value: at(4, 20)}
    assert evaluate(FINANCIAL, [one], {one.journey: whole}, month(3), LONG_AFTER, ENGLAND).met


@pytest.mark.parametrize(("k", "n", "met"), [(19, 20, True), (18, 19, False), (95, 100, True), (94, 99, False)])
def test_ninety_five_per_cent_is_met_exactly(k: int, n: int, met: bool) -> None:
    assert kept(UPDATE, k, n) is met


def test_where_less_is_better_what_happened_is_the_breach() -> None:
    fewer = Definition.model_validate(INDICATOR.model_dump() | {"direction": "lower_is_better", "target_percent": 10})
    ones = [case(at(3, 2)), case(at(3, 3))]
    found = evaluate(fewer, ones, {ones[0].journey: {REVIEWED: at(3, 2, 15)}}, month(3), LONG_AFTER, ENGLAND)
    assert (found.numerator, found.denominator, found.met) == (1, 2, False)
    assert [each.journey for each in found.breaches] == [ones[0].journey]


@pytest.mark.parametrize(
    ("definition", "period", "days", "day"),
    [
        (INDICATOR, month(3), ENGLAND, date(2026, 4, 2)),
        (UPDATE, month(3), ENGLAND, date(2026, 4, 7)),  # Easter lies between
        (UPDATE, month(3), SCOTLAND, date(2026, 4, 6)),
        (UPDATE, month(12), ENGLAND, date(2027, 1, 6)),
        (FINANCIAL, month(3), ENGLAND, date(2026, 5, 1)),  # no days named: the whole month that follows
    ],
)
def test_a_month_is_checked_a_working_day_after_the_clock_of_its_last_case(
    definition: Definition, period: date, days: WorkingDays, day: date
) -> None:
    assert check_due(definition, period, days) == end_of_day(day)


moments = some.datetimes(datetime(2026, 2, 20), datetime(2026, 4, 10), timezones=some.just(UTC))  # noqa: DTZ001 they are given a zone
nations = some.sampled_from(Nation).map(WorkingDays)


@some.composite
def told(draw: some.DrawFn) -> tuple[list[Case], dict[UUID, dict[str, datetime]]]:
    """Cases of spring 2026, some reviewed sooner, some later, some never."""
    cases = [case(draw(moments)) for _ in range(draw(some.integers(0, 12)))]
    reviewed = {
        each.journey: {REVIEWED: each.recorded + timedelta(hours=draw(some.integers(0, 200)))}
        for each in cases
        if draw(some.booleans())
    }
    return cases, reviewed


@given(told(), nations, moments)
def test_each_case_is_counted_once_and_is_either_met_or_named(
    told: tuple[list[Case], dict[UUID, dict[str, datetime]]], days: WorkingDays, now: datetime
) -> None:
    cases, reached = told
    known = {j: {n: t for n, t in steps.items() if t <= now} for j, steps in reached.items()}
    figures = [evaluate(INDICATOR, cases, known, month(m), now, days) for m in (2, 3, 4)]
    for figure in figures:
        assert figure.numerator + len(figure.breaches) == figure.denominator
        assert figure.met is (None if not figure.denominator else not figure.breaches)
    named = [each.journey for figure in figures for each in figure.breaches]
    assert len(set(named)) == len(named)
    assert sum(figure.denominator for figure in figures) <= len(cases)


@given(told(), nations)
def test_by_the_check_date_every_case_of_the_month_counts_and_later_looks_agree(
    told: tuple[list[Case], dict[UUID, dict[str, datetime]]], days: WorkingDays
) -> None:
    cases, reached = told
    due = check_due(INDICATOR, month(3), days)
    figure = evaluate(INDICATOR, cases, reached, month(3), due, days)
    assert figure.denominator == sum(month_of(local_day(each.recorded)) == month(3) for each in cases)
    assert figure == evaluate(INDICATOR, cases[::-1], reached, month(3), due + timedelta(days=400), days)


@given(some.dates(date(2000, 1, 1), date(2040, 12, 31)), some.integers(-30, 30))
def test_months_are_counted_there_and_back(day: date, months: int) -> None:
    period = month_of(day)
    assert month_after(month_after(period, months), -months) == period
    assert month_after(period) > day


def test_the_wall_clock_is_that_of_the_uk() -> None:
    assert check_due(INDICATOR, month(6), ENGLAND).tzinfo is LONDON
