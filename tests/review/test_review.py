"""A review, from its questions to what was learned."""

from __future__ import annotations

import pytest

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
