"""A service's ear: each event has one effect, in order within its journey, and a fault holds up no other journey."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from contracts.envelope import Envelope
from libs.hearing import Heard as Told
from tests.libs.engine_sample import POISON, SOMEONE, Rooms, rooms
from tests.servers import Database, Messaging


@pytest.fixture
async def platform(database: Database, fresh_messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Rooms]:
    async with rooms(database, fresh_messaging, wrapping_key) as running:
        yield running


async def told(platform: Rooms) -> list[Envelope]:
    rows = await platform.teller.store.read(0, 1000)
    return [e for e in await platform.teller.publisher.envelopes(rows) if e]


async def test_the_same_event_twice_has_one_effect(platform: Rooms) -> None:
    saved = await platform.begin()
    await platform.settle()
    [envelope] = await told(platform)
    reactor = platform.listener.reactor
    assert reactor is not None
    assert not await reactor.react_to(envelope)
    assert (await platform.notes(saved.id) or await platform.notes(envelope.journey)).heard == [envelope.sequence]


async def test_events_of_a_journey_are_taken_in_order_many_journeys_at_a_time(platform: Rooms) -> None:
    tales = [await platform.begin(str(n)) for n in range(20)]
    for n in range(8):
        await asyncio.gather(*(platform.teller.service.go_on(SOMEONE, tale.id, str(n)) for tale in tales))
    await platform.settle()
    envelopes = await told(platform)
    for journey in {e.journey for e in envelopes}:
        expected = [e.sequence for e in envelopes if e.journey == journey]
        assert (await platform.notes(journey)).heard == expected
    order = [journey for journey, _ in platform.listener.service.reactions]
    assert len(order) == 180


async def test_poison_is_parked_after_three_tries_and_holds_only_its_own_journey(platform: Rooms) -> None:
    bad, good = uuid4(), uuid4()
    platform.listener.service.poisoned.add(bad)
    first = await platform.begin("1", bad)
    await platform.teller.service.go_on(SOMEONE, first.id, "2")
    await platform.begin("1", good)
    await platform.settle()
    waiting = await platform.listener.parking.waiting()
    assert [(row["journey"], row["tries"]) for row in waiting] == [(bad, 3), (bad, 0)]
    assert POISON in waiting[0]["reason"]
    assert "waits behind" in waiting[1]["reason"]
    assert await platform.notes(bad) is None
    assert len((await platform.notes(good)).heard) == 1
    assert [journey for journey, _ in platform.listener.service.reactions].count(bad) == 3


async def test_what_was_parked_is_taken_again_in_order(platform: Rooms) -> None:
    bad = uuid4()
    platform.listener.service.poisoned.add(bad)
    first = await platform.begin("1", bad)
    for n in range(2, 5):
        await platform.teller.service.go_on(SOMEONE, first.id, str(n))
    await platform.settle()
    reactor = platform.listener.reactor
    assert reactor is not None
    with pytest.raises(ValueError, match=POISON):
        await reactor.take_again(bad)
    assert len(await platform.listener.parking.waiting()) == 4
    platform.listener.service.poisoned.clear()
    assert await reactor.take_again(bad) == 4
    await platform.teller.service.go_on(SOMEONE, first.id, "5")
    await platform.settle()
    assert (await platform.notes(bad)).heard == [e.sequence for e in await told(platform)]
    assert await platform.listener.parking.waiting() == []


async def test_a_journey_stays_parked_over_a_restart(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    bad = uuid4()
    async with rooms(database, fresh_messaging, wrapping_key) as before:
        before.listener.service.poisoned.add(bad)
        first = await before.begin("1", bad)
        await before.settle()
    async with rooms(database, fresh_messaging, wrapping_key) as after:
        await after.teller.service.go_on(SOMEONE, first.id, "2")
        await after.settle()
        assert await after.notes(bad) is None
        assert len(await after.listener.parking.waiting()) == 2


async def test_heard_again_from_the_start_nothing_happens_twice(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with rooms(database, fresh_messaging, wrapping_key) as before:
        await asyncio.gather(*(before.begin() for _ in range(25)))
        await before.settle()
        decided = await before.listener.store.read(0)
    with psycopg.connect(database.admin) as administrator:
        administrator.execute("DELETE FROM review.bookmark")
    async with rooms(database, fresh_messaging, wrapping_key) as after:
        await after.settle()
        assert len(after.listener.service.reactions) == 25
        assert await after.listener.store.read(0) == decided


async def test_a_repeat_that_would_now_fail_is_no_fault(platform: Rooms) -> None:
    journey = uuid4()
    await platform.begin("1", journey)
    await platform.settle()
    [envelope] = await told(platform)
    platform.listener.service.poisoned.add(journey)
    reactor = platform.listener.reactor
    assert reactor is not None
    assert not await reactor.react_to(envelope)


async def test_what_cannot_be_read_is_parked_and_blocks_nobody(platform: Rooms) -> None:
    reactor = platform.listener.reactor
    assert reactor is not None
    await reactor.take(Told("intake", 1, None, "not\x00 json"))
    await platform.begin()
    async with asyncio.timeout(60):
        while not (waiting := await platform.listener.parking.waiting()):  # noqa: ASYNC110 a row of the database
            await asyncio.sleep(0.02)
    assert [(row["journey"], row["name"]) for row in waiting] == [(UUID(int=0), "unreadable at 1")]


async def test_what_cannot_be_read_blocks_nobody_after_a_restart_either(platform: Rooms) -> None:
    parking = platform.listener.parking
    await parking.park_unreadable("policy:review", Told("intake", 1, None, "not json"), platform.clock.now())
    await parking.load("policy:review")
    assert not parking.blocks("policy:review", UUID(int=0)), "no journey waits behind what names none"


async def test_the_bookmark_follows_what_was_taken(platform: Rooms, database: Database) -> None:
    await asyncio.gather(*(platform.begin() for _ in range(10)))
    await platform.settle()
    async with asyncio.timeout(60), await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as reader:
        place = 0
        while place < 10:
            found = await reader.execute("SELECT stream_sequence FROM review.bookmark WHERE reader = 'policy:review'")
            place = (await found.fetchone() or (0,))[0]
            await asyncio.sleep(0.02)
    assert place == 10


async def test_nothing_of_the_ear_goes_on_after_it_is_stopped(platform: Rooms) -> None:
    platform.listener.service.poisoned.add(journey := uuid4())
    await platform.begin("1", journey)
    await platform.listener.stop()
    assert not [task for task in asyncio.all_tasks() if "_walk" in repr(task)]
