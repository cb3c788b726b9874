"""What is held back from erasure for legal reasons, and what has been kept for as long as it had to be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from contracts.taxonomy import AskedBy, ErasureGround
from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.domain import Aggregate
from libs.retention import Kept, Retention
from libs.service import NotFound, command
from services.intake.application.forgetting import ErasureRequest, Forgetting, require_keeper
from services.intake.application.opportunities import require_nobody_named
from services.intake.domain import ExternalMessage
from services.intake.domain.disposal import Disposal, Ended, NotProposed, next_look
from services.intake.domain.hold import LegalHold


class Retaining(Forgetting):
    """Places and lifts legal holds, and reviews what could be disposed of."""

    @command
    async def place_hold(self, act: Act, journey: UUID, reason: str, review_on: date) -> Saved:
        """Hold everything on a journey. Raises NotForThisPost, HeldAlready, HoldNeedsReason, ReviewLiesAhead, NamesSomebody."""
        hold = await self._hold(act, journey, reason)
        hold.place(reason, review_on)
        return await self.save(act, hold)

    @command
    async def lift_hold(self, act: Act, journey: UUID) -> Saved:
        """A hold is no longer needed. Raises NotForThisPost, NotHeld, HoldNeedsReason, NamesSomebody."""
        hold = await self._hold(act, journey, act.rationale)
        hold.lift(act.rationale)
        return await self.save(act, hold)

    async def _hold(self, act: Act, journey: UUID, words: str) -> LegalHold:
        require_keeper(act)
        found = await self.touchable(act, journey)
        require_nobody_named(words, found.person_name)
        here = LegalHold.create_id(journey)
        known = await self.find(LegalHold, here)
        return known or LegalHold(provider=found.provider, site=found.site, journey=journey, about=here)

    async def disposal_begun(self, provider: str) -> Aggregate | None:
        """The provider's monthly look, beginning with the month after, or None where it has begun."""
        here = Disposal.create_id(provider)
        if await self.find(Disposal, here):
            return None
        first = next_look(local_day(self.clock.now()))
        return Disposal(provider=provider, site="", journey=here, about=here, next_on=first)

    async def disposal_looked(self, provider_review: UUID) -> list[Aggregate]:
        """The month's look: every key whose records no rule asks to keep, and on which no hold stands, is proposed. What
        outside systems sent and nobody took goes at once, when its time is over."""
        disposal = await self.find(Disposal, provider_review)
        if disposal is None:
            return []
        schedule, _ = await self.schedule()
        disposal.look(await self._ended(disposal.provider, schedule, self.clock.now()) if schedule else [])
        return [disposal, *(await self._untaken(schedule) if schedule else [])]

    async def _untaken(self, schedule: Retention) -> list[Aggregate]:
        """Messages whose keys are destroyed before it is put on record; after a crash between the two, it is done again."""
        gone: list[Aggregate] = []
        for key in await self.keeping.untaken_since(self.clock.now() - timedelta(days=schedule.untaken_days)):
            message = await self.get(ExternalMessage, key)
            before = message.version
            message.expire()
            if message.version > before:
                await self.mapper.keys.forget(key)
                gone.append(message)
        return gone

    async def _ended(self, provider: str, schedule: Retention, at: datetime) -> list[Ended]:
        today, found = local_day(at), []
        shortest = min(rule.years for rule in schedule.rules)
        oldest = at.replace(year=at.year - shortest, day=1)
        rows = await self.keeping.untouched_since(provider, oldest)
        held = {row["journey"] for row in await self.keeping.holds([row["journey"] for row in rows])}
        for key, records in groupby(rows, key=lambda row: row["about"]):
            under = list(records)
            asks = schedule.asks([Kept(row["kind"], row["harm_level"], row["last_entry"]) for row in under])
            if not asks or asks[0][0] > today:  # what no rule covers is not proposed either: nobody said how long
                continue
            journeys = [row["journey"] for row in under]
            if held.isdisjoint(journeys):
                found.append(Ended(key, journeys, [rule.id for _, rule in asks], asks[0][0]))
        return found

    @command
    async def keep_longer(self, act: Act, key: UUID, until: date) -> Saved:
        """Decide that proposed records stay until a day. Raises NotForThisPost, NotProposed, KeepUntilLater."""
        disposal, journeys = await self._waiting(act, key)
        for journey in journeys:
            await self._require_unnamed(act, journey, act.rationale)
        disposal.keep_longer(key, until, act.rationale)
        return await self.save(act, disposal)

    @command
    async def give_to_erase(self, act: Act, key: UUID) -> Saved:
        """Decide that proposed records go: an erasure is asked for, which somebody else decides. `detail` has its id."""
        disposal, journeys = await self._waiting(act, key)
        request = ErasureRequest(
            journeys[0], tuple(journeys), AskedBy.PROVIDER, ErasureGround.RETENTION_ENDED, act.rationale,
            local_day(self.clock.now()), employment=True,
        )  # fmt: skip
        erasure = await self.erasure_asked(act, request)
        disposal.give_to_erase(key, erasure.id, act.rationale)
        return replace(await self.save(act, disposal, erasure), detail={"erasure": str(erasure.id)})

    async def _waiting(self, act: Act, key: UUID) -> tuple[Disposal, list[UUID]]:
        require_keeper(act)
        row = await self.keeping.proposal(key)
        if row is None or row["site"] not in {site.site_id for site in await self.directory.sites_within(act.scope)}:
            raise NotFound("There is no such proposal among the sites that your post covers.")
        disposal = await self.get(Disposal, Disposal.create_id(row["provider"]))
        if key not in disposal.proposed:
            raise NotProposed
        return disposal, disposal.proposed[key]
