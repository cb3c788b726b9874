"""Who takes part: roles in the provider, recipients outside it, kinds of service and nations."""

from contracts.taxonomy.labelled import Labelled


class Role(Labelled):
    """What someone is in the work on a learning opportunity; never their name."""

    CARE_WORKER = "care_worker", "Care worker"
    KEY_WORKER = "key_worker", "Key worker"
    TEAM_LEADER = "team_leader", "Team leader"
    FIELD_SUPERVISOR = "field_supervisor", "Field supervisor"
    SENIOR_STAFF = "senior_staff", "Senior staff member"
    NURSE_OR_SENIOR_CARER = "nurse_or_senior_carer", "Nurse or senior carer"
    CARE_COORDINATOR = "care_coordinator", "Care coordinator"
    ADMINISTRATOR = "administrator", "Administrator"
    DEPUTY_MANAGER = "deputy_manager", "Deputy manager"
    SERVICE_MANAGER = "service_manager", "Service manager"
    REGISTERED_MANAGER = "registered_manager", "Registered manager"
    REGISTERED_PERSON = "registered_person", "Registered person"
    SAFEGUARDING_LEAD = "safeguarding_lead", "Safeguarding lead"
    PROVIDER_QUALITY_LEAD = "provider_quality_lead", "Provider quality lead"
    PROVIDER_REPRESENTATIVE = "provider_representative", "Provider representative"
    NOMINATED_INDIVIDUAL = "nominated_individual", "Nominated individual"
    BOARD = "board", "Board"
    SPECIALIST = "specialist", "Specialist invited to support the learning"
    AUDITOR = "auditor", "Auditor"
    SYSTEM = "system", "The platform itself"
    PERSON_OR_REPRESENTATIVE = "person_or_representative", "Person or their representative"
    COMPLAINANT = "complainant", "Complainant"
    RELEVANT_PERSON = "relevant_person", "Relevant person (duty of candour)"
    LOCAL_AUTHORITY = "local_authority", "Local authority safeguarding team"
    POLICE = "police", "Police"
    COMMISSIONER = "commissioner", "Commissioner"
    CQC = "cqc", "Care Quality Commission"
    SAFEGUARDING_BOARD = "safeguarding_board", "Safeguarding Adults Board"
    PROFESSIONAL = "professional", "Visiting professional, such as a GP or nurse"
    OMBUDSMAN = "ombudsman", "Local Government and Social Care Ombudsman"


EXTERNAL_ROLES = frozenset(
    {
        Role.PERSON_OR_REPRESENTATIVE,
        Role.COMPLAINANT,
        Role.RELEVANT_PERSON,
        Role.LOCAL_AUTHORITY,
        Role.POLICE,
        Role.COMMISSIONER,
        Role.CQC,
        Role.SAFEGUARDING_BOARD,
        Role.PROFESSIONAL,
        Role.OMBUDSMAN,
    }
)
"""Roles of those who do not belong to the provider."""


class DutyRecipient(Labelled):
    """To whom a duty to tell, report or act is owed."""

    STAFF_TEAM = "staff_team", "The whole staff team"
    PEOPLE_AFFECTED = "people_affected", "People whose care or support changes"
    PERSON_OR_REPRESENTATIVE = "person_or_representative", "The person or their representative"
    COMPLAINANT = "complainant", "The person who complained"
    RELEVANT_PERSON = "relevant_person", "The relevant person (duty of candour)"
    REPORTER = "reporter", "The person who raised it"
    LOCAL_AUTHORITY = "local_authority", "Local authority safeguarding team"
    CQC = "cqc", "Care Quality Commission"
    COMMISSIONER = "commissioner", "Commissioner"
    POLICE = "police", "Police"
    SAFEGUARDING_BOARD = "safeguarding_board", "Safeguarding Adults Board"
    OMBUDSMAN = "ombudsman", "Local Government and Social Care Ombudsman"
    DBS = "dbs", "Disclosure and Barring Service"
    LADO = "lado", "Local authority designated officer (children)"
    HSE = "hse", "Health and Safety Executive"
    PROVIDER = "provider", "The provider itself, on its own record"


class Channel(Labelled):
    """How a duty is carried out."""

    IN_PERSON = "in_person", "In person"
    WRITING = "writing", "In writing"
    FORM = "form", "On the recipient's own form"
    PHONE = "phone", "By telephone"
    BRIEFING = "briefing", "Briefing or team meeting"
    RECORD = "record", "Written in the record"
    AGREED = "agreed", "In the way agreed with the person"


class Nation(Labelled):
    """The four nations, whose bank holidays and care law differ."""

    ENGLAND = "ENG", "England"
    WALES = "WAL", "Wales"
    SCOTLAND = "SCO", "Scotland"
    NORTHERN_IRELAND = "NIR", "Northern Ireland"


class ProviderKind(Labelled):
    """The kind of service a site is registered or commissioned to give."""

    CARE_HOME_NURSING = "care_home_nursing", "Care home with nursing"
    CARE_HOME_RESIDENTIAL = "care_home_residential", "Care home without nursing"
    SUPPORTED_LIVING = "supported_living", "Supported living"
    HOMECARE = "homecare", "Homecare"


ServiceKind = ProviderKind


class BriefingAudiencePart(Labelled):
    """The parts of a staff team that a briefing must reach and that are counted apart."""

    DAY = "day", "Day staff"
    NIGHT = "night", "Night staff"
    AGENCY = "agency", "Agency staff"
    NEW_STARTER = "new_starter", "New starters"


class Register(Labelled):
    """The books a service keeps or must link to."""

    SAFEGUARDING_LOG = "safeguarding_log", "Safeguarding log"
    INCIDENT_LOG = "incident_log", "Incident log"
    DAILY_RECORDS = "daily_records", "Daily records"
    VISIT_NOTES = "visit_notes", "Visit notes"
    CARE_NOTES = "care_notes", "Care notes"
    SUPPORT_PLAN = "support_plan", "Care, support and finance plans"
    LEARNING_FILE = "learning_file", "Safeguarding learning file"
    LEARNING_REVIEW = "learning_review", "Learning review template"
    SUPERVISION_RECORD = "supervision_record", "Supervision planning record"
    GOVERNANCE_REPORT = "governance_report", "Safeguarding governance report"
    GOVERNANCE_MINUTES = "governance_minutes", "Governance notes and minutes"
    STAFF_COMMUNICATION_LOG = "staff_communication_log", "Staff communication log"
    TEAM_MEETING_MINUTES = "team_meeting_minutes", "Team meeting minutes"
    QUALITY_DASHBOARD = "quality_dashboard", "Quality dashboard"
    INFORMATION_TRACKER = "information_tracker", "Professional information-sharing tracker"
    HANDOVER_FILE = "handover_file", "Handover file"
    IMPROVEMENT_TRACKER = "improvement_tracker", "Improvement and action tracker"
    OVERSIGHT_MINUTES = "oversight_minutes", "Provider oversight minutes"
    BOARD_DASHBOARD = "board_dashboard", "Board dashboard"
    TRAINING_RECORD = "training_record", "Training record"
    COMPETENCY_ASSESSMENT = "competency_assessment", "Competency assessment"
    DOCUMENTATION_AUDIT = "documentation_audit", "Documentation audit"
    ROTA = "rota", "Rota"
