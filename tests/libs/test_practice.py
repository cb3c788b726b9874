"""The provider's targets, cadences and reflection are read as they were agreed, and nonsense is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.taxonomy import ClockKind, Milestone, Role
from libs.practice import Cohort, Every, Measure, Reflection, Target
from libs.rules import RulePack
from tests.libs.rule_examples import PACK


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return PACK


def test_the_three_targets_are_those_agreed(pack: RulePack) -> None:
    targets = {one.id: (one.target_percent, one.numerator.within, one.numerator.n) for one in pack.measures}

    assert targets == {
        "indicator-reviewed-in-one-working-day": (100, ClockKind.WORKING_DAYS, 1),
        "financial-concern-learned-from": (100, None, None),
        "professional-update-in-two-working-days": (95, ClockKind.WORKING_DAYS, 2),
    }


def test_a_professional_update_counts_only_when_all_three_clocks_were_kept(pack: RulePack) -> None:
    measure = next(one for one in pack.measures if one.id.startswith("professional-update"))

    assert set(measure.numerator.all_of) == {
        Milestone.MANAGEMENT_REVIEWED,
        Milestone.ACTIONED,
        Milestone.COMMUNICATED,
    }


def test_reflection_has_five_steps_and_twenty_four_questions_for_you_or_your_team(pack: RulePack) -> None:
    assert pack.reflection
    steps = pack.reflection.steps

    assert [step.title for step in steps] == [
        "Description",
        "Feelings",
        "Evaluation",
        "Conclusions",
        "Action",
    ]
    assert [len([one for one in step.questions if not one.kinds]) for step in steps] == [7, 6, 5, 5, 1]
    assert all(one.words.endswith(("?", "names.")) for step in steps for one in step.questions)


def test_some_questions_are_asked_only_of_what_they_fit(pack: RulePack) -> None:
    assert pack.reflection
    asked = {kind: pack.reflection.questions(kind) for kind in ("near_miss", "compliment", "staff_allegation")}
    assert {kind: len(questions) for kind, questions in asked.items()} == {
        "near_miss": 24, "compliment": 26, "staff_allegation": 25,
    }  # fmt: skip
    assert "wider-systems" in asked["staff_allegation"]


def test_the_daily_weekly_monthly_and_quarterly_rounds_each_have_a_role_and_a_book(pack: RulePack) -> None:
    assert {one.every for one in pack.cadences} == set(Every)
    assert len({one.id for one in pack.cadences}) == len(pack.cadences)
    held = {one.id: one.role for one in pack.cadences}
    assert held["daily-indicator-screen"] is Role.REGISTERED_MANAGER
    assert held["monthly-update-sample"] is Role.PROVIDER_REPRESENTATIVE


@pytest.mark.parametrize(
    ("model", "content", "says"),
    [
        (Cohort, {}, "at least one"),
        (Target, {"all_of": []}, "at least 1"),
        (Target, {"all_of": ["actioned"], "n": 2}, "both"),
        (Target, {"all_of": ["actioned"], "within": "without_delay", "n": 2}, "within"),
        (Measure, {"id": "Not An Id"}, "id"),
        (
            Reflection,
            {
                "id": "r",
                "version": "1",
                "title": "R",
                "reviewed_on": "2026-01-01",
                "steps": [{"step": 2, "title": "S", "questions": [{"id": "q", "words": "Why?"}]}],
            },
            "numbered from 1",
        ),
        (
            Reflection,
            {
                "id": "r",
                "version": "1",
                "title": "R",
                "reviewed_on": "2026-01-01",
                "steps": [{"step": 1, "title": "S", "questions": [{"id": "q", "words": "Why?"}] * 2}],
            },
            "an id of its own",
        ),
    ],
)
def test_a_yardstick_that_makes_no_sense_is_refused(model: Any, content: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        model.model_validate(content)
