"""Rooms that watch a clock, in a process of their own that is killed while the clock runs on, and begun again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.house import Platform
from libs import logs
from tests.faults.under_fire import PRELOADED

ROOMS = ("governance", "action", "assurance")


class SharedClock:
    """A clock that another process moves; each reading is a microsecond later, so that order shows."""

    def __init__(self, moment: Any) -> None:
        self._moment, self._read = moment, 0

    def now(self) -> datetime:
        self._read += 1
        return datetime.fromtimestamp(self._moment.value, UTC) + timedelta(microseconds=self._read % 1_000_000)


def serve(env: Mapping[str, str], moment: Any, ready: Any) -> None:
    """The process: act on whatever falls due until killed."""
    logs.begin(level=logging.CRITICAL)  # its faults are the point of the test
    asyncio.run(_serve(env, moment, ready))


async def _serve(env: Mapping[str, str], moment: Any, ready: Any) -> None:
    platform = Platform(env, SharedClock(moment), ROOMS)
    await platform.open()
    await platform.start()
    ready.set()
    await asyncio.Event().wait()


class Clockwork:
    """The process and its clock."""

    def __init__(self, env: Mapping[str, str], began: datetime) -> None:
        self.env = dict(env)
        self.now = began
        self._moment = PRELOADED.Value("d", began.timestamp())
        self._process: Any = None

    async def start(self) -> None:
        """Begin, and wait until the rooms are open."""
        ready = PRELOADED.Event()
        self._process = PRELOADED.Process(target=serve, args=(self.env, self._moment, ready), daemon=True)
        self._process.start()
        assert await asyncio.to_thread(ready.wait, 60)

    def move_to(self, when: datetime) -> None:
        """It is `when` now, in that process too, whether it lives or not."""
        self.now, self._moment.value = when, when.timestamp()

    async def kill(self) -> None:
        """End it with SIGKILL: nothing is flushed, nobody is told."""
        self._process.kill()
        await asyncio.to_thread(self._process.join)
