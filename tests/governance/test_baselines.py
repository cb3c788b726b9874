"""A trend's limits are set anew only by a post over the provider, once for a month, with a reason that names nobody."""

from __future__ import annotations

from datetime import date

from services.governance.domain import NamesSomeone, NotBegunYet, NotYoursToReset, ResetAlready, Trend, WordsMissing
from tests.given import event, given

WATCHED = event(Trend.Watched, kind="", theme="falls", measure_id="")
MARCH = date(2026, 3, 1)
BECAUSE = "Sensors were fitted in each room."
RESET = event(Trend.BaselineReset, kind="", theme="falls", measure_id="", from_month=MARCH, because=BECAUSE)


def reset(trend: Trend, day: date = MARCH, because: str = BECAUSE, role: str = "provider_quality_lead") -> None:
    trend.reset_baseline(day, because, role, ["Olga Petrova"])


def test_limits_are_set_anew_from_the_month_of_a_day() -> None:
    given(Trend, WATCHED).when(lambda trend: reset(trend, date(2026, 3, 2))).then(RESET)


def test_those_whose_figures_are_judged_do_not_set_the_limits() -> None:
    given(Trend, WATCHED).when(lambda trend: reset(trend, role="registered_manager")).refused(NotYoursToReset)


def test_a_reason_is_given_and_names_nobody() -> None:
    given(Trend, WATCHED).when(lambda trend: reset(trend, because=" ")).refused(WordsMissing)
    given(Trend, WATCHED).when(lambda trend: reset(trend, because="Since Olga Petrova came.")).refused(NamesSomeone)


def test_a_month_that_has_not_begun_is_refused() -> None:
    given(Trend, WATCHED).when(lambda trend: reset(trend, date(2026, 4, 1))).refused(NotBegunYet)


def test_limits_are_not_set_anew_twice_from_one_month() -> None:
    given(Trend, WATCHED, RESET).when(reset).refused(ResetAlready)
