"""A learning opportunity: something that happened at a site, recorded, made safe, and weighed by a manager."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from contracts.taxonomy import OpportunityKind
from libs.domain import Aggregate, Created, Event, Refused, Sealed, event


@dataclass(frozen=True, slots=True)
class Weighing:
    """What a manager made of one rule's proposal, with the reason for going another way."""

    rule_id: str
    title: str
    kind: str
    citation: str
    confirmed: bool
    agreed: bool
    because: list[str] = field(default_factory=list)
    duty: dict[str, Any] | None = None
    clock: dict[str, Any] | None = None


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

    class Corrected(Event):
        TOPIC = "intake.Opportunity.Corrected"
        summary: Sealed
        because: str
        due_on: date | None

    class ImmediateSafetyConfirmed(Event):
        TOPIC = "intake.Opportunity.ImmediateSafetyConfirmed"
        measures: Sealed

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
        reporter: str, source_key: str, facts: dict[str, Any], due_on: date | None,
    ) -> None:  # fmt: skip
        self.kind, self.themes, self.reference = kind, themes, reference
        self.summary, self.due_on, self.facts = summary, due_on, facts
        self.is_safe = bool(immediate_action)
        self.response = ""
        self.closed = False
        self.steps: list[str] = []

    def correct(self, summary: str, because: str, due_on: date | None = None) -> None:
        """The source worded it anew. The same words again are no news."""
        if (summary, due_on) != (self.summary, self.due_on):
            self.trigger_event(self.Corrected, summary=summary, because=because, due_on=due_on)

    @event(Corrected)
    def _(self, summary: str, due_on: date | None) -> None:
        self.summary, self.due_on = summary, due_on

    def confirm_safety(self, measures: str) -> None:
        """Say what was done at once to keep people safe. It may be added to."""
        if not measures.strip():
            raise SafetyNeedsWords
        self.trigger_event(self.ImmediateSafetyConfirmed, measures=measures)

    @event(ImmediateSafetyConfirmed)
    def _(self) -> None:
        self.is_safe = True

    def triage(
        self, *, response: str, weighed: list[Weighing], facts: dict[str, Any], rationale: str, themes: list[str]
    ) -> None:
        """A manager decides what follows, agreeing with each proposal or not, and says why."""
        if self.closed:
            raise AlreadyClosed
        if self.response:
            raise AlreadyTriaged
        if not self.is_safe:
            raise SafetyComesFirst
        if not rationale.strip():
            raise RationaleMissing
        self.trigger_event(
            self.Triaged,
            kind=self.kind,
            themes=themes or self.themes,
            response=response,
            weighed=weighed,
            facts=self.facts | facts,
        )

    @event(Triaged)
    def _(self, response: str, themes: list[str], facts: dict[str, Any]) -> None:
        self.response, self.themes, self.facts = response, themes, facts

    def reclassify(self, kind: str, themes: list[str], rationale: str) -> None:
        """It turned out to be something else: identity and history stay, and it is weighed anew."""
        if not rationale.strip():
            raise RationaleMissing
        if kind == self.kind and themes == self.themes:
            raise NothingToReclassify
        self.trigger_event(self.Reclassified, was=self.kind, kind=kind, themes=themes)

    @event(Reclassified)
    def _(self, kind: str, themes: list[str]) -> None:
        self.kind, self.themes, self.response, self.closed = kind, themes, "", False

    def refer(self, body: str, reference: str) -> None:
        """Pass it to another body; it stays a learning opportunity here."""
        self.trigger_event(self.Referred, body=body, reference=reference)

    def receive_decision(self, body: str, decision: str, findings: str) -> None:
        """Another body decided. Whatever that was, our own learning goes on."""
        self.trigger_event(self.ExternalDecisionReceived, body=body, decision=decision, findings=findings)

    def close_without_review(self, rationale: str) -> None:
        """Decide, with reasons, that nothing further will be learned from it."""
        if self.closed:
            raise AlreadyClosed
        if not self.is_safe:
            raise SafetyComesFirst
        if not rationale.strip():
            raise RationaleMissing
        if self.response not in {"", "none"}:
            raise ReviewUnderWay
        self.trigger_event(self.ClosedWithoutReview)

    @event(ClosedWithoutReview)
    def _(self) -> None:
        self.closed = True

    def review_update(self, decision: str) -> None:
        """A nurse or senior carer read what the professional wrote and decided what it asks of us."""
        self._next_step("reviewed")
        self.trigger_event(self.UpdateReviewed, decision=decision)

    @event(UpdateReviewed)
    def _(self) -> None:
        self.steps.append("reviewed")

    def action_update(self) -> None:
        """What it asks has been put into care."""
        self._next_step("actioned")
        self.trigger_event(self.UpdateActioned)

    @event(UpdateActioned)
    def _(self) -> None:
        self.steps.append("actioned")

    def communicate_update(self) -> None:
        """Staff who support the person know."""
        self._next_step("communicated")
        self.trigger_event(self.UpdateCommunicated)

    @event(UpdateCommunicated)
    def _(self) -> None:
        self.steps.append("communicated")

    def _next_step(self, step: str) -> None:
        if self.kind != OpportunityKind.PROFESSIONAL_UPDATE:
            raise NotAProfessionalUpdate
        if step in self.steps:
            raise StepAlreadyRecorded
        if step != "reviewed" and "reviewed" not in self.steps:
            raise ReviewComesFirst


class SafetyComesFirst(Refused):
    """Before anything else is decided, record what was done at once to keep people safe."""


class SafetyNeedsWords(Refused):
    """Say in a sentence what was done at once to keep people safe, even if nothing was needed."""


class RationaleMissing(Refused):
    """A decision needs its reason, in a sentence that someone else will understand later."""


class AlreadyTriaged(Refused):
    """This has been weighed already. If it turned out to be something else, reclassify it and weigh it again."""


class AlreadyClosed(Refused):
    """This was closed without a review. Reclassify it if there is more to learn after all."""


class ReviewUnderWay(Refused):
    """A review of this is under way, so it cannot be closed without one."""


class NothingToReclassify(Refused):
    """It is recorded as that already."""


class NotAProfessionalUpdate(Refused):
    """Only an update from a professional is reviewed, actioned and communicated in this way."""


class StepAlreadyRecorded(Refused):
    """This step is on record already."""


class ReviewComesFirst(Refused):
    """First someone reads the update and decides what it asks; then it is put into care and communicated."""
