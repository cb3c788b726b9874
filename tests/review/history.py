"""Histories that the tests of review begin from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from libs.deciding import Act
from services.review.domain import Material, Review
from tests.given import Happened, event

AUTHOR = Act("person:ann", "registered_manager", rationale="because it was needed")
READER = Act("person:bo", "deputy_manager", rationale="because I agree")
QUESTIONS = {"when": 1, "where": 1, "felt": 2, "good": 3, "differently": 4, "who": 5}
FIRST, SECOND = UUID(int=1), UUID(int=2)
LEARNED = "Rails should run all the way to the door."

OPENED = event(
    Review.Opened,
    kind="near_miss",
    response="after_action_review",
    lead_role="registered_manager",
    themes=["falls"],
    rules="england/2026.1",
    template="five-step-reflection/2026.2",
    questions=QUESTIONS,
)
BEGUN = event(Material.Begun)


def answered(question: str, number: int = 1, words: str = "It was dark.") -> Happened:
    """An answer on record."""
    step = QUESTIONS[question]
    return event(
        Review.Answered, step=step, question=question, number=number, begins_step=number == 1, template="", words=words
    )


def factor(
    identity: UUID = FIRST, category: str = "layout", seips: str = "internal_environment", **more: Any
) -> Happened:
    """A factor on record."""
    fields = {"factor_id": identity, "category": category, "seips": seips, "behind": None, "words": "No rail."} | more
    return event(Review.FactorIdentified, **fields)


STEPS = [answered(question) for question in ("when", "felt", "good", "differently", "who")]
STATED = event(Review.LearningStated, words=LEARNED)
SIGNED_OFF = event(
    Review.SignedOff, learning_statement=LEARNED, factors=[], recommendations=[], themes=[], author="", template=""
)
