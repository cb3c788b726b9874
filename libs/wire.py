"""What a service hears: each publisher's events, in the publisher's order, from where it left off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker
from faststream.security import SASLPlaintext
from nats.js.api import ConsumerConfig, DeliverPolicy

from contracts.envelope import Envelope
from contracts.wire import Unreadable, decode
from libs.logs import log


@dataclass(frozen=True, slots=True)
class Heard:
    """An envelope and its place in the publisher's stream. `envelope` is None where it could not be read."""

    source: str
    stream_sequence: int
    envelope: Envelope | None
    fault: str = ""


RECONNECT: Any = 0.2
"""Seconds; the client takes fractions though its wrapper's signature says whole ones."""

HEARTBEAT = 1.0
"""Seconds. A reader that misses two notices that its server restarted, and resumes from its last place."""

Take = Callable[[Heard], Awaitable[None]]


def stream_of(source: str) -> str:
    """The stream in which a service's published events stand."""
    return f"EVENTS_{source.upper()}"


class Wire:
    """One service's connection to the others, under its own credentials.

    Reading is by ordered consumers: the server keeps no state for us, nothing is acknowledged or redelivered out
    of order, and each reader resumes from the place it committed together with what it read.
    """

    def __init__(self, service: str, url: str, credentials: str) -> None:
        self.service = service
        user, _, password = credentials.partition(":")
        self.broker = NatsBroker(
            url,
            security=SASLPlaintext(user, password),
            inbox_prefix=f"_INBOX_{user}".encode(),
            apply_types=False,
            allow_reconnect=True,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT,
            logger=None,
            name=service,
        )
        self._log = log(service)

    def hear(self, source: str, after: int, take: Take) -> None:
        """Hand every event of `source` after a stream sequence to `take`, one after the other.

        Call before `open`. `take` holding back holds the server back; it must not raise.
        """
        self._read(stream_of(source), f"events.{source}.>", source, after, take)

    def hear_records(self, source: str, after: int, take: Callable[[Any], Awaitable[None]]) -> None:
        """The same for the stored records of a service, whole, which only audit may read."""
        self._subscribe(f"AUDIT_{source.upper()}", f"audit.{source}.>", after)(take)

    def _read(self, stream: str, subject: str, source: str, after: int, take: Take) -> None:
        async def receive(message: Any) -> None:
            place = message.metadata.sequence.stream
            try:
                heard = Heard(source, place, decode(message.headers, message.data))
            except Unreadable as fault:
                self._log.error("unreadable", stream=stream, sequence=place, reason=str(fault))
                heard = Heard(source, place, None, str(fault))
            await take(heard)

        self._subscribe(stream, subject, after)(receive)

    def _subscribe(self, stream: str, subject: str, after: int) -> Callable[[Any], Any]:
        async def raw(message: Any) -> Any:
            return message.raw_message

        return self.broker.subscriber(
            subject,
            stream=JStream(stream, declare=False),
            ordered_consumer=True,
            decoder=raw,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            idle_heartbeat=HEARTBEAT,
            config=ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=after + 1),
        )

    async def open(self) -> None:
        """Connect, and begin to hear. Waits for a server that is still starting."""
        while True:
            try:
                await self.broker.start()
                return
            except OSError as error:
                self._log.warning("waiting for nats", reason=str(error))
                await asyncio.sleep(0.2)

    async def connect(self) -> Any:
        """The bare connection, for the relay's batches."""
        return await self.broker.connect()

    async def close(self) -> None:
        await self.broker.stop()
