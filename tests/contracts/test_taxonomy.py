"""Codes are plain strings kept for ever; every list speaks plain English and leaves nobody out."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from jinja2 import Template
from pydantic import TypeAdapter

from contracts import taxonomy
from contracts.taxonomy import (
    EXTERNAL_ROLES,
    QUESTIONS,
    AbuseType,
    ChangeKind,
    Fact,
    FactorCategory,
    FactType,
    HarmLevel,
    Labelled,
    Nation,
    OpportunityKind,
    Role,
    SeipsElement,
    Strength,
)

LISTS = sorted(
    {
        one
        for one in vars(taxonomy).values()
        if isinstance(one, type) and issubclass(one, Labelled) and one is not Labelled
    },
    key=lambda one: one.__name__,
)


@pytest.mark.parametrize("closed", LISTS)
def test_every_code_is_stable_and_every_label_readable(closed: type[Labelled]) -> None:
    codes = [member.value for member in closed]
    labels = [member.label for member in closed]

    assert len(set(codes)) == len(codes) == len(closed.__members__)
    assert len(set(labels)) == len(labels)
    assert all(code.replace("_", "").isalnum() for code in codes)
    assert all(label and label[0].isupper() for label in labels) or closed is taxonomy.ClockStart
    assert all(not label.endswith(".") for label in labels)


@pytest.mark.parametrize("closed", LISTS)
def test_a_code_is_a_plain_string_to_everyone_who_stores_it(closed: type[Labelled]) -> None:
    for member in closed:
        assert str(member) == f"{member}" == member.value == member
        assert json.loads(json.dumps([member])) == [member.value]
        assert closed(member.value) is member
        assert pickle.loads(pickle.dumps(member)) is member  # noqa: S301
        assert copy.deepcopy(member) is member


def test_forms_and_requests_read_codes_and_show_labels() -> None:
    reads = TypeAdapter(OpportunityKind)

    assert reads.validate_json('"complaint"') is OpportunityKind.COMPLAINT
    assert reads.dump_json(OpportunityKind.COMPLAINT) == b'"complaint"'
    assert Template("{{ k }}: {{ k.label }}").render(k=Role.CQC) == "cqc: Care Quality Commission"
    assert ("ENG", "England") in Nation.choices()


def test_a_code_outside_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="grumble"):
        OpportunityKind("grumble")


def test_all_kinds_of_opportunity_in_the_policy_are_there_and_the_operational_three() -> None:
    assert len(OpportunityKind) == 13
    assert len([kind for kind in OpportunityKind if "policy" in kind.source]) == 10


def test_the_ten_types_of_abuse_come_from_the_statutory_guidance() -> None:
    assert len([one for one in AbuseType if "14.17" in one.source]) == 10


def test_every_factor_has_its_place_in_the_work_system_and_no_place_is_empty() -> None:
    assert {factor.seips for factor in FactorCategory} == set(SeipsElement)
    assert FactorCategory.SUPERVISION.seips is SeipsElement.ORGANISATION


def test_training_and_briefing_are_weak_and_every_strength_has_examples() -> None:
    assert ChangeKind.TRAINING.usual_strength is Strength.WEAKER
    assert ChangeKind.BRIEFING.usual_strength is Strength.WEAKER
    assert {kind.usual_strength for kind in ChangeKind} == set(Strength)
    assert all(strength.examples for strength in Strength)


def test_roles_inside_and_outside_the_provider_are_told_apart() -> None:
    assert Role.REGISTERED_MANAGER not in EXTERNAL_ROLES
    assert Role.CQC in EXTERNAL_ROLES


def test_every_kind_asks_at_most_six_questions_and_each_is_a_question() -> None:
    assert set(QUESTIONS) == set(OpportunityKind)
    for kind, facts in QUESTIONS.items():
        assert 1 <= len(facts) <= 6, kind
        assert len(set(facts)) == len(facts), kind
        assert all(fact.question.endswith("?") for fact in facts), kind


def test_a_fact_with_choices_has_its_list_and_others_have_none() -> None:
    for fact in Fact:
        chosen = fact.shape in {FactType.CHOICE, FactType.CHOICES}
        assert (fact.options is not None) is chosen, fact


@pytest.mark.parametrize(
    ("fact", "value", "fits"),
    [
        (Fact.POLICE_INVOLVED, True, True),
        (Fact.POLICE_INVOLVED, "yes", False),
        (Fact.POLICE_INVOLVED, 1, False),
        (Fact.HARM_LEVEL, "severe", True),
        (Fact.HARM_LEVEL, HarmLevel.SEVERE, True),
        (Fact.HARM_LEVEL, "awful", False),
        (Fact.HARM_LEVEL, ["severe"], False),
        (Fact.ABUSE_TYPES, ["physical", "neglect"], True),
        (Fact.ABUSE_TYPES, [], True),
        (Fact.ABUSE_TYPES, ["rudeness"], False),
        (Fact.ABUSE_TYPES, "physical", False),
        (Fact.SERVICE_INTERRUPTION_HOURS, 25.5, True),
        (Fact.SERVICE_INTERRUPTION_HOURS, -1, False),
        (Fact.SERVICE_INTERRUPTION_HOURS, True, False),
        (Fact.SERVICE_INTERRUPTION_HOURS, float("nan"), False),
        (Fact.SERVICE_INTERRUPTION_HOURS, float("inf"), False),
        (Fact.SERVICE_INTERRUPTION_HOURS, 10**400, False),
    ],
)
def test_a_fact_accepts_only_answers_of_its_own_shape(fact: Fact, value: object, fits: bool) -> None:
    assert fact.accepts(value) is fits
