"""The database goes away between a send and its record: one send, one fact, whatever comes back first."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Composed, Identifier

from libs.store import Unavailable
from services.notification.delivery import Delivery
from services.notification.domain.message import LEASE
from services.notification.projection.outbox import Outbox
from tests.hands import ELSEWHERE, Reception
from tests.house import OPERATOR
from tests.notification.hearing import journey_of
from tests.notification.samples import raised, triaged
from tests.notification.test_delivery import Mailbox, serving
from tests.notification.test_reaching_out import Listening, listening, sender

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE = 60
OPEN = {"waiting", "sending"}


@dataclass
class Database:
    """Notification's way into its database, which can be shut for a while."""

    server: str
    name: str
    role: str

    @classmethod
    def of(cls, reception: Reception) -> Database:
        env = reception.platform.env
        where, us = conninfo_to_dict(env["CANDOUR_PG_ADMIN"]), conninfo_to_dict(env["CANDOUR_PG_NOTIFICATION"])
        return cls(make_conninfo(env["CANDOUR_PG_ADMIN"], dbname="postgres"), str(where["dbname"]), str(us["user"]))

    def away(self) -> None:
        """From now on it does not let notification in, and throws it out where it is in."""
        self._asked(SQL("ALTER ROLE {} NOLOGIN").format(Identifier(self.role)))
        self._asked(
            SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE (datname, usename) = ({}, {})").format(
                self.name, self.role
            )
        )

    def back(self) -> None:
        self._asked(SQL("ALTER ROLE {} LOGIN").format(Identifier(self.role)))

    def _asked(self, what: Composed) -> None:
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(what)


MAIL, CALL = "e-mail", "call"


@dataclass
class Outside:
    """A mail server and another system, and the database behind whoever sends to them."""

    mailbox: Mailbox
    port: int
    other: Listening
    database: Database
    taken: set[str] = field(default_factory=set)
    took: asyncio.Event = field(default_factory=asyncio.Event)

    def cut(self, when: str) -> None:
        """The database goes away in the moment in which the first of a kind is taken, before its sender hears of it."""
        (self.mailbox if when == MAIL else self.other).on_taking = lambda: self._cut(when)

    def _cut(self, when: str) -> None:
        if not self.took.is_set():
            self.taken = set(self.mails() if when == MAIL else self.calls())
            self.database.away()
            self.took.set()

    def mails(self) -> Counter[str]:
        """How often each message came by e-mail, by what the receiver tells a double by."""
        return Counter(letter["Message-ID"].strip("<>").partition("@")[0] for letter in self.mailbox.letters)

    def calls(self) -> Counter[str]:
        """How often each came by a call."""
        return Counter(headers["webhook-id"] for headers, _ in self.other.heard)

    def times(self) -> Counter[str]:
        return self.mails() + self.calls()


@asynccontextmanager
async def outside(reception: Reception) -> AsyncIterator[Outside]:
    mailbox, database = Mailbox(), Database.of(reception)
    async with serving(mailbox) as port, listening(reception) as (other, _):
        try:
            yield Outside(mailbox, port, other, database)
        finally:
            await back(reception, database)


async def back(reception: Reception, database: Database) -> None:
    """The database lets notification in again, and what it had thrown out is no longer asked."""
    database.back()
    room = reception.platform.rooms["notification"]
    for pool in (room.pool, room.engine):
        await pool.check()
    await until(reception.platform.settle)


async def sent(delivery: Delivery) -> None:
    """Try until nothing is due any more."""
    while await delivery.send_due():
        await delivery.outbox.reached("notification", delivery.service.store.position)


async def until(holds: Callable[[], Any]) -> None:
    """Wait until something goes well and does not answer False, however long the machine takes."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(psycopg.Error, Unavailable, ConnectionError):
                if await holds() is not False:
                    return
            await asyncio.sleep(0.05)


async def messages(reception: Reception, journey: UUID) -> list[dict[str, Any]]:
    await reception.platform.settle()
    return await reception.platform.rooms["notification"].view(Outbox).of_journey(journey)


async def waiting(reception: Reception) -> UUID:
    """A journey whose manager is to be told by e-mail, and of which another system is to be told."""
    governance = reception.platform.service("governance")
    post = f"oak.{uuid4().hex[:8]}"
    await governance.establish_post(OPERATOR, "acme", "oak", post, "registered_manager", "site:oak", "RM", None)
    await governance.appoint(OPERATOR, post, uuid4(), "Cat", "cat@oak.test")
    await reception.platform.settle()
    return await journey_of(reception, raised(), triaged(), site="oak")


async def facts(reception: Reception, message: UUID) -> Counter[str]:
    """How often each kind of fact is on the record of a message."""
    service = reception.platform.service("notification")
    events = await service.mapper.read(await service.store.load(message, 0))
    return Counter(type(each).__name__ for each in events)


async def later(reception: Reception) -> None:
    """The time is up that one sender has for a message."""
    reception.platform.clock.move_to(reception.platform.clock.now() + LEASE * 2)  # type: ignore[attr-defined]


@pytest.mark.parametrize("when", [MAIL, CALL])
async def test_what_was_sent_while_the_database_was_away_is_recorded_once_it_is_back_and_not_sent_again(
    reception: Reception, when: str
) -> None:
    """Whoever sent it still knows: it is no reason to send again that the record has to wait, however long."""
    async with outside(reception) as world:
        journey = await waiting(reception)

        async def all_recorded() -> bool:
            return not OPEN & {row["state"] for row in await messages(reception, journey)}

        world.cut(when)
        running = asyncio.create_task(sender(reception, port=world.port).run())
        try:
            await asyncio.wait_for(world.took.wait(), PATIENCE)
            await later(reception)
            await back(reception, world.database)
            await until(all_recorded)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        rows = [row for row in await messages(reception, journey) if row["state"] == "delivered"]
        assert {bool(row["endpoint"]) for row in rows} == {False, True}
        assert world.times() == dict.fromkeys((str(row["message_id"]) for row in rows), 1)
        for message in world.taken:
            assert await facts(reception, UUID(message)) == {"Written": 1, "Sending": 1, "Delivered": 1}


@pytest.mark.parametrize("when", [MAIL, CALL])
async def test_where_another_took_it_over_meanwhile_the_first_adds_nothing(reception: Reception, when: str) -> None:
    """A double goes out under the number of the first, its receiver drops it, and it is recorded as delivered once."""
    async with outside(reception) as world:
        journey = await waiting(reception)
        world.cut(when)
        first, second = sender(reception, port=world.port), sender(reception, port=world.port)
        with pytest.raises((psycopg.Error, Unavailable, OSError)):
            await first.send_due()
        await back(reception, world.database)
        manager = await reception.browser(ELSEWHERE)
        assert "being sent" in (await manager.get(f"/notification/{journey}")).text
        await later(reception)
        assert "perhaps sent: no answer is on record" in (await manager.get(f"/notification/{journey}")).text
        await until(lambda: sent(second))
        await until(lambda: sent(first))
        for message in world.taken:
            assert world.times()[message] == 2
            assert await facts(reception, UUID(message)) == {"Written": 1, "Sending": 2, "Delivered": 1}
    assert not OPEN & {row["state"] for row in await messages(reception, journey)}
