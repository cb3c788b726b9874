"""An opportunity: each thing that can be asked of it happens, is refused, or is quiet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.deciding import deciding
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
from tests.given import JOURNEY, NOW, PLACE, SOMEONE, Happened, event, given

WHY = "because it was needed"


def raised(kind: str = "accident_or_injury", **fields: Any) -> Happened:
    told = {
        "kind": kind, "themes": [], "reference": "ABCD-EFGH", "route": "form", "reporter_known": True,
        "harm_level": "unknown", "summary": "She slipped.", "immediate_action": "", "person_name": "", "reporter": "",
        "source_key": "", "facts": {}, "due_on": None, "due_note": "", "said_at": None,
    }  # fmt: skip
    return event(Opportunity.Raised, **(told | fields))


SAFE = event(Opportunity.ImmediateSafetyConfirmed, measures="The floor was dried.")
UPDATE = (raised("professional_update"), event(Opportunity.UpdateReviewed, decision="Half the dose."))
CLOSED = event(Opportunity.ClosedWithoutReview)


def triaged(response: str = "swarm") -> Happened:
    return event(Opportunity.Triaged, kind="accident_or_injury", themes=[], response=response, weighed=[], facts={})


def weigh(it: Opportunity, rationale: str = WHY, facts: dict[str, Any] | None = None) -> None:
    it.triage(response="swarm", weighed=[], facts=facts or {}, rationale=rationale, themes=["falls"])


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


class Opportunities(RuleBasedStateMachine):
    """Whatever is asked in whatever order, some things never come to pass."""

    def __init__(self) -> None:
        super().__init__()
        with deciding(SOMEONE, NOW):
            self.it = Opportunity(**PLACE, **raised("professional_update")[1])
        self.said: list[Any] = list(self.it.pending_events)

    def ask(self, asked: Any) -> None:
        with deciding(SOMEONE, NOW):
            try:
                asked(self.it)
            except Refused as refusal:
                assert str(refusal).strip()  # noqa: PT017 - whichever rule it was, it speaks
        self.said = list(self.it.pending_events)

    @rule(words=st.sampled_from(["", "The floor was dried."]))
    def safety(self, words: str) -> None:
        self.ask(lambda it: it.confirm_safety(words))

    @rule(response=st.sampled_from(["none", "swarm"]), why=st.sampled_from(["", WHY]))
    def weigh(self, response: str, why: str) -> None:
        self.ask(lambda it: it.triage(response=response, weighed=[], facts={}, rationale=why, themes=[]))

    @rule(kind=st.sampled_from(["near_miss", "professional_update", "compliment"]))
    def reclassify(self, kind: str) -> None:
        self.ask(lambda it: it.reclassify(kind, [], WHY))

    @rule()
    def close(self) -> None:
        self.ask(lambda it: it.close_without_review(WHY))

    @rule(step=st.sampled_from(["action_update", "communicate_update"]))
    def step(self, step: str) -> None:
        self.ask(lambda it: getattr(it, step)())

    @rule()
    def review(self) -> None:
        self.ask(lambda it: it.review_update("Half the dose."))

    @rule(words=st.sampled_from(["One.", "Two."]), hours=st.integers(-3, 3))
    def say_anew(self, words: str, hours: int) -> None:
        self.ask(lambda it: it.say_anew(kind=it.kind, summary=words, said_at=NOW + timedelta(hours=hours)))

    @invariant()
    def nothing_is_weighed_or_closed_before_it_is_safe(self) -> None:
        safe, kind = False, "professional_update"
        for each in self.said:
            safe = safe or isinstance(each, Opportunity.ImmediateSafetyConfirmed)
            kind = each.kind if isinstance(each, Opportunity.Reclassified) else kind
            if isinstance(each, Opportunity.Triaged | Opportunity.ClosedWithoutReview):
                assert safe or kind == "compliment"

    @invariant()
    def it_is_weighed_once_between_reclassifications(self) -> None:
        weighed = 0
        for each in self.said:
            weighed = 0 if isinstance(each, Opportunity.Reclassified) else weighed
            weighed += isinstance(each, Opportunity.Triaged)
            assert weighed <= 1

    @invariant()
    def steps_are_recorded_once_and_reading_comes_first(self) -> None:
        steps = [type(each).__name__ for each in self.said if type(each).__name__.startswith("Update")]
        assert len(steps) == len(set(steps))
        assert not steps or steps[0] == "UpdateReviewed"

    @invariant()
    def what_the_source_said_never_goes_back_in_time(self) -> None:
        times = [each.said_at for each in self.said if isinstance(each, Opportunity.Corrected) and each.said_at]
        assert times == sorted(times)

    @invariant()
    def its_history_leads_to_where_it_stands(self) -> None:
        again: Any = None
        for each in self.said:
            again = each.mutate(again)
        assert (again.kind, again.response, again.closed, again.summary, again.steps) == (
            self.it.kind, self.it.response, self.it.closed, self.it.summary, self.it.steps,
        )  # fmt: skip
        assert again.journey == JOURNEY


TestWhateverIsAsked = Opportunities.TestCase
TestWhateverIsAsked.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
