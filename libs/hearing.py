"""One reading of a stream for all in a service who hear it: each event travels, and is read, once for them together.

Whoever has no room for an event holds the others back for a moment, and then reads on alone, so that one who is stuck
stops nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from nats.aio.msg import Msg

from contracts.envelope import Envelope
from contracts.wire import Unreadable, decode
from libs.logs import log

PATIENCE = 1.0
"""Seconds that one without room holds back the others."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An envelope and its place in the publisher's stream. `envelope` is None where it could not be read."""

    source: str
    stream_sequence: int
    envelope: Envelope | None
    fault: str = ""


class Taker(Protocol):
    """Who hears. Neither way of handing over may raise."""

    def offer(self, heard: Heard) -> bool:
        """Take it now; False where there is no room."""

    async def take(self, heard: Heard) -> None:
        """Take it as soon as there is room."""


@dataclass(eq=False, slots=True)
class Reader:
    """One taker, and the place in the stream up to which everything was handed to it."""

    taker: Taker
    after: int
    waiting: asyncio.Task[None] | None = None

    def drop(self) -> None:
        """Hand over nothing more, what waits for room included."""
        if self.waiting:
            self.waiting.cancel()


class Reading:
    """What is read of one source's stream, for several at a time. `alone` is told who is to read on alone."""

    def __init__(self, service: str, source: str, readers: Sequence[Reader], alone: Callable[[Reading], None]) -> None:
        self.service, self.source, self.readers, self._alone = service, source, list(readers), alone
        self._log = log(service)

    @property
    def after(self) -> int:
        """The place after which somebody has not heard everything."""
        return min((reader.after for reader in self.readers), default=0)

    async def receive(self, message: Msg) -> None:
        """Hand a message to everyone who has not had it."""
        place = message.metadata.sequence.stream
        due = [reader for reader in self.readers if reader.after < place]
        heard = self._read(place, message) if due else None
        for reader in due:
            if heard and reader in self.readers:  # nobody stopped hearing while another was waited for
                await self._hand(reader, heard)

    def _read(self, place: int, message: Msg) -> Heard:
        try:
            return Heard(self.source, place, decode(message.headers, message.data))
        except Unreadable as fault:
            self._log.error("unreadable", source=self.source, sequence=place, reason=str(fault))
            return Heard(self.source, place, None, str(fault))

    async def _hand(self, reader: Reader, heard: Heard) -> None:
        if reader.taker.offer(heard):
            reader.after = heard.stream_sequence
            return
        reader.waiting = asyncio.create_task(_take(reader, heard))
        await asyncio.wait({reader.waiting}, timeout=PATIENCE if len(self.readers) > 1 else None)
        if not reader.waiting.done() and reader in self.readers:
            self._log.warning("reads on alone", source=self.source, sequence=heard.stream_sequence)
            self.readers.remove(reader)
            self._alone(Reading(self.service, self.source, [reader], self._alone))

    def stop(self, taker: Taker) -> bool:
        """Hand over nothing more to one; whether it was among those who hear."""
        found = [reader for reader in self.readers if reader.taker is taker]
        for reader in found:
            self.readers.remove(reader)
            reader.drop()
        return bool(found)


async def _take(reader: Reader, heard: Heard) -> None:
    await reader.taker.take(heard)
    reader.after = heard.stream_sequence
