"""Messages on their way, and the other systems that are told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from libs.deciding import Act, Saved, circumstances
from libs.names import find as find_names
from libs.reading import opened
from libs.service import command
from services.notification.application.asking import Asked, require_teller
from services.notification.domain.message import Message, NotGivenUp
from services.notification.domain.subscribers import ReasonNamesSomebody, Subscribers
from services.notification.policy.limits import limits


class Sending(Asked):
    """Each try and its outcome is a fact."""

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
        found.fail(attempt, reason, circumstances().now, await limits(self.directory), for_good=for_good)
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
        """Another system is told no longer. Raises ReasonNamesSomebody."""
        await self._names_nobody(because)
        listed = await self.get(Subscribers, Subscribers.create_id(provider))
        listed.remove(endpoint, because, act.role)
        return await self.save(act, listed)

    @command
    async def pause(self, act: Act, provider: str, endpoint: UUID, because: str) -> Saved:
        """Another system is not called for now. Raises ReasonNamesSomebody."""
        await self._names_nobody(because)
        listed = await self.get(Subscribers, Subscribers.create_id(provider))
        listed.pause(endpoint, because, act.role)
        return await self.save(act, listed)

    async def _names_nobody(self, because: str) -> None:
        held = await opened(self.mapper.keys, await self.directory.names_over(""), "name")
        if find_names(because, [row["name"] for row in held]):
            raise ReasonNamesSomebody

    @command
    async def resume(self, act: Act, provider: str, endpoint: UUID) -> Saved:
        """Another system is called again."""
        listed = await self.get(Subscribers, Subscribers.create_id(provider))
        listed.resume(endpoint, act.role)
        return await self.save(act, listed)

    @command
    async def rotate(self, act: Act, provider: str, endpoint: UUID) -> Saved:
        """Another system gets a new secret; the old one counts a while longer."""
        listed = await self.get(Subscribers, Subscribers.create_id(provider))
        overlap = timedelta(hours=(await limits(self.directory)).old_secret_hours)
        listed.rotate(endpoint, circumstances().now + overlap, act.role)
        return await self.save(act, listed)

    @command
    async def send_all_anew(self, act: Act, messages: list[UUID]) -> Saved:
        """One more try of each of these messages that was given up on."""
        require_teller(act.role)
        found = [await self.get(Message, each) for each in messages]
        given_up = [each for each in found if each.state == "undelivered"]
        if not given_up:
            raise NotGivenUp
        for each in given_up:
            each.send_anew()
        return await self.save(act, *given_up)

    @command
    async def send_anew(self, act: Act, message: UUID) -> Saved:
        """One more try of a message that was given up on."""
        require_teller(act.role)
        found = await self.get(Message, message)
        found.send_anew()
        return await self.save(act, found)
