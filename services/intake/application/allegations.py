"""Allegations about staff: who they are about, what the employer did, and for whom all that is shut."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from contracts.taxonomy import Role
from libs.deciding import Act, Saved
from libs.service import command
from services.intake.application.opportunities import Opportunities
from services.intake.application.reporting import pseudonym_of_name
from services.intake.domain import Opportunity, StaffAllegation
from services.intake.domain.refusals import EmploymentShut

EMPLOYERS = frozenset({Role.REGISTERED_MANAGER, Role.REGISTERED_PERSON, Role.NOMINATED_INDIVIDUAL})
"""Posts that answer for the service's staff. Everybody else learns from an allegation without its matters of employment."""


class Allegations(Opportunities):
    """Keeps matters of employment apart from the learning."""

    @command
    async def name_subject(self, act: Act, opportunity: UUID, subject: str, name: str) -> Saved:
        """Say who an allegation is about; `subject` is how they sign in, or empty where they cannot.

        From then on the journey is shut to them, in every post they hold.
        """
        found = await self._employable(act, opportunity)
        allegation = await self._allegation(act, found)
        person = pseudonym_of_name(self.mapper.keys, f"staff/{found.provider}", name)
        allegation.name_subject(self.pseudonym(subject or f"name:{name}"), person, name)
        return await self.save(act, allegation)

    @command
    async def strike_out_subject(self, act: Act, opportunity: UUID, subject: str) -> Saved:
        """It turned out not to be about somebody; `subject` is their pseudonym."""
        allegation = await self._allegation(act, await self._employable(act, opportunity))
        allegation.strike_out(subject, act.rationale)
        return await self.save(act, allegation)

    @command
    async def take_employment_step(self, act: Act, opportunity: UUID, step: str, taken_on: date, words: str) -> Saved:
        """Record what the employer did."""
        allegation = await self._allegation(act, await self._employable(act, opportunity))
        allegation.take_step(step, taken_on, words)
        return await self.save(act, allegation)

    @command
    async def conclude_allegation(self, act: Act, opportunity: UUID, outcome: str) -> Saved:
        """Say how the matter of employment ended."""
        allegation = await self._allegation(act, await self._employable(act, opportunity))
        allegation.conclude(outcome, act.rationale)
        return await self.save(act, allegation)

    async def allegation_of(self, opportunity: Opportunity, role: str) -> StaffAllegation | None:
        """The matters of employment, for a post that may read them; None where there are none.

        Raises EmploymentShut for every other post.
        """
        require_employer(role)
        return await self.find(StaffAllegation, StaffAllegation.create_id(opportunity.journey))

    async def _employable(self, act: Act, opportunity: UUID) -> Opportunity:
        require_employer(act.role)
        return await self.decidable(replace(act, based_on=None), opportunity)

    async def _allegation(self, act: Act, found: Opportunity) -> StaffAllegation:
        """Its matters of employment, begun with the first. Raises Stale: the act is based on these, not on the report."""
        here = StaffAllegation.create_id(found.journey)
        known = self.as_seen(await self.find(StaffAllegation, here), act)
        # Sealed under a key of its own: the learning record can be kept when this one must be forgotten.
        return known or StaffAllegation(provider=found.provider, site=found.site, journey=found.journey, about=here)


def require_employer(role: str) -> None:
    """Raises EmploymentShut for a post that does not answer for the service's staff."""
    if role not in EMPLOYERS:
        raise EmploymentShut
