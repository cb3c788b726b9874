"""What a service hears: each publisher's events, in the publisher's order, from where it left off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import nats.errors
from faststream.nats import NatsBroker
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy

from contracts.envelope import Envelope
from contracts.wire import Unreadable, decode
from libs.logs import log
from libs.nkeys import KeyRefused, NotTrusted, Signed


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
Receiver = tuple[str, Any]
"""A stream, and who takes what is read of it."""

Reader = tuple[Receiver, str, int, Callable[[Msg], Awaitable[None]]]
"""Whose reading it is, the subjects, the sequence to read on from, and what is done with each message."""


def stream_of(source: str) -> str:
    """The stream in which a service's published events stand."""
    return f"EVENTS_{source.upper()}"


class Broker(NatsBroker):
    """The broker, signed in by a key; its own way needs a second library of signatures."""

    def __init__(self, url: str, user: str, credential: str, **options: Any) -> None:
        super().__init__(url, **options)
        self._signs = user, credential

    async def _connect(self) -> Signed:
        client = Signed(*self._signs)
        await client.connect(**self._connection_kwargs)
        self.config.connect(client)
        return client


class Wire:
    """One service's connection to the others, signed in by its own key: `credential` is its seed or the seed's file.

    Reading is by ordered consumers: the server keeps no state for us, nothing is acknowledged or redelivered out
    of order, and each reader resumes from the place it committed together with what it read.
    """

    def __init__(self, service: str, url: str, credential: str) -> None:
        self.service = service
        self._log = log(service)
        self._refusals: set[str] = set()
        self.broker = Broker(
            url,
            service,
            credential,
            error_cb=self._failed,
            apply_types=False,
            allow_reconnect=True,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT,
            logger=None,
            name=service,
        )
        self._readers: list[Reader] = []
        self._subscriptions: dict[Receiver, JetStreamContext.PushSubscription] = {}

    async def _failed(self, error: Exception) -> None:
        if isinstance(error, KeyRefused | NotTrusted) and (reason := str(error)) not in self._refusals:
            self._refusals.add(reason)  # once: it is tried again until somebody has mended it
            self._log.error("not let in to nats", reason=reason)

    def hear(self, source: str, after: int, take: Take) -> None:
        """Hand every event of `source` after a stream sequence to `take`, one after the other.

        Call before `open`. `take` holding back holds the server back; it must not raise.
        """
        self._readers.append(self._reader(source, after, take))

    def _reader(self, source: str, after: int, take: Take) -> Reader:
        stream = stream_of(source)

        async def receive(message: Msg) -> None:
            place = message.metadata.sequence.stream
            try:
                heard = Heard(source, place, decode(message.headers, message.data))
            except Unreadable as fault:
                self._log.error("unreadable", stream=stream, sequence=place, reason=str(fault))
                heard = Heard(source, place, None, str(fault))
            await take(heard)

        return (stream, take), f"events.{source}.>", after, receive

    def hear_records(self, source: str, after: int, take: Callable[[Msg], Awaitable[None]]) -> None:
        """The same for the stored records of a service, whole, which only audit may read."""
        self._readers.append(((f"AUDIT_{source.upper()}", take), f"audit.{source}.>", after, take))

    async def stop_hearing(self, source: str, take: Take) -> None:
        """Hand over no more of a source; when this returns, nothing of it is on its way."""
        if subscription := self._subscriptions.pop((stream_of(source), take), None):
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def hear_again(self, source: str, after: int, take: Take) -> None:
        """Begin anew after a sequence, once `stop_hearing` has returned. Waits for a server that does not answer."""
        await self._subscribe_surely(self._reader(source, after, take))

    async def _subscribe(self, reader: Reader) -> None:
        # The client's own consumer: the broker's wrapper costs more for each message than everything else together.
        (stream, take), subject, after, receive = reader
        place = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=after + 1)
        context = (await self.connect()).jetstream()
        self._subscriptions[stream, take] = await context.subscribe(
            subject, stream=stream, cb=receive, ordered_consumer=True, idle_heartbeat=HEARTBEAT, config=place
        )

    async def _subscribe_surely(self, reader: Reader) -> None:
        while True:
            try:
                await self._subscribe(reader)
                return
            except (nats.errors.Error, TimeoutError) as error:  # it answers, and its streams are still being recovered
                self._log.warning("waiting for a stream", stream=reader[0][0], reason=repr(error))
                await asyncio.sleep(0.2)

    def forget(self) -> None:
        """Drop what was asked to be heard, where beginning to hear broke off and begins again."""
        self._readers = []

    async def open(self) -> None:
        """Connect, and begin to hear. Waits for a server that is still starting."""
        while True:
            try:
                await self.broker.start()
                break
            except OSError as error:
                self._log.warning("waiting for nats", reason=str(error))
                await asyncio.sleep(0.2)
        while self._readers:
            await self._subscribe_surely(self._readers[0])
            self._readers.pop(0)

    async def connect(self) -> Any:
        """The bare connection, for the relay's batches."""
        return await self.broker.connect()

    async def close(self) -> None:
        """Hear nothing more, and let go."""
        for subscription in self._subscriptions.values():
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()
        self._subscriptions = {}
        await self.broker.stop()
