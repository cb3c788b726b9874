"""A good month may be luck: an effect takes as many on end, over as many cases, as was fixed before anyone looked."""

from __future__ import annotations

from contracts.taxonomy import Verdict
from services.assurance.domain import FollowUp
from services.assurance.domain.proof import Tied
from tests.assurance.test_follow_up import (
    BRIEFED,
    CHANGE,
    DONE,
    EFFECTIVE,
    OPENED,
    PRACTISED,
    Lost,
    Proven,
    Reached,
    found,
    heard,
    hears,
    judged,
    reached,
)  # fmt: skip
from tests.assurance.told import month
from tests.given import event, given

STRICT = Tied("indicator", "Signs reviewed", 100, higher_is_better=True, checks=2, cases=25)
STRICTLY = [OPENED, CHANGE, event(FollowUp.MeasureTied, measure=STRICT), *reached(DONE, BRIEFED, PRACTISED)]
WORKS = [event(FollowUp.FigureHeard), event(Proven, state=EFFECTIVE), event(Reached, state=EFFECTIVE)]


def test_one_good_month_is_not_enough_where_two_were_fixed_before() -> None:
    given(FollowUp, *STRICTLY).when(hears(found(month(4), 20))).then(event(FollowUp.FigureHeard))
    said = "Signs reviewed: met in 2 months on end, April 2026 to May 2026, 40 of 40 (100 %), target 100 %."
    given(FollowUp, *STRICTLY, heard(found(month(4), 20))).when(hears(found(month(5), 20))).then(
        event(FollowUp.FigureHeard),
        event(Proven, state=EFFECTIVE, since=month(4), proof=said),
        event(Reached, state=EFFECTIVE),
    )


def test_months_on_end_over_too_few_cases_wait_for_more() -> None:
    few = [*STRICTLY, heard(found(month(4), 10, 10))]
    given(FollowUp, *few).when(hears(found(month(5), 10, 10))).then(event(FollowUp.FigureHeard))
    given(FollowUp, *few, heard(found(month(5), 10, 10))).when(hears(found(month(6), 5, 5))).then(*WORKS)


def test_a_month_without_a_case_is_passed_by_and_one_that_missed_begins_the_count_anew() -> None:
    given(FollowUp, *STRICTLY, heard(found(month(4), 20)), heard(found(month(5), 0, 0))).when(
        hears(found(month(6), 20))
    ).then(*WORKS)
    given(FollowUp, *STRICTLY, heard(found(month(4), 20)), heard(found(month(5), 19))).when(
        hears(found(month(6), 20))
    ).then(event(FollowUp.FigureHeard))


def test_an_improvement_beyond_chance_needs_no_further_months() -> None:
    given(FollowUp, *STRICTLY, heard(found(month(4), 20))).when(judged(Verdict.IMPROVED, "20/20", met=True)).then(
        event(FollowUp.VerdictHeard, improved=True), event(Proven, state=EFFECTIVE), event(Reached, state=EFFECTIVE)
    )
    given(FollowUp, *STRICTLY, heard(found(month(4), 20))).when(
        judged(Verdict.TOO_LITTLE_DATA, "20/20", met=True)
    ).then(event(FollowUp.VerdictHeard, stands=True, improved=False))


def test_months_before_someone_saw_it_slip_prove_nothing_anew() -> None:
    two = [*STRICTLY, heard(found(month(4), 20)), heard(found(month(5), 20)), *reached(EFFECTIVE, since=month(4))]
    slipped = event(Lost, state=EFFECTIVE, because="Seen.", until=month(5))
    given(FollowUp, *two).when(lambda f: f.report_lapse("effective", "The prompt was off")).then(
        event(Lost, state=EFFECTIVE, until=month(5))
    )
    given(FollowUp, *two, slipped).when(hears(found(month(6), 20))).then(event(FollowUp.FigureHeard))
    given(FollowUp, *two, slipped, heard(found(month(6), 20))).when(hears(found(month(7), 20))).then(*WORKS)
