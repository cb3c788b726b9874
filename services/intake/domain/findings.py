"""What another body found and recommended about an opportunity: objects of their own, for the review to answer."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid4

from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.intake.domain.refusals import FindingsNeedWords, FindingsNotKnown, RecommendationRepeated


class Findings(NamedTuple):
    """What a body found, under its own reference and date."""

    body: str
    reference: str
    dated: date | None
    words: str


class Recommendation(NamedTuple):
    """What a body recommended, and by when it wants an answer."""

    body: str
    answer_by: date | None
    words: str


class OutsideFindings(Aggregate):
    """Everything that other bodies found and recommended on one journey."""

    TOPIC = "intake.OutsideFindings"

    class Opened(Created):
        TOPIC = "intake.OutsideFindings.Opened"

    class FindingsReceived(Event):
        TOPIC = "intake.OutsideFindings.FindingsReceived"
        findings_id: UUID
        body: str
        reference: str
        dated: date | None
        words: Sealed

    class RecommendationReceived(Event):
        TOPIC = "intake.OutsideFindings.RecommendationReceived"
        recommendation_id: UUID
        findings_id: UUID | None
        body: str
        answer_by: date | None
        words: Sealed

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("intake.OutsideFindings", journey)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.findings: dict[UUID, Findings] = {}
        self.recommendations: dict[UUID, Recommendation] = {}

    def receive_findings(self, body: str, reference: str, dated: date | None, words: str) -> UUID:
        """Put on record what a body found; the same words from the same body again are no news."""
        if not words.strip():
            raise FindingsNeedWords
        for known, findings in self.findings.items():
            if (findings.body, findings.words) == (body, words):
                return known
        here = uuid4()  # not made from the words: whoever guesses them could then see that they were said
        self.trigger_event(
            self.FindingsReceived, findings_id=here, body=body, reference=reference, dated=dated, words=words
        )
        return here

    @event(FindingsReceived)
    def _(self, findings_id: UUID, body: str, reference: str, dated: date | None, words: str) -> None:
        self.findings[findings_id] = Findings(body, reference, dated, words)

    def receive_recommendation(
        self, body: str, words: str, answer_by: date | None = None, findings: UUID | None = None
    ) -> UUID:
        """Put on record what a body recommended, one recommendation at a time, so that each is answered."""
        if not words.strip():
            raise FindingsNeedWords
        if findings and findings not in self.findings:
            raise FindingsNotKnown
        if any((each.body, each.words) == (body, words) for each in self.recommendations.values()):
            raise RecommendationRepeated
        here = uuid4()
        self.trigger_event(
            self.RecommendationReceived, recommendation_id=here, findings_id=findings, body=body, answer_by=answer_by,
            words=words,
        )  # fmt: skip
        return here

    @event(RecommendationReceived)
    def _(self, recommendation_id: UUID, body: str, answer_by: date | None, words: str) -> None:
        self.recommendations[recommendation_id] = Recommendation(body, answer_by, words)
