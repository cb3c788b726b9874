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

from contracts.envelope import Envelope, PublishedEvent
from deploy.house import Platform
from libs.clock import StagedClock
from libs.publishing import Publisher
from libs.rebuild import rebuild
from libs.relay import Message, Relay
from libs.room import Room
from libs.store import Recorded
from libs.views import View
from libs.wire import stream_of

BATCH = 500
PROMPT = frozenset({"directory", "diary", "cases", "heeding"})
"""Views that decisions look at are kept at once."""
SHOWN = frozenset(
    {"overview", "reaching_out", "plans", "register", "duties", "briefings", "outbox", "candour", "transfers",
     "learnings", "letters"}
)  # fmt: skip
"""Views that pages look at and no decision does wait for the end; all others catch up in large batches."""
MANY = 10_000
"""Events from which on building anew costs less than catching up, which needs no tables of its own."""
HELD = 5000
"""How many published forms are held before views catch up with them and the wire is told."""


class NotYetShown(LookupError):
    """A view that is made when the history has been played was asked while it was. Take it out of SHOWN."""


class Pump:
    """Carries events between the rooms of an opened, but not started, platform."""

    def __init__(self, platform: Platform) -> None:
        self.rooms, self.logs = list(platform.rooms.values()), platform.logs()
        self.waiting = SHOWN
        self.places: dict[str, int] = {room.name: 0 for room in self.rooms}
        self.delivered = 0
        self._written: dict[str, dict[int, Envelope | None]] = defaultdict(dict)
        self._followed = {id(v): set(v.followed()) for room in self.rooms for v in views_of(room)}
        self._passed: dict[tuple[int, str], int] = {}
        """How far a view was taken through events that it does not follow, which needs no commit of its own."""
        self._relays: list[Relay] = []
        for view in (view for room in self.rooms for view in views_of(room)):
            view.kept_here = True
            if view.name in SHOWN:
                vars(view)["rows"] = _not_yet

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
        envelopes = await self._envelopes(room, rows)
        await self._show(room, rows, envelopes, prompt=True)
        await self._tell(envelopes)
        self.places[room.name] = rows[-1].position
        self.delivered += len(rows)
        return True

    async def _envelopes(self, room: Room, rows: Sequence[Recorded]) -> list[Envelope]:
        """The published forms of these rows, each written only once."""
        written = self._written[room.name]
        if missing := [row for row in rows if row.position not in written]:
            fresh = await room.publisher.envelopes(missing)
            written |= {row.position: envelope for row, envelope in zip(missing, fresh, strict=True)}
        return [envelope for row in rows if (envelope := written[row.position])]

    async def _show(
        self, source: Room, rows: Sequence[Recorded], envelopes: Sequence[Envelope], *, prompt: bool
    ) -> None:
        events: list[Any] = []
        for room in self.rooms:
            for view in views_of(room):
                place = self._place(view, source.name)
                if view.name in self.waiting or (view.name in PROMPT) is not prompt or place >= rows[-1].position:
                    continue
                new = [row for row in rows if row.position > place]
                followed, events = self._followed[id(view)], events or [each.open() for each in envelopes]
                if room is source and view.reads_own_store():
                    mine = [r.stored for r in new if room.mapper.shapes[r.stored.topic].kind in followed]
                    found: list[Any] = room.mapper.sealed(mine)
                elif source.name in view.neighbours():
                    found = [e for e in events if type(e) in followed and e.envelope.sequence > place]
                else:
                    continue
                if found:
                    await view.keep(found, {source.name: (rows[-1].position, _heard_to(view, source.name))})
                self._passed[id(view), source.name] = rows[-1].position

    def _place(self, view: View, source: str) -> int:
        return max(view.places.get(source, (0, 0))[0], self._passed.get((id(view), source), 0))

    async def _tell(self, envelopes: Sequence[Envelope]) -> None:
        lanes: dict[tuple[str, UUID], list[Envelope]] = defaultdict(list)
        for room in self.rooms:
            for envelope in envelopes if room.reactor else ():
                if _concerns(room.reactor, envelope):
                    lanes[room.name, envelope.journey].append(envelope)
        listening = {room.name: room.reactor for room in self.rooms}
        await asyncio.gather(*(self._walk(listening[name], lane) for (name, _), lane in lanes.items()))

    @staticmethod
    async def _walk(reactor: Any, lane: list[Envelope]) -> None:
        for envelope in lane:
            with StagedClock.at(envelope.recordedtime):  # on a staged clock, others react as soon as they are told
                await reactor.react_to(envelope)

    async def publish(self) -> None:
        """Let the views that lag catch up, and tell the wire, each stream from wherever it stands."""
        for room in self.rooms:
            await self._catch_up(room)
        if not self._relays:
            for room in self.rooms:
                await room.wire.open()
            self._relays = [relay for room in self.rooms for relay in self._relays_of(room)]
        for relay in self._relays:
            await relay.send_all()
        self._written.clear()

    async def publish_if_much(self) -> None:
        """Publish where so much is held that it should not be held any longer."""
        if sum(map(len, self._written.values())) >= HELD:
            await self.publish()

    async def _catch_up(self, source: Room) -> None:
        late = [view for room in self.rooms for view in views_of(room) if view.name not in PROMPT | self.waiting]
        hearing = [v for v in late if source.name in v.neighbours() or v.service == source.name]
        place = min((self._place(view, source.name) for view in hearing), default=source.store.position)
        while rows := await source.store.read(place, BATCH):
            await self._show(source, rows, await self._envelopes(source, rows), prompt=False)
            place = rows[-1].position

    def _relays_of(self, room: Room) -> list[Relay]:
        async def for_neighbours(rows: Sequence[Recorded]) -> list[Message | None]:
            await self._envelopes(room, rows)
            written, publisher = self._written[room.name], room.publisher
            return [_message(publisher, written[row.position]) for row in rows]

        return [
            Relay(room.store, room.wire.connect, stream_of(room.name), for_neighbours),
            Relay(room.store, room.wire.connect, f"AUDIT_{room.name.upper()}", room.publisher.for_audit),
        ]

    async def finish(self, told: Callable[[str], None] = lambda _: None) -> None:
        """Publish everything, make what is shown, and set every reader's place to the ends of the streams."""
        shown = [view for room in self.rooms for view in views_of(room) if view.name in SHOWN]
        for view in shown:
            vars(view).pop("rows", None)
        if sum(room.store.position for room in self.rooms) < MANY:
            self.waiting = frozenset()
        await self.publish()
        for view in shown if self.waiting else ():
            told(f"making {view.service}'s {view.name}")
            await rebuild(view, self.logs)
        ends = {room.name: await _end(room) for room in self.rooms}
        for room in self.rooms:
            await self._set_places(room, ends)
            await room.wire.close()

    async def _set_places(self, room: Room, ends: dict[str, int]) -> None:
        for view in views_of(room):
            heard = {s: (self._place(view, s), ends[s]) for s in view.neighbours() if s in ends}
            if view.reads_own_store() and room.name not in heard:
                heard[room.name] = (self._place(view, room.name), _heard_to(view, room.name))
            if heard:
                await view.keep([], heard)
                await view.turn()  # what is not written down is heard again from the first event
        if room.reactor:
            await room.reactor.set_places({s: ends[s] for s in room.reactor.neighbours() if s in ends})


async def _not_yet(*_: Any) -> list[dict[str, Any]]:
    raise NotYetShown(NotYetShown.__doc__)


def views_of(room: Room) -> list[View]:
    """Every view a room keeps, its diary included."""
    return [follower.view for follower in room.followers]


def _heard_to(view: View, source: str) -> int:
    return view.places.get(source, (0, 0))[1]


def _concerns(reactor: Any, envelope: Envelope) -> bool:
    dispatch, kind = reactor.react.dispatch, PublishedEvent.catalogue.get(envelope.type)
    return kind is not None and dispatch(kind) is not dispatch(object)


def _message(publisher: Publisher, envelope: Envelope | None) -> Message | None:
    return publisher._message(envelope) if envelope else None


async def _end(room: Room) -> int:
    context = (await room.wire.connect()).jetstream()
    return int((await context.stream_info(stream_of(room.name))).state.last_seq)
