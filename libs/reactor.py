"""A service's ear: it takes each neighbour's events in order within a journey, many journeys at a time.

What was heard is kept with the reaction to it, so a repeat does nothing. The bookmark says how far everything
has been taken; after a crash, reading resumes there. An event that fails every try is parked with its reason,
and what follows it on the same journey waits behind it; other journeys go on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import psycopg
from psycopg_pool import AsyncConnectionPool

from contracts.envelope import Envelope, PublishedEvent
from libs.hearing import Heard
from libs.logs import log
from libs.parking import Parking
from libs.service import React, Service
from libs.store import Unavailable
from libs.wire import Wire

T = TypeVar("T")
AT_ONCE = 256
TRIES = 3
PAUSE = 0.05
KEEP_PLACE = 0.25
"""Seconds between bookmarks: after a crash at most this much is heard again, to no effect."""


class Reactor:
    """Hears for one service, with its policy."""

    def __init__(self, service: Service, react: React, pool: AsyncConnectionPool, parking: Parking) -> None:
        self.service, self.react, self._pool, self.parking = service, react, pool, parking
        self.consumer = f"policy:{service.name}"
        self.places: dict[str, int] = {}
        self._lanes: dict[UUID, deque[Heard]] = {}
        self._open: dict[str, deque[list[int | bool]]] = {}
        self._nothing = react.dispatch(object)  # type: ignore[attr-defined]
        self._under_way, self._freed = 0, asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = log(service.name)

    def neighbours(self) -> list[str]:
        """Whose events the policy listens to: to register a case is to subscribe."""
        registry = self.react.registry  # type: ignore[attr-defined]
        heard = (kind for kind in registry if isinstance(kind, type) and issubclass(kind, PublishedEvent))
        return sorted({kind.publisher() for kind in heard if kind is not PublishedEvent})

    async def listen(self, wire: Wire) -> None:
        """Resume hearing every neighbour from its bookmark."""
        async with self._pool.connection() as connection:
            rows = await connection.execute(
                f"SELECT source, stream_sequence FROM {self.service.name}.bookmark WHERE reader = %s", (self.consumer,)
            )
            self.places = dict(await rows.fetchall())
        await self.parking.load(self.consumer)
        for source in self.neighbours():
            self._open[source] = deque()
            wire.hear(source, self.places.setdefault(source, 0), self)

    async def take(self, heard: Heard) -> None:
        """Put an event in its journey's lane; waits while too many are under way."""
        while not self.offer(heard):
            self._freed.clear()
            await self._freed.wait()

    def offer(self, heard: Heard) -> bool:
        """The same where that can be done now, else False. What concerns nobody here is only passed by."""
        if self._under_way >= AT_ONCE:
            return False
        envelope, under_way = heard.envelope, self._open[heard.source]
        under_way.append([heard.stream_sequence, False])
        self._under_way += 1
        if envelope and not self._concerns(envelope) and not self.parking.blocks(self.consumer, envelope.journey):
            self._done(heard)
        else:
            self._follow(envelope.journey if envelope else UUID(int=heard.stream_sequence), heard)
        return True

    def _concerns(self, envelope: Envelope) -> bool:
        kind = PublishedEvent.catalogue.get(envelope.type)
        return kind is not None and self.react.dispatch(kind) is not self._nothing  # type: ignore[attr-defined]

    def _follow(self, journey: UUID, heard: Heard) -> None:
        lane = self._lanes.get(journey)
        if lane is not None:
            lane.append(heard)
            return
        self._lanes[journey] = deque([heard])
        task = asyncio.create_task(self._walk(journey))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _walk(self, journey: UUID) -> None:
        lane = self._lanes[journey]
        while lane:
            heard = lane[0]
            await self._hear(heard)
            lane.popleft()
            self._done(heard)
        del self._lanes[journey]

    async def _hear(self, heard: Heard) -> None:
        envelope = heard.envelope
        if envelope is None:
            now = self.service.clock.now()
            await self._surely(lambda: self.parking.park_unreadable(self.consumer, heard, now))
            return
        now, behind = self.service.clock.now(), "waits behind an earlier event of this journey"
        if await self._surely(lambda: self.parking.park_behind(self.consumer, envelope, behind, now)):
            return
        tries = 0
        while True:
            try:
                await self.react_to(envelope)
                return
            except (Unavailable, psycopg.OperationalError, OSError) as error:
                self._log.warning("waiting for the store", reason=repr(error))
                await asyncio.sleep(0.5)
            except Exception as error:  # noqa: BLE001 whatever it is, it is parked with its reason and shown
                tries += 1
                if tries >= TRIES:
                    self._log.error("parked", name=envelope.type, reason=type(error).__name__, tries=tries)
                    await self._park(envelope, f"{type(error).__name__}: {error}", tries)
                    return
                await asyncio.sleep(PAUSE * 2**tries)

    async def react_to(self, envelope: Envelope) -> bool:
        """React to one event now; False where that was done before. For redelivery by hand and in-process delivery."""
        if not self._concerns(envelope):
            return False
        event = envelope.open()
        return await self.service.receive(
            self.react, event, consumer=self.consumer, message_id=str(envelope.id), cause=envelope
        )

    async def _park(self, envelope: Envelope, reason: str, tries: int) -> None:
        now = self.service.clock.now()
        await self._surely(lambda: self.parking.park(self.consumer, envelope, reason, tries, now))

    async def _surely(self, put: Callable[[], Awaitable[T]]) -> T:
        """Until it is done: what is neither taken nor parked would be lost, and what follows it would overtake."""
        while True:
            try:
                return await put()
            except (psycopg.Error, OSError) as error:
                self._log.warning("cannot park yet", reason=repr(error))
                await asyncio.sleep(0.5)

    async def take_again(self, journey: UUID) -> int:
        """Take a journey's parked events once more, in order; how many that were.

        Raises what the first that still fails raises; it and all behind it stay parked.
        """
        taken = 0
        while waiting := await self.parking.of_journey(self.consumer, journey):
            for envelope in waiting:
                await self.react_to(envelope)
                await self.parking.release(self.consumer, envelope)
                taken += 1
        return taken

    async def stop(self) -> None:
        """Let go of what is under way; it is heard again from the bookmark, to no effect where it was taken."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, heard: Heard) -> None:
        self._under_way -= 1
        self._freed.set()
        under_way = self._open[heard.source]
        for entry in reversed(under_way):
            if entry[0] == heard.stream_sequence:
                entry[1] = True
                break
        while under_way and under_way[0][1]:
            self.places[heard.source] = int(under_way.popleft()[0])

    async def keep_place(self) -> None:
        """Write the bookmark every so often, until cancelled."""
        kept: dict[str, int] = {}
        while True:
            await asyncio.sleep(KEEP_PLACE)
            moved = {s: p for s, p in self.places.items() if kept.get(s) != p}
            if not moved:
                continue
            try:
                await self.set_places(moved)
                kept |= moved
            except psycopg.Error as error:
                self._log.warning("bookmark not kept", reason=repr(error))

    async def set_places(self, places: dict[str, int]) -> None:
        """Keep how far each neighbour has been heard."""
        async with self._pool.connection() as connection:
            await connection.execute(
                f"INSERT INTO {self.service.name}.bookmark (reader, source, stream_sequence)"
                " SELECT %s, * FROM unnest(%s::text[], %s::bigint[]) ON CONFLICT (reader, source)"
                " DO UPDATE SET stream_sequence = excluded.stream_sequence",
                (self.consumer, list(places), list(places.values())),
            )
