"""A connection of one's own is closed, however often whoever holds it is told to stop."""

import asyncio

import psycopg
import pytest

from libs.connecting import connected
from tests.servers import Database


@pytest.mark.parametrize("turns", range(5))
async def test_who_is_told_to_stop_again_while_they_stop_leaves_nothing_open(database: Database, turns: int) -> None:
    held: list[psycopg.AsyncConnection[tuple[object, ...]]] = []
    begun = asyncio.Event()

    async def ask() -> None:
        async with connected(database.admin) as connection:
            held.append(connection)
            await connection.execute("SELECT 1")  # from here on something has begun that is to be taken back
            begun.set()
            await asyncio.Event().wait()

    asking = asyncio.create_task(ask())
    await begun.wait()
    asking.cancel()
    for _ in range(turns):
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert held[0].closed
