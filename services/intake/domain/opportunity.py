"""A learning opportunity: something that happened at a site, recorded, made safe, and weighed by a manager."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.taxonomy import OpportunityKind
from libs.domain import Aggregate, Created, Event, Sealed, event
from services.intake.domain import refusals as no
from services.intake.domain.answers import require_answers
from services.intake.domain.weighing import Weighing, own_ways


class Opportunity(Aggregate):
    """Its id is the id of the journey that it begins."""

    TOPIC = "intake.Opportunity"

    class Raised(Created):
        TOPIC = "intake.Opportunity.Raised"
        kind: str
        themes: list[str]
        reference: str
        route: str
        reporter_known: bool
        harm_level: str
        summary: Sealed
        immediate_action: Sealed
        person_name: Sealed
        reporter: Sealed
        source_key: str
        facts: dict[str, Any]
        due_on: date | None
        said_at: datetime | None
        due_note: str = ""
        person: str = ""
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["person"] = ""

    class Corrected(Event):
        TOPIC = "intake.Opportunity.Corrected"
        summary: Sealed
        because: str
        due_on: date | None
        kind: str
        harm_level: str
        said_at: datetime | None
        due_note: str = ""

    class ImmediateSafetyConfirmed(Event):
        TOPIC = "intake.Opportunity.ImmediateSafetyConfirmed"
        measures: Sealed

    class ProposalOverruled(Event):
        TOPIC = "intake.Opportunity.ProposalOverruled"
        rule_id: str
        title: str
        kind: str
        citation: str
        agreed: bool
        reason: Sealed

    class Triaged(Event):
        TOPIC = "intake.Opportunity.Triaged"
        kind: str
        themes: list[str]
        response: str
        weighed: list[Weighing]
        facts: dict[str, Any]

    class Reclassified(Event):
        TOPIC = "intake.Opportunity.Reclassified"
        was: str
        kind: str
        themes: list[str]

    class Referred(Event):
        TOPIC = "intake.Opportunity.Referred"
        body: str
        reference: str

    class ExternalDecisionReceived(Event):
        TOPIC = "intake.Opportunity.ExternalDecisionReceived"
        body: str
        decision: str
        findings: Sealed

    class ClosedWithoutReview(Event):
        TOPIC = "intake.Opportunity.ClosedWithoutReview"

    class UpdateReviewed(Event):
        TOPIC = "intake.Opportunity.UpdateReviewed"
        decision: Sealed

    class UpdateActioned(Event):
        TOPIC = "intake.Opportunity.UpdateActioned"

    class UpdateCommunicated(Event):
        TOPIC = "intake.Opportunity.UpdateCommunicated"

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return journey

    @event(Raised)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, kind: str, themes: list[str], reference: str,
        route: str, reporter_known: bool, harm_level: str, summary: str, immediate_action: str, person_name: str,
        reporter: str, source_key: str, facts: dict[str, Any], due_on: date | None, said_at: datetime | None,
        due_note: str = "", person: str = "",
    ) -> None:  # fmt: skip
        self.kind, self.said_kind, self.themes, self.reference, self.route = kind, kind, themes, reference, route
        self.summary, self.due_on, self.facts, self.harm_level = summary, due_on, facts, harm_level
        self.due_note, self.person = due_note, person
        self.person_name, self.reporter, self.source_key, self.said_at = person_name, reporter, source_key, said_at
        self.measures: list[str] = [immediate_action] if immediate_action else []
        self.response = ""
        self.closed = False
        self.weighed: list[Weighing] = []
        self.weighed_before: list[Weighing] = []
        self.reasons: dict[str, str] = {}
        self.steps: dict[str, datetime] = {}
        self.referrals: list[tuple[str, str]] = []
        self.decisions: list[tuple[str, str, str]] = []

    @property
    def is_safe(self) -> bool:
        """Whether it is on record what was done at once. Nobody is asked that of something that went well."""
        return bool(self.measures) or self.kind == OpportunityKind.COMPLIMENT

    def say_anew(
        self, *, kind: str, summary: str, due_on: date | None = None, harm_level: str = "",
        said_at: datetime | None = None, due_note: str = "",
    ) -> None:  # fmt: skip
        """The source tells it again. The same again is no news; what is older than what we have is not taken.

        While nobody has weighed it, it takes the kind the source now gives it; afterwards a manager decides that.
        `said_at` is when the source said so; where it does not tell, what comes later counts as newer.
        """
        harm_level = harm_level or self.harm_level
        if (kind, summary, due_on, harm_level) == (self.said_kind, self.summary, self.due_on, self.harm_level):
            return
        if said_at and self.said_at and said_at < self.said_at:
            raise no.NewerWordsOnRecord
        other = kind != self.said_kind
        self.trigger_event(
            self.Corrected,
            summary=summary,
            because=f"The source now calls it: {OpportunityKind(kind).label}."
            if other
            else "The source worded it anew.",
            due_on=due_on,
            kind=kind,
            harm_level=harm_level,
            said_at=said_at,
            due_note=due_note,
        )
        if other and kind != self.kind and not self.response and not self.closed:
            self.trigger_event(self.Reclassified, was=self.kind, kind=kind, themes=self.themes)

    @event(Corrected)
    def _(
        self, summary: str, due_on: date | None, kind: str, harm_level: str, said_at: datetime | None, due_note: str = ""
    ) -> None:  # fmt: skip
        self.summary, self.due_on, self.due_note, self.said_kind = summary, due_on, due_note, kind
        self.harm_level = harm_level
        self.said_at = said_at or self.said_at

    def confirm_safety(self, measures: str) -> None:
        """Say what was done at once to keep people safe. It may be added to."""
        if not measures.strip():
            raise no.SafetyNeedsWords
        self.trigger_event(self.ImmediateSafetyConfirmed, measures=measures)

    @event(ImmediateSafetyConfirmed)
    def _(self, measures: str) -> None:
        if measures not in self.measures:
            self.measures.append(measures)

    def triage(
        self, *, response: str, weighed: list[Weighing], facts: dict[str, Any], rationale: str, themes: list[str],
        reasons: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """A manager decides what follows, and says why; where that is not what the rules propose, why for each rule."""
        if self.closed:
            raise no.AlreadyClosed
        if self.response:
            raise no.AlreadyTriaged
        if not self.is_safe:
            raise no.SafetyComesFirst
        if not rationale.strip():
            raise no.RationaleMissing
        require_answers(facts)
        for each, reason in own_ways(weighed, reasons or {}):
            self.trigger_event(
                self.ProposalOverruled, rule_id=each.rule_id, title=each.title, kind=each.kind, citation=each.citation,
                agreed=each.agreed, reason=reason,
            )  # fmt: skip
        self.trigger_event(
            self.Triaged,
            kind=self.kind,
            themes=themes or self.themes,
            response=response,
            weighed=weighed,
            facts=self.facts | facts,
        )

    @event(ProposalOverruled)
    def _(self, rule_id: str, reason: str) -> None:
        self.reasons[rule_id] = reason

    @event(Triaged)
    def _(self, response: str, themes: list[str], facts: dict[str, Any], weighed: list[Weighing]) -> None:
        self.response, self.themes, self.facts, self.weighed = response, themes, facts, weighed

    def reclassify(self, kind: str, themes: list[str], rationale: str) -> None:
        """It turned out to be something else: identity and history stay, and it is weighed anew."""
        if not rationale.strip():
            raise no.RationaleMissing
        if kind == self.kind and themes == self.themes:
            raise no.NothingToReclassify
        self.trigger_event(self.Reclassified, was=self.kind, kind=kind, themes=themes)

    @event(Reclassified)
    def _(self, kind: str, themes: list[str]) -> None:
        self.kind, self.themes, self.response, self.closed = kind, themes, "", False
        self.weighed_before, self.weighed, self.reasons = self.weighed or self.weighed_before, [], {}

    def refer(self, body: str, reference: str) -> None:
        """Pass it to another body; it stays a learning opportunity here."""
        self.trigger_event(self.Referred, body=body, reference=reference)

    @event(Referred)
    def _(self, body: str, reference: str) -> None:
        self.referrals.append((body, reference))

    def receive_decision(self, body: str, decision: str, findings: str) -> None:
        """Another body decided. Whatever that was, our own learning goes on."""
        self.trigger_event(self.ExternalDecisionReceived, body=body, decision=decision, findings=findings)

    @event(ExternalDecisionReceived)
    def _(self, body: str, decision: str, findings: str) -> None:
        self.decisions.append((body, decision, findings))

    def close_without_review(self, rationale: str) -> None:
        """Decide, with reasons, that nothing further will be learned from it."""
        if self.closed:
            raise no.AlreadyClosed
        if not self.is_safe:
            raise no.SafetyComesFirst
        if not rationale.strip():
            raise no.RationaleMissing
        if self.response not in {"", "none"}:
            raise no.ReviewUnderWay
        self.trigger_event(self.ClosedWithoutReview)

    @event(ClosedWithoutReview)
    def _(self) -> None:
        self.closed = True

    def review_update(self, decision: str) -> None:
        """A nurse or senior carer read what the professional wrote and decided what it asks of us."""
        self._next_step("reviewed")
        self.trigger_event(self.UpdateReviewed, decision=decision)

    @event(UpdateReviewed)
    def _(self, timestamp: datetime) -> None:
        self.steps["reviewed"] = timestamp

    def action_update(self) -> None:
        """What it asks has been put into care."""
        self._next_step("actioned")
        self.trigger_event(self.UpdateActioned)

    @event(UpdateActioned)
    def _(self, timestamp: datetime) -> None:
        self.steps["actioned"] = timestamp

    def communicate_update(self) -> None:
        """Staff who support the person know."""
        self._next_step("communicated")
        self.trigger_event(self.UpdateCommunicated)

    @event(UpdateCommunicated)
    def _(self, timestamp: datetime) -> None:
        self.steps["communicated"] = timestamp

    def _next_step(self, step: str) -> None:
        if self.kind != OpportunityKind.PROFESSIONAL_UPDATE:
            raise no.NotAProfessionalUpdate
        if step in self.steps:
            raise no.StepAlreadyRecorded
        if step != "reviewed" and "reviewed" not in self.steps:
            raise no.ReviewComesFirst
