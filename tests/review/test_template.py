"""The template that ships: five steps and their questions, each asked of every opportunity it fits."""

from __future__ import annotations

import pytest

from libs.rules import pack_of
from tests.house import rules

ASKED = {
    1: ["when-and-where", "why-there", "who-else", "what-happened", "what-you-did", "what-others-did", "result"],
    2: ["felt-before", "felt-during", "others-felt-during", "felt-after", "think-now", "others-feel-now"],
    3: ["positive", "negative", "went-well", "went-less-well", "contributed"],
    4: ["more-positive", "differently", "skills", "changes-to-plans", "help-needed"],
    5: ["who-what-when"],
}


@pytest.mark.parametrize(
    "kind", ["near_miss", "complaint", "compliment", "staff_allegation", "safeguarding_adult_review"]
)
def test_each_of_the_twenty_four_questions_is_asked_in_its_step(kind: str) -> None:
    reflection = pack_of(rules()).reflection
    assert reflection is not None
    asked = reflection.questions(kind)
    assert all(asked[question] == step for step, questions in ASKED.items() for question in questions)
    assert len(asked) >= sum(map(len, ASKED.values())) == 24
