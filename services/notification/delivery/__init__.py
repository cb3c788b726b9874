"""Sends waiting messages by e-mail or by a call to another system, each once in effect, and records every try."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Self
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
import psycopg

from contracts.taxonomy import Role
from libs.clock import Clock
from libs.domain import Refused
from libs.logs import log
from libs.reading import opened
from libs.service import NotFound
from libs.store import Unavailable
from services.notification.application import Notification
from services.notification.delivery.hooks import Fence, NotReachable, call
from services.notification.delivery.outcome import SENDER, Outcome, Unrecorded, can_be_mailed, of_mail
from services.notification.domain.message import About, Message
from services.notification.domain.subscribers import Subscribers
from services.notification.projection.outbox import Outbox

LOOK = 0.5
"""Seconds between looks at the outbox."""
PATIENCE = 30.0
"""Seconds for one try; shorter than the time after which another sender takes a message for lost."""
NO_SERVER = "No mail server is set, so it is shown in Candour only."
NO_LONGER_TOLD = "The provider has taken the other system off its list."
PAUSED = "Calls to the other system are paused. Send it anew when they are taken up again."
NO_ADDRESS = "Nobody in this post has an e-mail address on record, so it is shown in Candour only."

WORDS: Mapping[str, tuple[str, str]] = {
    About.DUTY_OWED: ("Someone is owed an account", "/notification/{journey}"),
    About.DUTY_OVERDUE: ("An account that is owed is late", "/notification/{journey}"),
    About.BRIEFING_ISSUED: ("There is a briefing for you to read", "/briefings"),
    About.ACTION_OVERDUE: ("An action is past its day", "/action/{journey}"),
    About.ACTION_ESCALATED: ("An action past its day is yours to see to", "/action/{journey}"),
    About.MEASURE_MISSED: ("A measure was missed", "/assurance"),
    About.EMERGENCY_ACCESS: ("Somebody read a record in an emergency; please look at it", "/emergency"),
}
"""The whole of what an e-mail says: the kind of thing, and where it is. Who and what stay behind the sign-in."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over: `CANDOUR_SMTP_URL`, such as smtp://user:password@mail.example:587.

    smtps:// speaks TLS from the start; smtp+starttls:// insists on changing to it; smtp:// changes where offered.
    """

    host: str
    port: int
    user: str | None
    password: str | None
    use_tls: bool
    start_tls: bool | None

    @classmethod
    def at(cls, url: str) -> Self:
        """Raises ValueError for an address of another kind, without repeating it: it may hold a password."""
        parts = urlsplit(url)
        ports = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
        if parts.scheme not in ports or not parts.hostname:
            raise ValueError("CANDOUR_SMTP_URL should begin with smtp://, smtp+starttls:// or smtps:// and name a host")
        return cls(
            parts.hostname,
            parts.port or ports[parts.scheme],
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            parts.scheme == "smtps",
            {"smtp": None, "smtp+starttls": True, "smtps": False}[parts.scheme],
        )


@dataclass(frozen=True, slots=True)
class Post:
    """How mail leaves this installation: through which server, from which address, with links to where."""

    server: MailServer | None
    sender: str
    links: str

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Self:
        """From `CANDOUR_SMTP_URL`, `CANDOUR_MAIL_FROM` and `CANDOUR_PUBLIC_URL`. Raises ValueError as MailServer."""
        url = env.get("CANDOUR_SMTP_URL", "")
        return cls(
            MailServer.at(url) if url else None,
            env.get("CANDOUR_MAIL_FROM", "candour@localhost"),
            env.get("CANDOUR_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        )


class Delivery:
    """Looks at the outbox and sends what is due. Several may run: a message is claimed before it is sent."""

    def __init__(
        self, service: Notification, outbox: Outbox, clock: Clock, post: Post, fence: Fence | None = None
    ) -> None:
        self.service, self.outbox, self.clock, self.post = service, outbox, clock, post
        self.fence = fence or Fence()
        self.unrecorded = Unrecorded(service)
        self._log = log(service.name)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                if not await self.send_due():
                    await asyncio.sleep(LOOK)
            except (psycopg.Error, Unavailable, OSError) as error:
                self._log.warning("delivery waits", reason=repr(error))
                await asyncio.sleep(LOOK)

    async def send_due(self) -> int:
        """Try what is due now; how many tries that were, with what became of earlier ones and is on record only now.

        A failed try is no error: it is on the record. Each is seen to its end before a fault of one is raised.
        """
        caught_up = await self.unrecorded.catch_up()
        rows = await self.outbox.due(self.clock.now())
        ends = await asyncio.gather(*(self._try(row) for row in rows), return_exceptions=True)
        for fault in ends:
            if isinstance(fault, BaseException):
                raise fault
        tried = caught_up + sum(map(bool, ends))
        if tried:
            await self.outbox.reached(self.service.name, self.service.store.position)
        return tried

    async def _try(self, row: dict[str, Any]) -> bool:
        identity = row["message_id"]
        try:
            if self.post.server is None and not row["endpoint"]:
                await self.service.keep_in_app(SENDER, identity, NO_SERVER)
                return True
            await self.service.claim(SENDER, identity)
            message = await self.service.get(Message, identity)
            outcome = await (self._call(message) if message.endpoint else self._send(message))
        except Refused:
            return False  # another sender has it, or the view is behind: what is recorded decides
        if outcome:
            await self.unrecorded.record(outcome)
        return True

    def _outcome(self, message: Message, reason: str = "", **what: Any) -> Outcome:
        return Outcome(message.id, message.attempts, self.clock.now(), reason=reason, **what)

    async def _call(self, message: Message) -> Outcome:
        listed = await self.service.find(Subscribers, Subscribers.create_id(message.provider))
        endpoint = listed.endpoints.get(UUID(message.endpoint)) if listed else None
        if endpoint is None:
            return self._outcome(message, NO_LONGER_TOLD, for_good=True)
        if endpoint.paused:
            return self._outcome(message, PAUSED, for_good=True)
        try:
            await call(message, endpoint, self.clock.now(), self.fence)
        except NotReachable as failure:
            return self._outcome(message, failure.reason, for_good=failure.for_good)
        return self._outcome(message, taken=1)

    async def _send(self, message: Message) -> Outcome | None:
        """None where nobody has an address, which is on the record then."""
        addresses = await self._addresses(message)
        if not addresses:
            await self.service.keep_in_app(SENDER, message.id, NO_ADDRESS)
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                refused = await self._hand_over(message, addresses)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            reason, for_good = of_mail(error)
            return self._outcome(message, reason, for_good=for_good)
        return self._outcome(message, taken=len(addresses) - refused, refused=refused)

    async def _hand_over(self, message: Message, addresses: list[str]) -> int:
        """Hand it to the mail server; how many of the addresses it refused."""
        server = self.post.server
        assert server  # without one it stays in the app
        refused, _ = await aiosmtplib.send(
            self.letter(message),
            sender=self.post.sender,
            recipients=addresses,
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.use_tls,
            start_tls=server.start_tls,
            timeout=PATIENCE / 3,
        )
        return len(refused)

    def letter(self, message: Message) -> EmailMessage:
        """The e-mail itself: no name, no story. Its Message-ID follows from the message, so that a double is dropped."""
        subject, path = WORDS[message.subject]
        mail = EmailMessage()
        mail["From"] = f"Candour <{self.post.sender}>"
        mail["To"] = "undisclosed-recipients:;"
        mail["Subject"] = f"Candour: {subject[0].lower()}{subject[1:]}"
        mail["Message-ID"] = f"<{message.id}@{self.post.sender.rpartition('@')[2]}>"
        mail["Date"] = format_datetime(self.clock.now())
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(
            f"{subject}.\n\nOpen it in Candour:\n{self.post.links}{path.format(journey=message.journey)}\n\n"
            "This e-mail leaves out names and details on purpose. Please do not reply to it.\n"
        )
        return mail

    async def _addresses(self, message: Message) -> list[str]:
        """The addresses of whoever holds the post now, opened for this moment only."""
        post = message.to_post or await self._post_of(message.to_role, message.site)
        holders = await self.service.directory.holders(post)
        sealed = [holder for holder in holders if holder["email"] and await self._may_be_told(message, post, holder)]
        found = await opened(self.service.mapper.keys, sealed, "email")
        return sorted({holder["email"] for holder in found if can_be_mailed(holder["email"])})

    async def _may_be_told(self, message: Message, post: str, holder: Mapping[str, Any]) -> bool:
        """Not whom an allegation is about, and of a restricted journey only who needs to know; that it was read in an
        emergency is for those who look at that."""
        directory, keys = self.service.directory, self.service.mapper.keys
        known_as = keys.pseudonym("actor", f"person:{holder['person_id']}")
        if message.subject == About.EMERGENCY_ACCESS:
            return message.journey not in await directory.shut_to(known_as)
        return await directory.may_be_told(message.journey, post, known_as)

    async def _post_of(self, role: str, site: str) -> str:
        """The nearest post of that role for the site, else its registered manager's; empty where there is neither."""
        try:
            posts = await self.service.directory.posts_above(site)
        except NotFound:
            return ""
        nearest = {post.role: post.post_id for post in reversed(posts)}
        return nearest.get(role) or nearest.get(Role.REGISTERED_MANAGER, "")
