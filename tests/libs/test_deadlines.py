"""Time as a neighbour: each date wakes its service once in effect, also when it moves, fails or is lifted."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from libs.clock import HandClock
from libs.deadlines import LATER, Diary, Waker
from tests.libs.engine_sample import HOUR, Rooms, rooms
from tests.servers import Database, Messaging


@pytest.fixture
async def platform(database: Database, fresh_messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Rooms]:
    async with rooms(database, fresh_messaging, wrapping_key, start=False) as opened:
        await opened.start(wake=False)
        yield opened


def diary(platform: Rooms) -> Diary:
    found = platform.listener.diary
    assert found is not None
    return found


def waker(platform: Rooms) -> Waker:
    found = platform.listener.waker
    assert found is not None
    return found


async def later(platform: Rooms, by: timedelta) -> None:
    assert isinstance(platform.clock, HandClock)
    platform.clock.move_to(platform.clock.now() + by)


async def noted(platform: Rooms) -> UUID:
    journey = uuid4()
    await platform.begin("1", journey)
    await platform.settle()
    return journey


async def test_a_date_wakes_its_service_when_it_comes_and_not_before(platform: Rooms) -> None:
    journey = await noted(platform)
    assert await waker(platform).wake() == 0
    await later(platform, HOUR)
    assert await waker(platform).wake() == 1
    assert (await platform.notes(journey)).reminded == 1


async def test_a_date_rings_once_however_often_the_clock_is_looked_at(platform: Rooms) -> None:
    journey = await noted(platform)
    await later(platform, HOUR)
    await asyncio.gather(*(waker(platform).wake() for _ in range(4)))
    await platform.settle()
    assert await waker(platform).wake() == 0
    assert (await platform.notes(journey)).reminded == 1


async def test_a_date_rings_once_though_that_it_rang_was_not_noted(platform: Rooms, database: Database) -> None:
    journey = await noted(platform)
    await later(platform, HOUR)
    due = await diary(platform).next_due(platform.clock.now())

    def forget_that_it_rang() -> None:
        with psycopg.connect(database.admin) as administrator:
            administrator.execute("DELETE FROM review_view.deadline")
            administrator.execute(
                "INSERT INTO review_view.deadline VALUES (%s, %s, %s, 'acme', 'elm', %s, %s)",
                (due[0].aggregate, due[0].name, due[0].due, journey, journey),
            )

    for _ in range(2):
        await waker(platform).wake()
        await asyncio.to_thread(forget_that_it_rang)  # it may wait for a view that is being kept in this very loop
    assert (await platform.notes(journey)).reminded == 1


async def test_what_fails_is_put_off_and_holds_up_no_other_date(platform: Rooms) -> None:
    bad, good = await noted(platform), await noted(platform)
    platform.listener.service.poisoned.add(bad)
    await later(platform, HOUR)
    due = {each.journey: each.due for each in await diary(platform).next_due(platform.clock.now())}
    assert await waker(platform).wake() == 2
    assert (await platform.notes(good)).reminded == 1
    assert (await platform.notes(bad)).reminded == 0
    platform.listener.service.poisoned.clear()
    assert await waker(platform).wake() == 0
    await later(platform, LATER)
    [again] = await diary(platform).next_due(platform.clock.now())
    assert again.due == due[bad], "it is put off, and still fell due when it did"
    await waker(platform).wake()
    assert (await platform.notes(bad)).reminded == 1


async def test_a_fault_of_the_disk_or_of_a_question_holds_up_no_other_date(platform: Rooms) -> None:
    for number, fault in enumerate((PermissionError("a file cannot be removed"), psycopg.DataError("no such date"))):
        bad, good = await noted(platform), await noted(platform)
        platform.listener.service.faults[bad] = fault
        await later(platform, HOUR)
        assert await waker(platform).wake() == 2 + number, "what was put off comes again"
        assert ((await platform.notes(bad)).reminded, (await platform.notes(good)).reminded) == (0, 1)


async def test_a_lifted_date_does_not_ring(platform: Rooms) -> None:
    journey = await noted(platform)
    await later(platform, HOUR)
    await waker(platform).wake()
    await platform.settle()
    assert await diary(platform).earliest() is None
    assert (await platform.notes(journey)).reminded == 1


async def test_what_rang_and_what_is_learned_meanwhile_do_not_lock_each_other_out(
    platform: Rooms, database: Database
) -> None:
    journeys = [await noted(platform), await noted(platform)]
    await later(platform, HOUR)
    due = await diary(platform).next_due(platform.clock.now())
    service = platform.listener.service
    learned = [
        event for each in reversed(due) for event in await service.mapper.read(await service.store.load(each.aggregate))
    ]
    assert len(learned) == len(journeys)
    connect = psycopg.AsyncConnection.connect
    async with await connect(database.admin) as first, await connect(database.admin) as second:
        for holder, reached in ((first, due[0]), (second, due[1])):
            await holder.execute(
                "UPDATE review_view.deadline SET rung = rung WHERE aggregate = %s", (reached.aggregate,)
            )
        writing = [
            asyncio.create_task(diary(platform).mark_rung(due)),
            asyncio.create_task(diary(platform).keep(learned, {})),
        ]
        async with await connect(database.admin, autocommit=True) as onlooker:
            for _ in range(50):
                found = await onlooker.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if await found.fetchone() == (2,):
                    break
        await first.rollback()
        await second.rollback()
        await asyncio.gather(*writing)


async def test_dates_are_rung_by_one_look_at_a_time(platform: Rooms) -> None:
    for _ in range(3):
        await noted(platform)
    await later(platform, HOUR)
    rung = await asyncio.gather(waker(platform).wake(), waker(platform).wake())
    assert sorted(rung) == [0, 3]
