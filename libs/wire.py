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

from libs.hearing import Reader, Reading, Taker
from libs.logs import log
from libs.nkeys import KeyRefused, NotTrusted, Signed

RECONNECT: Any = 0.2
"""Seconds; the client takes fractions though its wrapper's signature says whole ones."""

HEARTBEAT = 1.0
"""Seconds. A reader that misses two notices that its server restarted, and resumes from its last place."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Of which stream and subjects something is told, after which place, and what is done with each message."""

    stream: str
    subjects: str
    after: Callable[[], int]
    receive: Callable[[Msg], Awaitable[None]]


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
    of order, and each reader resumes from the place it committed together with what it read. All who hear a source
    share one consumer.
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
        self._records: list[Subscribed] = []
        self._hearers: dict[str, list[Reader]] = {}
        self._readings: dict[Reading, JetStreamContext.PushSubscription | None] = {}
        self._of_records: list[JetStreamContext.PushSubscription] = []
        self._alone: set[asyncio.Task[None]] = set()

    async def _failed(self, error: Exception) -> None:
        if isinstance(error, KeyRefused | NotTrusted) and (reason := str(error)) not in self._refusals:
            self._refusals.add(reason)  # once: it is tried again until somebody has mended it
            self._log.error("not let in to nats", reason=reason)

    def hear(self, source: str, after: int, taker: Taker) -> None:
        """Hand every event of `source` after a stream sequence to `taker`, one after the other. Call before `open`.

        A taker without room holds the server back.
        """
        self._hearers.setdefault(source, []).append(Reader(taker, after))

    def hear_records(self, source: str, after: int, take: Callable[[Msg], Awaitable[None]]) -> None:
        """The same for the stored records of a service, whole, which only audit may read; `take` must not raise."""
        self._records.append(Subscribed(f"AUDIT_{source.upper()}", f"audit.{source}.>", lambda: after, take))

    async def stop_hearing(self, source: str, taker: Taker) -> None:
        """Hand over no more of a source; when this returns, nothing of it is on its way."""
        for reading in [each for each in self._readings if each.source == source and each.stop(taker)]:
            if not reading.readers:
                await self._end(self._readings.pop(reading))

    async def hear_again(self, source: str, after: int, taker: Taker) -> None:
        """Begin anew after a sequence, once `stop_hearing` has returned. Waits for a server that does not answer."""
        await self._begin(Reading(self.service, source, [Reader(taker, after)], self._read_alone))

    def _read_alone(self, reading: Reading) -> None:
        task = asyncio.create_task(self._begin(reading), name=f"{self.service} reads {reading.source} alone")
        self._alone.add(task)
        task.add_done_callback(self._alone.discard)

    async def _begin(self, reading: Reading) -> None:
        self._readings[reading] = None
        for reader in reading.readers:
            if reader.waiting:
                await asyncio.wait({reader.waiting})
        if reading in self._readings:  # nobody stopped hearing meanwhile
            begun = await self._subscribe_surely(_read_by(reading))
            if reading in self._readings:
                self._readings[reading] = begun
            else:
                await self._end(begun)

    @staticmethod
    async def _end(subscription: JetStreamContext.PushSubscription | None) -> None:
        if subscription:
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def _subscribe(self, what: Subscribed) -> JetStreamContext.PushSubscription:
        # The client's own consumer: the broker's wrapper costs more for each message than everything else together.
        place = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=what.after() + 1)
        context: JetStreamContext = (await self.connect()).jetstream()
        return await context.subscribe(
            what.subjects,
            stream=what.stream,
            cb=what.receive,
            ordered_consumer=True,
            idle_heartbeat=HEARTBEAT,
            config=place,
        )

    async def _subscribe_surely(self, what: Subscribed) -> JetStreamContext.PushSubscription:
        while True:
            try:
                return await self._subscribe(what)
            except (nats.errors.Error, TimeoutError) as error:  # it answers, and its streams are still being recovered
                self._log.warning("waiting for a stream", stream=what.stream, reason=repr(error))
                await asyncio.sleep(0.2)

    def forget(self) -> None:
        """Drop what was asked to be heard, where beginning to hear broke off and begins again."""
        self._records, self._hearers = [], {}

    async def open(self) -> None:
        """Connect, and begin to hear. Waits for a server that is still starting."""
        while True:
            try:
                await self.broker.start()
                break
            except OSError as error:
                self._log.warning("waiting for nats", reason=str(error))
                await asyncio.sleep(0.2)
        while self._hearers:
            source = next(iter(self._hearers))
            await self._begin(Reading(self.service, source, self._hearers[source], self._read_alone))
            del self._hearers[source]
        while self._records:
            self._of_records.append(await self._subscribe_surely(self._records[0]))
            self._records.pop(0)

    async def connect(self) -> Any:
        """The bare connection, for the relay's batches."""
        return await self.broker.connect()

    async def close(self) -> None:
        """Hear nothing more, and let go."""
        for task in list(self._alone):
            task.cancel()
        readings, self._readings = self._readings, {}
        for subscription in (*readings.values(), *self._of_records):
            await self._end(subscription)
        for reader in (reader for reading in readings for reader in reading.readers):
            reader.drop()
        self._of_records = []
        await self.broker.stop()


def _read_by(reading: Reading) -> Subscribed:
    source = reading.source
    return Subscribed(stream_of(source), f"events.{source}.>", lambda: reading.after, reading.receive)
