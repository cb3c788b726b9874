"""A house in a process of its own that is going to be killed, and whoever keeps asking it until it has answered."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

from libs import logs
from tests.libs.engine_sample import SOMEONE, Rooms

PRELOADED = multiprocessing.get_context("forkserver")
PRELOADS = ["tests.faults.under_fire", "tests.faults.whole_house"]
"""What every process that is begun in these tests finds in memory; the first of them decides for all."""
PATIENCE = 5.0
"""Seconds until an unanswered request is sent again, under the same key."""


def serve(env: Mapping[str, str], wire: Connection) -> None:
    """The process: open the rooms and do what is asked until the wire ends."""
    logs.begin(level=logging.CRITICAL)  # its faults are the point of the test
    asyncio.run(_serve(env, wire))


async def _serve(env: Mapping[str, str], wire: Connection) -> None:
    platform = await _opened(env)
    asked: set[asyncio.Task[None]] = set()
    ended = asyncio.Event()

    def hear() -> None:
        try:
            request = wire.recv()
        except (EOFError, OSError):
            ended.set()
            return
        asked.add(task := asyncio.create_task(_answer(platform, wire, *request)))
        task.add_done_callback(asked.discard)

    asyncio.get_running_loop().add_reader(wire.fileno(), hear)
    await ended.wait()


async def _opened(env: Mapping[str, str]) -> Rooms:
    while True:
        platform = Rooms(env)
        try:
            await platform.open()
            await platform.start()
            return platform
        except Exception:  # noqa: BLE001 the servers are being killed too; begin again
            await platform.close()
            await asyncio.sleep(0.1)


async def _answer(platform: Rooms, wire: Connection, key: str, journey: UUID, tale: UUID | None, words: str) -> None:
    act = replace(SOMEONE, key=key)
    service = platform.teller.service
    try:
        saved = await (service.go_on(act, tale, words) if tale else service.begin(act, words, journey))
    except Exception as fault:  # noqa: BLE001 whatever it was, it is asked again
        wire.send((key, None, repr(fault)))
    else:
        wire.send((key, saved.id, saved.version))


class House:
    """The process, started again each time it is killed, and the requests that wait for its answer."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self._waiting: dict[str, asyncio.Future[tuple[UUID | None, Any]]] = {}
        self._process: Any = None
        self._wire: Connection | None = None

    def start(self) -> None:
        ours, theirs = PRELOADED.Pipe()
        self._process = PRELOADED.Process(target=serve, args=(dict(self.env), theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._wire = ours
        asyncio.get_running_loop().add_reader(ours.fileno(), self._hear)

    def _hear(self) -> None:
        assert self._wire is not None
        try:
            key, *answer = self._wire.recv()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._wire.fileno())
            return
        if (waiting := self._waiting.get(key)) and not waiting.done():
            waiting.set_result((answer[0], answer[1]))

    async def kill(self) -> None:
        """End it with SIGKILL: nothing is flushed, nobody is told."""
        assert self._wire is not None
        self._process.kill()
        await asyncio.to_thread(self._process.join)
        asyncio.get_running_loop().remove_reader(self._wire.fileno())
        self._wire.close()
        self._wire = None

    async def ask(self, key: str, journey: UUID, tale: UUID | None, words: str) -> tuple[UUID, int]:
        """Send a request until it is answered, always under the same key."""
        while True:
            self._waiting[key] = asyncio.get_running_loop().create_future()
            try:
                if self._wire is not None:
                    self._wire.send((key, journey, tale, words))
                identity, answer = await asyncio.wait_for(self._waiting[key], PATIENCE)
                if identity is not None:
                    return identity, int(answer)
            except (TimeoutError, OSError):
                pass
            finally:
                del self._waiting[key]
            await asyncio.sleep(0.05)
