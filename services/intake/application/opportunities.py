"""What can be asked about an opportunity: record it, make safe, weigh it, pass it on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from contracts.taxonomy import ClockKind, HarmLevel, IntakeRoute, OpportunityKind, Role
from libs.calendar import calendar_days, local_day
from libs.deciding import Act, Saved, circumstances
from libs.directory import Directory, Site
from libs.domain import follows
from libs.practice import Measure
from libs.rules import Proposal, propose
from libs.service import Service, command
from services.intake.domain import NotForThisPost, Opportunity, Weighing
from services.intake.domain.answers import require_answers

REPORTS_ONLY = frozenset({Role.CARE_WORKER, Role.KEY_WORKER, Role.ADMINISTRATOR, Role.AUDITOR})
"""Posts that report and see what became of it, but neither weigh it nor read what others wrote."""

STEPS = ("reviewed", "actioned", "communicated")


@dataclass(frozen=True, slots=True)
class Report:
    """What someone told us, by whichever way it came.

    `source_key` identifies it at its source, if it has one; `said_at` is when the source said so.
    """

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
    due_note: str = ""
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A manager's answer to one proposal."""

    rule_id: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class UpdateStep:
    """One of the three things owed to a professional's update: by when, and when it was done."""

    step: str
    due: datetime | None
    done: datetime | None


class Opportunities(Service):
    """Records, makes safe, weighs."""

    directory: Directory

    @command
    async def raise_opportunity(self, act: Act, report: Report) -> Saved:
        """Put it on record. The same thing from the same source twice is recorded once; said anew, it is corrected.

        Raises NotFound for a site nobody registered, NewerWordsOnRecord for what is older than what we have.
        """
        opportunity, how = await self.taken(report)
        saved = await self.save(act, opportunity)
        return replace(saved, replayed=how == "known", detail={"outcome": how})

    async def taken(self, report: Report) -> tuple[Opportunity, str]:
        """The opportunity that a report begins or corrects, not yet saved, and which: raised, corrected or known."""
        site = await self.directory.site(report.site)
        journey = follows("intake.Opportunity", report.source_key) if report.source_key else uuid4()
        known = await self.find(Opportunity, journey) if report.source_key else None
        if known is None:
            return begun(report, site, journey), "raised"
        version = known.version
        known.say_anew(
            kind=report.kind,
            summary=report.summary,
            due_on=report.due_on,
            harm_level="" if report.harm_level == HarmLevel.UNKNOWN else report.harm_level,
            said_at=report.said_at,
            due_note=report.due_note,
        )
        return known, "corrected" if known.version > version else "known"

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
            "provider_kind": site.service_kind,
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
        require_weigher(act)
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
        require_weigher(act)
        found = await self.get(Opportunity, opportunity, act)
        found.reclassify(kind, themes, act.rationale)
        return await self.save(act, found)

    @command
    async def refer(self, act: Act, opportunity: UUID, body: str, reference: str) -> Saved:
        """Pass it to another body."""
        require_weigher(act)
        found = await self.get(Opportunity, opportunity, act)
        found.refer(body, reference)
        return await self.save(act, found)

    @command
    async def receive_decision(self, act: Act, opportunity: UUID, body: str, decision: str, findings: str) -> Saved:
        """Another body decided."""
        require_weigher(act)
        found = await self.get(Opportunity, opportunity, act)
        found.receive_decision(body, decision, findings)
        return await self.save(act, found)

    @command
    async def close_without_review(self, act: Act, opportunity: UUID) -> Saved:
        """Nothing further will be learned from it, for the reason given."""
        require_weigher(act)
        found = await self.get(Opportunity, opportunity, act)
        found.close_without_review(act.rationale)
        return await self.save(act, found)

    async def update_steps(self, opportunity: Opportunity) -> list[UpdateStep]:
        """The three steps of a professional's update and their clocks; none for other kinds.

        The clock is the one of the provider's own measure for such updates; where there is none, steps have no date.
        """
        if opportunity.kind != OpportunityKind.PROFESSIONAL_UPDATE:
            return []
        site = await self.directory.site(opportunity.site)
        pack = await self.directory.rules(local_day(self.clock.now()))
        due = next((_due(m, opportunity.created_on, site) for m in pack.measures if _is_of_updates(m)), None)
        return [UpdateStep(step, due, opportunity.steps.get(step)) for step in STEPS]

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


def _is_of_updates(measure: Measure) -> bool:
    return OpportunityKind.PROFESSIONAL_UPDATE in measure.cohort.kinds and measure.numerator.n is not None


def _due(measure: Measure, received: datetime, site: Site) -> datetime:
    counted = site.working_days.deadline if measure.numerator.within is ClockKind.WORKING_DAYS else calendar_days
    return counted(received, measure.numerator.n or 1)


def begun(report: Report, site: Site, journey: UUID) -> Opportunity:
    """A new opportunity from a report. Raises FactNotUnderstood."""
    require_answers(report.facts)
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
        said_at=report.said_at,
        due_note=report.due_note,
    )
    if report.immediate_action:
        opportunity.confirm_safety(report.immediate_action)
    return opportunity


def require_weigher(act: Act) -> None:
    """Raises NotForThisPost for a post that reports only."""
    if act.role in REPORTS_ONLY:
        raise NotForThisPost


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
