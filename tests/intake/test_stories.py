"""The stories that the field tells: each can be told as a kind with its themes, and the rules find what follows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.taxonomy import AbuseType, OpportunityKind, Theme
from libs.rules import pack_of, propose
from services.intake.domain import Opportunity
from tests.given import event, given
from tests.house import rules
from tests.intake.happened import SAFE, WHY, raised

PACK = pack_of(rules())
TODAY = date(2026, 3, 2)
HOME = {"nation": "ENG", "provider_kind": "care_home_residential"}
ON_HARM = {"unintended_or_unexpected": True, "during_care": True}


def proposed(**facts: Any) -> set[str]:
    return {each.rule_id for each in propose(PACK, HOME | facts, TODAY)}


@pytest.mark.parametrize(
    ("kind", "theme", "facts", "expected"),
    [
        ("staff_allegation", "boundaries", {}, "allegation-wider-systems"),
        ("safeguarding_indicator", "delayed_escalation", {}, "indicator-management-review"),
        ("quality_assurance", "care_planning", {}, ""),
        ("staff_allegation", "communication", {"abuse_types": ["psychological"]}, "cqc-abuse"),
        ("staff_allegation", "record_oversight", {}, "person-in-position-of-trust"),
        ("complaint", "workforce_pressure", {"staffing_unsafe": True}, "cqc-staffing"),
        ("abuse_or_neglect", "financial_risk", {"abuse_types": ["financial"]}, "financial-abuse-is-abuse"),
        ("professional_update", "information_sharing", {}, "update-communicated"),
    ],
)
def test_each_story_is_told_themed_and_weighed(kind: str, theme: str, facts: dict[str, Any], expected: str) -> None:
    assert not expected or expected in proposed(kind=kind, themes=[theme], **facts)
    given(Opportunity, raised(kind, themes=[theme]), SAFE).when(
        lambda it: it.triage(response="after_action_review", weighed=[], facts=facts, rationale=WHY, themes=[])
    ).then(event(Opportunity.Triaged, kind=kind, themes=[theme], facts=facts))


def test_an_allegation_always_asks_about_the_wider_systems() -> None:
    assert "allegation-wider-systems" in proposed(kind="staff_allegation")
    assert "allegation-wider-systems" in proposed(kind="complaint", allegation_against_staff=True)


@pytest.mark.parametrize("abuse", [each.value for each in AbuseType])
def test_every_type_of_abuse_leads_to_a_concern_and_to_cqc(abuse: str) -> None:
    assert {"safeguarding-concern", "cqc-abuse"} <= proposed(kind="complaint", abuse_types=[abuse])


def test_the_three_parts_of_an_enquirys_criteria_are_all_needed() -> None:
    parts = {"has_care_needs": True, "unable_to_protect_self": True, "at_risk_of_abuse": True}
    assert "care-act-enquiry-criteria" in proposed(kind="complaint", **parts)
    for left_out in parts:
        told = {name: answer for name, answer in parts.items() if name != left_out}
        assert "care-act-enquiry-criteria" not in proposed(kind="complaint", **told)


@pytest.mark.parametrize("opinion", ["death", "impairment_28_days", "prolonged_pain", "treated_to_prevent_harm"])
def test_candour_goes_by_the_threshold_of_social_care(opinion: str) -> None:
    told = {"kind": "accident_or_injury", "professional_opinion": [opinion], **ON_HARM}
    assert {"candour-told-in-person", "candour-written-account"} <= proposed(**told)
    assert "candour-told-in-person" not in proposed(**told | {"during_care": False})
    assert "candour-told-in-person" not in proposed(**told | {"professional_opinion": ["none_of_these"]})
    [rule] = [rule for rule in PACK.rules if rule.id == "candour-told-in-person"]
    assert "(9)" in rule.citation
    assert "(8)" not in rule.citation


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"kind": "complaint"}, "complaint-investigated"),
        ({"kind": "near_miss", "crime_suspected": True}, "police-crime"),
        (
            {"kind": "staff_allegation", "removed_from_care_work": True, "conduct_meets_referral_test": True},
            "dbs-referral",
        ),
        (
            {"kind": "accident_or_injury", "reportable_injury": "specified", "person_affected": "worker"},
            "riddor-death-or-specified",
        ),
        ({"kind": "accident_or_injury", "person_died": True}, "cqc-death"),
        ({"kind": "police_incident"}, "cqc-police"),
        ({"kind": "near_miss", "service_interruption_hours": 25}, "cqc-utilities"),
        ({"kind": "safeguarding_adult_review", "other_body_findings": True}, "learning-other-findings"),
    ],
)
def test_the_duties_of_the_field_are_proposed_with_where_they_are_written(facts: dict[str, Any], expected: str) -> None:
    [found] = [each for each in propose(PACK, HOME | facts, TODAY) if each.rule_id == expected]
    assert found.citation
    assert found.because


def test_a_dbs_referral_needs_both_parts() -> None:
    assert "dbs-referral" not in proposed(kind="staff_allegation", removed_from_care_work=True)


def test_without_delay_is_never_a_number() -> None:
    for rule in PACK.rules:
        if rule.clock and not rule.clock.kind.counted:
            assert rule.clock.n is None
            assert not any(letter.isdigit() for letter in rule.clock.words)


TO_BE_CONFIRMED = {
    "financial-abuse-is-abuse",
    "adult-review-information",
    "cqc-pressure-ulcer",
    "cqc-premises",
    "cqc-safety-device",
    "complaint-signpost",
    "riddor-death-or-specified",
    "riddor-over-seven-days",
    "riddor-taken-to-hospital",
}
"""Rules that rest on general knowledge and were not read at their source."""


def test_what_nobody_has_checked_at_its_source_is_to_be_confirmed_by_the_provider() -> None:
    assert {rule.id for rule in PACK.rules if rule.id in TO_BE_CONFIRMED and rule.confirmed} == set()
    unchecked = [each for each in PACK.rules if not each.confirmed]
    assert all(each.standing.endswith("to be confirmed by the provider") for each in unchecked)
    assert len(TO_BE_CONFIRMED - {rule.id for rule in unchecked}) == 0


@pytest.mark.parametrize(
    "theme",
    [
        Theme.DELAYED_ESCALATION, Theme.FINANCIAL_RISK, Theme.INFORMATION_SHARING, Theme.REPEATED_LOW_LEVEL,
        Theme.FEELING_UNSAFE, Theme.RECORDING, Theme.STAFF_CONFIDENCE,
    ],
)  # fmt: skip
def test_themes_that_commissioners_look_for_can_be_given_at_triage(theme: Theme) -> None:
    given(Opportunity, raised(OpportunityKind.QUALITY_ASSURANCE), SAFE).when(
        lambda it: it.triage(response="thematic", weighed=[], facts={}, rationale=WHY, themes=[theme.value])
    ).then(event(Opportunity.Triaged, themes=[theme.value]))
