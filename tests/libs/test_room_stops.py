"""A room stops even where a wait inside it swallows the first request to, and says where its work broke off, in no words."""

from __future__ import annotations

import asyncio
from pathlib import Path

from structlog.testing import capture_logs

from tests.house import housed
from tests.servers import Database, Messaging


async def test_a_task_that_misses_the_first_request_to_stop_is_asked_again(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    asked = 0

    async def hard_of_hearing() -> None:
        nonlocal asked
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                asked += 1
                if asked > 1:
                    raise

    async def breaks() -> None:
        raise ValueError("Mrs Okafor fell")

    with capture_logs() as lines:
        async with asyncio.timeout(60):
            async with housed(database, fresh_messaging, wrapping_key, "governance", start=False) as platform:
                platform.rooms["governance"].more = [hard_of_hearing, breaks]
                await platform.start()
                await platform.settle()
    assert asked == 2
    told = [line for line in lines if line["event"] == "work broke off and begins again"]
    assert told
    assert all(line["reason"] == "ValueError" and "breaks" in line["exception"] for line in told)
    assert "Okafor" not in str(lines)
