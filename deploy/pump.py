"""The house without the wire: what one room publishes is handed to the others at once, in the same process.

For playing months in seconds (the demo provider, tests). Each event takes the same path as over the wire (published
form, policy, inbox, view), and is published on the wire afterwards, where it is recognised as handled.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from contracts.envelope import Envelope
from deploy.house import Platform
from libs.clock import StagedClock
from libs.following import Follower
from libs.relay import Relay
from libs.room import Room
from libs.store import Recorded
from libs.views import View
from libs.wire import stream_of

BATCH = 500
LATER = frozenset({"overview", "ledger"})
"""Views that nobody decides by; they are caught up at the end, in large batches."""


class Pump:
    """Carries events between the rooms of an opened, but not started, platform."""

    def __init__(self, platform: Platform, later: frozenset[str] = LATER) -> None:
        self.rooms = list(platform.rooms.values())
        self.later = later
        self.places: dict[str, int] = {room.name: 0 for room in self.rooms}
        self.delivered = 0

    async def drain(self) -> int:
        """Deliver until all is quiet; how many events were carried."""
        before = self.delivered
        while any([await self._carry(room) for room in self.rooms]):
            pass
        return self.delivered - before

    async def wake(self) -> int:
        """Wake every room for what has come due by its clock, each date at its own time; how many dates rang.

        What follows from the dates of a room is carried before the next room looks at its own.
        """
        rang = 0
        for room in self.rooms:
            if room.waker and room.diary:
                now = room.house.clock.now()
                while (due := await room.diary.earliest()) and due <= now:
                    with StagedClock.at(due):
                        rang += await room.waker.wake()
                await self.drain()
        return rang

    async def _carry(self, room: Room) -> bool:
        if room.store.position <= self.places[room.name]:
            return False
        rows = await room.store.read(self.places[room.name], BATCH)
        if not rows:
            return False
        envelopes = [e for e in await room.publisher.envelopes(rows) if e]
        await self._show(room, rows, envelopes)
        await self._tell(envelopes)
        self.places[room.name] = rows[-1].position
        self.delivered += len(rows)
        return True

    async def _show(self, source: Room, rows: Sequence[Recorded], envelopes: list[Envelope]) -> None:
        for room in self.rooms:
            for follower in room.followers:
                if follower.view.name not in self.later:
                    await self._keep(room, follower, source, rows, envelopes)

    async def _keep(
        self, room: Room, follower: Follower, source: Room, rows: Sequence[Recorded], envelopes: list[Envelope]
    ) -> None:
        view = follower.view
        place = {source.name: (rows[-1].position, 0)}
        if view.places.get(source.name, (0, 0))[0] >= rows[-1].position:
            return
        if room is source and view.reads_own_store():
            await view.keep(room.mapper.sealed(row.stored for row in rows), place)
        elif source.name in view.neighbours():
            await view.keep(interesting(view, envelopes), place)

    async def _tell(self, envelopes: list[Envelope]) -> None:
        lanes: dict[tuple[str, UUID], list[Envelope]] = defaultdict(list)
        for room in self.rooms:
            for envelope in envelopes:
                if room.reactor and envelope.source in room.reactor.neighbours():
                    lanes[room.name, envelope.journey].append(envelope)
        listening = {room.name: room.reactor for room in self.rooms}
        await asyncio.gather(*(self._walk(listening[name], lane) for (name, _), lane in lanes.items()))

    @staticmethod
    async def _walk(reactor: Any, lane: list[Envelope]) -> None:
        for envelope in lane:
            with StagedClock.at(envelope.recordedtime):  # on a staged clock, others react as soon as they are told
                await reactor.react_to(envelope)

    async def finish(self, told: Callable[[int], None] = lambda _: None) -> None:
        """Catch up the views that were left for later, publish everything, and set every place to the streams' ends."""
        await self._catch_up(told)
        for room in self.rooms:
            await room.wire.open()
        for room in self.rooms:
            await publish_all(room)
        ends = {room.name: await _end(room) for room in self.rooms}
        for room in self.rooms:
            await _set_places(room, ends)
            await room.wire.close()

    async def _catch_up(self, told: Callable[[int], None]) -> None:
        late = [(room, f.view) for room in self.rooms for f in room.followers if f.view.name in self.later]
        for source in self.rooms:
            place = min((view.places.get(source.name, (0, 0))[0] for _, view in late), default=0)
            while late and (rows := await source.store.read(place, BATCH)):
                envelopes = [e for e in await source.publisher.envelopes(rows) if e]
                for _, view in late:
                    if source.name in view.neighbours():
                        await view.keep(interesting(view, envelopes), {source.name: (rows[-1].position, 0)})
                place = rows[-1].position
                told(len(rows))


def interesting(view: View, envelopes: Sequence[Envelope]) -> list[Any]:
    """The opened events that a view has a case for."""
    followed = set(view.followed())
    events = (envelope.open() for envelope in envelopes)
    return [event for event in events if type(event) in followed]


async def publish_all(room: Room) -> None:
    """Send a room's whole log to its streams, from wherever they stand."""
    for stream, render in (
        (stream_of(room.name), room.publisher.for_neighbours),
        (f"AUDIT_{room.name.upper()}", room.publisher.for_audit),
    ):
        relay = Relay(room.store, room.wire.connect, stream, render)
        await relay.send_all()


async def _end(room: Room) -> int:
    context = (await room.wire.connect()).jetstream()
    return int((await context.stream_info(stream_of(room.name))).state.last_seq)


async def _set_places(room: Room, ends: dict[str, int]) -> None:
    for follower in room.followers:
        view = follower.view
        heard = {s: (view.places.get(s, (0, 0))[0], ends[s]) for s in view.neighbours() if s in ends}
        if heard:
            await view.keep([], heard)
    if room.reactor:
        await room.reactor.set_places({s: ends[s] for s in room.reactor.neighbours() if s in ends})
