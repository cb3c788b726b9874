"""Briefings: put to the team, read, answered, and understood."""

from __future__ import annotations

from uuid import UUID

from libs.deciding import Act, Saved
from libs.service import command
from services.notification.application.asking import Asked, reader
from services.notification.domain.briefing import Briefing
from services.notification.domain.rota import Rota, Shift
from services.notification.policy.team import by_the_rota, team_of, told_by


class Briefings(Asked):
    """What everyone who works differently must understand."""

    @command
    async def roster(self, act: Act, provider: str, site: str, person: UUID, shift: Shift) -> Saved:
        """Somebody is put on a shift; who is new on a rota is given what is current, agency staff too.

        Who is no longer on it is let go by the same look, and by the day that it sets.
        """
        identity = Rota.create_id(provider, site, person)
        found = await self.find(Rota, identity)
        rota = found or Rota(provider=provider, site=site, journey=identity, about=identity, person_id=person)
        rota.roster(shift)
        team = await team_of(self, provider, site)
        return await self.save(act, *await by_the_rota(self, team, rota))

    @command
    async def ask(self, act: Act, briefing: UUID, question: str, options: list[str], right: int | None) -> Saved:
        """Put a question about a situation to the team."""
        found = await self.get(Briefing, briefing, act)
        found.ask(question, options, right, act.role)
        return await self.save(act, found)

    @command
    async def read(self, act: Act, briefing: UUID) -> Saved:
        """The person who asks has read it."""
        found = await self.get(Briefing, briefing, act)
        found.read(reader(act))
        return await self.save(act, found)

    @command
    async def answer(self, act: Act, briefing: UUID, option: int | None = None, words: str = "") -> Saved:
        """The person who asks answers its question."""
        found = await self.get(Briefing, briefing, act)
        found.answer(reader(act), option, words)
        return await self._with_what_follows(act, found)

    @command
    async def mark(self, act: Act, briefing: UUID, person: UUID, *, understood: bool) -> Saved:
        """Someone else read a person's answer: understood, or to be talked through."""
        found = await self.get(Briefing, briefing, act)
        if understood:
            found.mark_understood(person, act.actor, act.role)
        else:
            found.mark_not_yet(person, act.actor, act.role)
        return await self._with_what_follows(act, found)

    async def _with_what_follows(self, act: Act, briefing: Briefing) -> Saved:
        just_reached = any(isinstance(event, Briefing.Reached) for event in briefing.pending_events)
        return await self.save(act, briefing, *(await told_by(self, briefing) if just_reached else ()))
