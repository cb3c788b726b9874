"""E-mail leaves once in effect, says nothing about anybody, and every try is on the record: against a real SMTP server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP

from contracts.action import ActionOverdue
from deploy.house import Platform
from libs.reaching import Reaching
from services.notification.application import Notification
from services.notification.delivery import NO_ADDRESS, NO_SERVER, Delivery, MailServer, Post
from services.notification.domain.message import LEASE, Message
from services.notification.projection.outbox import Outbox
from tests.given import heard
from tests.house import OPERATOR, housed, with_sites
from tests.notification.samples import ANN, BEN, CAT, raised, triaged
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
TRIES = Reaching().tries
OPEN = "SELECT message_id FROM message WHERE state IN ('waiting', 'sending')"


class Mailbox:
    """A real SMTP server's ear. `answers` are given to the next messages in turn, then every message is taken."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.recipients: list[list[str]] = []
        self.answers: list[str] = []
        self.unknown: dict[str, str] = {}
        self.on_taking: Callable[[], object] = lambda: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.unknown:
            return self.unknown[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.letters.append(message_from_bytes(envelope.content))
        self.recipients.append(list(envelope.rcpt_tos))
        self.on_taking()
        return "250 OK"


@asynccontextmanager
async def serving(mailbox: Mailbox) -> AsyncIterator[int]:
    """A server on a free port of this machine."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, hostname="mail.test", loop=loop), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Platform]:
    """Two sites, each with a manager who has an e-mail address. Delivery itself is run by each test."""
    with backend.fresh_database() as database:
        async with housed(database, messaging, wrapping_key, "governance", "notification", start=False) as platform:
            platform.rooms["notification"].more = []
            await platform.start()
            await with_sites(platform, "elm", "oak")
            governance = platform.service("governance")
            for site, person, email in (("elm", ANN, "ann@elm.test"), ("oak", BEN, "ben@oak.test")):
                for role in ("registered_manager", "team_leader"):
                    post = f"{site}.{role}"
                    await governance.establish_post(OPERATOR, "acme", site, post, role, f"site:{site}", post, None)
                await governance.appoint(OPERATOR, f"{site}.registered_manager", person, "Ann Achebe", email)
            await governance.appoint(OPERATOR, "oak.registered_manager", CAT, "Cat", "cat@oak.test")
            await platform.settle()
            yield platform


@pytest_asyncio.fixture(loop_scope="module")
async def journey(house: Platform) -> UUID:
    """A journey of this test alone, with nothing of an earlier one left to send."""
    while rows := await house.rooms["notification"].view(Outbox).rows(OPEN):
        for row in rows:
            await house.service("notification").keep_in_app(OPERATOR, row["message_id"], "an earlier test's")
        await house.settle()
    return uuid4()


async def write(house: Platform, journey: UUID, site: str = "elm") -> UUID:
    """A complaint is weighed; its message to the manager waits in the outbox."""
    room = house.rooms["notification"]
    assert room.reactor
    for fact in (raised(), triaged()):
        await room.reactor.react_to(heard(fact, journey=journey, about=journey, site=site).envelope)
    await house.settle()
    (row,) = [r for r in await room.view(Outbox).of_journey(journey) if r["to_role"] == "registered_manager"]
    found: UUID = row["message_id"]
    return found


def delivery(house: Platform, port: int | None) -> Delivery:
    room = house.rooms["notification"]
    server = MailServer("127.0.0.1", port, None, None, use_tls=False, start_tls=False) if port else None
    post = Post(server, "candour@care.test", "https://candour.care.test")
    return Delivery(room.service, room.view(Outbox), house.clock, post)


async def message(house: Platform, identity: UUID) -> Message:
    service: Notification = house.service("notification")
    return await service.get(Message, identity)


async def later(house: Platform, pause: timedelta) -> None:
    house.clock.move_to(house.clock.now() + pause)  # type: ignore[attr-defined]
    await house.settle()


async def send_all(house: Platform, port: int | None) -> None:
    """Try until nothing is due any more."""
    sender = delivery(house, port)
    while await sender.send_due():
        await house.settle()


async def test_a_message_reaches_whoever_holds_the_post_and_names_nobody(
    house: Platform, mailbox: Mailbox, journey: UUID
) -> None:
    identity = await write(house, journey)
    async with serving(mailbox) as port:
        await send_all(house, port)
    assert (await message(house, identity)).state == "delivered"
    letters = [each for each in mailbox.letters if str(identity) in each["Message-ID"]]
    (letter,) = letters
    assert mailbox.recipients[0] == ["ann@elm.test"]
    body = letter.get_payload(decode=True).decode()
    assert "https://candour.care.test/notification/" in body
    assert letter["Message-ID"] == f"<{identity}@care.test>"
    everything = letter.as_string().lower()
    for word in ("ann", "achebe", "gate", "elm", "complain"):
        assert word not in everything


async def test_what_was_delivered_is_not_sent_again(house: Platform, mailbox: Mailbox, journey: UUID) -> None:
    await write(house, journey)
    async with serving(mailbox) as port:
        await send_all(house, port)
        sent = len(mailbox.letters)
        await later(house, timedelta(days=2))
        await send_all(house, port)
    assert len(mailbox.letters) == sent


async def test_two_senders_at_once_send_it_once(house: Platform, mailbox: Mailbox, journey: UUID) -> None:
    await write(house, journey)
    async with serving(mailbox) as port:
        await asyncio.gather(*(delivery(house, port).send_due() for _ in range(3)))
    ids = [letter["Message-ID"] for letter in mailbox.letters]
    assert ids
    assert len(ids) == len(set(ids))


async def test_while_the_mail_server_is_down_it_is_tried_again_until_it_is_back(
    house: Platform, mailbox: Mailbox, journey: UUID
) -> None:
    identity = await write(house, journey)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    await send_all(house, closed)
    waiting = await message(house, identity)
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    await later(house, timedelta(minutes=2))
    async with serving(mailbox) as port:
        await send_all(house, port)
    assert (await message(house, identity)).state == "delivered"


async def test_a_refusal_for_now_is_tried_again_under_the_same_message_id(
    house: Platform, mailbox: Mailbox, journey: UUID
) -> None:
    identity = await write(house, journey)
    mailbox.answers = ["451 Come back later"] * 8
    async with serving(mailbox) as port:
        await send_all(house, port)
        assert (await message(house, identity)).state == "waiting"
        mailbox.answers = []
        await later(house, timedelta(minutes=2))
        await send_all(house, port)
    assert (await message(house, identity)).state == "delivered"
    assert [letter["Message-ID"] for letter in mailbox.letters].count(f"<{identity}@care.test>") == 1


async def test_an_address_that_does_not_exist_is_given_up_without_repeating_it_in_the_record(
    house: Platform, mailbox: Mailbox, journey: UUID
) -> None:
    identity = await write(house, journey)
    mailbox.unknown = {"ann@elm.test": "550 ann@elm.test unknown here"}
    async with serving(mailbox) as port:
        await send_all(house, port)
    assert (await message(house, identity)).state == "undelivered"
    rows = await house.rooms["notification"].view(Outbox).undelivered(["elm"])
    assert {each["reason"] for each in rows if each["journey"] == journey} == {
        "The mail server refused every address (550)."
    }


async def test_one_good_address_of_two_is_enough_to_tell_the_post(
    house: Platform, mailbox: Mailbox, journey: UUID
) -> None:
    identity = await write(house, journey, "oak")
    mailbox.unknown = {"ben@oak.test": "550 unknown"}
    async with serving(mailbox) as port:
        await send_all(house, port)
    assert (await message(house, identity)).state == "delivered"
    assert mailbox.recipients[0] == ["cat@oak.test"]


async def test_after_eight_tries_it_is_given_up(house: Platform, mailbox: Mailbox, journey: UUID) -> None:
    identity = await write(house, journey)
    mailbox.answers = ["451 Come back later"] * 1000
    async with serving(mailbox) as port:
        for _ in range(TRIES):
            await send_all(house, port)
            await later(house, timedelta(hours=5))
    given_up = await message(house, identity)
    assert (given_up.state, given_up.attempts) == ("undelivered", TRIES)


async def test_a_crash_between_sending_and_recording_sends_the_same_message_again_and_no_other(
    house: Platform, mailbox: Mailbox, journey: UUID
) -> None:
    """At least once on the wire under one Message-ID: the receiver drops the double, so it arrives once in effect."""
    identity = await write(house, journey)
    async with serving(mailbox) as port:
        sender = delivery(house, port)
        (row,) = [r for r in await sender.outbox.due(house.clock.now()) if r["message_id"] == identity]
        dying = asyncio.create_task(sender._try(row))
        mailbox.on_taking = dying.cancel
        with pytest.raises(asyncio.CancelledError):
            await dying
        mailbox.on_taking = lambda: None
        assert (await message(house, identity)).state == "sending"
        await send_all(house, port)
        assert [letter["Message-ID"] for letter in mailbox.letters].count(f"<{identity}@care.test>") == 1
        await later(house, LEASE)
        await send_all(house, port)
    assert [letter["Message-ID"] for letter in mailbox.letters].count(f"<{identity}@care.test>") == 2
    again = await message(house, identity)
    assert (again.state, again.attempts) == ("delivered", 2)


async def test_without_a_mail_server_messages_stay_in_the_app_and_say_so(house: Platform, journey: UUID) -> None:
    identity = await write(house, journey)
    await send_all(house, None)
    assert (await message(house, identity)).state == "in_app"
    rows = await house.rooms["notification"].view(Outbox).of_journey(journey)
    assert {(row["state"], row["reason"]) for row in rows} == {("in_app", NO_SERVER)}


async def test_a_post_without_an_address_is_told_in_the_app(house: Platform, mailbox: Mailbox, journey: UUID) -> None:
    room = house.rooms["notification"]
    late = ActionOverdue(action_id=uuid4(), due=house.clock.now().date(), owner_post="elm.team_leader")
    assert room.reactor
    await room.reactor.react_to(heard(late, journey=journey, about=journey).envelope)
    await house.settle()
    async with serving(mailbox) as port:
        await send_all(house, port)
    (row,) = await room.view(Outbox).of_journey(journey)
    assert (row["state"], row["reason"]) == ("in_app", NO_ADDRESS)
    assert mailbox.letters == []
