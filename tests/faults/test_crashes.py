"""The promise, under fire: the process and both servers are killed again and again, and afterwards what was acknowledged
is what is stored, published, audited, acted on and shown: nothing lost, doubled, skipped or out of order.

`CANDOUR_CRASHES` says how often something is killed (100).
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.embedded.servers import Servers
from deploy.house import statements
from libs.relay import POSITION
from tests.faults.under_fire import PRELOADED, PRELOADS, House
from tests.libs.engine_sample import Rooms, Tale

CRASHES = int(os.environ.get("CANDOUR_CRASHES", "100"))
JOURNEYS_AT_ONCE = 8
CHAPTERS = 10
CHANCE = random.Random(CRASHES)

Told = dict[UUID, tuple[UUID, list[str]]]
"""By journey: the tale's id and the words acknowledged, in order."""


@pytest.fixture
async def servers(reachable_directory: Path) -> AsyncIterator[Servers]:
    PRELOADED.set_forkserver_preload(PRELOADS)
    running = Servers(reachable_directory / "var", ddl=statements())
    await asyncio.to_thread(running.start)
    yield running
    await asyncio.to_thread(running.remove)


async def tell(house: House, told: Told, over: asyncio.Event) -> None:
    """One tale after another, each word only after the one before was acknowledged."""
    while not over.is_set():
        journey, tale, words = uuid4(), None, []
        for chapter in range(CHAPTERS):
            word = f"{chapter}"
            tale, version = await house.ask(f"{journey}/{chapter}", journey, tale, word)
            words.append(word)
            assert version == len(words)
            told[journey] = tale, list(words)
            if over.is_set():
                break


async def fire(house: House, servers: Servers, told: Told) -> dict[str, int]:
    """Kill what is running, one thing or several at once, and start it again."""
    killed = {"process": 0, "postgres": 0, "nats": 0}
    while sum(killed.values()) < CRASHES:
        before = sum(len(words) for _, words in told.values())
        await asyncio.sleep(CHANCE.uniform(0.0, 0.6))
        targets = CHANCE.sample(sorted(killed), CHANCE.choice([1, 1, 2]))
        await asyncio.gather(*(kill(target, house, servers) for target in targets))
        for target in targets:
            killed[target] += 1
        async with asyncio.timeout(60):  # each blow must fall on work that is under way again
            while sum(len(words) for _, words in told.values()) <= before:  # noqa: ASYNC110 workers fill it
                await asyncio.sleep(0.02)
    return killed


async def kill(target: str, house: House, servers: Servers) -> None:
    if target == "process":
        await house.kill()
        house.start()
        return
    server: Any = getattr(servers, target)
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)


async def on_the_wire(rooms: Rooms, stream: str) -> list[int]:
    context: Any = (await rooms.teller.wire.connect()).jetstream()
    last = (await context.stream_info(stream)).state.last_seq
    messages = [await context.get_msg(stream, seq=number) for number in range(1, last + 1)]
    return [int(message.headers[POSITION]) for message in messages]


async def test_what_was_acknowledged_is_stored_published_acted_on_and_shown_once(servers: Servers) -> None:
    told: Told = {}
    house, over = House(servers.environment()), asyncio.Event()
    house.start()
    workers = [asyncio.create_task(tell(house, told, over)) for _ in range(JOURNEYS_AT_ONCE)]
    killed = await fire(house, servers, told)
    over.set()
    await asyncio.gather(*workers)
    await house.kill()
    assert sum(killed.values()) >= CRASHES
    rooms = Rooms(servers.environment())
    await rooms.open()
    await rooms.start()
    try:
        await rooms.settle(120)
        await check(rooms, told)
    finally:
        await rooms.close()


async def check(rooms: Rooms, told: Told) -> None:
    rows = await rooms.teller.store.read(0, 1_000_000)
    log = [row.position for row in rows]
    events: list[Any] = await rooms.teller.mapper.read(row.stored for row in rows)
    stored: dict[UUID, list[int]] = {}
    for row, event in zip(rows, events, strict=True):
        stored.setdefault(event.journey, []).append(row.position)
    assert stored.keys() == told.keys()
    for tale, words in told.values():
        assert (await rooms.teller.service.get(Tale, tale)).told == words
    assert await on_the_wire(rooms, "EVENTS_INTAKE") == log
    assert await on_the_wire(rooms, "AUDIT_INTAKE") == log
    for journey, positions in stored.items():
        assert (await rooms.notes(journey)).heard == positions
    assert await rooms.heard.counts() == dict.fromkeys(log, 1)
    assert await rooms.listener.parking.waiting() == []
