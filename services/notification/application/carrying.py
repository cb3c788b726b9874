"""Learning of other sites: decided on, and followed until it is seen."""

from __future__ import annotations

from uuid import UUID

from libs.deciding import Act, Saved
from libs.domain import Aggregate
from libs.service import command
from services.notification.application.asking import Asked, require_teller
from services.notification.domain.account import Account
from services.notification.domain.transfer import Decision, Transfer


class Carrying(Asked):
    """What a site makes of another's learning."""

    @command
    async def decide_transfer(self, act: Act, transfer: UUID, decision: Decision, because: str) -> Saved:
        """Whether another site's learning applies here."""
        require_teller(act.role)
        found = await self.get(Transfer, transfer, act)
        was = found.decision
        found.decide(decision, because)
        return await self.save(act, found, *await self._heard_back(found, decision, was))

    @command
    async def follow_transfer(self, act: Act, transfer: UUID, note: str, *, seen: bool) -> Saved:
        """It is in effect here; or someone else has seen that it is."""
        require_teller(act.role)
        found = await self.get(Transfer, transfer, act)
        was = found.decision if found.state == "decided" else found.state
        if seen:
            found.see(note, act.actor)
        else:
            found.put_into_effect(note, act.actor)
        return await self.save(act, found, *await self._heard_back(found, found.state, was))

    async def _heard_back(self, transfer: Transfer, what: str, was: str) -> list[Aggregate]:
        """The journey that the learning came from, which hears what became of it and not where."""
        account = await self.find(Account, Account.create_id(transfer.source))
        if account is None:
            return []
        account.hear_back(what, was)
        return [account]
