"""What can be asked of notification."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from contracts.taxonomy import Role
from libs.deciding import Act, Saved, circumstances
from libs.directory import Directory
from libs.domain import Refused
from libs.service import Service, command
from services.notification.domain.account import Account
from services.notification.domain.briefing import Briefing, NotInTheAudience
from services.notification.domain.candour import STEP_OF, Candour, Step
from services.notification.domain.duty import Duty
from services.notification.domain.message import Message
from services.notification.domain.subscribers import Subscribers
from services.notification.domain.team import Team
from services.notification.domain.transfer import Decision, Transfer, Whereabouts
from services.notification.policy.candour import discharged_by, in_contact_again, without_contact
from services.notification.policy.team import told_by

PERSON = "person:"
READS_ONLY = frozenset({Role.CARE_WORKER, Role.KEY_WORKER, Role.AUDITOR})
"""Posts that see who is owed an account, but neither give it for the service nor read how it was given."""


class NotYoursToTell(Refused):
    """Giving an account for the service is for those who lead it. Ask your manager, or change to a post that may."""


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


def require_teller(role: str) -> None:
    """Raises NotYoursToTell for a post that does not speak for the service."""
    if role in READS_ONLY:
        raise NotYoursToTell


def person_of(actor: str) -> UUID | None:
    """The person behind an actor, or None where it is no person this organisation knows by id."""
    try:
        return UUID(actor.removeprefix(PERSON)) if actor.startswith(PERSON) else None
    except ValueError:
        return None


def reader(act: Act) -> UUID:
    """The person who asks. Raises NotInTheAudience for anyone who is no member of staff."""
    person = person_of(act.actor)
    if person is None:
        raise NotInTheAudience
    return person


class Notification(Service):
    """Keeps what is owed, what must be understood, and what was sent."""

    name = "notification"
    aggregates = (Account, Duty, Candour, Briefing, Team, Message, Subscribers, Transfer, Whereabouts)
    directory: Directory

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

    @command
    async def claim(self, act: Act, message: UUID) -> Saved:
        """Take a message on for one try."""
        found = await self.get(Message, message)
        found.claim(circumstances().now)
        return await self.save(act, found)

    @command
    async def delivered(self, act: Act, message: UUID, attempt: int, taken: int, refused: int) -> Saved:
        """The mail server took it."""
        found = await self.get(Message, message)
        found.deliver(attempt, taken, refused)
        return await self.save(act, found)

    @command
    async def failed(self, act: Act, message: UUID, attempt: int, reason: str, *, for_good: bool) -> Saved:
        """The mail server did not take it."""
        found = await self.get(Message, message)
        found.fail(attempt, reason, circumstances().now, for_good=for_good)
        return await self.save(act, found)

    @command
    async def keep_in_app(self, act: Act, message: UUID, reason: str) -> Saved:
        """It cannot leave by e-mail."""
        found = await self.get(Message, message)
        found.keep_in_app(reason)
        return await self.save(act, found)

    @command
    async def connect(self, act: Act, provider: str, url: str, kinds: list[str]) -> Saved:
        """Another system is told from now on."""
        identity = Subscribers.create_id(provider)
        found = await self.find(Subscribers, identity)
        listed = found or Subscribers(provider=provider, site="", journey=identity, about=identity)
        listed.add(url, kinds, act.role)
        return await self.save(act, listed)

    @command
    async def disconnect(self, act: Act, provider: str, endpoint: UUID, because: str) -> Saved:
        """Another system is told no longer."""
        listed = await self.get(Subscribers, Subscribers.create_id(provider))
        listed.remove(endpoint, because, act.role)
        return await self.save(act, listed)

    @command
    async def send_anew(self, act: Act, message: UUID) -> Saved:
        """One more try of a message that was given up on."""
        require_teller(act.role)
        found = await self.get(Message, message)
        found.send_anew()
        return await self.save(act, found)

    @command
    async def decide_transfer(self, act: Act, transfer: UUID, decision: Decision, because: str) -> Saved:
        """Whether another site's learning applies here."""
        require_teller(act.role)
        found = await self.get(Transfer, transfer, act)
        found.decide(decision, because)
        return await self.save(act, found)

    @command
    async def follow_transfer(self, act: Act, transfer: UUID, note: str, *, seen: bool) -> Saved:
        """It is in effect here; or someone else has seen that it is."""
        require_teller(act.role)
        found = await self.get(Transfer, transfer, act)
        if seen:
            found.see(note, act.actor)
        else:
            found.put_into_effect(note, act.actor)
        return await self.save(act, found)
