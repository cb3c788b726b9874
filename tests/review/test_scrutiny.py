"""What others put to a review: challenges, advice of other bodies, and to whom it is shut."""

from __future__ import annotations

from uuid import UUID

import pytest

from libs.deciding import Act
from services.review.domain import Access, Scrutiny
from services.review.domain import refusals as no
from tests.given import event, given
from tests.review.history import FIRST, READER, SECOND

BEGUN = event(Scrutiny.Begun)
CHALLENGED = event(Scrutiny.Challenged, challenge_id=FIRST, words="Is that all?")
ANSWERED = event(Scrutiny.ChallengeAnswered, challenge_id=FIRST, words="No.")
ADVISED = event(Scrutiny.AdviceReceived, advice_id=SECOND, kind="recommendation", body="police", words="Fit a rail.")
DECIDED = event(Scrutiny.AdviceAnswered, advice_id=SECOND, body="police", decision="accepted", because="Yes.")


class TestChallenge:
    def test_what_is_not_convincing_is_put_on_record(self) -> None:
        given(Scrutiny, BEGUN).when(lambda s: s.challenge("Is that all?")).then(
            event(Scrutiny.Challenged, words="Is that all?")
        )
        given(Scrutiny, BEGUN).when(lambda s: s.challenge(" ")).refused(no.WordsMissing)

    def test_somebody_else_answers_it_once(self) -> None:
        past = given(Scrutiny, BEGUN, CHALLENGED)
        past.when(lambda s: s.answer_challenge(FIRST, "No.")).refused(no.AnsweredByTheChallenger)
        past.when(lambda s: s.answer_challenge(SECOND, "No."), by=READER).refused(no.UnknownChallenge)
        past.when(lambda s: s.answer_challenge(FIRST, ""), by=READER).refused(no.WordsMissing)
        past.when(lambda s: s.answer_challenge(FIRST, "No."), by=READER).then(
            event(Scrutiny.ChallengeAnswered, words="No.")
        )
        past.when(lambda s: s.answer_challenge(FIRST, "Still no."), by=READER).refused(no.AlreadyAnswered)

    def test_it_counts_where_it_came_from_somebody_besides_the_author_and_was_answered(self) -> None:
        open_one, answered = given(Scrutiny, BEGUN, CHALLENGED), given(Scrutiny, BEGUN, CHALLENGED, ANSWERED)
        assert not open_one.aggregate.challenged_besides("person:ann")
        assert answered.aggregate.challenged_besides("person:ann")
        assert not answered.aggregate.challenged_besides("person:someone")


class TestAdvice:
    def test_what_another_body_recommends_enters_once_as_an_object_of_its_own(self) -> None:
        given(Scrutiny, BEGUN).when(lambda s: s.receive_advice(SECOND, "finding", "police", "No rail.")).then(
            event(Scrutiny.AdviceReceived, advice_id=SECOND, kind="finding", body="police")
        )
        given(Scrutiny, BEGUN, ADVISED).when(lambda s: s.receive_advice(SECOND, "finding", "police", "x")).nothing()

    def test_each_is_answered_by_a_decision_with_its_reason(self) -> None:
        past = given(Scrutiny, BEGUN, ADVISED)
        past.when(lambda s: s.decide(SECOND, "accepted", "We will.")).then(
            event(Scrutiny.AdviceAnswered, decision="accepted", body="police", because="We will.")
        )
        past.when(lambda s: s.decide(SECOND, "accepted", "")).refused(no.WordsMissing)
        past.when(lambda s: s.decide(FIRST, "accepted", "x")).refused(no.UnknownRecommendation)
        with pytest.raises(ValueError, match="perhaps"):
            past.aggregate.decide(SECOND, "perhaps", "x")

    def test_our_own_recommendation_is_decided_on_too_and_a_decision_may_be_replaced(self) -> None:
        given(Scrutiny, BEGUN).when(lambda s: s.decide(FIRST, "not_accepted", "Too dear.", [FIRST])).then(
            event(Scrutiny.AdviceAnswered, advice_id=FIRST, body="", decision="not_accepted")
        )
        given(Scrutiny, BEGUN, ADVISED, DECIDED).when(lambda s: s.decide(SECOND, "not_accepted", "It broke.")).then(
            event(Scrutiny.AdviceAnswered, decision="not_accepted")
        )


class TestPassing:
    def test_nothing_is_passed_on_unanswered(self) -> None:
        given(Scrutiny, BEGUN, CHALLENGED).when(lambda s: s.pass_on()).refused(no.ChallengeUnanswered)
        given(Scrutiny, BEGUN, ADVISED).when(lambda s: s.pass_on()).refused(no.AdviceUnanswered)
        given(Scrutiny, BEGUN, CHALLENGED, ANSWERED, ADVISED, DECIDED).when(lambda s: s.pass_on()).then(
            event(Scrutiny.Passed)
        )


class TestAccess:
    def test_the_subject_of_an_allegation_is_shut_out_until_it_turns_out_otherwise(self) -> None:
        begun, barred = event(Access.Begun), event(Access.Barred, subject="7d1f")
        given(Access, begun).when(lambda a: a.bar("7d1f")).then(barred)
        past = given(Access, begun, barred)
        past.when(lambda a: a.bar("7d1f")).nothing()
        past.when(lambda a: a.require_admitted("7d1f")).refused(no.SubjectOfAllegation)
        past.when(lambda a: a.require_admitted("another")).nothing()
        past.when(lambda a: a.lift_bar("7d1f")).then(event(Access.BarLifted, subject="7d1f"))
        given(Access, begun).when(lambda a: a.lift_bar("7d1f")).nothing()


def test_one_journey_has_one_scrutiny() -> None:
    assert Scrutiny.create_id(UUID(int=7)) == Scrutiny.create_id(UUID(int=7)) != Scrutiny.create_id(UUID(int=8))


def test_a_challenge_knows_who_raised_it() -> None:
    past = given(Scrutiny, BEGUN)
    past.when(lambda s: s.challenge("Why?"), by=Act("person:cy", "nominated_individual")).then(
        event(Scrutiny.Challenged)
    )
    assert [each.actor for each in past.aggregate.challenges.values()] == ["person:cy"]
