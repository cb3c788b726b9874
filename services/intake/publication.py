"""What leaves intake. Nothing leaves that is not named here."""

from __future__ import annotations

from dataclasses import fields
from functools import singledispatch
from uuid import UUID

from contracts import intake as said
from contracts.envelope import PublishedEvent
from libs.emergency_reading import EmergencyReading
from services.intake.domain import (
    Evidence,
    ExternalMessage,
    Opportunity,
    OutsideFindings,
    Pattern,
    RegulatorCount,
    StaffAllegation,
    Talk,
)
from services.intake.domain.weighing import Weighing

WEIGHED = [field.name for field in fields(Weighing)]


@singledispatch
def publish(event: object) -> PublishedEvent | None:
    return None


@publish.register
def raised(event: Opportunity.Raised) -> PublishedEvent:
    return said.OpportunityRaised(
        kind=event.kind,
        themes=event.themes,
        reference=event.reference,
        route=event.route,
        reporter_known=event.reporter_known,
        harm_level=event.harm_level,
        summary=event.summary,
        person_name=event.person_name,
        due_on=event.due_on,
        due_note=event.due_note,
    )


@publish.register
def corrected(event: Opportunity.Corrected) -> PublishedEvent:
    return said.OpportunityCorrected(
        summary=event.summary, because=event.because, due_on=event.due_on, due_note=event.due_note
    )


@publish.register
def safety_confirmed(event: Opportunity.ImmediateSafetyConfirmed) -> PublishedEvent:
    return said.ImmediateSafetyConfirmed(measures=event.measures)


@publish.register
def overruled(event: Opportunity.ProposalOverruled) -> PublishedEvent:
    return said.ProposalOverruled(
        rule_id=event.rule_id,
        title=event.title,
        kind=event.kind,
        citation=event.citation,
        agreed=event.agreed,
        reason=event.reason,
    )


@publish.register
def triaged(event: Opportunity.Triaged) -> PublishedEvent:
    return said.OpportunityTriaged(
        kind=event.kind,
        themes=event.themes,
        response=event.response,
        weighed=[said.WeighedRule(**{field: getattr(each, field) for field in WEIGHED}) for each in event.weighed],
        facts=event.facts,
        rules_version=event.by.rules,
        rationale=event.by.rationale,
    )


@publish.register
def reclassified(event: Opportunity.Reclassified) -> PublishedEvent:
    return said.OpportunityReclassified(was=event.was, kind=event.kind, themes=event.themes, because=event.by.rationale)


@publish.register
def referred(event: Opportunity.Referred) -> PublishedEvent:
    return said.OpportunityReferred(body=event.body, reference=event.reference)


@publish.register
def decision_received(event: Opportunity.ExternalDecisionReceived) -> PublishedEvent:
    return said.ExternalDecisionReceived(body=event.body, decision=event.decision, findings=event.findings)


@publish.register
def findings_received(event: OutsideFindings.FindingsReceived) -> PublishedEvent:
    return said.FindingsReceived(
        findings_id=event.findings_id, body=event.body, reference=event.reference, dated=event.dated, words=event.words
    )


@publish.register
def recommendation_received(event: OutsideFindings.RecommendationReceived) -> PublishedEvent:
    return said.RecommendationReceived(
        recommendation_id=event.recommendation_id,
        findings_id=event.findings_id,
        body=event.body,
        answer_by=event.answer_by,
        words=event.words,
    )


@publish.register
def subject_barred(event: StaffAllegation.SubjectNamed) -> PublishedEvent:
    return said.SubjectBarred(subject=event.subject)


@publish.register
def subject_bar_lifted(event: StaffAllegation.SubjectStruckOut) -> PublishedEvent:
    return said.SubjectBarLifted(subject=event.subject)


@publish.register
def pattern_recognised(event: Pattern.Recognised) -> PublishedEvent:
    return said.PatternRecognised(
        pattern_id=event.originator_id,
        rule_id=event.rule_id,
        title=event.title,
        rules_version=event.rules_version,
        shared=event.shared,
        evidence=event.evidence,
        opportunity=event.opportunity,
    )


@publish.register
def evidence_attached(event: Evidence.Attached) -> PublishedEvent:
    return said.EvidenceAttached(
        evidence_id=event.evidence_id,
        sha256=event.sha256,
        media_type=event.media_type,
        size=event.size,
        evidence_date=event.evidence_date,
        title=event.title,
    )


@publish.register
def closed(event: Opportunity.ClosedWithoutReview) -> PublishedEvent:
    return said.ClosedWithoutReview(because=event.by.rationale)


@publish.register
def update_reviewed(event: Opportunity.UpdateReviewed) -> PublishedEvent:
    return said.ProfessionalUpdateReviewed(decision=event.decision)


@publish.register
def update_actioned(event: Opportunity.UpdateActioned) -> PublishedEvent:
    return said.ProfessionalUpdateActioned()


@publish.register
def update_communicated(event: Opportunity.UpdateCommunicated) -> PublishedEvent:
    return said.ProfessionalUpdateCommunicated()


@publish.register
def reporter_answered(event: Talk.Answered) -> PublishedEvent:
    return said.ReporterAnswered()


@publish.register
def reporter_answers_read(event: Talk.AnswersRead) -> PublishedEvent:
    return said.ReporterAnswersRead()


@publish.register
def total_restated(event: RegulatorCount.Restated) -> PublishedEvent:
    return said.RegulatorCountRestated(
        count_kind=event.count_kind,
        financial_year=event.financial_year,
        running_total=event.running_total,
        delta=event.delta,
        as_of=event.as_of,
        posted_after_year_end=event.posted_after_year_end,
    )


LONGEST_ID = 200


def _answer(event: ExternalMessage.Accepted | ExternalMessage.Quarantined | ExternalMessage.Repeated,
            outcome: str, reason: str, reference: str = "", opportunity: UUID | None = None) -> PublishedEvent:  # fmt: skip
    return said.ExternalIncidentAnswered(
        source=event.source,
        message_id=event.message_id[:LONGEST_ID],
        outcome=outcome,
        reason=reason,
        reference=reference,
        opportunity=opportunity,
        answered_at=event.recorded,
    )


@publish.register
def message_accepted(event: ExternalMessage.Accepted) -> PublishedEvent:
    return _answer(event, "accepted", event.remark, event.reference, event.opportunity)


@publish.register
def message_quarantined(event: ExternalMessage.Quarantined) -> PublishedEvent:
    return _answer(event, "quarantined", f"{event.reason}: {event.sentence}")


@publish.register
def message_repeated(event: ExternalMessage.Repeated) -> PublishedEvent:
    return _answer(event, "repeat", event.remark, event.reference, event.opportunity)


@publish.register
def read_in_emergency(event: EmergencyReading.PageRead) -> PublishedEvent:
    return said.ReadInEmergency(access_id=event.access, what=event.what)
