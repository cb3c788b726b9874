"""An opportunity: each thing that can be asked of it happens, is refused, or is quiet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from libs.domain import Refused
from services.intake.domain import NewerWordsOnRecord, Opportunity
from services.intake.domain.refusals import (
    AlreadyClosed,
    AlreadyTriaged,
    FactNotUnderstood,
    NotAProfessionalUpdate,
    NothingToReclassify,
    RationaleMissing,
    ReviewComesFirst,
    ReviewUnderWay,
    SafetyComesFirst,
    SafetyNeedsWords,
    StepAlreadyRecorded,
)
from tests.given import NOW, Happened, event, given
from tests.intake.happened import CLOSED, SAFE, UPDATE, WHY, raised, triaged, weigh


def in_turn(*asked: Callable[[Opportunity], None]) -> Callable[[Opportunity], None]:
    def ask(it: Opportunity) -> None:
        for each in asked:
            each(it)

    return ask


def test_safety_is_put_on_record() -> None:
    given(Opportunity, raised()).when(lambda it: it.confirm_safety("A mat was laid.")).then(
        event(Opportunity.ImmediateSafetyConfirmed, measures="A mat was laid.")
    )


def test_safety_needs_words() -> None:
    given(Opportunity, raised()).when(lambda it: it.confirm_safety("  ")).refused(SafetyNeedsWords)


def test_a_manager_weighs_it() -> None:
    given(Opportunity, raised(facts={"during_care": True}), SAFE).when(
        lambda it: weigh(it, facts={"harm_level": "low"})
    ).then(event(Opportunity.Triaged, response="swarm", facts={"during_care": True, "harm_level": "low"}))


def test_it_is_not_weighed_before_people_are_safe() -> None:
    given(Opportunity, raised()).when(weigh).refused(SafetyComesFirst)


def test_nobody_is_asked_about_safety_where_something_went_well() -> None:
    given(Opportunity, raised("compliment")).when(weigh).then(event(Opportunity.Triaged, kind="compliment"))


def test_it_is_not_weighed_twice() -> None:
    given(Opportunity, raised(), SAFE, triaged()).when(weigh).refused(AlreadyTriaged)


def test_it_is_not_weighed_without_a_reason() -> None:
    given(Opportunity, raised(), SAFE).when(lambda it: weigh(it, rationale=" ")).refused(RationaleMissing)


def test_it_is_not_weighed_after_it_was_closed() -> None:
    given(Opportunity, raised(), SAFE, CLOSED).when(weigh).refused(AlreadyClosed)


@pytest.mark.parametrize("facts", [{"mood": True}, {"harm_level": "Mrs Okafor fell"}, {"during_care": "yes"}])
def test_only_answers_of_the_closed_list_are_taken(facts: dict[str, Any]) -> None:
    given(Opportunity, raised(), SAFE).when(lambda it: weigh(it, facts=facts)).refused(FactNotUnderstood)


@pytest.mark.parametrize("decision", ["no_further_action", "section_42", "other"])
def test_it_is_learned_from_whatever_another_body_decided(decision: str) -> None:
    decided = event(Opportunity.ExternalDecisionReceived, body="local_authority", decision=decision, findings="")
    given(Opportunity, raised("abuse_or_neglect"), SAFE, decided).when(weigh).then(event(Opportunity.Triaged))


def test_it_turns_out_to_be_something_else_and_is_weighed_anew() -> None:
    given(Opportunity, raised(), SAFE, triaged()).when(
        in_turn(lambda it: it.reclassify("abuse_or_neglect", [], WHY), weigh)
    ).then(
        event(Opportunity.Reclassified, was="accident_or_injury", kind="abuse_or_neglect"),
        event(Opportunity.Triaged, kind="abuse_or_neglect"),
    )


def test_it_is_not_reclassified_as_what_it_is() -> None:
    given(Opportunity, raised()).when(lambda it: it.reclassify("accident_or_injury", [], WHY)).refused(
        NothingToReclassify
    )


def test_it_is_not_reclassified_without_a_reason() -> None:
    given(Opportunity, raised()).when(lambda it: it.reclassify("near_miss", [], "")).refused(RationaleMissing)


def test_it_is_passed_to_another_body_and_that_bodys_decision_is_recorded() -> None:
    given(Opportunity, raised()).when(
        in_turn(lambda it: it.refer("police", "CAD-7"), lambda it: it.receive_decision("police", "other", "No crime."))
    ).then(
        event(Opportunity.Referred, body="police", reference="CAD-7"),
        event(Opportunity.ExternalDecisionReceived, decision="other", findings="No crime."),
    )


def test_it_is_closed_without_a_review() -> None:
    given(Opportunity, raised(), SAFE).when(lambda it: it.close_without_review(WHY)).then(CLOSED)
    given(Opportunity, raised(), SAFE, triaged("none")).when(lambda it: it.close_without_review(WHY)).then(CLOSED)


@pytest.mark.parametrize(
    ("history", "why", "refusal"),
    [
        ((raised(),), WHY, SafetyComesFirst),
        ((raised(), SAFE), "", RationaleMissing),
        ((raised(), SAFE, triaged()), WHY, ReviewUnderWay),
        ((raised(), SAFE, CLOSED), WHY, AlreadyClosed),
    ],
)
def test_it_is_not_closed_too_early_without_a_reason_or_twice(
    history: tuple[Happened, ...], why: str, refusal: type[Refused]
) -> None:
    given(Opportunity, *history).when(lambda it: it.close_without_review(why)).refused(refusal)


def test_what_was_closed_opens_again_when_it_turns_out_to_be_something_else() -> None:
    given(Opportunity, raised(), SAFE, CLOSED).when(
        in_turn(lambda it: it.reclassify("near_miss", [], WHY), weigh)
    ).then(event(Opportunity.Reclassified), event(Opportunity.Triaged))


def test_the_three_steps_of_an_update() -> None:
    given(Opportunity, raised("professional_update")).when(
        in_turn(
            lambda it: it.review_update("Half the dose."), Opportunity.action_update, Opportunity.communicate_update
        )
    ).then(
        event(Opportunity.UpdateReviewed, decision="Half the dose."),
        event(Opportunity.UpdateActioned),
        event(Opportunity.UpdateCommunicated),
    )


def test_an_update_is_read_before_anything_is_done_about_it() -> None:
    given(Opportunity, raised("professional_update")).when(lambda it: it.action_update()).refused(ReviewComesFirst)


def test_a_step_is_recorded_once() -> None:
    given(Opportunity, *UPDATE).when(lambda it: it.review_update("Again.")).refused(StepAlreadyRecorded)


def test_only_an_update_has_steps() -> None:
    given(Opportunity, raised()).when(lambda it: it.review_update("?")).refused(NotAProfessionalUpdate)


def test_the_source_words_it_anew() -> None:
    given(Opportunity, raised()).when(
        lambda it: it.say_anew(kind="accident_or_injury", summary="She fell.", due_on=date(2026, 4, 1))
    ).then(event(Opportunity.Corrected, summary="She fell.", because="The source worded it anew."))


def test_the_same_words_again_are_quiet() -> None:
    given(Opportunity, raised()).when(
        lambda it: it.say_anew(kind="accident_or_injury", summary="She slipped.")
    ).nothing()


def test_older_words_are_not_taken() -> None:
    given(Opportunity, raised(said_at=NOW)).when(
        lambda it: it.say_anew(kind="near_miss", summary="Older.", said_at=NOW - timedelta(hours=1))
    ).refused(NewerWordsOnRecord)


def test_until_it_is_weighed_it_takes_the_kind_its_source_gives_it() -> None:
    given(Opportunity, raised()).when(lambda it: it.say_anew(kind="near_miss", summary="She slipped.")).then(
        event(Opportunity.Corrected, kind="near_miss"), event(Opportunity.Reclassified, kind="near_miss")
    )


def test_once_it_is_weighed_its_kind_is_for_a_manager_to_say() -> None:
    given(Opportunity, raised(), SAFE, triaged()).when(
        lambda it: it.say_anew(kind="near_miss", summary="She slipped.")
    ).then(event(Opportunity.Corrected, because="The source now calls it: Near miss."))
