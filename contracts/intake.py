"""What intake promises: what happened is on the record, the person is safe, and someone has weighed it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.envelope import PublishedEvent
from contracts.sealed import Sealed


class OpportunityRaised(PublishedEvent, name="intake.opportunity_raised.v1"):
    """A site recorded something to learn from. Its journey begins, under the opportunity's own id."""

    kind: str = Field(description="taxonomy.OpportunityKind")
    themes: list[str] = Field(default_factory=list, description="taxonomy.Theme")
    reference: str = Field(max_length=40, description="the receipt number given to whoever reported it")
    route: str = Field(description="taxonomy.IntakeRoute: form, api, event, import")
    reporter_known: bool
    harm_level: str = Field(default="unknown", max_length=40)
    summary: Sealed
    person_name: Sealed = ""
    due_on: date | None = Field(default=None, description="a deadline another body set, as it was set")
    due_note: str = Field(default="", max_length=300, description="what there is to check about that deadline")


class OpportunityCorrected(PublishedEvent, name="intake.opportunity_corrected.v1"):
    """The source worded it anew or mended a fact: the same opportunity, said better."""

    summary: Sealed
    because: str = Field(max_length=200)
    due_on: date | None = None
    due_note: str = Field(default="", max_length=300, description="what there is to check about that deadline")


class ImmediateSafetyConfirmed(PublishedEvent, name="intake.immediate_safety_confirmed.v1"):
    """What was done at once to keep people safe is on the record."""

    measures: Sealed


class WeighedRule(BaseModel):
    """One rule's proposal and what the manager made of it."""

    model_config = ConfigDict(frozen=True)
    rule_id: str
    title: str
    kind: str = Field(description="taxonomy.RuleKind: law, statutory guidance, … local policy")
    citation: str
    confirmed: bool
    agreed: bool
    because: list[str] = Field(default_factory=list)
    duty: dict[str, Any] | None = None
    clock: dict[str, Any] | None = None
    proposed: bool = Field(default=True, description="false where the manager applied a rule that was not proposed")


class ProposalOverruled(PublishedEvent, name="intake.proposal_overruled.v1"):
    """A manager went another way than the rules, about one of them, and said why."""

    rule_id: str
    title: str
    kind: str = Field(description="taxonomy.RuleKind")
    citation: str
    agreed: bool = Field(description="true: applied though not proposed; false: proposed and not applied")
    reason: Sealed


class OpportunityTriaged(PublishedEvent, name="intake.opportunity_triaged.v1"):
    """A manager weighed it: which rules apply, what response is in proportion, and why."""

    kind: str
    themes: list[str]
    response: str = Field(description="taxonomy.ResponseKind, or 'none'")
    weighed: list[WeighedRule]
    facts: dict[str, Any] = Field(default_factory=dict, description="taxonomy.Fact codes; never words about a person")
    rules_version: str
    rationale: Sealed


class OpportunityReclassified(PublishedEvent, name="intake.opportunity_reclassified.v1"):
    """It turned out to be something else. Its identity and history stay."""

    was: str
    kind: str
    themes: list[str]
    because: Sealed


class OpportunityReferred(PublishedEvent, name="intake.opportunity_referred.v1"):
    """It was passed to another body: local authority, police, regulator, commissioner."""

    body: str = Field(description="taxonomy.DutyRecipient")
    reference: str = Field(default="", max_length=100)


class ExternalDecisionReceived(PublishedEvent, name="intake.external_decision_received.v1"):
    """Another body said what it decided. A learning opportunity remains one even where there is no enquiry."""

    body: str
    decision: str = Field(max_length=100)
    findings: Sealed = ""


class FindingsReceived(PublishedEvent, name="intake.findings_received.v1"):
    """Another body sent what it found. The review takes it up as an object of its own."""

    findings_id: UUID
    body: str = Field(description="taxonomy.DutyRecipient")
    reference: str = Field(default="", max_length=100, description="their number or code; no names")
    dated: date | None = None
    words: Sealed


class RecommendationReceived(PublishedEvent, name="intake.recommendation_received.v1"):
    """Another body recommended something. It is answered by a decision, one recommendation at a time."""

    recommendation_id: UUID
    findings_id: UUID | None = Field(default=None, description="the findings it came with, where it came with any")
    body: str = Field(description="taxonomy.DutyRecipient")
    answer_by: date | None = Field(default=None, description="the date that body set for an answer")
    words: Sealed


class SubjectBarred(PublishedEvent, name="intake.subject_barred.v1"):
    """Somebody is the subject of an allegation on this journey, and may neither read nor decide anything of it."""

    subject: str = Field(max_length=64, description="KeyRing.pseudonym('actor', actor id); never a name")


class SubjectBarLifted(PublishedEvent, name="intake.subject_bar_lifted.v1"):
    """It turned out that somebody is not its subject: what was shut to them is open again."""

    subject: str = Field(max_length=64, description="KeyRing.pseudonym('actor', actor id); never a name")


class EvidenceAttached(PublishedEvent, name="intake.evidence_attached.v1"):
    """A file belongs to the record. It stays in intake; its digest tells whether it is still the same."""

    evidence_id: UUID
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    media_type: str = Field(max_length=100)
    size: int = Field(ge=1, description="bytes")
    evidence_date: date = Field(description="the day the evidence is of, which is not the day it was sent in")
    title: Sealed


class PatternRecognised(PublishedEvent, name="intake.pattern_recognised.v1"):
    """Single opportunities were recognised as one pattern, and a journey of its own begins for it."""

    pattern_id: UUID
    rule_id: str
    title: str
    rules_version: str
    shared: str = Field(description="what they have in common: site, person, place or theme")
    evidence: list[UUID] = Field(description="the journeys it was recognised from")
    opportunity: UUID = Field(description="the journey that begins for the pattern")


class ClosedWithoutReview(PublishedEvent, name="intake.closed_without_review.v1"):
    """A manager decided, with reasons, that nothing further will be learned from this one."""

    because: Sealed


class ProfessionalUpdateReviewed(PublishedEvent, name="intake.professional_update_reviewed.v1"):
    """A nurse or senior carer reviewed what a professional wrote: the first of three clocks."""

    decision: Sealed


class ProfessionalUpdateActioned(PublishedEvent, name="intake.professional_update_actioned.v1"):
    """What the professional asked for was put into care: the second clock."""


class ProfessionalUpdateCommunicated(PublishedEvent, name="intake.professional_update_communicated.v1"):
    """Staff who support the person know of it: the third clock."""


class ReporterAnswered(PublishedEvent, name="intake.reporter_answered.v1"):
    """Whoever reported without a name came back and wrote something. What they wrote stays where they wrote it."""


class ReporterAnswersRead(PublishedEvent, name="intake.reporter_answers_read.v1"):
    """Somebody who handles the journey has read what was written, or has asked again."""


class RegulatorCountRestated(PublishedEvent, name="intake.regulator_count_restated.v1"):
    """A regulator's running total for a site and year, as it stood at a date. It may go down: a correction, not news."""

    count_kind: str = Field(max_length=60, description="complaint_upheld or enforcement")
    financial_year: str = Field(max_length=10)
    running_total: int = Field(ge=0)
    delta: int
    as_of: date
    posted_after_year_end: bool = False


class ExternalIncidentAnswered(PublishedEvent, name="intake.external_incident_answered.v1"):
    """Every incident that an outside system sends is answered: accepted, quarantined with a reason, or known already."""

    source: str = Field(max_length=60, pattern=r"^[a-z0-9_]+$")
    message_id: str = Field(max_length=200)
    outcome: str = Field(description="accepted, quarantined or repeat")
    reason: str = Field(default="", max_length=500)
    reference: str = ""
    opportunity: UUID | None = None
    answered_at: AwareDatetime

    def address(self) -> str:
        return f"answers.incidents.{self.source}"


class ReadInEmergency(PublishedEvent, name="intake.read_in_emergency.v1"):
    """A page of a journey was shown to somebody whom an emergency lets in. Governance, which let them in, keeps the list."""

    access_id: UUID
    what: str = Field(max_length=200, description="which page, by the pattern of its address")
