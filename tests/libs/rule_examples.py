"""For every rule that ships: facts on which it speaks, and facts on which it is silent."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from libs.policytext import read
from libs.rules import RulePack, pack_of

FOLDER = Path(__file__).parents[2] / "deploy" / "rules"
PARTS = ("england-adult-social-care.yaml", "measures.yaml", "cadences.yaml", "reflection.yaml")


def as_adopted() -> RulePack:
    """The rules that ship, with their measures, regular reviews and reflection, adopted as one."""
    return pack_of({part: said for name in PARTS for part, said in read(FOLDER / name).items()})


PACK = as_adopted()
TODAY = date(2026, 11, 22)

ABUSE = {"kind": "abuse_or_neglect", "abuse_types": ["neglect"], "harm_level": "low"}
FALL = {
    "kind": "accident_or_injury",
    "harm_level": "moderate",
    "person_affected": "person_supported",
}
CANDOUR = FALL | {
    "unintended_or_unexpected": True,
    "during_care": True,
    "professional_opinion": ["impairment_28_days"],
}
WORKER = {"kind": "accident_or_injury", "person_affected": "worker"}
COMPLAINT = {"kind": "complaint", "abuse_types": [], "harm_level": "none"}
COMPLIMENT = {"kind": "compliment"}
MADE = {"change_implemented": True}
UPDATE = {"kind": "professional_update"}
INDICATOR = {"kind": "safeguarding_indicator"}
NEAR_MISS = {"kind": "near_miss"}
INSPECTION = {"kind": "inspection_or_audit", "inspection_was_poor": True, "inspected_by": "cqc"}
CRITERIA = ABUSE | {"has_care_needs": True, "unable_to_protect_self": True}
REVIEW = {"kind": "safeguarding_adult_review", "abuse_types": ["neglect"], "person_died": True}
ALLEGATION = {"kind": "staff_allegation"}

EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "care-act-enquiry-criteria": (CRITERIA, CRITERIA | {"unable_to_protect_self": False}),
    "safeguarding-concern": (ABUSE, FALL | {"abuse_types": []}),
    "financial-abuse-is-abuse": (ABUSE | {"abuse_types": ["financial"]}, ABUSE),
    "adult-review-criteria": (REVIEW | {"agencies_worked_poorly": True}, REVIEW),
    "adult-review-information": (REVIEW | {"board_requested_information": True}, REVIEW),
    "police-crime": (ABUSE | {"crime_suspected": True}, ABUSE | {"crime_suspected": False}),
    "person-in-position-of-trust": (ALLEGATION, ABUSE | {"allegation_against_staff": False}),
    "allegation-children": (ALLEGATION | {"children_at_risk": True}, ALLEGATION),
    "dbs-referral": (
        ALLEGATION | {"removed_from_care_work": True, "conduct_meets_referral_test": True},
        ALLEGATION | {"removed_from_care_work": True, "conduct_meets_referral_test": False},
    ),
    "cqc-death": (FALL | {"harm_level": "fatal"}, WORKER | {"harm_level": "fatal"}),
    "cqc-detained-person": (
        {"kind": "police_incident", "detained": True, "absent_without_leave": True},
        {"kind": "police_incident", "detained": False, "absent_without_leave": True},
    ),
    "cqc-serious-injury": (
        FALL | {"professional_opinion": ["prolonged_pain"]},
        FALL | {"professional_opinion": ["impairment_28_days"]},
    ),
    "cqc-injury-treated": (
        FALL | {"professional_opinion": ["treated_to_prevent_harm"]},
        WORKER | {"professional_opinion": ["treated_to_prevent_harm"]},
    ),
    "cqc-pressure-ulcer": (FALL | {"themes": ["pressure_ulcer"]}, FALL | {"themes": ["falls"]}),
    "cqc-abuse": (ABUSE, COMPLAINT),
    "cqc-police": ({"kind": "police_incident"}, ABUSE | {"police_involved": False}),
    "cqc-staffing": (NEAR_MISS | {"staffing_unsafe": True}, NEAR_MISS),
    "cqc-utilities": (
        NEAR_MISS | {"service_interruption_hours": 24.5},
        NEAR_MISS | {"service_interruption_hours": 24},
    ),
    "cqc-premises": (NEAR_MISS | {"premises_damaged": True}, NEAR_MISS),
    "cqc-safety-device": (
        NEAR_MISS | {"safety_device_failure_hours": 25},
        NEAR_MISS | {"safety_device_failure_hours": 24},
    ),
    "cqc-liberty-outcome": (UPDATE | {"liberty_outcome_known": True}, UPDATE),
    "candour-told-in-person": (CANDOUR, CANDOUR | {"professional_opinion": ["none_of_these"]}),
    "candour-support": (CANDOUR, CANDOUR | {"during_care": False}),
    "candour-written-account": (CANDOUR, CANDOUR | {"unintended_or_unexpected": False}),
    "candour-attempts-recorded": (FALL | {"candour_applies": True}, FALL),
    "candour-correspondence-kept": (CANDOUR, FALL),
    "complaint-investigated": (COMPLAINT, ABUSE),
    "complaint-summary-for-cqc": (
        INSPECTION | {"cqc_requested_complaints_summary": True},
        INSPECTION,
    ),
    "complaint-acknowledged": (
        COMPLAINT | {"council_funded": True},
        COMPLAINT | {"council_funded": False},
    ),
    "complaint-ombudsman-time": (COMPLAINT | {"ombudsman_returned": True}, COMPLAINT),
    "complaint-signpost": (ABUSE | {"complaint_made": True}, ABUSE),
    "governance-report-for-cqc": (INSPECTION | {"cqc_requested_report": True}, INSPECTION),
    "riddor-death-or-specified": (
        WORKER | {"reportable_injury": "specified"},
        FALL | {"reportable_injury": "specified"},
    ),
    "riddor-over-seven-days": (
        WORKER | {"reportable_injury": "over_seven_days"},
        WORKER | {"reportable_injury": "none_of_these"},
    ),
    "riddor-taken-to-hospital": (
        FALL | {"reportable_injury": "taken_to_hospital"},
        WORKER | {"reportable_injury": "taken_to_hospital"},
    ),
    "learning-staff-team": (ABUSE | MADE, ABUSE),
    "learning-people-affected": (ABUSE | MADE | {"change_affects_care": True}, ABUSE | MADE),
    "learning-complainant": (COMPLAINT | MADE, COMPLAINT),
    "learning-relevant-person": (CANDOUR | MADE, FALL | MADE),
    "learning-cqc": (INSPECTION | MADE, INSPECTION | MADE | {"inspected_by": "commissioner"}),
    "learning-commissioner": (
        INSPECTION | MADE | {"inspected_by": "commissioner"},
        INSPECTION | MADE,
    ),
    "learning-local-authority": (ABUSE | MADE | {"la_requested_outcome": True}, ABUSE | MADE),
    "learning-other-findings": (REVIEW | {"other_body_findings": True}, REVIEW),
    "learning-good-practice": (COMPLIMENT, COMPLAINT),
    "allegation-wider-systems": (ABUSE | {"allegation_against_staff": True}, ABUSE),
    "feedback-to-reporter": (
        NEAR_MISS | {"reporter_known": True},
        NEAR_MISS | {"reporter_known": False},
    ),
    "indicator-management-review": (INDICATOR, UPDATE),
    "update-logged": (UPDATE, INDICATOR),
    "update-reviewed": (UPDATE, INDICATOR),
    "update-actioned": (UPDATE, INDICATOR),
    "update-communicated": (UPDATE, INDICATOR),
    "financial-concern-learning": (INDICATOR | {"themes": ["financial_risk"]}, INDICATOR),
}
