"""Linking two journeys by hand: what somebody who read both says of them, and takes back."""

from __future__ import annotations

from uuid import UUID

from libs.deciding import Act, Saved
from libs.service import NotFound, command
from services.intake.application.opportunities import Opportunities
from services.intake.domain import Link, Opportunity
from services.intake.domain.refusals import NotLinked

NOT_HERE = (
    "There is no report with this number at the sites you cover. Look at the number once more; nothing was saved."
)


class Linking(Opportunities):
    """Links and unlinks, for somebody who may decide about both."""

    @command
    async def link(self, act: Act, opportunity: UUID, other: UUID, how: str) -> Saved:
        """Link it to another one. Raises NotFound, LinkedToItself, LinkedAlready, RationaleMissing."""
        here = await self.decidable(act, opportunity)
        await self._require_covered(act, other)
        known = await self.find(Link, Link.create_id(here.journey, other))
        known = known or Link.between(provider=here.provider, site=here.site, journey=here.journey, other=other)
        known.make(how, act.rationale)
        return await self.save(act, known)

    @command
    async def unlink(self, act: Act, opportunity: UUID, other: UUID, how: str) -> Saved:
        """Take a link back. Raises NotFound, NotLinked, RationaleMissing."""
        here = await self.decidable(act, opportunity)
        await self._require_covered(act, other)
        known = await self.find(Link, Link.create_id(here.journey, other))
        if known is None:
            raise NotLinked
        known.undo(how, act.rationale)
        return await self.save(act, known)

    async def _require_covered(self, act: Act, journey: UUID) -> None:
        """Raises NotFound: what a post does not cover, or an allegation shuts to it, looks like what is not there."""
        found = await self.find(Opportunity, journey)
        covered = {site.site_id for site in await self.directory.sites_within(act.scope)}
        if found is None or found.site not in covered:
            raise NotFound(NOT_HERE)
        await self.require_not_subject(act.actor, journey)
