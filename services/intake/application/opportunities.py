"""What can be asked about an opportunity: record it, make safe, weigh it, pass it on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.taxonomy import ClockKind, ClockStart, HarmLevel, IntakeRoute, OpportunityKind, Role
from libs.calendar import calendar_days, local_day
from libs.deciding import Act, Saved, circumstances
from libs.directory import Directory, Site
from libs.domain import follows
from libs.emergency_reading import ReadsInEmergency
from libs.names import find
from libs.practice import Measure
from libs.rules import Proposal, Rule, in_force, propose
from libs.service import command
from services.intake.application.reporting import (
    UNNAMED,
    Report,
    begun,
    pseudonym_of,
    shielded,
)
from services.intake.application.secret_word import Word, way_back
from services.intake.application.weighing import Choice, own_rule, weighing
from services.intake.domain import NotForThisPost, Opportunity, StaffAllegation
from services.intake.domain.refusals import NamesSomebody, NotYetHappened, RuleNotInForce, SubjectMayNotSee

REPORTS_ONLY = frozenset({Role.CARE_WORKER, Role.KEY_WORKER, Role.ADMINISTRATOR, Role.AUDITOR})
"""Posts that report and see what became of it, but neither weigh it nor read what others wrote."""

ACTOR = "actor"
"""What a pseudonym of somebody's sign-in is made under, in every room."""

EARLY = timedelta(minutes=10)
"""How far ahead of ours a phone's or another system's clock may run before a time counts as not yet come."""

IMPLEMENTED = ClockStart.IMPLEMENTED
STEPS = ("reviewed", "actioned", "communicated")


@dataclass(frozen=True, slots=True)
class UpdateStep:
    """One of the three things owed to a professional's update: by when, and when it was done."""

    step: str
    due: datetime | None
    done: datetime | None


class Opportunities(ReadsInEmergency):
    """Records, makes safe, weighs."""

    directory: Directory

    @command
    async def raise_opportunity(self, act: Act, report: Report, word: Word | None = None) -> Saved:
        """Put it on record. The same thing from the same source twice is recorded once; said anew, it is corrected. By its
        `word` somebody who gives no name comes back to it.

        Raises NotFound for a site nobody registered, NewerWordsOnRecord for what is older than what we have, and
        NotYetHappened for a time in the future.
        """
        if circumstances().occurred > circumstances().now + EARLY:
            raise NotYetHappened
        with self.under(shielded(act, report.kind)):
            opportunity, how = await self.taken(report)
        unnamed = how == "raised" and act.actor == UNNAMED
        talk = await way_back(self.mapper.keys, word.said, opportunity) if unnamed and word else ()
        saved = await self.save(act, opportunity, *talk)
        return replace(saved, replayed=how == "known", detail={"outcome": how})

    async def taken(self, report: Report) -> tuple[Opportunity, str]:
        """The opportunity that a report begins or corrects, not yet saved, and which: raised, corrected or known."""
        site = await self.directory.site(report.site)
        journey = follows("intake.Opportunity", report.source_key) if report.source_key else uuid4()
        known = await self.find(Opportunity, journey) if report.source_key else None
        if known is None:
            person = pseudonym_of(self.mapper.keys, site.provider, report)
            return begun(report, site, journey, person), "raised"
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

    async def taken_from(self, site: str, kind: str, summary: str, themes: list[str], source_key: str) -> Opportunity:
        """What another room reports, not yet saved; told again, it is the same opportunity."""
        report = Report(site, kind, summary, themes, route=IntakeRoute.EVENT, source_key=source_key)
        return (await self.taken(report))[0]

    @command
    async def confirm_safety(self, act: Act, opportunity: UUID, measures: str) -> Saved:
        """Record what was done at once."""
        found = await self.touchable(act, opportunity)
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
        """Decide what follows. Proposals that the manager did not speak to count as agreed.

        A rule that was not proposed may be applied too. Raises RuleNotInForce, OwnWayNeedsReason.
        """
        found = await self.decidable(act, opportunity)
        chosen = {choice.rule_id: choice.agreed for choice in choices}
        proposed = await self.proposals(found, facts)
        weighed = [weighing(p, agreed=chosen.get(p.rule_id, True)) for p in proposed]
        added = [rule for rule, agreed in chosen.items() if agreed and rule not in {p.rule_id for p in proposed}]
        others = {rule.id: rule for rule in await self.rules_for(found)} if added else {}
        if not others.keys() >= set(added):
            raise RuleNotInForce
        weighed += [own_rule(others[rule]) for rule in added]
        pack = await self.directory.rules(local_day(circumstances().now))
        reasons = {choice.rule_id: choice.reason for choice in choices}
        with self.under(act.because(act.rationale, f"{pack.id}/{pack.version}")):
            found.triage(
                response=response, weighed=weighed, facts=facts, rationale=act.rationale, themes=themes, reasons=reasons
            )
        return await self.save(act, found)

    async def rules_for(self, opportunity: Opportunity) -> list[Rule]:
        """The rules in force today that ask something of such a service when something is weighed there."""
        on = local_day(self.clock.now())
        site = await self.directory.site(opportunity.site)
        pack = await self.directory.rules(on)
        found = in_force(pack, on, site.nation, site.service_kind)
        return [rule for rule in found if rule.duty and not (rule.clock and rule.clock.starts_at is IMPLEMENTED)]

    async def decidable(self, act: Act, opportunity: UUID) -> Opportunity:
        """An opportunity for somebody who may decide about it. Raises NotForThisPost, SubjectMayNotSee, NotFound, Stale."""
        require_weigher(act)
        return await self.touchable(act, opportunity)

    async def touchable(self, act: Act, opportunity: UUID) -> Opportunity:
        """An opportunity for anybody but the subject of an allegation in it. Raises SubjectMayNotSee, NotFound, Stale."""
        await self.require_not_subject(act.actor, opportunity)
        return await self.get(Opportunity, opportunity, act)

    async def require_not_subject(self, actor: str, journey: UUID) -> None:
        """Raises SubjectMayNotSee for somebody whom an allegation on this journey is about."""
        allegation = await self.find(StaffAllegation, StaffAllegation.create_id(journey))
        if allegation and allegation.shuts_out(self.pseudonym(actor)):
            raise SubjectMayNotSee

    def pseudonym(self, actor: str) -> str:
        """What stands for somebody's sign-in where it must be compared and not be read."""
        return self.mapper.keys.pseudonym(ACTOR, actor)

    @command
    async def reclassify(self, act: Act, opportunity: UUID, kind: str, themes: list[str]) -> Saved:
        """It turned out to be something else."""
        found = await self.decidable(act, opportunity)
        found.reclassify(kind, themes, act.rationale)
        return await self.save(act, found)

    @command
    async def refer(self, act: Act, opportunity: UUID, body: str, reference: str) -> Saved:
        """Pass it to another body. Raises NamesSomebody for a reference that is no mere number."""
        found = await self.decidable(act, opportunity)
        require_nobody_named(reference, found.person_name)
        found.refer(body, reference)
        return await self.save(act, found)

    @command
    async def receive_decision(self, act: Act, opportunity: UUID, body: str, decision: str, findings: str) -> Saved:
        """Another body decided."""
        found = await self.decidable(act, opportunity)
        found.receive_decision(body, decision, findings)
        return await self.save(act, found)

    @command
    async def close_without_review(self, act: Act, opportunity: UUID) -> Saved:
        """Nothing further will be learned from it, for the reason given."""
        found = await self.decidable(act, opportunity)
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
        found = await self.touchable(act, opportunity)
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


def require_nobody_named(shared: str, *known: str) -> None:
    """Raises NamesSomebody for text that others read as it stands and that tells who somebody is."""
    if find(shared, filter(None, known)):
        raise NamesSomebody


def require_weigher(act: Act) -> None:
    """Raises NotForThisPost for a post that reports only."""
    if act.role in REPORTS_ONLY:
        raise NotForThisPost
