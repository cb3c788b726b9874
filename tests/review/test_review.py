"""A review, from its questions to its sign-off."""

from __future__ import annotations

from uuid import UUID

import pytest

from libs.deciding import Act
from services.review.domain import Review
from services.review.domain import refusals as no
from services.review.domain.values import MovedOn, Reply
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
    answered,
    factor,
)  # fmt: skip

SET_ASIDE = event(Review.SetAside)


class TestAnswering:
    def test_the_first_answer_of_a_step_begins_it(self) -> None:
        given(Review, OPENED).when(
            lambda r: r.answer(1, [Reply("when", "At night."), Reply("where", "In the hall.")])
        ).then(
            event(Review.Answered, question="when", number=1, begins_step=True, words="At night."),
            event(Review.Answered, question="where", number=1, begins_step=False, words="In the hall."),
        )

    def test_an_answer_based_on_the_one_that_stands_replaces_it(self) -> None:
        given(Review, OPENED, answered("when")).when(lambda r: r.answer(1, [Reply("when", "At dusk.", 1)])).then(
            event(Review.Answered, number=2, begins_step=False)
        )

    def test_the_same_answer_again_is_no_news(self) -> None:
        given(Review, OPENED, answered("when", words="At night.")).when(
            lambda r: r.answer(1, [Reply("when", "At night.", 0)])
        ).nothing()

    def test_two_people_answering_at_once_lose_nothing(self) -> None:
        past = given(Review, OPENED, answered("when", words="Theirs."), answered("felt"))
        with pytest.raises(no.SectionMovedOn) as refusal:
            past.when(lambda r: r.answer(1, [Reply("where", "Here.", 0), Reply("when", "Mine.", 0)])).nothing()
        assert refusal.value.conflicts == (MovedOn("when", 1, "Theirs.", "Mine."),)
        assert past.aggregate.answers.number("where") == 0

    def test_another_section_that_moved_on_is_in_nobodys_way(self) -> None:
        given(Review, OPENED, answered("where")).when(lambda r: r.answer(1, [Reply("when", "Mine.")])).then(
            event(Review.Answered, question="when")
        )

    def test_a_question_belongs_to_its_step(self) -> None:
        given(Review, OPENED).when(lambda r: r.answer(2, [Reply("when", "x")])).refused(no.UnknownQuestion)
        given(Review, OPENED).when(lambda r: r.answer(1, [Reply("why", "x")])).refused(no.UnknownQuestion)

    def test_an_answer_has_words(self) -> None:
        given(Review, OPENED).when(lambda r: r.answer(1, [Reply("when", " ")])).refused(no.WordsMissing)

    @pytest.mark.parametrize(("end", "rule"), [(SIGNED_OFF, no.AlreadySignedOff), (SET_ASIDE, no.ReviewSetAside)])
    def test_nothing_is_added_to_a_review_that_is_not_open(self, end: object, rule: type) -> None:
        past = (OPENED, factor(), event(Review.Recommended, recommendation_id=FIRST, words="x"), end)
        for ask in (
            lambda r: r.answer(1, [Reply("when", "x")]),
            lambda r: r.add_question(1, "x"),
            lambda r: r.give_example("x"),
            lambda r: r.pass_over(1, "x"),
            lambda r: r.identify_factor("layout", "x"),
            lambda r: r.withdraw_factor(FIRST, "x"),
            lambda r: r.find_no_factor("x"),
            lambda r: r.question_system("x"),
            lambda r: r.recommend("x"),
            lambda r: r.withdraw_recommendation(FIRST, "x"),
            lambda r: r.state_learning("x"),
            lambda r: r.sign_off(),
        ):
            given(Review, *past).when(ask).refused(rule)  # type: ignore[arg-type]


class TestVoices:
    def test_each_answers_for_themself_in_nobodys_way(self) -> None:
        past = given(Review, OPENED, answered("when", words="The group's."))
        past.when(lambda r: r.answer(1, [Reply("when", "Mine.", own=True)]), by=READER).then(
            event(Review.Answered, voice="person:bo", number=1, words="Mine.")
        )
        past.when(lambda r: r.answer(1, [Reply("when", "Mine too.", own=True)]), by=AUTHOR).then(
            event(Review.Answered, voice="person:ann", number=1)
        )
        assert past.aggregate.answers.given["when"].words == "The group's."

    def test_an_own_answer_answers_the_step(self) -> None:
        past = given(Review, OPENED)
        past.when(lambda r: r.answer(2, [Reply("felt", "Afraid.", own=True)]), by=READER).then(
            event(Review.Answered, begins_step=True)
        )
        assert past.aggregate.answers.steps_left == [1, 3, 4, 5]

    def test_my_own_answer_on_another_device_is_not_lost_either(self) -> None:
        mine = event(
            Review.Answered, step=1, question="when", number=1, begins_step=True, template="", words="Then.",
            voice="person:bo",
        )  # fmt: skip
        past = given(Review, OPENED, mine)
        past.when(lambda r: r.answer(1, [Reply("when", "Later.", own=True)]), by=READER).refused(no.SectionMovedOn)
        past.when(lambda r: r.answer(1, [Reply("when", "Later.", 1, own=True)]), by=READER).then(
            event(Review.Answered, number=2, voice="person:bo")
        )

    def test_a_team_asks_what_fits_what_happened(self) -> None:
        past = given(Review, OPENED)
        past.when(lambda r: r.add_question(1, "Was the alarm on?")).then(
            event(Review.QuestionAdded, step=1, words="Was the alarm on?")
        )
        added = next(each for each in past.aggregate.answers.questions if each.startswith("added-"))
        past.when(lambda r: r.answer(1, [Reply(added, "No.")])).then(event(Review.Answered, question=added))
        past.when(lambda r: r.add_question(9, "x")).refused(no.UnknownStep)
        past.when(lambda r: r.add_question(1, "")).refused(no.WordsMissing)


class TestPassingOver:
    def test_a_step_that_does_not_apply_is_passed_over_with_its_reason(self) -> None:
        given(Review, OPENED).when(lambda r: r.pass_over(2, "Nobody was there.")).then(
            event(Review.StepPassedOver, step=2, because="Nobody was there.")
        )

    def test_nobodys_reason_for_passing_over_is_lost_to_anothers(self) -> None:
        past = event(Review.StepPassedOver, step=2, because="x")
        given(Review, OPENED, past).when(lambda r: r.pass_over(2, "y")).refused(no.StepAlreadyPassedOver)

    def test_it_needs_a_step_and_a_reason(self) -> None:
        given(Review, OPENED).when(lambda r: r.pass_over(9, "x")).refused(no.UnknownStep)
        given(Review, OPENED).when(lambda r: r.pass_over(2, "")).refused(no.WordsMissing)


class TestFactors:
    def test_a_factor_knows_its_place_in_the_work_system(self) -> None:
        given(Review, OPENED).when(lambda r: r.identify_factor("equipment", "The alarm was flat.")).then(
            event(Review.FactorIdentified, category="equipment", seips="tools", behind=None)
        )

    def test_a_why_stands_behind_a_factor(self) -> None:
        given(Review, OPENED, factor()).when(lambda r: r.identify_factor("policy", "Nobody orders rails.", FIRST)).then(
            event(Review.FactorIdentified, behind=FIRST)
        )

    def test_a_why_needs_a_factor_that_stands(self) -> None:
        given(Review, OPENED).when(lambda r: r.identify_factor("policy", "x", FIRST)).refused(no.UnknownFactor)
        given(Review, OPENED).when(lambda r: r.identify_factor("policy", "")).refused(no.WordsMissing)

    def test_a_factor_is_withdrawn_with_its_reason(self) -> None:
        given(Review, OPENED, factor()).when(lambda r: r.withdraw_factor(FIRST, "There was a rail.")).then(
            event(Review.FactorWithdrawn, factor_id=FIRST)
        )

    def test_a_withdrawal_leaves_no_why_hanging(self) -> None:
        past = given(Review, OPENED, factor(), factor(SECOND, behind=FIRST))
        past.when(lambda r: r.withdraw_factor(FIRST, "x")).refused(no.OthersStandBehind)

    def test_a_withdrawal_needs_a_factor_and_a_reason(self) -> None:
        given(Review, OPENED).when(lambda r: r.withdraw_factor(FIRST, "x")).refused(no.UnknownFactor)
        given(Review, OPENED, factor()).when(lambda r: r.withdraw_factor(FIRST, "")).refused(no.WordsMissing)

    def test_that_nothing_was_found_is_said_with_its_reason(self) -> None:
        given(Review, OPENED).when(lambda r: r.find_no_factor("A tree fell.")).then(event(Review.NoFactorFound))
        given(Review, OPENED).when(lambda r: r.find_no_factor("")).refused(no.WordsMissing)

    def test_the_system_is_questioned_in_words(self) -> None:
        given(Review, OPENED).when(lambda r: r.question_system("Two were off sick.")).then(
            event(Review.SystemQuestioned, words="Two were off sick.")
        )
        given(Review, OPENED).when(lambda r: r.question_system("")).refused(no.WordsMissing)


class TestSharedWords:
    def test_what_was_learned_is_said(self) -> None:
        given(Review, OPENED).when(lambda r: r.state_learning(LEARNED)).then(
            event(Review.LearningStated, words=LEARNED)
        )

    def test_the_same_learning_again_is_no_news(self) -> None:
        given(Review, OPENED, STATED).when(lambda r: r.state_learning(LEARNED)).nothing()

    def test_what_is_shared_names_nobody(self) -> None:
        past = given(Review, OPENED)
        past.when(lambda r: r.state_learning("Mrs Okafor slipped.")).refused(no.NamesInSharedText)
        past.when(lambda r: r.recommend("Ring 020 7946 0018.")).refused(no.NamesInSharedText)
        past.when(lambda r: r.state_learning("Ada slipped.", ["Ada Okafor"])).refused(no.NamesInSharedText)

    def test_the_refusal_says_what_kind_was_found_and_keeps_the_words_out_of_its_sentence(self) -> None:
        with pytest.raises(no.NamesInSharedText) as refusal:
            given(Review, OPENED).when(lambda r: r.state_learning("Mrs Okafor slipped.")).nothing()
        assert [each.text for each in refusal.value.findings] == ["Mrs Okafor"]
        assert "a title with a name" in str(refusal.value)
        assert "Okafor" not in str(refusal.value)

    def test_shared_words_are_words(self) -> None:
        given(Review, OPENED).when(lambda r: r.state_learning("")).refused(no.WordsMissing)
        given(Review, OPENED).when(lambda r: r.recommend("")).refused(no.WordsMissing)

    def test_a_recommendation_is_made_once_and_taken_back_with_its_reason(self) -> None:
        made = event(Review.Recommended, recommendation_id=FIRST, words="Fund a rail.")
        given(Review, OPENED).when(lambda r: r.recommend("Fund a rail.")).then(
            event(Review.Recommended, words="Fund a rail.")
        )
        given(Review, OPENED, made).when(lambda r: r.recommend("Fund a rail.")).nothing()
        given(Review, OPENED, made).when(lambda r: r.withdraw_recommendation(FIRST, "It is funded.")).then(
            event(Review.RecommendationWithdrawn, recommendation_id=FIRST)
        )
        given(Review, OPENED, made).when(lambda r: r.withdraw_recommendation(FIRST, "")).refused(no.WordsMissing)
        given(Review, OPENED).when(lambda r: r.withdraw_recommendation(FIRST, "x")).refused(no.UnknownRecommendation)


class TestSharedTexts:
    def test_nobodys_learning_is_written_over_unseen(self) -> None:
        stated = event(Review.LearningStated, words="Theirs.", number=1)
        past = given(Review, OPENED, stated)
        with pytest.raises(no.SectionMovedOn) as refusal:
            past.when(lambda r: r.state_learning("Mine.")).nothing()
        assert refusal.value.conflicts == (MovedOn("learning", 1, "Theirs.", "Mine."),)
        past.when(lambda r: r.state_learning("Both.", based_on=1)).then(
            event(Review.LearningStated, words="Both.", number=2)
        )

    def test_an_example_names_nobody_and_is_a_section_of_its_own(self) -> None:
        past = given(Review, OPENED, event(Review.LearningStated, words="Theirs.", number=4))
        past.when(lambda r: r.give_example("Mrs Okafor slipped.")).refused(no.NamesInSharedText)
        past.when(lambda r: r.give_example("Ada slipped.", ["Ada Okafor"])).refused(no.NamesInSharedText)
        past.when(lambda r: r.give_example("")).refused(no.WordsMissing)
        past.when(lambda r: r.give_example("Someone slipped.")).then(event(Review.ExampleGiven, number=1))
        past.when(lambda r: r.give_example("Someone slipped.")).nothing()
        past.when(lambda r: r.give_example("Someone fell.")).refused(no.SectionMovedOn)
        past.when(lambda r: r.give_example("Someone fell.", based_on=1)).then(event(Review.ExampleGiven, number=2))


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
        past.when(lambda r: r.reopen("More came to light.")).then(event(Review.Reopened, because="More came to light."))
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
