"""Findings and recommendations of other bodies, taken in as objects that the review answers one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.calendar import local_day
from libs.deciding import Act, Saved, circumstances
from libs.service import command
from services.intake.application.opportunities import Opportunities, require_nobody_named
from services.intake.domain import Opportunity, OutsideFindings
from services.intake.domain.refusals import NotYetHappened


@dataclass(frozen=True, slots=True)
class Received:
    """What a body sent: its findings, in its words or ours, and what it recommends, one line each."""

    body: str
    words: str
    reference: str = ""
    dated: date | None = None
    recommendations: tuple[str, ...] = ()
    answer_by: date | None = None


class OthersFindings(Opportunities):
    """Takes in what other bodies found."""

    @command
    async def receive_findings(self, act: Act, opportunity: UUID, received: Received) -> Saved:
        """Put findings and recommendations on record. Raises NamesSomebody for a reference that is no mere number; Stale
        where the act was based on another version of the findings."""
        found = await self.decidable(replace(act, based_on=None), opportunity)
        require_nobody_named(received.reference, found.person_name)
        if received.dated and received.dated > local_day(circumstances().now):
            raise NotYetHappened
        findings = self.as_seen(await self.findings_of(found), act) or OutsideFindings(
            provider=found.provider, site=found.site, journey=found.journey, about=found.about
        )
        source = None
        if received.words.strip() or not received.recommendations:
            source = findings.receive_findings(received.body, received.reference, received.dated, received.words)
        for words in received.recommendations:
            findings.receive_recommendation(received.body, words, received.answer_by, source)
        return await self.save(act, findings)

    async def findings_of(self, opportunity: Opportunity) -> OutsideFindings | None:
        """What other bodies found on its journey, or None where none sent anything."""
        return await self.find(OutsideFindings, OutsideFindings.create_id(opportunity.journey))
