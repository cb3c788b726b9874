"""Giving accounts, and the steps of the duty of candour."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.service import command
from services.notification.application.asking import Asked, require_teller
from services.notification.domain.candour import STEP_OF, Candour, Step
from services.notification.domain.duty import Duty
from services.notification.policy.candour import discharged_by, in_contact_again, without_contact


class OnTheCandourRecord(Refused):
    """This belongs to the duty of candour, which has a record of its own. Put it there; that settles this too."""


class Contact(StrEnum):
    """What became of trying to reach the relevant person."""

    TRIED = "tried"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    RESUMED = "resumed"

    def on(self, candour: Candour) -> Callable[[str], None]:
        """What the record does with it."""
        return {
            Contact.TRIED: candour.try_contact,
            Contact.UNREACHABLE: candour.find_unreachable,
            Contact.DECLINED: candour.decline,
            Contact.RESUMED: candour.resume,
        }[self]


class Telling(Asked):
    """Accounts that are owed."""

    @command
    async def discharge(self, act: Act, duty: UUID, channel: str, note: str) -> Saved:
        """The account was given. One that the duty of candour asks for is put on its own record, by `candour`."""
        require_teller(act.role)
        found = await self.get(Duty, duty, act)
        await self._not_of_candour(found)
        found.discharge(channel, note)
        return await self.save(act, found)

    @command
    async def record_contact(self, act: Act, duty: UUID, note: str, *, declined: bool = False) -> Saved:
        """Someone tried to give it; nobody was reached, or they did not wish to be told."""
        require_teller(act.role)
        found = await self.get(Duty, duty, act)
        await self._not_of_candour(found)
        if declined:
            found.decline(note)
        else:
            found.attempt(note)
        return await self.save(act, found)

    async def _not_of_candour(self, duty: Duty) -> None:
        if duty.owing.rule_id in STEP_OF and await self.find(Candour, Candour.create_id(duty.journey)):
            raise OnTheCandourRecord

    @command
    async def take_candour_step(
        self, act: Act, journey: UUID, step: Step, note: str, *, apologised: bool = False
    ) -> Saved:
        """A step of the duty of candour was taken; the duty it stands for is discharged with it."""
        require_teller(act.role)
        candour = await self.get(Candour, Candour.create_id(journey), act)
        candour.take(step, note, apologised=apologised)
        return await self.save(act, candour, *await discharged_by(self, candour, step, note))

    @command
    async def record_candour_contact(self, act: Act, journey: UUID, what: Contact, note: str) -> Saved:
        """The relevant person was not reached, cannot be, does not wish to hear, or is in contact again."""
        require_teller(act.role)
        candour = await self.get(Candour, Candour.create_id(journey), act)
        what.on(candour)(note)
        if what is Contact.RESUMED:
            return await self.save(act, candour, *await in_contact_again(self, candour))
        if what is Contact.TRIED:
            return await self.save(act, candour)
        declined = what is Contact.DECLINED
        return await self.save(act, candour, *await without_contact(self, candour, note, declined=declined))
