"""A change comes closer to its end by proof alone, in order, and falls back when proof says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from contracts.taxonomy import ClosureState, Verdict
from services.assurance.domain import FollowUp
from services.assurance.domain.figures import Figure
from services.assurance.domain.proof import Tied, sample_words
from services.assurance.domain.refusals import MoreSeenThanLookedAt, NothingChangedYet, NotReached, ReasonMissing
from tests.assurance.told import at, month
from tests.given import event, given

DONE, BRIEFED, PRACTISED, EFFECTIVE, SUSTAINED = ClosureState
CHANGED = date(2026, 3, 2)
TIED = Tied("indicator", "Signs reviewed", 100, higher_is_better=True)
OPENED = event(FollowUp.Opened)
CHANGE = event(
    FollowUp.ChangeMade, what_changed="Notes are screened daily", changed_on=CHANGED, measure_ids=["indicator"]
)
MEASURED = event(FollowUp.MeasureTied, measure=TIED)
Reached, Lost, Proven = FollowUp.StateReached, FollowUp.StateLost, FollowUp.Proven


def proven(state: ClosureState, since: date = CHANGED) -> Any:
    return event(Proven, state=state, proof=f"{state} is proven", since=since)


def reached(*states: ClosureState, since: date = CHANGED) -> list[Any]:
    return [
        each
        for state in states
        for each in (proven(state, since), event(Reached, state=state, proof=f"{state} is proven"))
    ]


def found(period: date, numerator: int, denominator: int = 20) -> Figure:
    return Figure(period, numerator, denominator, numerator == denominator if denominator else None)


def heard(figure: Figure) -> Any:
    return event(FollowUp.FigureHeard, measure_id="indicator", figure=figure)


def hears(figure: Figure) -> Callable[[FollowUp], None]:
    return lambda f: f.hear("indicator", figure)


TO_PRACTISED = [OPENED, CHANGE, MEASURED, *reached(DONE, BRIEFED, PRACTISED)]
TO_EFFECTIVE = [*TO_PRACTISED, heard(found(month(4), 20)), *reached(EFFECTIVE, since=month(4))]


def test_a_change_made_is_done() -> None:
    given(FollowUp, OPENED).when(lambda f: f.make_change("New prompt", CHANGED, [])).then(
        event(FollowUp.ChangeMade, changed_on=CHANGED), event(Proven, state=DONE), event(Reached, state=DONE)
    )


def test_proof_that_comes_early_waits_for_what_must_come_before() -> None:
    known = event(FollowUp.TeamBriefed, change=1, proof="briefed is proven")
    change = event(FollowUp.ChangeMade), event(Proven, state=DONE), event(Reached, state=DONE)
    told = event(Reached, state=BRIEFED, proof="briefed is proven")
    given(FollowUp, OPENED).when(lambda f: f.brief(12, 12)).then(event(FollowUp.TeamBriefed, change=1))
    given(FollowUp, OPENED, known).when(lambda f: f.make_change("New prompt", CHANGED, [])).then(
        *change, event(Proven, state=BRIEFED), told
    )
    kept_before_changes_were_told_apart = given(FollowUp, OPENED, proven(BRIEFED))
    kept_before_changes_were_told_apart.when(lambda f: f.make_change("New prompt", CHANGED, [])).then(*change, told)


def test_everyone_having_understood_is_said_as_it_is() -> None:
    given(FollowUp, OPENED, CHANGE, *reached(DONE)).when(lambda f: f.brief(12, 12)).then(
        event(FollowUp.TeamBriefed, change=1),
        event(Proven, proof="12 of 12 staff read the briefing and answered its question rightly."),
        event(Reached, state=BRIEFED),
    )


def test_a_further_briefing_takes_briefed_back_and_nothing_else() -> None:
    given(FollowUp, *TO_EFFECTIVE).when(lambda f: f.brief_anew()).then(event(Lost, state=BRIEFED))


def test_a_round_without_exception_shows_practice_and_says_how_sure_that_is() -> None:
    given(FollowUp, OPENED, CHANGE, MEASURED, *reached(DONE, BRIEFED)).when(
        lambda f: f.observe(59, 59, "practice_observation", "All prompts used")
    ).then(
        event(FollowUp.PracticeObserved, practised=True, shown=sample_words(59, 59)),
        event(Proven, state=PRACTISED),
        event(Reached, state=PRACTISED),
    )
    assert "at least 95 % is done so" in sample_words(59, 59)
    assert sample_words(3, 3).startswith("3 of 3 (100 %); 95 % interval 43 % to 100 %.")
    assert "without exception" not in sample_words(19, 20)
    assert "99 %" in sample_words(299, 300)  # never rounded up to all


def test_one_exception_takes_practised_back_though_the_measure_is_still_met() -> None:
    given(FollowUp, *TO_EFFECTIVE).when(lambda f: f.observe(9, 10, "audit", "")).then(
        event(FollowUp.PracticeObserved, practised=False),
        event(Lost, state=PRACTISED, because="Seen in practice: 9 of 10 (90 %)."),
    )


def test_nobody_sees_more_than_they_look_at() -> None:
    given(FollowUp, *TO_PRACTISED).when(lambda f: f.observe(3, 2, "audit", "")).refused(MoreSeenThanLookedAt)
    given(FollowUp, *TO_PRACTISED).when(lambda f: f.observe(0, 0, "audit", "")).refused(MoreSeenThanLookedAt)


def test_there_is_nothing_to_look_for_before_the_change() -> None:
    given(FollowUp, OPENED).when(lambda f: f.observe(1, 1, "audit", "")).refused(NothingChangedYet)


def test_a_month_that_began_after_the_change_and_met_its_target_shows_that_it_works() -> None:
    given(FollowUp, *TO_PRACTISED).when(hears(found(month(4), 20))).then(
        event(FollowUp.FigureHeard),
        event(
            Proven, state=EFFECTIVE, since=month(4),
            proof="Signs reviewed: met in April 2026, 20 of 20 (100 %), target 100 %.",
        ),
        event(Reached, state=EFFECTIVE),
    )  # fmt: skip


def test_the_month_of_the_change_and_those_before_prove_nothing_about_it() -> None:
    for period in (month(2), month(3)):
        given(FollowUp, *TO_PRACTISED).when(hears(found(period, 20))).then(event(FollowUp.FigureHeard))


def test_a_month_with_nothing_to_measure_is_neither_proof_nor_relapse() -> None:
    given(FollowUp, *TO_EFFECTIVE).when(hears(found(month(5), 0, 0))).then(event(FollowUp.FigureHeard))


def test_a_later_miss_reopens_what_worked() -> None:
    because = "Signs reviewed: missed in May 2026, 14 of 20 (70 %), target 100 %."
    given(FollowUp, *TO_EFFECTIVE).when(hears(found(month(5), 14))).then(
        event(FollowUp.FigureHeard), event(Lost, state=EFFECTIVE, because=because)
    )
    lasting = [*TO_EFFECTIVE, heard(found(month(7), 20)), *reached(SUSTAINED, since=month(7))]
    given(FollowUp, *lasting).when(hears(found(month(8), 14))).then(
        event(FollowUp.FigureHeard), event(Lost, state=SUSTAINED), event(Lost, state=EFFECTIVE)
    )


def test_three_months_on_and_never_missed_it_lasts() -> None:
    history = [*TO_EFFECTIVE, heard(found(month(5), 20)), heard(found(month(6), 20))]
    given(FollowUp, *TO_EFFECTIVE).when(hears(found(month(6), 20))).then(event(FollowUp.FigureHeard))
    given(FollowUp, *history).when(hears(found(month(7), 20))).then(
        event(FollowUp.FigureHeard), event(Proven, state=SUSTAINED), event(Reached, state=SUSTAINED)
    )


def test_after_a_relapse_the_three_months_begin_anew() -> None:
    relapsed = [*TO_EFFECTIVE, heard(found(month(5), 19)), event(Lost, state=EFFECTIVE, because="missed")]
    again = [*relapsed, heard(found(month(6), 20)), *reached(EFFECTIVE, since=month(6))]
    given(FollowUp, *again).when(hears(found(month(8), 20))).then(event(FollowUp.FigureHeard))
    given(FollowUp, *again).when(hears(found(month(9), 20))).then(
        event(FollowUp.FigureHeard), event(Proven, state=SUSTAINED), event(Reached, state=SUSTAINED)
    )


def test_a_corrected_figure_takes_the_place_of_the_first() -> None:
    given(FollowUp, *TO_EFFECTIVE).when(hears(found(month(4), 18))).then(
        event(FollowUp.FigureHeard), event(Lost, state=EFFECTIVE)
    )
    given(FollowUp, *TO_EFFECTIVE).when(hears(found(month(4), 20))).nothing()


def test_a_measure_the_change_does_not_name_is_not_heard() -> None:
    given(FollowUp, *TO_EFFECTIVE).when(lambda f: f.hear("another", found(month(5), 1))).nothing()


def test_a_tied_measure_brings_what_it_found_before() -> None:
    past = [found(month(1), 14), found(month(2), 15)]
    given(FollowUp, OPENED, CHANGE, *reached(DONE)).when(lambda f: f.tie(TIED, past)).then(
        event(FollowUp.MeasureTied, measure=TIED), event(FollowUp.FigureHeard), event(FollowUp.FigureHeard)
    )


def test_with_one_measure_met_and_another_missed_it_does_not_work_yet() -> None:
    other = Tied("update", "Updates shared", 95, higher_is_better=True)
    both = [*TO_PRACTISED, event(FollowUp.MeasureTied, measure=other)]
    missed = event(FollowUp.FigureHeard, measure_id="update", figure=found(month(4), 10))
    given(FollowUp, *both, missed).when(hears(found(month(4), 20))).then(event(FollowUp.FigureHeard))


def test_where_no_measure_fits_people_look_again_and_again() -> None:
    unmeasured = [OPENED, CHANGE, *reached(DONE, BRIEFED, PRACTISED)]

    def look(f: FollowUp) -> None:
        f.observe(20, 20, "audit", "")

    seen, works = event(FollowUp.PracticeObserved), reached(EFFECTIVE, since=date(2026, 4, 1))
    given(FollowUp, *unmeasured).when(look, at=at(3, 29)).then(seen)
    given(FollowUp, *unmeasured).when(look, at=at(3, 30)).then(
        seen, event(Proven, state=EFFECTIVE), event(Reached, state=EFFECTIVE)
    )
    given(FollowUp, *unmeasured, *works).when(look, at=at(6, 30, 20)).then(seen)
    given(FollowUp, *unmeasured, *works).when(look, at=at(7, 1)).then(
        seen, event(Proven, state=SUSTAINED), event(Reached, state=SUSTAINED)
    )
    given(FollowUp, *unmeasured, *works).when(lambda f: f.observe(19, 20, "audit", ""), at=at(7, 1)).then(
        seen, event(Lost, state=PRACTISED), event(Lost, state=EFFECTIVE)
    )


def test_a_measure_that_no_longer_applies_leaves_its_proof_and_makes_room_for_looking() -> None:
    given(FollowUp, *TO_EFFECTIVE).when(lambda f: f.release("indicator")).then(
        event(FollowUp.MeasureReleased, measure_id="indicator")
    )
    given(FollowUp, OPENED, CHANGE).when(lambda f: f.release("indicator")).nothing()


def test_a_change_made_anew_is_proven_anew() -> None:
    given(FollowUp, *TO_EFFECTIVE).when(lambda f: f.make_change("Another way", date(2026, 6, 3), ["indicator"])).then(
        *(event(Lost, state=state) for state in (BRIEFED, PRACTISED, EFFECTIVE)), event(FollowUp.ChangeMade)
    )


def test_anyone_may_say_that_something_slipped_but_not_without_saying_what_they_saw() -> None:
    given(FollowUp, *TO_EFFECTIVE).when(lambda f: f.report_lapse("practised", "The prompt was off")).then(
        event(Lost, state=PRACTISED)
    )
    given(FollowUp, *TO_EFFECTIVE).when(lambda f: f.report_lapse("practised", " ")).refused(ReasonMissing)
    given(FollowUp, *TO_EFFECTIVE).when(lambda f: f.report_lapse("sustained", "It was off")).refused(NotReached)


def judged(verdict: Verdict, after: str = "14/20", *, met: bool = False, months: int = 3) -> Callable[[FollowUp], None]:
    return lambda f: f.heed("indicator", months, verdict, after, met_after=met)


def test_what_misses_its_target_and_is_not_shown_to_be_better_does_not_work() -> None:
    given(FollowUp, *TO_EFFECTIVE).when(judged(Verdict.NO_EVIDENCE)).then(
        event(FollowUp.VerdictHeard, months=3, stands=False),
        event(
            Lost, state=EFFECTIVE,
            because="At the review after 3 months: 14 of 20 (70 %), target 100 %; against before: no evidence of change.",
        ),
    )  # fmt: skip
    given(FollowUp, *TO_EFFECTIVE).when(judged(Verdict.WORSE, met=True)).then(
        event(FollowUp.VerdictHeard, stands=False), event(Lost, state=EFFECTIVE)
    )


def test_a_lucky_month_does_not_bring_back_what_a_review_refuted() -> None:
    refuted = event(FollowUp.VerdictHeard, measure_id="indicator", months=3, stands=False)
    lost = event(Lost, state=EFFECTIVE, because="14 of 20")
    history = [*TO_EFFECTIVE, refuted, lost]
    given(FollowUp, *history).when(hears(found(month(8), 20))).then(event(FollowUp.FigureHeard))
    given(FollowUp, *history, heard(found(month(8), 20))).when(judged(Verdict.TOO_LITTLE_DATA, months=6)).then(
        event(FollowUp.VerdictHeard, stands=False)
    )
    given(FollowUp, *history, heard(found(month(8), 20))).when(judged(Verdict.IMPROVED, months=6)).then(
        event(FollowUp.VerdictHeard, stands=True), event(Proven, state=EFFECTIVE), event(Reached, state=EFFECTIVE)
    )


def test_a_verdict_that_leaves_it_open_or_confirms_it_takes_nothing_away() -> None:
    for judge in (judged(Verdict.IMPROVED), judged(Verdict.TOO_LITTLE_DATA), judged(Verdict.NO_EVIDENCE, met=True)):
        given(FollowUp, *TO_EFFECTIVE).when(judge).then(event(FollowUp.VerdictHeard, stands=True))
    given(FollowUp, OPENED, CHANGE).when(judged(Verdict.WORSE)).nothing()


def test_a_change_that_no_longer_holds_at_a_later_review_is_open_again() -> None:
    held = event(FollowUp.VerdictHeard, measure_id="indicator", months=3, stands=True)
    sustained = [*TO_EFFECTIVE, held, *reached(SUSTAINED, since=month(7))]
    given(FollowUp, *sustained).when(judged(Verdict.NO_EVIDENCE, "30/40", months=6)).then(
        event(FollowUp.VerdictHeard, months=6, stands=False),
        event(Lost, state=SUSTAINED),
        event(Lost, state=EFFECTIVE),
    )
