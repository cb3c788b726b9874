"""What a learning opportunity can be: its kind, its themes, the abuse and the harm it is about."""

from contracts.taxonomy.labelled import Labelled

POLICY = "Provider policy on learning from safeguarding enquiries, safety incidents and complaints"
ALLEGATIONS = "Provider practice on learning from staff allegations"
RECOVERY = "Provider practice on safeguarding learning reviews"
GUIDANCE = "Care and Support Statutory Guidance, 14.17"
SAC = "Safeguarding Adults Collection, voluntary category"


class OpportunityKind(Labelled):
    """Every event the service can learn from, good ones included."""

    COMPLAINT = "complaint", "Complaint", POLICY
    NEAR_MISS = "near_miss", "Near miss", POLICY
    ABUSE_OR_NEGLECT = "abuse_or_neglect", "Abuse or neglect", POLICY
    SAFEGUARDING_ADULT_REVIEW = "safeguarding_adult_review", "Safeguarding Adult Review", POLICY
    POLICE_INCIDENT = "police_incident", "Incident involving the police", POLICY
    ACCIDENT_OR_INJURY = "accident_or_injury", "Accident or injury", POLICY
    WHISTLEBLOWING = "whistleblowing", "Whistleblowing", POLICY
    INSPECTION_OR_AUDIT = "inspection_or_audit", "CQC inspection or commissioner audit", POLICY
    QUALITY_ASSURANCE = "quality_assurance", "Finding of our own quality checks", POLICY
    COMPLIMENT = "compliment", "Compliment or something that went well", POLICY
    STAFF_ALLEGATION = "staff_allegation", "Allegation about a member of staff", ALLEGATIONS
    PROFESSIONAL_UPDATE = "professional_update", "Safeguarding update from a professional", RECOVERY
    SAFEGUARDING_INDICATOR = (
        "safeguarding_indicator",
        "Low-level sign noted in daily or visit notes",
        RECOVERY,
    )


class AbuseType(Labelled):
    """The ten types of abuse of the statutory guidance, and sexual exploitation."""

    PHYSICAL = "physical", "Physical abuse", GUIDANCE
    DOMESTIC = "domestic", "Domestic violence or abuse", GUIDANCE
    SEXUAL = "sexual", "Sexual abuse", GUIDANCE
    PSYCHOLOGICAL = "psychological", "Psychological or emotional abuse", GUIDANCE
    FINANCIAL = "financial", "Financial or material abuse", GUIDANCE
    MODERN_SLAVERY = "modern_slavery", "Modern slavery", GUIDANCE
    DISCRIMINATORY = "discriminatory", "Discriminatory abuse", GUIDANCE
    ORGANISATIONAL = "organisational", "Organisational abuse", GUIDANCE
    NEGLECT = "neglect", "Neglect and acts of omission", GUIDANCE
    SELF_NEGLECT = "self_neglect", "Self-neglect", GUIDANCE
    SEXUAL_EXPLOITATION = "sexual_exploitation", "Sexual exploitation", SAC


class Theme(Labelled):
    """What several opportunities have in common, so that a pattern can be seen and worked on."""

    DELAYED_ESCALATION = "delayed_escalation", "Concerns passed on late", RECOVERY
    FINANCIAL_RISK = "financial_risk", "Money not safe", RECOVERY
    INFORMATION_SHARING = "information_sharing", "Information from professionals", RECOVERY
    REPEATED_LOW_LEVEL = "repeated_low_level", "Repeated low-level concerns", RECOVERY
    FEELING_UNSAFE = "feeling_unsafe", "People do not feel safe", RECOVERY
    STAFF_CONFIDENCE = "staff_confidence", "Staff unsure whether to raise it", RECOVERY
    RECORDING = "recording", "Recording unclear or missing"
    RECORD_OVERSIGHT = "record_oversight", "Weak oversight of records", ALLEGATIONS
    SUPERVISION = "supervision", "Supervision"
    COMMUNICATION = "communication", "Communication"
    CARE_PLANNING = "care_planning", "Care planning"
    CULTURE = "culture", "Culture of the service"
    STAFF_UNDERSTANDING = "staff_understanding", "Gaps in staff understanding"
    ESCALATION_PATHWAYS = "escalation_pathways", "Escalation routes unclear"
    WORKFORCE_PRESSURE = "workforce_pressure", "Staffing and workload", ALLEGATIONS
    COMPETENCY = "competency", "Checking of competency"
    BOUNDARIES = "boundaries", "Professional boundaries"
    ENVIRONMENT = "environment", "Building and surroundings"
    MEDICATION = "medication", "Medicines"
    FALLS = "falls", "Falls"
    PRESSURE_ULCER = "pressure_ulcer", "Skin and pressure ulcers", POLICY
    PEER_ON_PEER = "peer_on_peer", "Harm between people who live together"
    GOOD_PRACTICE = "good_practice", "Good practice to share", POLICY


class HarmLevel(Labelled):
    """How much harm came to the person, as first seen; corrected later if it turns out otherwise.

    Source: Learn from Patient Safety Events service, physical harm grades.
    """

    UNKNOWN = "unknown", "Not known yet"
    NONE = "none", "No harm"
    LOW = "low", "Low harm: extra observation or minor care"
    MODERATE = "moderate", "Moderate harm: further treatment, no lasting effect expected"
    SEVERE = "severe", "Severe harm: lasting effect"
    FATAL = "fatal", "Death"


class AffectedPerson(Labelled):
    """Who was hurt, harmed or put at risk."""

    PERSON_SUPPORTED = "person_supported", "A person we support"
    WORKER = "worker", "A member of staff or agency worker"
    VISITOR = "visitor", "A visitor or other member of the public"


class IntakeRoute(Labelled):
    """How an opportunity reached the record."""

    FORM = "form", "Form"
    API = "api", "Another system, by request"
    EVENT = "event", "Another system, by event"
    IMPORT = "import", "File import"
    PATTERN = "pattern", "Recognised as a pattern"


class Place(Labelled):
    """Where in a service, or outside of it, something happened."""

    BEDROOM = "bedroom", "Someone's own room"
    BATHROOM = "bathroom", "Bathroom or toilet"
    SHARED_ROOM = "shared_room", "Lounge or dining room"
    KITCHEN = "kitchen", "Kitchen"
    STAIRS_OR_CORRIDOR = "stairs_or_corridor", "Stairs, lift or corridor"
    MEDICINES_ROOM = "medicines_room", "Where medicines are kept or given out"
    OUTSIDE = "outside", "Garden, car park or entrance"
    OWN_HOME = "own_home", "The person's own home"
    VEHICLE = "vehicle", "Vehicle"
    COMMUNITY = "community", "Out in the community"
    ELSEWHERE = "elsewhere", "Somewhere else"


class LinkKind(Labelled):
    """How two opportunities belong together, in the judgement of somebody who read both."""

    SAME_PERSON = "same_person", "About the same person"
    SAME_EVENT = "same_event", "About the same event"
    SAME_PLACE = "same_place", "In the same place"
    DUPLICATE = "duplicate", "The same report twice"


class EmploymentStep(Labelled):
    """What an employer did about somebody after an allegation. Never part of what the service learns."""

    RISK_ASSESSED = "risk_assessed", "Risk from the person assessed", ALLEGATIONS
    OTHER_DUTIES = "other_duties", "Moved to other duties or supervised", ALLEGATIONS
    SUSPENDED = "suspended", "Suspended without prejudice", ALLEGATIONS
    HEARD = "heard", "The person's own account heard", ALLEGATIONS
    SUPPORT_OFFERED = "support_offered", "Support offered to the person", ALLEGATIONS
    REFERRED = "referred", "Referred to a professional body or the Disclosure and Barring Service", ALLEGATIONS


class AllegationOutcome(Labelled):
    """How the matter of employment ended."""

    SUBSTANTIATED = "substantiated", "Substantiated", ALLEGATIONS
    PARTLY = "partly", "Partly substantiated", ALLEGATIONS
    INCONCLUSIVE = "inconclusive", "Inconclusive", ALLEGATIONS
    UNSUBSTANTIATED = "unsubstantiated", "Not substantiated", ALLEGATIONS
    UNFOUNDED = "unfounded", "Unfounded", ALLEGATIONS
