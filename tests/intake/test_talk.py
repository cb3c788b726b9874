"""Talking with somebody who gave no name: only with the number and the word, and only so often in vain."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from libs.domain import Refused
from services.intake.domain import Talk
from services.intake.domain.refusals import AnsweredAlready, NothingNewToRead, NothingSaid, QuestionNotKnown, TalkFull
from services.intake.domain.talk import MOST
from services.intake.publication import publish
from tests.given import event, given

OPENED = event(Talk.Opened)
QUESTION, OTHER = uuid4(), uuid4()
ASKED = event(Talk.Asked, question_id=QUESTION, words="Which door was it?")
ANSWERED = event(Talk.Answered, question_id=QUESTION, words="The one to the garden.")


def test_a_question_waits_until_it_is_answered() -> None:
    talk = given(Talk, OPENED, ASKED).aggregate
    assert talk.open == {QUESTION: "Which door was it?"}
    given(Talk, OPENED, ASKED).when(lambda talk: talk.answer("The one to the garden.", QUESTION)).then(ANSWERED)


def test_something_can_be_added_though_nothing_is_asked() -> None:
    added = event(Talk.Answered, question_id=None, words="It happened again.")
    given(Talk, OPENED).when(lambda talk: talk.answer("It happened again.")).then(added)


@pytest.mark.parametrize(
    ("question", "rule"), [(QUESTION, AnsweredAlready), (OTHER, QuestionNotKnown)], ids=["answered", "never asked"]
)
def test_only_an_open_question_is_answered(question: UUID, rule: type[Refused]) -> None:
    given(Talk, OPENED, ASKED, ANSWERED).when(lambda talk: talk.answer("The garden.", question)).refused(rule)


def test_what_was_answered_is_read_once() -> None:
    given(Talk, OPENED, ASKED, ANSWERED).when(lambda talk: talk.read_answers()).then(event(Talk.AnswersRead))
    given(Talk, OPENED, ASKED).when(lambda talk: talk.read_answers()).refused(NothingNewToRead)


def test_who_asks_again_has_read_what_was_answered() -> None:
    asked = event(Talk.Asked, words="And when?")

    def again(talk: Talk) -> None:
        talk.ask("And when?")

    given(Talk, OPENED, ASKED, ANSWERED).when(again).then(event(Talk.AnswersRead), asked)


def test_neighbours_hear_that_something_was_answered_and_read_and_none_of_the_words() -> None:
    for kind, said in (
        (Talk.Answered, "intake.reporter_answered.v1"),
        (Talk.AnswersRead, "intake.reporter_answers_read.v1"),
    ):
        published = publish.dispatch(kind)(None)
        assert published is not None
        assert (published.name, published.model_dump()) == (said, {})
    assert publish.dispatch(Talk.Asked)(None) is None


def test_nothing_is_said_without_words_or_end() -> None:
    given(Talk, OPENED).when(lambda talk: talk.ask(" ")).refused(NothingSaid)
    given(Talk, OPENED).when(lambda talk: talk.answer("")).refused(NothingSaid)
    long = [event(Talk.Answered, question_id=None, words="More.")] * MOST
    given(Talk, OPENED, *long).when(lambda talk: talk.ask("And?")).refused(TalkFull)
