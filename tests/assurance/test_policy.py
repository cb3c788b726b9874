"""Whichever of two pieces of news comes first, the same is set; whatever is told twice, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts import action, intake, notification
from contracts import assurance as own
from contracts.envelope import PublishedEvent
from contracts.taxonomy import ClosureState
from libs.calendar import end_of_day
from libs.deadlines import DeadlineReached, Due, Lifted
from libs.deciding import deciding
from services.assurance.domain import Cadence, Effect, FollowUp, Measure, Programme, Watch
from services.assurance.domain.measure import Evidence
from services.assurance.policy import dates
from tests.assurance.shelf import CONTENT, MEASURE, Shelf, changed, checked, pack, site
from tests.assurance.told import INDICATOR, at, case, month
from tests.given import JOURNEY, NOW, SOMEONE, heard


def said(new: list[Any]) -> list[tuple[type, UUID]]:
    return sorted(((type(each), each.originator_id) for each in new), key=repr)


@pytest.fixture
def elm() -> Shelf:
    """A homecare branch that is measured."""
    shelf = Shelf()
    shelf.hear(site())
    shelf.hear(pack())
    return shelf


def test_a_site_and_its_rules_lead_to_the_same_in_either_order() -> None:
    first, second = Shelf(), Shelf()
    first.hear(site())
    first.hear(pack())
    second.hear(pack())
    second.hear(site())
    programme = Programme.create_id("acme")
    assert said([e for each, es in first.events.items() if each != programme for e in es]) == said(
        [e for each, es in second.events.items() if each != programme for e in es]
    )
    assert first.one(Measure, MEASURE).next_check == second.one(Measure, MEASURE).next_check


@pytest.mark.parametrize(
    ("kind", "measured"),
    [
        ("homecare", "indicator-reviewed-in-one-working-day"),
        ("supported_living", "financial-concern-learned-from"),
        ("care_home_nursing", "professional-update-in-two-working-days"),
    ],
)
def test_each_kind_of_service_is_held_to_the_measure_meant_for_it(kind: str, measured: str) -> None:
    shelf = Shelf()
    shelf.hear(pack())
    new = shelf.hear(site(kind))
    assert [each.measure_id for each in new if isinstance(each, Measure.MeasureSet)] == [measured]


def test_what_a_provider_holds_is_held_once_however_many_sites_it_has() -> None:
    shelf = Shelf()
    shelf.hear(pack())
    new = [each for name in ("elm", "oak", "ash") for each in shelf.hear(site(name=name))]
    held = [(each.cadence_id, each.site) for each in new if isinstance(each, Cadence.CadenceSet)]
    assert len(set(held)) == len(held)
    assert held.count(("quarterly-board-dashboard", "")) == 1
    assert {place for name, place in held if name == "daily-indicator-screen"} == {"elm", "oak", "ash"}


def test_the_same_news_again_is_no_news(elm: Shelf) -> None:
    assert elm.hear(site()) == []
    assert elm.hear(pack()) == []


def test_a_site_that_turns_out_to_be_of_another_kind_is_held_to_what_fits_it_now(elm: Shelf) -> None:
    new = elm.hear(site("supported_living"))
    assert [each.originator_id for each in new if isinstance(each, Measure.Withdrawn)] == [MEASURE]
    assert [each.measure_id for each in new if isinstance(each, Measure.MeasureSet)] == [
        "financial-concern-learned-from"
    ]


def test_rules_that_drop_a_measure_release_the_changes_it_was_to_prove(elm: Shelf) -> None:
    elm.hear(changed(INDICATOR.id))
    new = elm.hear(pack("2", measures=[], cadences=CONTENT["cadences"]))
    assert [type(each) for each in new if each.originator_id != Programme.create_id("acme")] == [
        Measure.Withdrawn, FollowUp.MeasureReleased,
    ]  # fmt: skip


def test_a_date_that_comes_is_checked_with_what_is_known_then(elm: Shelf) -> None:
    late = case(at(3, 10))
    elm.evidence_now = Evidence([late], {late.journey: {"management_reviewed": at(3, 12)}}, {"intake": 3})
    reached = DeadlineReached("check", MEASURE, at(4, 2), "acme", "elm", MEASURE, MEASURE)
    (check,) = elm.hear(reached, at(4, 3))
    assert (check.numerator, check.denominator, check.met) == (0, 1, False)
    assert check.breaches[0].because == "Reviewed by a manager on 12 March 2026 (due by 11 March 2026)"
    assert elm.hear(replace(reached, name="recheck 2026-03-01"), at(4, 10)) == []
    elm.evidence_now = Evidence([late], {late.journey: {"management_reviewed": at(3, 11)}}, {"intake": 9})
    (again,) = elm.hear(replace(reached, name="recheck 2026-03-01"), at(4, 10))
    assert (again.revision, again.numerator, again.next_period) == (2, 1, month(4))


def test_a_cadence_that_passes_is_missed(elm: Shelf) -> None:
    identity = Cadence.create_id("monthly-learning-review", "acme", "elm")
    reached = DeadlineReached("due", identity, at(4, 1), "acme", "elm", identity, identity)
    assert [type(each) for each in elm.hear(reached, at(4, 1))] == [Cadence.Missed]
    assert elm.hear(reached, at(4, 1)) == []


def test_a_date_of_what_is_no_more_is_passed_over() -> None:
    for name in ("check", "due", "recheck 2026-03-01", "review 3"):
        assert Shelf().hear(DeadlineReached(name, MEASURE, at(4, 1), "acme", "elm", MEASURE, MEASURE)) == []


def test_a_change_is_followed_up_by_its_measure_until_it_works(elm: Shelf) -> None:
    elm.hear(changed(INDICATOR.id))
    elm.hear(heard(notification.BriefingReached(briefing_id=JOURNEY, audience=4, understood=4)))
    with deciding(SOMEONE, NOW):
        follow_up = elm.one(FollowUp, FollowUp.create_id(JOURNEY))
        follow_up.observe(59, 59, "audit", "")
        elm.events[follow_up.id] += follow_up.collect_events()
    elm.hear(checked(month(4), 20, 20))
    new = elm.hear(checked(month(5), 20, 20))
    assert [each.state for each in new if isinstance(each, FollowUp.StateReached)] == [ClosureState.EFFECTIVE]
    new = elm.hear(checked(month(6), 18, 20))
    assert [each.state for each in new if isinstance(each, FollowUp.StateLost)] == [ClosureState.EFFECTIVE]


def test_a_measure_set_after_the_change_that_names_it_proves_it_all_the_same() -> None:
    late = Shelf()
    late.hear(changed(INDICATOR.id))
    assert late.one(FollowUp, FollowUp.create_id(JOURNEY)).tied == {}
    late.hear(pack())
    late.hear(site())
    set_now = own.MeasureSet(
        measure_id=INDICATOR.id, site_id="elm", title=INDICATOR.title, target_percent=100, first_period=month(3)
    )
    assert [type(each) for each in late.hear(heard(set_now, journey=MEASURE))] == [FollowUp.MeasureTied]


def test_a_briefing_understood_before_the_change_was_heard_of_is_not_lost(elm: Shelf) -> None:
    elm.hear(heard(notification.BriefingReached(briefing_id=JOURNEY, audience=4, understood=4)))
    new = elm.hear(changed())
    states = [each.state for each in new if isinstance(each, FollowUp.StateReached)]
    assert states == [ClosureState.DONE, ClosureState.BRIEFED]


def test_a_further_briefing_takes_briefed_back(elm: Shelf) -> None:
    issued = notification.BriefingIssued(briefing_id=JOURNEY, title="t", what_changed="w", audience=4)
    assert elm.hear(heard(issued)) == []
    elm.hear(changed())
    assert elm.hear(heard(issued)) == []
    elm.hear(heard(notification.BriefingReached(briefing_id=JOURNEY, audience=4, understood=4)))
    assert [type(each) for each in elm.hear(heard(issued))] == [FollowUp.StateLost]


def test_figures_of_a_measure_nobody_follows_concern_no_change(elm: Shelf) -> None:
    assert elm.hear(checked(month(4), 20, 20)) == []
    assert Shelf().hear(checked(month(4), 20, 20)) == []


def test_what_is_decided_sets_its_dates_in_advance(elm: Shelf) -> None:
    planned = [each for happened in elm.events[MEASURE] for each in dates(happened)]
    assert planned == [Due("check", end_of_day(date(2026, 4, 2)))]
    (check,) = elm.hear(DeadlineReached("check", MEASURE, at(4, 2), "acme", "elm", MEASURE, MEASURE), at(4, 3))
    assert [each.name for each in dates(check) if isinstance(each, Due)] == ["check", "recheck 2026-03-01"]
    lifted = {type(each) for each in elm.hear(pack("2", measures=[], cadences=[])) if _lifts(each)}
    assert lifted == {Measure.Withdrawn, Cadence.Withdrawn}


def _lifts(happened: Any) -> bool:
    return [type(each) for each in dates(happened)] == [Lifted]


def agreed(measure_id: str = INDICATOR.id) -> PublishedEvent:
    return heard(
        action.ActionAgreed(
            action_id=JOURNEY, plan_id=JOURNEY, factor_id=None, what="Screen daily", change_kind="management_screening",
            strength="intermediate", owner_post="elm.registered_manager", due=date(2026, 4, 1), measure_id=measure_id,
            expected_effect="All looked at in time",
        )
    )  # fmt: skip


def test_an_agreed_action_fixes_what_its_effect_will_be_compared_with(elm: Shelf) -> None:
    elm.begun_on = date(2026, 1, 20)
    (fixed,) = elm.hear(agreed())
    assert (fixed.baseline_until, fixed.expected) == (month(12, 2025), "All looked at in time")
    assert elm.hear(agreed()) == []
    assert elm.hear(agreed("")) == []
    (unknown,) = Shelf().hear(agreed())
    assert unknown.baseline_until == month(2)


def test_a_change_has_its_effect_judged_after_three_six_and_twelve_months(elm: Shelf) -> None:
    elm.hear(agreed())
    (planned,) = [each for each in elm.hear(changed(INDICATOR.id)) if isinstance(each, Effect.ReviewsSet)]
    assert [each.name for each in dates(planned) if isinstance(each, Due)] == ["review 3", "review 6", "review 12"]
    effect = planned.originator_id
    reached = DeadlineReached("review 3", effect, at(7, 15), "acme", "elm", JOURNEY, JOURNEY)
    (judged,) = elm.hear(reached, at(7, 15))
    assert (judged.verdict, judged.months) == ("too_little_data", 3)
    assert elm.hear(reached, at(7, 15)) == []
    told = own.VerdictReached(
        measure_id=INDICATOR.id, verdict="no_evidence", before="3/9", after="4/9", method="", months=3, met_after=False
    )
    assert [each.stands for each in elm.hear(heard(told)) if isinstance(each, FollowUp.VerdictHeard)] == [False]
    assert elm.hear(heard(told.model_copy(update={"months": 0}))) == []


def test_a_change_without_a_measure_is_looked_back_on(elm: Shelf) -> None:
    (planned,) = [each for each in elm.hear(changed()) if isinstance(each, Effect.ReviewsSet)]
    reached = DeadlineReached("review 6", planned.originator_id, at(10, 15), "acme", "elm", JOURNEY, JOURNEY)
    (looked,) = elm.hear(reached, at(10, 15))
    assert (looked.months, looked.rounds) == (6, 0)


def noticed(times: int = 1, sign: str = "vague-notes") -> PublishedEvent:
    return heard(
        own.EarlySignNoted(sign=sign, title="A visit note too vague to act on", times=times, noted_on=NOW.date())
    )


def weighed(*themes: str, journey: UUID = JOURNEY) -> PublishedEvent:
    fact = intake.OpportunityTriaged(
        kind="complaint", themes=list(themes), response="none", weighed=[], rules_version="1", rationale=""
    )
    return heard(fact, journey=journey)


def test_signs_add_up_until_a_trigger_fires_and_says_which_facts_it_rests_on(elm: Shelf) -> None:
    assert [type(each) for each in elm.hear(noticed())] == [Watch.Opened, Watch.FactNoted]
    (fired,) = elm.hear(noticed(times=2))
    assert (fired.trigger_id, [each.times for each in fired.facts], fired.due) == (
        "notes-grow-vague", [1, 2], date(2026, 3, 9),
    )  # fmt: skip
    (owed,) = [each for each in dates(fired) if isinstance(each, Due)]
    assert owed.name == f"owed {fired.firing_id}"
    reached = DeadlineReached(owed.name, fired.originator_id, owed.at, "acme", "elm", JOURNEY, JOURNEY)
    (missed,) = elm.hear(reached, owed.at)
    assert (type(missed), missed.owed_by) == (Watch.NotFollowed, "registered_manager")
    assert elm.hear(reached, owed.at) == []


def test_a_case_counts_once_for_a_trigger_however_often_it_is_weighed(elm: Shelf) -> None:
    assert len(elm.hear(weighed("feeling_unsafe"))) == 2
    assert elm.hear(weighed("feeling_unsafe")) == []
    assert elm.hear(weighed("falls")) == []


def test_cases_that_missed_a_target_set_off_what_asks_for_it(elm: Shelf) -> None:
    breaches = [own.Breach(journey=UUID(int=n), started=date(2026, 3, n), because="Not on record") for n in (2, 3)]
    late = own.MeasureChecked(
        measure_id=INDICATOR.id, site_id="elm", title="", period=month(3), numerator=1, denominator=3,
        target_percent=100, met=False, breaches=breaches,
    )  # fmt: skip
    (_, noted, fired) = elm.hear(heard(late), at(4, 3))
    assert (noted.fact.journey, fired.trigger_id) == (UUID(int=2), "passed-on-late")
    assert elm.hear(heard(late), at(4, 10)) == []


def test_what_is_late_not_held_or_amiss_in_an_audit_are_facts_too(elm: Shelf) -> None:
    told = [
        action.ActionOverdue(action_id=JOURNEY, due=date(2026, 3, 1), owner_post="elm.manager"),
        notification.DutyOverdue(duty_id=JOURNEY),
        own.CadenceMissed(cadence_id="daily-indicator-screen", title="Screened", role="", due=date(2026, 3, 1)),
        own.AuditFindingMade(
            finding_id=JOURNEY, round_id=JOURNEY, tool_id="early-signs", tool_version="1", check_id="decision-has-reason",
            title="Reason", exceptions=1, of=4,
        ),
    ]  # fmt: skip
    new = [happened for fact in told for happened in elm.hear(heard(fact))]
    noted = [type(each) for each in new if not isinstance(each, Watch.Opened)]
    assert noted == [Watch.FactNoted, Watch.FactNoted, Watch.FactNoted, Watch.Fired]


def test_a_trigger_is_watched_only_where_it_is_meant_for(elm: Shelf) -> None:
    assert elm.hear(noticed(sign="receipt-missing")) == []
