"""Two processes of one service: one works, the other stands by and takes over."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg

from deploy.house import Platform
from libs.deciding import Act
from libs.leading import Leader
from services.intake.application import Report
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

SOMEONE = Act("person:someone", "registered_manager", "site:elm")
REPORT = Report("elm", "near_miss", "A wheel came loose; nobody was hurt.")


def leading(house: Platform) -> bool:
    return leads(house.rooms["intake"].leader)


def leads(leader: Leader) -> bool:
    return leader.leads


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
            async with asyncio.timeout(20):
                while not leading(second):  # noqa: ASYNC110 another's lock has no event here
                    await asyncio.sleep(0.05)
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

    await first.apply(lambda: begin(second))
    await second.apply(lambda: begin(first))
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
        async with asyncio.timeout(60):
            while leads(first):  # noqa: ASYNC110 a connection's end has no event here
                await asyncio.sleep(0.02)
        assert not leads(second)
    await first.resign()  # and the third is gone with its connection
    async with asyncio.timeout(60):
        while not leads(second):  # noqa: ASYNC110 another's lock has no event here
            await asyncio.sleep(0.02)
    await second.resign()
    assert led_beside == [False, False]
