"""Which few facts are asked for each kind of opportunity, so that a form stays short."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.taxonomy.facts import Fact
from contracts.taxonomy.opportunities import OpportunityKind

QUESTIONS: Mapping[OpportunityKind, tuple[Fact, ...]] = MappingProxyType(
    {
        OpportunityKind.COMPLAINT: (
            Fact.HARM_LEVEL,
            Fact.ABUSE_TYPES,
            Fact.ALLEGATION_AGAINST_STAFF,
            Fact.COUNCIL_FUNDED,
            Fact.OMBUDSMAN_RETURNED,
            Fact.REPORTER_KNOWN,
        ),
        OpportunityKind.NEAR_MISS: (
            Fact.PERSON_AFFECTED,
            Fact.STAFFING_UNSAFE,
            Fact.SERVICE_INTERRUPTION_HOURS,
            Fact.SAFETY_DEVICE_FAILURE_HOURS,
            Fact.PREMISES_DAMAGED,
            Fact.REPORTER_KNOWN,
        ),
        OpportunityKind.ABUSE_OR_NEGLECT: (
            Fact.ABUSE_TYPES,
            Fact.HARM_LEVEL,
            Fact.HAS_CARE_NEEDS,
            Fact.UNABLE_TO_PROTECT_SELF,
            Fact.CRIME_SUSPECTED,
            Fact.ALLEGATION_AGAINST_STAFF,
        ),
        OpportunityKind.SAFEGUARDING_ADULT_REVIEW: (
            Fact.ABUSE_TYPES,
            Fact.PERSON_DIED,
            Fact.AGENCIES_WORKED_POORLY,
            Fact.BOARD_REQUESTED_INFORMATION,
            Fact.OTHER_BODY_FINDINGS,
        ),
        OpportunityKind.POLICE_INCIDENT: (
            Fact.PERSON_AFFECTED,
            Fact.HARM_LEVEL,
            Fact.ABUSE_TYPES,
            Fact.ALLEGATION_AGAINST_STAFF,
            Fact.ABSENT_WITHOUT_LEAVE,
            Fact.DETAINED,
        ),
        OpportunityKind.ACCIDENT_OR_INJURY: (
            Fact.HARM_LEVEL,
            Fact.PERSON_AFFECTED,
            Fact.PROFESSIONAL_OPINION,
            Fact.UNINTENDED_OR_UNEXPECTED,
            Fact.DURING_CARE,
            Fact.REPORTABLE_INJURY,
        ),
        OpportunityKind.WHISTLEBLOWING: (
            Fact.ABUSE_TYPES,
            Fact.HARM_LEVEL,
            Fact.ALLEGATION_AGAINST_STAFF,
            Fact.STAFFING_UNSAFE,
            Fact.POLICE_INVOLVED,
            Fact.REPORTER_KNOWN,
        ),
        OpportunityKind.INSPECTION_OR_AUDIT: (
            Fact.INSPECTED_BY,
            Fact.INSPECTION_WAS_POOR,
            Fact.CQC_REQUESTED_REPORT,
            Fact.CQC_REQUESTED_COMPLAINTS_SUMMARY,
            Fact.STAFFING_UNSAFE,
            Fact.ABUSE_TYPES,
        ),
        OpportunityKind.QUALITY_ASSURANCE: (
            Fact.HARM_LEVEL,
            Fact.ABUSE_TYPES,
            Fact.STAFFING_UNSAFE,
            Fact.ALLEGATION_AGAINST_STAFF,
            Fact.REPORTER_KNOWN,
        ),
        OpportunityKind.COMPLIMENT: (Fact.REPORTER_KNOWN,),
        OpportunityKind.STAFF_ALLEGATION: (
            Fact.ABUSE_TYPES,
            Fact.HARM_LEVEL,
            Fact.CRIME_SUSPECTED,
            Fact.CHILDREN_AT_RISK,
            Fact.REMOVED_FROM_CARE_WORK,
            Fact.CONDUCT_MEETS_REFERRAL_TEST,
        ),
        OpportunityKind.PROFESSIONAL_UPDATE: (
            Fact.ABUSE_TYPES,
            Fact.HARM_LEVEL,
            Fact.LA_DECISION,
            Fact.LA_REQUESTED_OUTCOME,
            Fact.OTHER_BODY_FINDINGS,
            Fact.LIBERTY_OUTCOME_KNOWN,
        ),
        OpportunityKind.SAFEGUARDING_INDICATOR: (
            Fact.ABUSE_TYPES,
            Fact.HARM_LEVEL,
            Fact.HAS_CARE_NEEDS,
            Fact.UNABLE_TO_PROTECT_SELF,
            Fact.REPORTER_KNOWN,
        ),
    }
)

PLACED = (
    OpportunityKind.COMPLAINT,
    OpportunityKind.NEAR_MISS,
    OpportunityKind.ABUSE_OR_NEGLECT,
    OpportunityKind.POLICE_INCIDENT,
    OpportunityKind.ACCIDENT_OR_INJURY,
    OpportunityKind.STAFF_ALLEGATION,
    OpportunityKind.SAFEGUARDING_INDICATOR,
)
"""Kinds that happened somewhere."""

LATER: Mapping[OpportunityKind, tuple[Fact, ...]] = MappingProxyType(dict.fromkeys(PLACED, (Fact.PLACE,)))
"""What is asked besides when it is weighed: no rule waits for it, but patterns are seen by it."""
