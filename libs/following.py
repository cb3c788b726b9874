"""Keeping a view up: from the service's own log and from its neighbours' streams, many events to a commit."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg

from contracts.envelope import PublishedEvent
from libs.hearing import Heard
from libs.logs import log
from libs.mapper import Mapper
from libs.store import EventStore, Unavailable
from libs.telemetry import span
from libs.views import KeptElsewhere, View
from libs.wire import Wire

BATCH = 500
CHECK = 5.0
"""Seconds at rest between looks at whether the database still holds what it was told."""
AT_REST = 0.1
"""Seconds without news after which it is written down how far a view has passed by what does not concern it."""


class Follower:
    """Keeps one view. Its page turns in the same commit as its rows, so nothing is missed or counted twice."""

    def __init__(self, view: View, store: EventStore | None, mapper: Mapper | None) -> None:
        self.view, self.store, self.mapper = view, store, mapper
        self._waiting: list[Heard] = []
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(maxsize=4 * BATCH)
        self._wake = asyncio.Event()
        self._wire: Wire | None = None
        self._checked = 0.0
        self._followed: set[Any] = set(view.followed())
        self._log = log(view.service)
        if store and view.reads_own_store():
            store.listeners.append(self._wake.set)

    async def listen(self, wire: Wire) -> None:
        """Resume hearing each neighbour after the place that was kept, as the view was last set up."""
        self._wire = wire
        for source in self.view.neighbours():
            wire.hear(source, self.view.places.get(source, (0, 0))[1], self)

    async def take(self, heard: Heard) -> None:
        """Put it in the queue, once there is room."""
        await self._heard.put(heard)
        self._wake.set()

    def offer(self, heard: Heard) -> bool:
        """Put it in the queue; False where that is full."""
        if self._heard.full():
            return False
        self._heard.put_nowait(heard)
        self._wake.set()
        return True

    async def run(self) -> None:
        """Until cancelled. A fault of the database is waited out; nothing heard is lost, since the page did not turn.

        What was taken from the queue stays in hand until it is kept, even when this breaks off and begins again.
        """
        waiting = self._waiting
        while True:
            self._wake.clear()  # before it is looked: what comes while the log is read must wake us again
            try:
                own = await self.follow_own_store() if self._follows_own() else False
                while not self._heard.empty() and len(waiting) < BATCH:
                    waiting.append(self._heard.get_nowait())
                if waiting:
                    await self._keep_heard(waiting)
                    waiting.clear()
                elif not own and not await self._sleep():
                    await self._rest()
            except KeptElsewhere:
                self._log.info("view was kept further elsewhere", view=self.view.name)
                await self._look_again()
            except (psycopg.Error, Unavailable, OSError) as error:
                self._log.warning("view waits", view=self.view.name, reason=repr(error))
                await asyncio.sleep(0.2)

    async def _rest(self) -> None:
        now = asyncio.get_running_loop().time()
        if not await self.view.turn() and now - self._checked >= CHECK:
            self._checked = now
            await self.view.check()

    async def _look_again(self) -> None:
        """Stand where the database says. What it lost is heard again: nobody else would tell us of it any more."""
        told = {source: place for source, (_, place) in self.view.pages.items()}
        try:
            await self.view.set_up()
            pages = {source: place for source, (_, place) in self.view.pages.items()}
            for source in self.view.neighbours():
                if pages.get(source, 0) < told.get(source, 0):
                    await self._hear_again(source)
        except (psycopg.Error, OSError) as error:
            self._log.warning("view waits", view=self.view.name, reason=repr(error))
        await asyncio.sleep(0.2)

    async def _hear_again(self, source: str) -> None:
        assert self._wire is not None
        self._log.warning("the database lost what it was told; hearing again", view=self.view.name, source=source)
        await self._wire.stop_hearing(source, self)
        kept = [heard for heard in self._waiting if heard.source != source]
        while not self._heard.empty():
            if (heard := self._heard.get_nowait()).source != source:
                kept.append(heard)
        self._waiting[:] = kept
        await self._wire.hear_again(source, self.view.start_from_page(source), self)

    def _follows_own(self) -> bool:
        return self.store is not None and self.view.reads_own_store()

    async def _sleep(self) -> bool:
        """Wait for news; False where there was none."""
        if not self._heard.empty():
            return True
        try:
            async with asyncio.timeout(AT_REST if self.view.ahead() else CHECK):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True

    async def follow_own_store(self, schema: str = "") -> bool:
        """Take the next batch of the own log; False when there is none."""
        assert self.store is not None
        assert self.mapper is not None
        name = self.view.service
        place = self.view.places.get(name, (0, 0))
        rows = await self.store.read(place[0], BATCH)
        if not rows:
            return False
        if self.view.places.get(name, (0, 0)) != place:  # it was built anew while we read
            return True
        events = self.mapper.sealed(row.stored for row in rows if self._is_followed(row.stored.topic))
        trace = next((event.by.trace for event in events if event.by.trace), "")
        with span(f"{name} shows", parent=trace, view=self.view.name, count=len(events)):
            await self.view.keep(events, {name: (rows[-1].position, 0)}, schema)
        return True

    def _is_followed(self, topic: str) -> bool:
        assert self.mapper is not None
        return self.mapper.kind_of(topic) in self._followed

    async def _keep_heard(self, waiting: list[Heard]) -> None:
        events: list[Any] = []
        places: dict[str, tuple[int, int]] = {}
        for heard in waiting:
            position, sequence = places.get(heard.source) or self.view.places.get(heard.source, (0, 0))
            if heard.stream_sequence <= sequence:
                continue
            envelope = heard.envelope
            if envelope is not None and envelope.sequence > position:
                if PublishedEvent.catalogue.get(envelope.type) in self._followed:
                    events.append(envelope.open())
                position = envelope.sequence
            places[heard.source] = (position, heard.stream_sequence)
        if not places:
            return
        trace = next((h.envelope.traceparent for h in waiting if h.envelope and h.envelope.traceparent), "")
        with span(f"{self.view.service} shows", parent=trace, view=self.view.name, count=len(events)):
            await self.view.keep(events, places)
