"""What can be asked of intake."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from contracts.taxonomy import IntakeRoute
from libs.calendar import local_day
from libs.deciding import Act, Saved, circumstances
from libs.directory import Directory
from libs.domain import follows
from libs.rules import Proposal, propose
from libs.service import Service, command
from services.intake.domain import Opportunity, Weighing


@dataclass(frozen=True, slots=True)
class Report:
    """What someone told us, by whichever way it came. `source_key` identifies it at its source, if it has one."""

    site: str
    kind: str
    summary: str
    themes: list[str] = field(default_factory=list)
    immediate_action: str = ""
    harm_level: str = "unknown"
    person_name: str = ""
    person: UUID | None = None
    reporter: str = ""
    route: str = IntakeRoute.FORM
    source_key: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A manager's answer to one proposal."""

    rule_id: str
    agreed: bool


class Intake(Service):
    """Records, makes safe, weighs."""

    name = "intake"
    aggregates = (Opportunity,)
    directory: Directory

    @command
    async def raise_opportunity(self, act: Act, report: Report) -> Saved:
        """Put it on record. The same thing from the same source twice is recorded once."""
        site = await self.directory.site(report.site)
        journey = follows("intake.Opportunity", report.source_key) if report.source_key else uuid4()
        known = await self.find(Opportunity, journey) if report.source_key else None
        if known is not None:
            return Saved(known.id, known.version, self.store.position, replayed=True)
        opportunity = Opportunity(
            provider=site.provider,
            site=site.site_id,
            journey=journey,
            about=report.person or journey,
            kind=report.kind,
            themes=report.themes,
            reference=receipt(journey),
            route=report.route,
            reporter_known=bool(report.reporter),
            harm_level=report.harm_level,
            summary=report.summary,
            immediate_action=report.immediate_action,
            person_name=report.person_name,
            reporter=report.reporter,
            source_key=report.source_key,
            facts=report.facts,
            due_on=report.due_on,
        )
        if report.immediate_action:
            opportunity.confirm_safety(report.immediate_action)
        return await self.save(act, opportunity)

    @command
    async def correct(
        self, act: Act, opportunity: UUID, summary: str, because: str, due_on: date | None = None
    ) -> Saved:
        """The source says it better now."""
        found = await self.get(Opportunity, opportunity, act)
        found.correct(summary, because, due_on)
        return await self.save(act, found)

    @command
    async def confirm_safety(self, act: Act, opportunity: UUID, measures: str) -> Saved:
        """Record what was done at once."""
        found = await self.get(Opportunity, opportunity, act)
        found.confirm_safety(measures)
        return await self.save(act, found)

    async def proposals(self, opportunity: Opportunity, facts: dict[str, Any]) -> list[Proposal]:
        """What the rules in force propose for it, each with its citation and the facts that led to it."""
        on = local_day(self.clock.now())
        site = await self.directory.site(opportunity.site)
        known = {
            "kind": opportunity.kind,
            "themes": opportunity.themes,
            "nation": site.nation,
            "provider_kind": "adult_social_care",
        }
        return propose(await self.directory.rules(on), known | opportunity.facts | facts, on)

    @command
    async def triage(
        self,
        act: Act,
        opportunity: UUID,
        response: str,
        choices: list[Choice],
        facts: dict[str, Any],
        themes: list[str],
    ) -> Saved:
        """Decide what follows. Proposals that the manager did not speak to count as agreed."""
        found = await self.get(Opportunity, opportunity, act)
        chosen = {choice.rule_id: choice.agreed for choice in choices}
        weighed = [weighing(p, agreed=chosen.get(p.rule_id, True)) for p in await self.proposals(found, facts)]
        pack = await self.directory.rules(local_day(circumstances().now))
        with self.under(act.because(act.rationale, f"{pack.id}/{pack.version}")):
            found.triage(response=response, weighed=weighed, facts=facts, rationale=act.rationale, themes=themes)
        return await self.save(act, found)

    @command
    async def reclassify(self, act: Act, opportunity: UUID, kind: str, themes: list[str]) -> Saved:
        """It turned out to be something else."""
        found = await self.get(Opportunity, opportunity, act)
        found.reclassify(kind, themes, act.rationale)
        return await self.save(act, found)

    @command
    async def refer(self, act: Act, opportunity: UUID, body: str, reference: str) -> Saved:
        """Pass it to another body."""
        found = await self.get(Opportunity, opportunity, act)
        found.refer(body, reference)
        return await self.save(act, found)

    @command
    async def receive_decision(self, act: Act, opportunity: UUID, body: str, decision: str, findings: str) -> Saved:
        """Another body decided."""
        found = await self.get(Opportunity, opportunity, act)
        found.receive_decision(body, decision, findings)
        return await self.save(act, found)

    @command
    async def close_without_review(self, act: Act, opportunity: UUID) -> Saved:
        """Nothing further will be learned from it, for the reason given."""
        found = await self.get(Opportunity, opportunity, act)
        found.close_without_review(act.rationale)
        return await self.save(act, found)

    @command
    async def step_update(self, act: Act, opportunity: UUID, step: str, decision: str = "") -> Saved:
        """A professional's update was reviewed, actioned or communicated."""
        found = await self.get(Opportunity, opportunity, act)
        steps = {
            "reviewed": lambda: found.review_update(decision),
            "actioned": found.action_update,
            "communicated": found.communicate_update,
        }
        steps[step]()
        return await self.save(act, found)


def weighing(proposal: Proposal, *, agreed: bool) -> Weighing:
    """A proposal as it was answered."""
    return Weighing(
        proposal.rule_id,
        proposal.title,
        proposal.kind,
        proposal.citation,
        proposal.confirmed,
        agreed,
        list(proposal.because),
        proposal.duty.model_dump(mode="json") if proposal.duty else None,
        proposal.clock.model_dump(mode="json") if proposal.clock else None,
    )


def receipt(journey: UUID) -> str:
    """The number given to whoever reported it: short, unambiguous when read out, and no secret."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
    number, letters = journey.int, []
    for _ in range(8):
        number, rest = divmod(number, len(alphabet))
        letters.append(alphabet[rest])
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"
