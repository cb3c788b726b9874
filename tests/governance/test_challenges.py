"""A challenge: who may ask, who answers, and that its words name nobody."""

from __future__ import annotations

from typing import Any

import pytest

from services.governance.domain import (
    AlreadyAnswered,
    Challenge,
    NamesSomeone,
    NotForThisPost,
    NotYoursToAnswer,
    WordsMissing,
)
from tests.given import JOURNEY, event, given

ASKED = event(Challenge.Raised, post_id="elm.manager", measure_id=None, words="Why do reviews wait?")
ANSWERED = event(Challenge.Answered, words="A post was vacant.")


def put(words: str, role: str = "provider_quality_lead") -> Challenge:
    return Challenge.put(
        provider="acme", site="elm", journey=JOURNEY, post_id="elm.manager", measure_id=None, words=words,
        role=role, known_names=["Olga Petrova"],
    )  # fmt: skip


def test_oversight_asks_a_post_to_account() -> None:
    given(Challenge).when(lambda _: put("  Why do reviews wait? ")).then(ASKED)


def test_only_oversight_asks() -> None:
    given(Challenge).when(lambda _: put("Why?", role="registered_manager")).refused(NotForThisPost)


@pytest.mark.parametrize("words", ["Why did Mrs Okafor wait?", "Ask olga petrova.", "Call 020 7946 0018."])
def test_a_challenge_names_nobody(words: str) -> None:
    given(Challenge).when(lambda _: put(words)).refused(NamesSomeone)


@pytest.mark.parametrize("words", ["  ", "x" * 4_001])
def test_a_challenge_has_words_that_can_be_read(words: str) -> None:
    given(Challenge).when(lambda _: put(words)).refused(WordsMissing)


def answer(words: str = "A post was vacant.", acting_in: tuple[str, ...] = ("elm.manager",)) -> Any:
    return lambda challenge: challenge.answer(words, acting_in, [])


def test_the_post_that_was_asked_answers() -> None:
    given(Challenge, ASKED).when(answer()).then(ANSWERED)


def test_another_post_does_not_answer_for_it() -> None:
    given(Challenge, ASKED).when(answer(acting_in=("oak.manager",))).refused(NotYoursToAnswer)


def test_a_challenge_is_not_answered_twice() -> None:
    given(Challenge, ASKED, ANSWERED).when(answer()).refused(AlreadyAnswered)


def test_an_answer_names_nobody() -> None:
    given(Challenge, ASKED).when(answer("Mr Jones had left.")).refused(NamesSomeone)
