"""Signing a review off, taking it up again, and weighing it anew."""

from __future__ import annotations

from uuid import UUID

from libs.deciding import Act
from services.review.domain import Review
from services.review.domain import refusals as no
from tests.given import event, given
from tests.review.history import (
    AUTHOR,
    FIRST,
    LEARNED,
    OPENED,
    READER,
    SECOND,
    SIGNED_OFF,
    STATED,
    STEPS,
    factor,
)  # fmt: skip

SET_ASIDE = event(Review.SetAside)


class TestSignOff:
    def test_a_review_that_is_complete_waits_for_whoever_may_sign_it_off(self) -> None:
        past = given(Review, OPENED, *STEPS, factor())
        past.when(lambda r: r.state_learning(LEARNED), by=AUTHOR).then(
            event(Review.LearningStated),
            event(Review.SignOffAwaited, awaited=True, author="person:ann"),
        )
        assert "registered_manager" in past.aggregate.signers
        assert "care_worker" not in past.aggregate.signers
        past.when(lambda r: r.withdraw_factor(FIRST, "There was a rail.")).then(
            event(Review.FactorWithdrawn), event(Review.SignOffAwaited, awaited=False)
        )

    def test_it_is_signed_off_by_someone_who_answers_for_the_service(self) -> None:
        past = given(Review, OPENED, *STEPS, factor(), STATED)
        carer = Act("person:cy", "care_worker")
        past.when(lambda r: r.sign_off(), by=carer).refused(no.RoleDoesNotSignOff)

    def test_the_rules_may_say_who_signs_off(self) -> None:
        kind, fields = OPENED
        past = given(Review, (kind, fields | {"signers": ("nominated_individual",)}), *STEPS, factor(), STATED)
        past.when(lambda r: r.sign_off(), by=READER).refused(no.RoleDoesNotSignOff)
        past.when(lambda r: r.sign_off(), by=Act("person:di", "nominated_individual")).then(event(Review.SignedOff))

    def test_the_example_and_the_gaps_are_signed_off_with_it(self) -> None:
        example = event(Review.ExampleGiven, words="Someone slipped.", number=1)
        past = given(Review, OPENED, *STEPS, factor(), STATED, example)
        past.when(lambda r: r.sign_off(gaps=["no_evidence"]), by=READER).then(
            event(Review.SignedOff, example="Someone slipped.", gaps=("no_evidence",))
        )

    def test_someone_else_signs_off_what_was_understood(self) -> None:
        author = event(Review.LearningStated, words=LEARNED)
        recommended = event(Review.Recommended, recommendation_id=SECOND, words="Fund a rail.")
        past = given(Review, OPENED, *STEPS, factor(), recommended, author)
        past.when(lambda r: r.sign_off(), by=READER).then(
            event(
                Review.SignedOff,
                learning_statement=LEARNED,
                factors=[{"factor_id": str(FIRST), "category": "layout", "seips": "internal_environment"}],
                recommendations=[{"recommendation_id": str(SECOND), "words": "Fund a rail."}],
                themes=["falls"],
                author="person:someone",
                template="five-step-reflection/2026.2",
            )
        )

    def test_a_step_passed_over_is_no_obstacle(self) -> None:
        passed = event(Review.StepPassedOver, step=5, because="x")
        given(Review, OPENED, *STEPS[:4], passed, factor(), STATED).when(lambda r: r.sign_off(), by=READER).then(
            event(Review.SignedOff)
        )

    def test_every_step_has_an_answer_or_a_reason(self) -> None:
        given(Review, OPENED, *STEPS[1:], factor(), STATED).when(lambda r: r.sign_off(), by=READER).refused(
            no.StepsUnanswered
        )

    def test_there_is_a_factor_or_a_reason_why_not(self) -> None:
        past = (OPENED, *STEPS, STATED)
        given(Review, *past).when(lambda r: r.sign_off(), by=READER).refused(no.FactorsMissing)
        given(Review, *past, event(Review.NoFactorFound, because="x")).when(lambda r: r.sign_off(), by=READER).then(
            event(Review.SignedOff, factors=[])
        )

    def test_the_system_is_looked_at_before_the_person(self) -> None:
        past = (OPENED, *STEPS, factor(category="training", seips="person"), STATED)
        given(Review, *past).when(lambda r: r.sign_off(), by=READER).refused(no.SystemBeforePerson)
        given(Review, *past, factor(SECOND)).when(lambda r: r.sign_off(), by=READER).then(event(Review.SignedOff))
        questioned = given(Review, *past, event(Review.SystemQuestioned, words="x"))
        questioned.when(lambda r: r.sign_off(), by=READER).refused(no.ChallengeMissing)
        questioned.when(lambda r: r.sign_off(challenged=True), by=READER).then(event(Review.SignedOff))

    def test_what_was_learned_is_said_first(self) -> None:
        given(Review, OPENED, *STEPS, factor()).when(lambda r: r.sign_off(), by=READER).refused(no.LearningNotStated)

    def test_the_author_does_not_sign_it_off(self) -> None:
        given(Review, OPENED, *STEPS, factor()).when(
            lambda r: (r.state_learning(LEARNED), r.sign_off())[1], by=AUTHOR
        ).refused(no.NotByTheAuthor)

    def test_it_is_reopened_with_a_reason_and_signed_off_again(self) -> None:
        past = given(Review, OPENED, *STEPS, factor(), STATED, SIGNED_OFF)
        past.when(lambda r: r.reopen(" ")).refused(no.WordsMissing)
        past.when(lambda r: r.reopen("More came to light.")).then(
            event(Review.Reopened, because="More came to light."), event(Review.SignOffAwaited, awaited=True)
        )
        assert not past.aggregate.signed_off
        past.when(lambda r: r.sign_off(), by=READER).then(event(Review.SignedOff))

    def test_it_is_reopened_by_someone_who_answers_for_the_service(self) -> None:
        past = given(Review, OPENED, *STEPS, factor(), STATED, SIGNED_OFF)
        carer = Act("person:cy", "care_worker")
        past.when(lambda r: r.reopen("More came to light."), by=carer).refused(no.RoleDoesNotDecide)

    def test_only_a_signed_off_review_is_reopened(self) -> None:
        given(Review, OPENED).when(lambda r: r.reopen("x")).refused(no.NotSignedOffYet)


class TestWeighingAnew:
    def test_another_response_is_chosen_anew(self) -> None:
        given(Review, OPENED).when(lambda r: r.weigh_anew("near_miss", "swarm", ["falls"])).then(
            event(Review.ResponseChosen, response="swarm", lead_role="team_leader")
        )

    def test_the_same_response_is_no_news(self) -> None:
        given(Review, OPENED).when(lambda r: r.weigh_anew("near_miss", "after_action_review", ["falls"])).nothing()

    def test_a_signed_off_review_is_taken_up_again(self) -> None:
        past = given(Review, OPENED, SIGNED_OFF)
        past.when(lambda r: r.weigh_anew("complaint", "swarm", [])).then(
            event(Review.Reopened), event(Review.ResponseChosen, kind="complaint", response="swarm")
        )

    def test_one_that_is_taken_up_again_as_it_was_waits_for_its_sign_off_once_more(self) -> None:
        past = given(Review, OPENED, *STEPS, factor(), STATED, SIGNED_OFF)
        past.when(lambda r: r.weigh_anew("near_miss", "after_action_review", ["falls"])).then(
            event(Review.Reopened), event(Review.SignOffAwaited, awaited=True)
        )

    def test_a_review_that_is_not_needed_is_set_aside_and_taken_up_again(self) -> None:
        given(Review, OPENED).when(lambda r: r.weigh_anew("near_miss", "none", [])).then(SET_ASIDE)
        given(Review, OPENED, SET_ASIDE).when(lambda r: r.weigh_anew("near_miss", "none", [])).nothing()
        given(Review, OPENED, SIGNED_OFF).when(lambda r: r.weigh_anew("near_miss", "none", [])).nothing()
        given(Review, OPENED, SET_ASIDE).when(
            lambda r: r.weigh_anew("near_miss", "after_action_review", ["falls"])
        ).then(event(Review.ResponseChosen))


def test_one_journey_has_one_review() -> None:
    journey = UUID(int=7)
    assert Review.create_id(journey) == Review.create_id(journey) != Review.create_id(UUID(int=8))
