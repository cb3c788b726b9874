"""Two processes of one service: one works, the other stands by and takes over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from deploy.house import Platform
from libs.clock import HandClock
from libs.deciding import Act
from libs.leading import Leader
from libs.policytext import read
from libs.relay import POSITION
from services.intake.application import Report
from services.intake.domain import Disposal
from tests.house import MONDAY, OPERATOR, RULES, housed, rules, with_sites
from tests.servers import Database, Messaging

SOMEONE = Act("person:someone", "registered_manager", "site:elm")
REPORT = Report("elm", "near_miss", "A wheel came loose; nobody was hurt.")


def leading(house: Platform) -> bool:
    return leads(house.rooms["intake"].leader)


def leads(leader: Leader) -> bool:
    return leader.leads


async def until(so: Callable[[], bool]) -> None:
    """Wait until something is so that has no event of its own here."""
    async with asyncio.timeout(60):
        while not so():  # noqa: ASYNC110 see above
            await asyncio.sleep(0.02)


async def test_one_of_two_leads_and_the_other_serves_and_takes_over(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    rooms = ("governance", "intake")
    async with housed(database, fresh_messaging, wrapping_key, *rooms) as first:
        await with_sites(first, "elm")
        async with housed(database, fresh_messaging, wrapping_key, *rooms, clock=first.clock) as second:
            assert leading(first)
            assert not leading(second)

            register = second.service("intake").register
            by_second = await second.service("intake").raise_opportunity(SOMEONE, REPORT)
            assert await register.reached("intake", by_second.position, patience=20)
            assert await register.one(by_second.id)

            await first.rooms["intake"].stop()
            await until(lambda: leading(second))
            after = await second.service("intake").raise_opportunity(SOMEONE, REPORT)
            assert await register.reached("intake", after.position, patience=20)
            assert (await register.one(after.id) or {})["site"] == "elm"


LOCKS = (
    "SELECT pid, classid, objid FROM pg_locks WHERE locktype = 'advisory' AND granted = %s"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def the_lock(connection: psycopg.AsyncConnection[tuple[int, int, int]], granted: bool) -> tuple[int, int, int]:
    """Who holds the lock to lead, or waits for it, once somebody does."""
    async with asyncio.timeout(60):
        while not (row := await (await connection.execute(LOCKS, (granted,))).fetchone()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return row


async def test_who_loses_the_lock_leads_no_more_before_another_does(database: Database) -> None:
    conninfo = database.conninfo("intake")
    first, second = Leader(conninfo, "intake"), Leader(conninfo, "intake")
    led_beside: list[bool] = []

    async def begin(other: Leader) -> None:
        led_beside.append(other.leads)

    assert (first.at_rest, second.at_rest) == (True, True)
    await first.apply(lambda: begin(second))
    await second.apply(lambda: begin(first))
    assert (first.at_rest, second.at_rest) == (False, True)
    async with (
        await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as admin,
        await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as third,
    ):
        holder, high, low = await the_lock(admin, granted=True)
        next_in_line = asyncio.create_task(
            third.execute("SELECT pg_advisory_lock((%s::bigint << 32) | %s)", (high, low))
        )
        await the_lock(admin, granted=False)
        await admin.execute("SELECT pg_terminate_backend(%s)", (holder,))
        await next_in_line  # another leads now, and neither of ours may believe that it does
        await until(lambda: not leads(first))
        assert not leads(second)
    await first.resign()  # and the third is gone with its connection
    await until(lambda: leads(second))
    await second.resign()
    assert led_beside == [False, False]


LOOK = 0.02
"""Seconds between looks, where much of them is to be seen in a short time."""


@dataclass
class Between:
    """What stands between a leader and the database, and can keep an answer back, or the loop busy when one is to come."""

    passing: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0
    busy: float = 0.0

    async def stand(self, conninfo: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = conninfo_to_dict(conninfo)
        answers, asks = await asyncio.open_connection(str(there["host"]), int(there["port"] or 5432))
        with suppress(ConnectionError):
            await asyncio.gather(self.hand_on(reader, asks, counted=True), self.hand_on(answers, writer))

    async def hand_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool = False
    ) -> None:
        try:
            while words := await reader.read(65536):
                if not counted:
                    await self.passing.wait()
                writer.write(words)
                if counted:
                    self.asked += 1
                    stand_still(self.busy)
        finally:
            writer.close()


@asynccontextmanager
async def between(conninfo: str) -> AsyncIterator[tuple[str, Between]]:
    """Something between, and how to connect through it."""
    made = Between()
    made.passing.set()
    server = await asyncio.start_server(lambda r, w: made.stand(conninfo, r, w), "127.0.0.1", 0)
    async with server:
        yield (
            make_conninfo(conninfo, host="127.0.0.1", port=server.sockets[0].getsockname()[1], sslmode="disable"),
            made,
        )


def stand_still(seconds: float) -> None:
    """Work on which the loop stands still."""
    time.sleep(seconds)


async def nothing() -> None:
    """Nothing is to begin."""


async def test_a_leader_that_was_too_busy_to_look_leads_on(database: Database) -> None:
    async with between(database.conninfo("intake")) as (conninfo, way):
        leader = Leader(conninfo, "intake", LOOK, patience=3000)
        await leader.apply(nothing)
        async with await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as admin:
            holder = await the_lock(admin, granted=True)
            way.busy, asked = 3 * LOOK, way.asked
            await until(lambda: way.asked >= asked + 5 or not leads(leader))
            assert leads(leader)
            way.busy = 0.0
            assert await the_lock(admin, granted=True) == holder
        await leader.resign()


async def test_a_leader_whom_the_database_does_not_answer_leads_no_more(database: Database) -> None:
    async with between(database.conninfo("intake")) as (conninfo, way):
        leader = Leader(conninfo, "intake", LOOK, patience=50)
        await leader.apply(nothing)
        asked = way.asked
        way.passing.clear()
        await until(lambda: not leads(leader))
        assert way.asked > asked
        way.passing.set()
        await until(lambda: leads(leader))
        await leader.resign()


async def sent(house: Platform, stream: str) -> list[int]:
    """The places in the log of all that stands in a stream."""
    context: Any = (await house.rooms["intake"].wire.connect()).jetstream()
    last = (await context.stream_info(stream)).state.last_seq
    messages = [await context.get_msg(stream, seq=number) for number in range(1, last + 1)]
    return [int(message.headers[POSITION]) for message in messages]


async def test_two_that_both_believe_to_lead_do_nothing_twice(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with (
        housed(database, fresh_messaging, wrapping_key, "governance", "intake") as first,
        housed(database, fresh_messaging, wrapping_key, "intake", clock=first.clock, start=False) as second,
    ):
        second.rooms["intake"].leader = Leader(database.conninfo("intake"), "another lock than that of intake")
        await second.start()
        assert leading(first)
        assert leading(second)
        await with_sites(first, "elm")
        kept = read(RULES / "retention.yaml")  # by which somebody looks each month
        await first.service("governance").adopt_rules(
            OPERATOR, "acme", rules() | kept | {"version": "2"}, date(2026, 3, 1)
        )
        houses, clock = (first, second), first.clock
        assert isinstance(clock, HandClock)
        for month in range(1, 4):
            told = [each.service("intake").raise_opportunity(SOMEONE, REPORT) for each in houses for _ in range(10)]
            await asyncio.gather(*told)
            await asyncio.gather(*(each.settle() for each in houses))
            clock.move_to(MONDAY + timedelta(days=31 * month))
            wakers = [each.rooms["intake"].waker for each in houses]
            await asyncio.gather(*(waker.wake() for waker in wakers if waker))  # both for the same date
        await asyncio.gather(*(each.settle() for each in houses))

        room = first.rooms["intake"]
        stored = await room.store.read(0, 1000)
        events = await room.mapper.read(row.stored for row in stored)
        looks = [event for event in events if isinstance(event, Disposal.Looked)]
        assert [event.recorded.month for event in looks] == [4, 5, 6]
        assert sum(isinstance(event, Disposal.Begun) for event in events) == 1
        assert await sent(first, "AUDIT_INTAKE") == [row.position for row in stored]
        published = await sent(first, "EVENTS_INTAKE")
        assert published == sorted(set(published))
        raised = 60
        for each in houses:
            register = each.service("intake").register
            assert await register.reached("intake", stored[-1].position, patience=60)
            assert sum((await register.row("SELECT count(*) AS n FROM opportunity") or {}).values()) == raised
            assert not await each.rooms["intake"].parking.waiting()
