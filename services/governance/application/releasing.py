"""Letting counts leave the provider, and knowing which have left."""

from __future__ import annotations

from datetime import date

from libs.deciding import Act, Saved
from libs.service import Service, command
from services.governance.domain import Releases, organisation_journey
from services.governance.domain.releases import Table


class Releasing(Service):
    """What may be asked about tables for outsiders."""

    async def released(self, provider: str, table: str, since: date, until: date) -> Releases | None:
        """What left of a table over these months, or None where nothing has."""
        return await self.find(Releases, Releases.create_id(provider, table, since, until))

    @command
    async def release_table(
        self, act: Act, provider: str, table: str, since: date, until: date, counts: Table
    ) -> Saved:
        """Let a table leave, and remember it. Raises GivesAwayWithEarlier."""
        journey = organisation_journey(provider)
        found = await self.released(provider, table, since, until)
        found = found or Releases(
            provider=provider, site="", journey=journey, about=journey, table=table, since=since, until=until
        )
        found.release(counts)
        return await self.save(act, found)
