"""Who is let in to one journey: those who need to know, and in an emergency whoever says why."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.directory import Directory
from libs.reach import everything
from libs.service import NotFound, Service, command
from services.governance.domain import Admission, EmergencyAccess
from services.governance.projection import Emergencies, Overview


class Admitting(Service):
    """Restricts a journey, opens one in an emergency, and keeps account of what was read."""

    directory: Directory
    overview: Overview
    emergencies: Emergencies

    @command
    async def restrict(self, act: Act, provider: str, site: str, journey: UUID, posts: Iterable[str]) -> Saved:
        """Let only these posts of the site see a journey. Raises NotFound for a post that is not above the site."""
        known = {post.post_id for post in await self.directory.posts_above(site)}
        if unknown := set(posts) - known:
            raise NotFound(f"There is no post {min(unknown)} above this site. Choose from the posts shown.")
        admission = await self.find(Admission, Admission.create_id(journey))
        admission = admission or Admission(provider=provider, site=site, journey=journey, about=journey)
        admission.restrict(posts, act.rationale)
        return await self.save(act, admission)

    @command
    async def lift_restriction(self, act: Act, journey: UUID) -> Saved:
        """Let every post that reaches the site see a journey again."""
        admission = await self.get(Admission, Admission.create_id(journey), act)
        admission.lift_restriction(act.rationale)
        return await self.save(act, admission)

    @command
    async def open_in_emergency(self, act: Act, journey: UUID, because: str) -> Saved:
        """Let whoever asks read a journey for as long as the rules say.

        Raises NotFound for a journey that is not there, and alike for one that is about the reader.
        """
        place = await self.place_of(journey)
        if place is None or journey in await self.directory.shut_to(self.known_as(act.actor)):
            raise NotFound("There is no journey under this number or address.")
        pack = await self.directory.rules(local_day(self.clock.now()))
        provider, site = place
        access = EmergencyAccess.ask(
            provider=provider, site=site, journey=journey, reader=act.actor, role=act.role, because=because,
            minutes=pack.emergency_access.minutes, rule=f"{pack.id}/{pack.version}",
        )  # fmt: skip
        return await self.save(act, access)

    @command
    async def read_in_emergency(self, act: Act, access: UUID, what: str) -> Saved:
        """Put on record what is about to be shown. Raises EmergencyIsOver."""
        found = await self.get(EmergencyAccess, access)
        with self.under(act.because(found.because)):
            found.read(act.actor, what)
        return await self.save(act, found)

    @command
    async def review_emergency(self, act: Act, access: UUID, words: str, *, justified: bool) -> Saved:
        """Say whether it was right to look."""
        found = await self.get(EmergencyAccess, access, act)
        found.review(act.actor, words, justified=justified)
        return await self.save(act, found)

    def known_as(self, actor: str) -> str:
        """The pseudonym under which somebody may have been shut out."""
        return self.mapper.keys.pseudonym("actor", actor)

    async def place_of(self, journey: UUID) -> tuple[str, str] | None:
        """The provider and site of a journey, whoever asks."""
        with everything():
            row = await self.overview.row("SELECT provider, site FROM journey WHERE journey = %s", (journey,))
        return (row["provider"], row["site"]) if row else None

    async def journey_of(self, reference: str) -> UUID | None:
        """The journey of a receipt number, whoever asks: they hold the number, and what they do with it is on record."""
        with everything():
            row = await self.overview.row("SELECT journey FROM journey WHERE reference = %s", (reference,))
        found: UUID | None = row["journey"] if row else None
        return found
