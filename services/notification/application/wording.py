"""The fixed words of letters: read, and confirmed before any letter with them leaves."""

from __future__ import annotations

from libs.calendar import local_day
from libs.deciding import Act, Saved, circumstances
from libs.service import command
from services.notification.application.letters import Letters
from services.notification.domain.wording import Wordings


class Wording(Letters):
    """Each version is confirmed by itself; other words need another confirmation."""

    @command
    async def confirm_words(self, act: Act, provider: str, template: str, seen: str, against: list[str]) -> Saved:
        """Somebody who answers for the provider read the words and checked them. Raises LetterNotInForce."""
        kind, _ = await self.template_in_force(template)
        listed = await self._listed(provider)
        listed.confirm(kind, seen, against, act.role, local_day(circumstances().now))
        return await self.save(act, listed)

    @command
    async def take_words_back(self, act: Act, provider: str, seen: str) -> Saved:
        """They are not to go out any more until somebody confirms them again."""
        listed = await self._listed(provider)
        listed.take_back(seen)
        return await self.save(act, listed)

    async def _listed(self, provider: str) -> Wordings:
        identity = Wordings.create_id(provider)
        found = await self.find(Wordings, identity)
        return found or Wordings(provider=provider, site="", journey=identity, about=identity)
