"""How a service learns and changes: responses, factors, changes, their strength and their proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from contracts.taxonomy.labelled import Labelled

SEIPS = "SEIPS 3.0 work system model"
HIERARCHY = "Action hierarchy, US Department of Veterans Affairs and IHI (RCA2, 2015)"


class ResponseKind(Labelled):
    """The way a team learns from an opportunity, chosen by what there is to learn."""

    REFLECTION_WHOLE_TEAM = "reflection_whole_team", "Reflective discussion, whole team"
    REFLECTION_SMALL_GROUPS = "reflection_small_groups", "Reflective discussion, small groups"
    REFLECTION_ONE_TO_ONE = "reflection_one_to_one", "Reflective discussion, one to one"
    AFTER_ACTION_REVIEW = "after_action_review", "After-action review", "PSIRF toolkit"
    SWARM = "swarm", "Swarm huddle, soon after and on the spot", "PSIRF toolkit"
    MULTIDISCIPLINARY = "multidisciplinary", "Multidisciplinary review", "PSIRF toolkit"
    THEMATIC = "thematic", "Thematic review of several cases", "PSIRF toolkit"


class SeipsElement(Labelled):
    """The six parts of the work system in which contributing factors are looked for."""

    PERSON = "person", "People", SEIPS
    TASKS = "tasks", "Tasks", SEIPS
    TOOLS = "tools", "Tools and technology", SEIPS
    INTERNAL_ENVIRONMENT = "internal_environment", "Surroundings", SEIPS
    ORGANISATION = "organisation", "Organisation", SEIPS
    EXTERNAL_ENVIRONMENT = "external_environment", "Outside the organisation", SEIPS


class FactorCategory(Labelled):
    """Why it could happen, each kind of factor in its place in the work system."""

    seips: SeipsElement

    def __new__(cls, code: str, label: str = "", seips: SeipsElement = SeipsElement.PERSON) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.source = SEIPS
        member.seips = seips
        return member

    STAFF_UNDERSTANDING = "staff_understanding", "Gaps in understanding", SeipsElement.PERSON
    STAFF_JUDGEMENT = "staff_judgement", "A hard judgement to make", SeipsElement.PERSON
    TRAINING = "training", "Training gaps", SeipsElement.PERSON
    NEEDS_OF_PERSON = "needs_of_person", "The person's changing needs", SeipsElement.PERSON
    CARE_PLANNING = "care_planning", "Care planning lacks detail", SeipsElement.TASKS
    RECORDING = "recording", "Recording unclear or missing", SeipsElement.TASKS
    HANDOVER = "handover", "Unclear handover", SeipsElement.TASKS
    SYSTEM_ALERTS = "system_alerts", "System alerts", SeipsElement.TOOLS
    RECORDING_PROMPTS = "recording_prompts", "Prompts and forms", SeipsElement.TOOLS
    EQUIPMENT = "equipment", "Equipment", SeipsElement.TOOLS
    LAYOUT = "layout", "Layout and surroundings", SeipsElement.INTERNAL_ENVIRONMENT
    TRIGGERS = "triggers", "Noise, crowding and other triggers", SeipsElement.INTERNAL_ENVIRONMENT
    SUPERVISION = "supervision", "Supervision", SeipsElement.ORGANISATION
    COMPETENCY_CHECKS = "competency_checks", "Checking of competency", SeipsElement.ORGANISATION
    CULTURE = "culture", "Culture", SeipsElement.ORGANISATION
    ESCALATION_PATHWAY = "escalation_pathway", "Escalation route unclear", SeipsElement.ORGANISATION
    COMMUNICATION = "communication", "Communication", SeipsElement.ORGANISATION
    STAFFING = "staffing", "Staffing and rota", SeipsElement.ORGANISATION
    RECORD_OVERSIGHT = "record_oversight", "Oversight of records", SeipsElement.ORGANISATION
    POLICY = "policy", "Policy or procedure", SeipsElement.ORGANISATION
    COMMISSIONING = "commissioning", "Commissioning", SeipsElement.EXTERNAL_ENVIRONMENT
    OTHER_AGENCIES = "other_agencies", "Other agencies", SeipsElement.EXTERNAL_ENVIRONMENT


class Strength(Labelled):
    """How much a change relies on people remembering: the less, the stronger."""

    examples: tuple[str, ...]

    def __new__(cls, code: str, label: str = "", examples: tuple[str, ...] = ()) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.source = HIERARCHY
        member.examples = examples
        return member

    STRONGER = (
        "stronger",
        "Stronger",
        (
            "change to the building or surroundings",
            "a control that makes the wrong step impossible",
            "simpler process with steps taken out",
            "one standard process or piece of equipment everywhere",
            "leaders visibly taking part",
        ),
    )
    INTERMEDIATE = (
        "intermediate",
        "Intermediate",
        (
            "more staff or less workload at the busy time",
            "checklist or prompt at the point of care",
            "system alert",
            "fewer distractions",
            "a second independent check built into the work",
            "practice with scenarios and refreshers",
            "better documentation or a fixed form of words for handover",
        ),
    )
    WEAKER = (
        "weaker",
        "Weaker",
        ("training", "reminder or briefing", "new policy or memo", "warning sign", "double check"),
    )


class ChangeKind(Labelled):
    """What a service changes, with the strength such a change usually has.

    The owner may argue for another strength; the reason is then kept with the action.
    """

    usual_strength: Strength

    def __new__(cls, code: str, label: str = "", strength: Strength = Strength.WEAKER) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.source = HIERARCHY
        member.usual_strength = strength
        return member

    CARE_PLAN = "care_plan", "Update care or support plans", Strength.INTERMEDIATE
    RISK_ASSESSMENT = "risk_assessment", "Update risk assessments", Strength.INTERMEDIATE
    RISK_FRAMEWORK = "risk_framework", "Revise how risk is assessed", Strength.INTERMEDIATE
    ROTA = "rota", "Change rotas or staffing", Strength.INTERMEDIATE
    TRAINING = "training", "Arrange training", Strength.WEAKER
    SCENARIO_TRAINING = "scenario_training", "Practise with scenarios", Strength.INTERMEDIATE
    COACHING = "coaching", "Coach staff directly", Strength.WEAKER
    COMPETENCY = "competency", "Reassess competency", Strength.INTERMEDIATE
    PEER_OBSERVATION = "peer_observation", "Observe each other's practice", Strength.INTERMEDIATE
    SUPERVISION = "supervision", "Change supervision", Strength.INTERMEDIATE
    BRIEFING = "briefing", "Brief staff", Strength.WEAKER
    RECORDING_PROMPT = "recording_prompt", "Change recording prompts", Strength.INTERMEDIATE
    MANAGEMENT_SCREENING = "management_screening", "Screen notes more often", Strength.INTERMEDIATE
    RECORD_AUDIT = "record_audit", "Audit records and feed back", Strength.INTERMEDIATE
    ESCALATION_ROUTE = "escalation_route", "Revise escalation routes", Strength.INTERMEDIATE
    HANDOVER = "handover", "Require handover confirmation", Strength.INTERMEDIATE
    FINANCE_CONTROL = "finance_control", "Tighten controls on money", Strength.INTERMEDIATE
    ENVIRONMENT = "environment", "Adapt the building or surroundings", Strength.STRONGER
    EQUIPMENT = "equipment", "Change equipment", Strength.STRONGER
    FORCED_STEP = "forced_step", "Make the wrong step impossible", Strength.STRONGER
    SIMPLER_PROCESS = "simpler_process", "Simplify the process", Strength.STRONGER
    LEADERSHIP = "leadership", "Leaders take part and own it", Strength.STRONGER
    POLICY = "policy", "New or revised policy", Strength.WEAKER
    SHARE_GOOD_PRACTICE = "share_good_practice", "Spread what works", Strength.INTERMEDIATE


FOR_A_PERSON: Mapping[ChangeKind, str] = {
    ChangeKind.TRAINING: "training",
    ChangeKind.SCENARIO_TRAINING: "practice with scenarios",
    ChangeKind.COACHING: "coaching",
    ChangeKind.COMPETENCY: "a check of competency",
    ChangeKind.PEER_OBSERVATION: "observing each other at work",
}
"""The kinds of change that are made person by person, as whoever they are meant for hears of them."""


class EvidenceSource(Labelled):
    """Where proof of changed practice is found; two independent kinds make it believable."""

    CARE_RECORDS = "care_records", "Care records"
    SAFEGUARDING_LOG = "safeguarding_log", "Safeguarding logs"
    INCIDENT_LOG = "incident_log", "Incident logs"
    SUPERVISION = "supervision", "Supervision notes"
    STAFF_DISCUSSION = "staff_discussion", "Staff discussions"
    STAFF_BRIEFING = "staff_briefing", "Staff briefings"
    PRACTICE_OBSERVATION = "practice_observation", "Observation of staff practice"
    AUDIT = "audit", "Audits"
    FEEDBACK = "feedback", "Feedback from people and families"
    STAFF_FEEDBACK = "staff_feedback", "Feedback from staff"
    PROFESSIONAL_FEEDBACK = "professional_feedback", "Feedback from professionals"
    GOVERNANCE_MINUTES = "governance_minutes", "Governance minutes"
    OUTCOME_DATA = "outcome_data", "Counts and outcomes over time"


class ReviewGap(Labelled):
    """What a review does without; it may be signed off all the same, and readers are told."""

    NOBODY_ASKED = "nobody_asked", "Nobody was asked to take part"
    SOMEONE_COULD_NOT = "someone_could_not", "Someone who was asked could not take part"
    ONE_DISCIPLINE = "one_discipline", "Nobody from another discipline took part"
    NO_TIMELINE = "no_timeline", "Nobody added to the timeline"
    NO_EVIDENCE = "no_evidence", "There is no evidence on record"
    ONE_KIND_OF_EVIDENCE = "one_kind_of_evidence", "The evidence is of one kind, so nothing was compared"
    PERSON_NOT_HEARD = "person_not_heard", "There is no feedback from the person or their family"
    NO_FINDING = "no_finding", "No finding says what it rests on"


class RecommendationDecision(Labelled):
    """What was decided about a finding or a recommendation, ours or another body's."""

    ACCEPTED = "accepted", "Accepted"
    ACCEPTED_IN_PART = "accepted_in_part", "Accepted in part"
    NOT_ACCEPTED = "not_accepted", "Not accepted"


class ClosureState(Labelled):
    """How far a change has come; only the last ends the work, and a relapse goes back."""

    DONE = "done", "Done"
    BRIEFED = "briefed", "Staff briefed"
    PRACTISED = "practised", "Seen in practice"
    EFFECTIVE = "effective", "Shown to work"
    SUSTAINED = "sustained", "Shown to last"


class Verdict(Labelled):
    """What the figures say about a change once chance and regression to the mean are allowed for."""

    IMPROVED = "improved", "Improved"
    NO_EVIDENCE = "no_evidence", "No evidence of change"
    WORSE = "worse", "Worse"
    TOO_LITTLE_DATA = "too_little_data", "Too little data to tell"


class Milestone(Labelled):
    """The moments of an opportunity's life that targets are measured between."""

    RECEIVED = "received", "Received"
    RECORDED = "recorded", "Recorded"
    MANAGEMENT_REVIEWED = "management_reviewed", "Reviewed by a manager"
    ACTIONED = "actioned", "Action taken"
    COMMUNICATED = "communicated", "Communicated to the staff concerned"
    LEARNING_RECORDED = "learning_recorded", "Learning recorded"
    GUIDANCE_GIVEN = "guidance_given", "Guidance given to staff"
