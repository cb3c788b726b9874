"""Patterns: what the rules propose to look at together, and what somebody made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from contracts.taxonomy import IntakeRoute, OpportunityKind, Theme
from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.rules import RulePack
from libs.service import command
from services.intake.application.allegations import EMPLOYERS
from services.intake.application.opportunities import Opportunities, require_weigher
from services.intake.application.reporting import Report, begun
from services.intake.domain import Pattern
from services.intake.domain.pattern import Candidate, candidates
from services.intake.domain.refusals import PatternTooSmall
from services.intake.projection import Patterns

STAFF = "staff"


class PatternFinding(Opportunities):
    """Finds what belongs together, within what a post covers."""

    patterns: Patterns

    async def proposed_patterns(self, act: Act) -> list[Candidate]:
        """What the rules propose for the sites of the acting post, without what was decided on already.

        Patterns about a member of staff are for those who answer for the service's staff. Raises NotForThisPost.
        """
        require_weigher(act)
        pack = await self._pack()
        found = await self._candidates(act, pack)
        decided = await self.patterns.decided([each.id for each in found])
        return [each for each in found if not set(each.journeys) <= decided.get(each.id, set())]

    @command
    async def recognise_pattern(self, act: Act, pattern: UUID) -> Saved:
        """They are one: an opportunity begins for the pattern, to be weighed like any other. `detail` has its journey.

        Raises PatternTooSmall where it is not proposed any more, PatternSeenTo, RationaleMissing.
        """
        candidate, version, known = await self._proposed(act, pattern)
        opportunity = known.recognise(candidate.rule.title, version, candidate.journeys, act.rationale)
        site = await self.directory.site(candidate.evidence[-1].site)
        themes = ", ".join(Theme(theme).label.lower() for theme in candidate.rule.themes)
        report = Report(
            site=site.site_id,
            kind=OpportunityKind.QUALITY_ASSURANCE,
            summary=f"{candidate.rule.title}: {len(candidate.evidence)} within {candidate.rule.within_days} days"
            f" (themes: {themes}).",
            themes=list(candidate.rule.themes),
            immediate_action=act.rationale,
            route=IntakeRoute.PATTERN,
        )
        saved = await self.save(act, known, begun(report, site, opportunity))
        return replace(saved, detail={"opportunity": str(opportunity)})

    @command
    async def set_pattern_aside(self, act: Act, pattern: UUID) -> Saved:
        """They have nothing more in common, for the reason given. It is proposed again once more has happened."""
        candidate, version, known = await self._proposed(act, pattern)
        known.set_aside(version, candidate.journeys, act.rationale)
        return await self.save(act, known)

    async def _proposed(self, act: Act, pattern: UUID) -> tuple[Candidate, str, Pattern]:
        require_weigher(act)
        pack = await self._pack()
        candidate = next((each for each in await self._candidates(act, pack) if each.id == pattern), None)
        if candidate is None:
            raise PatternTooSmall
        last = candidate.evidence[-1]
        known = await self.find(Pattern, pattern) or Pattern(
            provider=last.provider,
            site="" if candidate.rule.shared == "provider" else last.site,
            journey=pattern,
            about=pattern,
            rule_id=candidate.rule.id,
            shared=candidate.rule.shared,
            value=candidate.value,
        )
        return candidate, f"{pack.id}/{pack.version}", known

    async def _candidates(self, act: Act, pack: RulePack) -> list[Candidate]:
        rules = [rule for rule in pack.patterns if rule.shared != STAFF or act.role in EMPLOYERS]
        if not rules:
            return []
        sites = [site.site_id for site in await self.directory.sites_within(act.scope)]
        now, days = self.clock.now(), {STAFF: 0, "": 0}
        for rule in rules:
            which = STAFF if rule.shared == STAFF else ""
            days[which] = max(days[which], rule.within_days)
        since, staff_since = now - timedelta(days=days[""]), now - timedelta(days=days[STAFF])
        seen = await self.patterns.seen(sites, since, staff_since, self.pseudonym(act.actor))
        return candidates(rules, seen, now)

    async def _pack(self) -> RulePack:
        return await self.directory.rules(local_day(self.clock.now()))
