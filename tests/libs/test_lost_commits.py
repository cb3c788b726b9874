"""What a view had committed and the database lost in a crash is read again, though the process that kept it lives on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from libs.following import CHECK
from tests.libs.engine_sample import SOMEONE, Rooms, rooms
from tests.servers import Database, Messaging


async def lose(platform: Rooms, after: int) -> None:
    """As if the database had come up again without the last commits: they were not waited for."""
    async with platform.listener.pool.connection() as connection, connection.transaction():
        await connection.execute("DELETE FROM review_view.retold WHERE position > %s", (after,))
        changed = await connection.execute(
            "UPDATE review_view.bookmark SET position = %s, stream_sequence = %s WHERE view = 'heard'", (after, after)
        )
        assert changed.rowcount == 1


async def whole(platform: Rooms, count: int) -> None:
    async with asyncio.timeout(60):
        while await platform.heard.counts() != dict.fromkeys(range(1, count + 1), 1):  # noqa: ASYNC110 rows of the database
            await asyncio.sleep(0.02)


async def test_the_next_event_does_not_jump_over_what_was_lost(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with rooms(database, fresh_messaging, wrapping_key) as platform:
        for number in range(4):
            await platform.teller.service.begin(SOMEONE, f"tale {number}")
        await whole(platform, 4)
        await lose(platform, 1)
        await platform.teller.service.begin(SOMEONE, "another")
        await whole(platform, 5)


async def test_what_was_lost_is_missed_even_where_nothing_more_happens(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    assert CHECK <= 10
    async with rooms(database, fresh_messaging, wrapping_key) as platform:
        for number in range(3):
            await platform.teller.service.begin(SOMEONE, f"tale {number}")
        await whole(platform, 3)
        await lose(platform, 1)
        await whole(platform, 3)
