"""The store is the outbox: what a service decided goes onto the wire from its log, in order, each event once.

The relay keeps no place of its own. It resumes after the position in the stream's last message, and fences every
batch with the sequence it expects to follow, so that of two relays only one can write. A batch is stored by the
server whole or not at all.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import nats.errors
import orjson
import psycopg
from nats.js.errors import NotFoundError

from libs.logs import log
from libs.store import EventStore, Recorded, Unavailable

POSITION = "Candour-Position"
BATCH = 500
PATIENCE = 5.0
"""Seconds after which a relay looks by itself, should nobody have woken it."""


class Overtaken(Exception):
    """Another relay writes this stream; it has the word until it stops."""


class AheadOfItsStore(Exception):
    """The stream holds events that the store does not: a backup was restored behind it. A person must decide."""


Message = tuple[str, dict[str, str], bytes]
Render = Callable[[Sequence[Recorded]], Awaitable[list[Message | None]]]


class Relay:
    """Sends what `render` makes of each stored event to one stream; None stays at home."""

    def __init__(self, store: EventStore, connect: Callable[[], Awaitable[Any]], stream: str, render: Render) -> None:
        self.store, self.stream, self.render = store, stream, render
        self._connect = connect
        self._wake = asyncio.Event()
        self.position = 0
        self.sent = 0
        self._sequence = 0
        self._log = log(store.schema)
        store.listeners.append(self._wake.set)

    async def run(self) -> None:
        """Until cancelled. Faults of the network or the servers are waited out; nothing is skipped."""
        pause = 0.05
        while True:
            try:
                await self._resume()
                pause = 0.05
                while True:
                    self._wake.clear()
                    while await self.step():
                        pass
                    await _either(self._wake, PATIENCE)
            except Overtaken:
                self._log.info("another relay is active", stream=self.stream)
                await asyncio.sleep(1)
            except (nats.errors.Error, psycopg.Error, Unavailable, OSError, TimeoutError) as error:
                self._log.warning("relay waits", stream=self.stream, reason=repr(error))
                await asyncio.sleep(pause)
                pause = min(2.0, pause * 2)

    async def send_all(self) -> None:
        """Send everything there is and return, for a store that nobody writes to meanwhile."""
        await self._resume()
        while await self.step():
            pass

    async def _resume(self) -> None:
        connection = await self._connect()
        stream = connection.jetstream()
        self._sequence = (await stream.stream_info(self.stream)).state.last_seq
        self.position = 0
        if self._sequence:
            try:
                last = await stream.get_msg(self.stream, seq=self._sequence)
                self.position = int((last.headers or {})[POSITION])
            except NotFoundError:
                raise Overtaken from None
        rows = await self.store.read(self.position - 1, 1) if self.position else []
        if self.position and not rows:
            raise AheadOfItsStore(f"{self.stream} is at {self.position}, beyond the end of its store")

    async def step(self) -> bool:
        """Send the next batch; False when there is nothing to send. The first call must follow `_resume`."""
        rows = await self.store.read(self.position, BATCH)
        if not rows:
            return False
        rendered = await self.render(rows)
        messages = [
            (subject, {**headers, POSITION: str(row.position)}, body)
            for row, (subject, headers, body) in ((r, m) for r, m in zip(rows, rendered, strict=True) if m)
        ]
        if messages:
            await self._publish(await self._connect(), messages)
        self.position = rows[-1].position
        self.sent += len(messages)
        return True

    async def _publish(self, connection: Any, messages: list[Message]) -> None:
        batch, count = uuid.uuid4().hex, len(messages)
        for number, (subject, headers, body) in enumerate(messages, start=1):
            if number == 1:
                headers["Nats-Expected-Last-Sequence"] = str(self._sequence)
            if count > 1:
                headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
            if number < count:
                await connection.publish(subject, body, headers=headers)
                continue
            if count > 1:
                headers["Nats-Batch-Commit"] = "1"
            answer = await connection.request(subject, body, headers=headers, timeout=5)
        self._accept(orjson.loads(answer.data))

    def _accept(self, answer: dict[str, Any]) -> None:
        if error := answer.get("error"):
            if error.get("err_code") in {10071, 10201}:
                raise Overtaken(str(error))
            raise nats.errors.Error(str(error))
        self._sequence = answer["seq"]


async def _either(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
