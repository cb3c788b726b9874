"""The words in which a rule is written: its standing, its clock and what the clock counts from."""

from contracts.taxonomy.labelled import Labelled


class RuleKind(Labelled):
    """The standing of a rule, so that a local habit is never shown as law."""

    LAW = "law", "Law"
    STATUTORY_GUIDANCE = "statutory_guidance", "Statutory guidance"
    REGULATOR_GUIDANCE = "regulator_guidance", "Regulator's guidance"
    CONTRACT = "contract", "Contract or commissioner's rules"
    LOCAL_POLICY = "local_policy", "The provider's own policy"


class ClockKind(Labelled):
    """How long a duty gives; the first two are words of the rule and never a number of hours."""

    WITHOUT_DELAY = "without_delay", "Without delay"
    ASAP = "asap", "As soon as reasonably practicable"
    WORKING_DAYS = "working_days", "Working days"
    CALENDAR_DAYS = "calendar_days", "Calendar days"

    @property
    def counted(self) -> bool:
        """Whether the clock has a number of days, and so a date."""
        return self in {ClockKind.WORKING_DAYS, ClockKind.CALENDAR_DAYS}


class ClockStart(Labelled):
    """The moment a clock counts from; the day of that moment is day nought."""

    OCCURRED = "occurred", "when it happened"
    RECORDED = "recorded", "when it was recorded"
    BECAME_AWARE = "became_aware", "when the service became aware"
    RECEIVED = "received", "when it was received"
    REQUEST_RECEIVED = "request_received", "when the request was received"
    IMPLEMENTED = "implemented", "when the change was made"


class HarmOpinion(Labelled):
    """What a health care professional says the harm is; two regulations turn on these words.

    Source: Care Quality Commission (Registration) Regulations 2009 reg 18(2)(a)-(b); Health and
    Social Care Act 2008 (Regulated Activities) Regulations 2014 reg 20(9).
    """

    DEATH = "death", "The person died because of the incident"
    LASTING_IMPAIRMENT = "lasting_impairment", "Impairment that is not likely to be temporary"
    IMPAIRMENT_28_DAYS = "impairment_28_days", "Impairment for 28 days or more"
    BODY_CHANGED = "body_changed", "A change to the structure of the body"
    PROLONGED_PAIN = "prolonged_pain", "Pain for 28 days or more"
    PSYCHOLOGICAL_HARM = "psychological_harm", "Psychological harm for 28 days or more"
    SHORTENED_LIFE = "shortened_life", "A shorter life"
    TREATED_TO_PREVENT_DEATH = "treated_to_prevent_death", "Treatment needed to prevent death"
    TREATED_TO_PREVENT_HARM = (
        "treated_to_prevent_harm",
        "Treatment needed to prevent one of these injuries",
    )
    NONE_OF_THESE = "none_of_these", "None of these"


class ReportableInjury(Labelled):
    """The injuries from work that must be reported to the Health and Safety Executive."""

    DEATH = "death", "Death"
    SPECIFIED = "specified", "A specified injury, such as a fracture or an amputation"
    OVER_SEVEN_DAYS = "over_seven_days", "A worker unfit for usual work for over seven days"
    TAKEN_TO_HOSPITAL = "taken_to_hospital", "Taken straight to hospital for treatment"
    NONE_OF_THESE = "none_of_these", "None of these"


class EnquiryDecision(Labelled):
    """What the local authority decided about a safeguarding concern."""

    PENDING = "pending", "Not decided yet"
    SECTION_42 = "section_42", "Section 42 enquiry"
    CAUSED_ENQUIRY = "caused_enquiry", "Section 42 enquiry, carried out by the provider"
    OTHER_ENQUIRY = "other_enquiry", "Other enquiry"
    NO_FURTHER_ACTION = "no_further_action", "No further action"


class InspectedBy(Labelled):
    """Whose inspection or audit it was."""

    CQC = "cqc", "Care Quality Commission"
    COMMISSIONER = "commissioner", "Commissioner"
