"""Every change that a lesson may lead to can be agreed, each with the strength that such a change usually has."""

from __future__ import annotations

import pytest

from contracts.taxonomy import ChangeKind, Strength
from services.action.domain.action import Action
from services.action.domain.plan import Plan
from tests.action.facts import opened, terms
from tests.given import event, given

STORIES = {
    "medicines given wrongly": ["competency", "peer_observation", "supervision", "training"],
    "harm between people who live together": ["risk_assessment", "rota", "environment", "scenario_training", "care_plan"],
    "boundaries": ["training", "supervision", "competency"],
    "deterioration noticed late": ["simpler_process", "scenario_training", "briefing", "escalation_route"],
    "personal care": ["care_plan", "briefing", "training"],
    "harsh words": ["training", "supervision"],
    "a busy shift": ["rota", "record_audit"],
    "signs passed on late": [
        "management_screening", "recording_prompt", "supervision", "briefing", "escalation_route", "leadership",
    ],
    "money not safe": ["finance_control", "record_audit", "coaching", "care_plan"],
    "letters not passed on": ["forced_step", "handover", "management_screening", "leadership"],
}  # fmt: skip


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_every_kind_of_change_can_be_agreed_with_its_usual_strength(kind: ChangeKind) -> None:
    given(Plan, opened()).when(lambda plan: plan.agree(terms(change_kind=kind))).then(
        event(Action.Agreed, change_kind=kind, strength=kind.usual_strength)
    )


@pytest.mark.parametrize("story", STORIES)
def test_what_a_story_calls_for_can_be_agreed(story: str) -> None:
    for kind in STORIES[story]:
        test_every_kind_of_change_can_be_agreed_with_its_usual_strength(ChangeKind(kind))


def test_a_change_of_paper_alone_or_one_that_relies_on_memory_is_weak() -> None:
    weak = {kind for kind in ChangeKind if kind.usual_strength is Strength.WEAKER}
    assert weak == {ChangeKind.POLICY, ChangeKind.TRAINING, ChangeKind.COACHING, ChangeKind.BRIEFING}
    strong = {kind for kind in ChangeKind if kind.usual_strength is Strength.STRONGER}
    assert strong >= {ChangeKind.ENVIRONMENT, ChangeKind.FORCED_STEP, ChangeKind.SIMPLER_PROCESS}
