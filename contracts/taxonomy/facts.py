"""The facts a rule may ask about, each with the plain question a manager answers."""

from __future__ import annotations

from typing import Self

from contracts.taxonomy.labelled import Labelled
from contracts.taxonomy.obligations import (
    EnquiryDecision,
    HarmOpinion,
    InspectedBy,
    ReportableInjury,
)
from contracts.taxonomy.opportunities import (
    AbuseType,
    AffectedPerson,
    HarmLevel,
    OpportunityKind,
    Place,
    Theme,
)
from contracts.taxonomy.people import Nation, ProviderKind


class FactType(Labelled):
    """The shape of an answer."""

    YES_NO = "yes_no", "Yes or no"
    CHOICE = "choice", "One of a list"
    CHOICES = "choices", "Any of a list"
    NUMBER = "number", "A number"


YES_NO, CHOICE, CHOICES, NUMBER = FactType
LARGEST = 2**53
"""The largest number that every reader of JSON still takes for itself (RFC 8259, 6)."""


class Fact(Labelled):
    """A named fact about an opportunity; rules are written over these names and no others.

    An unanswered fact is left out of the facts given to a rule: not known is never taken as no.
    `label` completes a sentence ("The police were involved"); `question` is what a form shows, and
    is empty for facts the platform already knows.
    """

    question: str
    shape: FactType
    options: type[Labelled] | None
    codes: frozenset[str]

    def __new__(
        cls,
        code: str,
        label: str = "",
        question: str = "",
        shape: FactType = YES_NO,
        options: type[Labelled] | None = None,
    ) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.source = ""
        member.question = question
        member.shape = shape
        member.options = options
        member.codes = frozenset(code for code, _ in options.choices()) if options else frozenset()
        return member

    KIND = "kind", "Kind of opportunity", "", CHOICE, OpportunityKind
    THEMES = "themes", "Themes", "", CHOICES, Theme
    PROVIDER_KIND = "provider_kind", "Kind of service", "", CHOICE, ProviderKind
    NATION = "nation", "Nation", "", CHOICE, Nation
    CANDOUR_APPLIES = "candour_applies", "The duty of candour was found to apply"
    CHANGE_IMPLEMENTED = "change_implemented", "A change was made in the service"
    CHANGE_AFFECTS_CARE = (
        "change_affects_care",
        "The change is likely to affect someone's care or support",
        "Is the change likely to affect anyone's care or support, such as who comes or when?",
    )
    HARM_LEVEL = (
        "harm_level",
        "Harm as first seen",
        "How much harm came to the person, as far as you know now?",
        CHOICE,
        HarmLevel,
    )
    PERSON_AFFECTED = (
        "person_affected",
        "Who was affected",
        "Who was hurt or put at risk?",
        CHOICE,
        AffectedPerson,
    )
    PLACE = ("place", "Where it happened", "Where did it happen?", CHOICE, Place)
    ABUSE_TYPES = (
        "abuse_types",
        "Abuse seen, alleged or suspected",
        "Which kinds of abuse or neglect were seen, alleged or suspected, if any?",
        CHOICES,
        AbuseType,
    )
    PERSON_DIED = "person_died", "The person died", "Did the person die?"
    DETAINED = (
        "detained",
        "The person is detained under the Mental Health Act 1983",
        "Was the person detained under the Mental Health Act, or liable to be?",
    )
    ABSENT_WITHOUT_LEAVE = (
        "absent_without_leave",
        "The person was away without permission",
        "Was the person away without permission?",
    )
    PROFESSIONAL_OPINION = (
        "professional_opinion",
        "Opinion of a health care professional",
        "What does a health care professional say the incident led to, or needed treatment for?",
        CHOICES,
        HarmOpinion,
    )
    UNINTENDED_OR_UNEXPECTED = (
        "unintended_or_unexpected",
        "The incident was unintended or unexpected",
        "Was what happened unintended or unexpected?",
    )
    DURING_CARE = (
        "during_care",
        "It happened while the service was giving care or support",
        "Did it happen while your service was giving care or support?",
    )
    HAS_CARE_NEEDS = (
        "has_care_needs",
        "The person has needs for care and support",
        "Does the person have needs for care and support, whether or not they are met?",
    )
    AT_RISK_OF_ABUSE = (
        "at_risk_of_abuse",
        "The person is experiencing abuse or neglect, or is at risk of it",
        "Is the person experiencing abuse or neglect, or at risk of it?",
    )
    UNABLE_TO_PROTECT_SELF = (
        "unable_to_protect_self",
        "The person cannot protect themselves because of their needs",
        "Do their needs make the person unable to protect themselves?",
    )
    AGENCIES_WORKED_POORLY = (
        "agencies_worked_poorly",
        "There is concern about how agencies worked together",
        "Is there reasonable concern about how services worked together to keep the person safe?",
    )
    POLICE_INVOLVED = (
        "police_involved",
        "The police were involved",
        "Was this reported to the police, or are they looking into it?",
    )
    CRIME_SUSPECTED = (
        "crime_suspected",
        "A crime may have been committed",
        "Could a crime have been committed?",
    )
    ALLEGATION_AGAINST_STAFF = (
        "allegation_against_staff",
        "A member of staff may have caused harm or be a risk",
        "Is there an allegation or concern about a member of staff?",
    )
    CHILDREN_AT_RISK = (
        "children_at_risk",
        "Children may be at risk",
        "Does the member of staff care for or work with children?",
    )
    REMOVED_FROM_CARE_WORK = (
        "removed_from_care_work",
        "The member of staff was removed from care work, or would have been",
        "Was the person taken off care work, or would you have done so had they not left or moved?",
    )
    CONDUCT_MEETS_REFERRAL_TEST = (
        "conduct_meets_referral_test",
        "The conduct, the risk of harm or an offence meets the referral test",
        "Do you think there was relevant conduct, a risk of harm, or a relevant offence?",
    )
    COMPLAINT_MADE = (
        "complaint_made",
        "A complaint was made",
        "Has anyone complained about this?",
    )
    COUNCIL_FUNDED = (
        "council_funded",
        "The care is arranged by the council",
        "Is the person's care arranged or paid for by the council?",
    )
    OMBUDSMAN_RETURNED = (
        "ombudsman_returned",
        "The Ombudsman sent the complaint back for the provider to answer first",
        "Did the Ombudsman send this back for you to answer first?",
    )
    REPORTER_KNOWN = (
        "reporter_known",
        "Whoever raised it can be reached",
        "Do you know who raised this and how to reach them?",
    )
    LA_DECISION = (
        "la_decision",
        "Decision of the local authority",
        "What did the local authority decide?",
        CHOICE,
        EnquiryDecision,
    )
    LA_REQUESTED_OUTCOME = (
        "la_requested_outcome",
        "The local authority asked to hear about changes",
        "Did the local authority ask to be told about changes you make?",
    )
    BOARD_REQUESTED_INFORMATION = (
        "board_requested_information",
        "The Safeguarding Adults Board asked for information",
        "Has the Safeguarding Adults Board asked you for information?",
    )
    OTHER_BODY_FINDINGS = (
        "other_body_findings",
        "Another body made findings or recommendations",
        "Has another body, such as the council or police, sent findings or recommendations?",
    )
    STAFFING_UNSAFE = (
        "staffing_unsafe",
        "There were too few suitable staff to carry on safely",
        "Were there too few suitably skilled staff to carry on safely, or nearly so?",
    )
    SERVICE_INTERRUPTION_HOURS = (
        "service_interruption_hours",
        "Hours without electricity, gas, water or sewerage",
        "For how many hours in a row was electricity, gas, water or sewerage off?",
        NUMBER,
    )
    SAFETY_DEVICE_FAILURE_HOURS = (
        "safety_device_failure_hours",
        "Hours with a fire alarm, call system or other safety device not working",
        "For how many hours in a row did a fire alarm or other safety device not work?",
        NUMBER,
    )
    PREMISES_DAMAGED = (
        "premises_damaged",
        "The premises were damaged in a way that harms care",
        "Were the premises damaged in a way that makes care worse or unsafe?",
    )
    REPORTABLE_INJURY = (
        "reportable_injury",
        "Injury from work activity",
        "If the work or the premises caused an injury, which of these was it?",
        CHOICE,
        ReportableInjury,
    )
    LIBERTY_OUTCOME_KNOWN = (
        "liberty_outcome_known",
        "The outcome of a request to deprive the person of liberty is known",
        "Does this give the outcome of a deprivation of liberty request, or its withdrawal?",
    )
    INSPECTED_BY = (
        "inspected_by",
        "Whose inspection or audit",
        "Whose inspection or audit was it?",
        CHOICE,
        InspectedBy,
    )
    INSPECTION_WAS_POOR = (
        "inspection_was_poor",
        "The inspection or audit was poor",
        "Was the result poor in any area?",
    )
    CQC_REQUESTED_COMPLAINTS_SUMMARY = (
        "cqc_requested_complaints_summary",
        "CQC asked for a summary of complaints",
        "Has CQC asked for a summary of complaints?",
    )
    CQC_REQUESTED_REPORT = (
        "cqc_requested_report",
        "CQC asked for a written governance report",
        "Has CQC asked for a written report on how you assess and improve quality?",
    )

    def accepts(self, value: object) -> bool:
        """Whether a value has the shape of this fact and, for lists, only known codes."""
        if self.shape is YES_NO:
            return isinstance(value, bool)
        if self.shape is NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LARGEST
        if self.shape is CHOICE:
            return isinstance(value, str) and value in self.codes
        return isinstance(value, list | tuple) and all(isinstance(one, str) and one in self.codes for one in value)
