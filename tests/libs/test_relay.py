"""The relay: what stands in the log stands on the wire, in order, once, whoever crashes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from libs.relay import POSITION, AheadOfItsStore, Overtaken, Relay
from tests.libs.engine_sample import Rooms, rooms
from tests.servers import Database, Messaging

STREAM = "EVENTS_INTAKE"


@pytest.fixture
async def platform(database: Database, fresh_messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Rooms]:
    async with rooms(database, fresh_messaging, wrapping_key, start=False) as opened:
        await opened.teller.wire.open()
        yield opened


def relay(platform: Rooms, stream: str = STREAM) -> Relay:
    room = platform.teller
    render = room.publisher.for_neighbours if stream == STREAM else room.publisher.for_audit
    return Relay(room.store, room.wire.connect, stream, render)


async def positions(platform: Rooms, stream: str = STREAM) -> list[int]:
    context: Any = (await platform.teller.wire.connect()).jetstream()
    last = (await context.stream_info(stream)).state.last_seq
    messages = [await context.get_msg(stream, seq=n) for n in range(1, last + 1)]
    return [int(message.headers[POSITION]) for message in messages]


async def log(platform: Rooms) -> list[int]:
    return [row.position for row in await platform.teller.store.read(0, 10_000)]


async def send_all(sender: Relay) -> None:
    await sender._resume()
    while await sender.step():
        pass


async def test_the_stream_equals_the_log(platform: Rooms) -> None:
    await asyncio.gather(*(platform.begin() for _ in range(40)))
    await send_all(relay(platform))
    await platform.begin()
    await send_all(relay(platform))
    assert await positions(platform) == await log(platform)


async def test_audit_gets_each_record_byte_for_byte(platform: Rooms) -> None:
    await platform.begin()
    await send_all(relay(platform, "AUDIT_INTAKE"))
    [row] = await platform.teller.store.read(0)
    context: Any = (await platform.teller.wire.connect()).jetstream()
    message = await context.get_msg("AUDIT_INTAKE", seq=1)
    assert message.data == row.stored.state
    assert message.headers["Candour-Topic"] == "intake.Tale.Begun"


async def test_a_relay_that_was_overtaken_writes_nothing(platform: Rooms) -> None:
    slow, fast = relay(platform), relay(platform)
    await slow._resume()
    await asyncio.gather(*(platform.begin() for _ in range(5)))
    await send_all(fast)
    with pytest.raises(Overtaken):
        await slow.step()
    await send_all(slow)
    assert await positions(platform) == await log(platform)


async def test_two_relays_at_once_write_one_log(platform: Rooms) -> None:
    running = [asyncio.create_task(relay(platform).run()) for _ in range(2)]
    for _ in range(10):
        await asyncio.gather(*(platform.begin() for _ in range(10)))
        await asyncio.sleep(0)
    async with asyncio.timeout(60):
        while len(await positions(platform)) < 100:  # noqa: ASYNC110 a stream of the server
            await asyncio.sleep(0.05)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert await positions(platform) == await log(platform)


async def test_a_batch_of_which_the_answer_was_lost_is_not_sent_twice(platform: Rooms) -> None:
    await asyncio.gather(*(platform.begin() for _ in range(7)))
    sender = relay(platform)
    await sender._resume()
    accept = sender._accept

    def lost(answer: dict[str, Any]) -> None:
        raise TimeoutError

    sender._accept = lost  # type: ignore[method-assign]
    with pytest.raises(TimeoutError):
        await sender.step()
    sender._accept = accept  # type: ignore[method-assign]
    await send_all(sender)
    assert await positions(platform) == await log(platform)


async def test_a_store_restored_from_before_its_stream_is_noticed(platform: Rooms, database: Database) -> None:
    await platform.begin()
    await platform.begin()
    await send_all(relay(platform))
    with psycopg.connect(database.admin) as administrator:
        administrator.execute("DELETE FROM intake.events WHERE notification_id = 2")
    with pytest.raises(AheadOfItsStore):
        await relay(platform)._resume()
