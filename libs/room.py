"""One service, wired: its store, its wire, its relays, its ear, its views and its clock, opened and closed together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from fastapi import APIRouter
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from psycopg_pool import AsyncConnectionPool

from libs.clock import Clock
from libs.deadlines import Dates, Diary, Waker
from libs.following import Follower
from libs.keys import KeyRing
from libs.leading import Leader
from libs.logs import log, where
from libs.mapper import Mapper
from libs.parking import Parking
from libs.pooled import unbroken
from libs.publishing import Publication, Publisher
from libs.reactor import Reactor
from libs.relay import Relay
from libs.scribe import Scribe
from libs.service import React, Service
from libs.store import EventStore
from libs.views import View
from libs.wire import Wire, stream_of

V = TypeVar("V", bound=View)
Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class House:
    """What all rooms of one process share: settings, the clock, and the ring of keys."""

    env: Mapping[str, str]
    clock: Clock
    keys: KeyRing


@dataclass
class Room:
    """A service and everything that runs around it.

    `app.py` of each service makes one. `views` are kept from the service's own log and its neighbours' events;
    `dates` says which dates its decisions set; `more` are further tasks of its own, such as delivery; `ears` are
    told of the wire before it opens, to hear more than policies and views do; `calm` says whether they are done.
    """

    house: House
    kind: type[Service]
    publish: Publication
    react: React | None = None
    dates: Dates | None = None
    views: Callable[[str, AsyncConnectionPool], Sequence[View]] = lambda _, __: ()
    pool: AsyncConnectionPool = field(init=False)
    service: Any = field(init=False)
    more: list[Task] = field(default_factory=list)
    ears: list[Callable[[Wire], Awaitable[None]]] = field(default_factory=list)
    calm: list[Callable[[Wire], Awaitable[bool]]] = field(default_factory=list)
    routes: Callable[[], Sequence[APIRouter]] = tuple
    relays: list[Relay] = field(default_factory=list)

    def __post_init__(self) -> None:
        name, env = self.kind.name, self.house.env
        conninfo = env[f"CANDOUR_PG_{name.upper()}"]
        self.name = name
        self.log = log(name)
        options: dict[str, Any] = {"open": False, "timeout": 10, "kwargs": {"autocommit": True}, "check": unbroken}
        self.pool = AsyncConnectionPool(conninfo, min_size=1, max_size=6, name=name, **options)
        # What is kept here (views with their pages, bookmarks) can be read again from the logs after a crash of the
        # database, and the write-ahead log keeps its order; so these commits need not wait for the disk.
        unhurried = {**options, "kwargs": {"autocommit": True, "options": "-c synchronous_commit=off"}}
        self.engine = AsyncConnectionPool(conninfo, min_size=1, max_size=4, name=f"{name} engine", **unhurried)
        self.store = EventStore(conninfo, name, self.pool, self.engine)
        self.leader = Leader(conninfo, name)
        self.mapper = Mapper(self.kind.aggregates, self.house.keys)
        self.wire = Wire(name, env["CANDOUR_NATS_URL"], env[f"CANDOUR_NATS_{name.upper()}"])
        self.kept: dict[str, View] = {view.name: view for view in self.views(name, self.pool)}
        self.service = self.kind(self.store, self.mapper, self.house.clock, **self.kept)
        self.service.publish = self.publish
        self.publisher = Publisher(name, self.mapper, self.publish)
        self.parking = Parking(name, self.pool)  # waited for: the bookmark passes by what is parked
        self.reactor = Reactor(self.service, self.react, self.engine, self.parking) if self.react else None
        self.diary = Diary(name, self.dates, self.pool) if self.dates else None
        self.waker = self._waker()
        self.scribe = Scribe(self.engine)
        followed = [*self.kept.values(), *([self.diary] if self.diary else [])]
        for view in followed:
            view.scribe = self.scribe
        self.followers = [Follower(view, self.store, self.mapper) for view in followed]
        self._tasks: list[asyncio.Task[None]] = []

    def _waker(self) -> Waker | None:
        if self.diary and self.react:
            return Waker(self.service, self.react, self.diary, self.house.clock)
        return None

    def view(self, kind: type[V]) -> V:
        """The room's view of a kind. Raises LookupError where it keeps none."""
        for view in self.kept.values():
            if isinstance(view, kind):
                return view
        raise LookupError(f"{self.name} keeps no {kind.__name__}")

    async def open(self) -> None:
        """Open the store and make the read tables; nothing runs yet. For what comes before the doors open."""
        await self.pool.open(wait=True)
        await self.engine.open(wait=True)
        await self.store.open()
        for follower in self.followers:
            await follower.view.set_up()

    async def start(self, *, wake: bool = True) -> None:
        """Hear the neighbours, publish, keep the views, and (with `wake`) watch the clock.

        One process of a service does so at a time; another answers requests, and takes over when that one ends.
        """
        await self.leader.apply(lambda: self._begin(wake=wake))

    async def _begin(self, *, wake: bool) -> None:
        self.wire.forget()
        for follower in self.followers:
            await follower.view.set_up()
            follower.view.kept_here = True
        if self.reactor:
            await self.reactor.listen(self.wire)
        for follower in self.followers:
            await follower.listen(self.wire)
        for ear in self.ears:
            await ear(self.wire)
        await self.wire.open()
        self.relays = [
            Relay(self.store, self.wire.connect, stream_of(self.name), self.publisher.for_neighbours),
            Relay(self.store, self.wire.connect, f"AUDIT_{self.name.upper()}", self.publisher.for_audit),
        ]
        running: list[Task] = [relay.run for relay in self.relays] + [f.run for f in self.followers] + self.more
        if self.reactor:
            running.append(self.reactor.keep_place)
        if self.waker and wake:
            running.append(self.waker.run)
        self._tasks = [asyncio.create_task(self._guard(task), name=f"{self.name} {task}") for task in running]

    async def _guard(self, task: Task) -> None:
        while True:
            try:
                await task()
                return
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 whatever it is, the room goes on, and says where it was
                self.log.error("work broke off and begins again", reason=type(error).__name__, exception=where(error))
                await asyncio.sleep(1)

    async def stop(self) -> None:
        """Stop what runs; the store stays open."""
        await self.leader.resign()
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()  # asked again: before Python 3.12 a wait_for whose answer comes just then swallows it
            await asyncio.wait(running, timeout=1)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self.scribe.rest()
        if self.reactor:
            await self.reactor.stop()
        await self.wire.close()

    async def close(self) -> None:
        """Stop, write what waits, and let go of the database."""
        await self.stop()
        await self.store.close()
        await self.engine.close()
        await self.pool.close()

    async def state(self) -> dict[str, Any]:
        """How the room is: whether its database answers, how much waits to be published, and what is parked."""
        try:
            parked = len(await self.parking.waiting())
        except psycopg.Error as error:
            return {"well": False, "reason": type(error).__name__}
        behind = max((self.store.position - relay.position for relay in self.relays), default=0)
        return {
            "well": True,
            "leads": self.leader.leads,
            "position": self.store.position,
            "unpublished": behind,
            "parked": parked,
            "outdated": [view.name for view in self.outdated()],
        }

    def outdated(self) -> list[View]:
        """The views whose rows another release made, which should be built anew."""
        return [view for view in self.kept.values() if view.outdated]

    def idle(self) -> bool:
        """Whether what was decided here is published and shown here, as far as this process can tell without asking."""
        if not self.leader.leads:
            return True
        if any(relay.position < self.store.position for relay in self.relays):
            return False
        own = (f.view for f in self.followers if f.view.reads_own_store())
        return all(view.places.get(self.name, (0, 0))[0] >= self.store.position for view in own)

    async def quiet(self, said: dict[str, int]) -> bool:
        """Whether everything decided has been published, and everything heard has been taken and shown.

        `said` is how far each service had spoken when it was first asked about; rooms that are asked together share it.
        """
        if not self.leader.leads:
            return self.leader.at_rest
        if not self.idle() or not await self._all_heard(said):
            return False
        if await self.store.read(max(r.position for r in self.relays) if self.relays else 0, 1):
            return False
        return all([await calm(self.wire) for calm in self.calm])

    async def _all_heard(self, said: dict[str, int]) -> bool:
        context = (await self.wire.connect()).jetstream()
        for source, place in self._readers():
            if source not in said:
                said[source] = await _last_said(context, source)
            if place < said[source]:
                return False
        return True

    def _readers(self) -> list[tuple[str, int]]:
        heard = list(self.reactor.places.items()) if self.reactor else []
        for view in (f.view for f in self.followers):
            heard += [(source, view.places.get(source, (0, 0))[1]) for source in view.neighbours()]
        return heard


async def _last_said(context: JetStreamContext, source: str) -> int:
    """Where a service's last event for its neighbours stands; what it answered outside systems stands beside it."""
    try:
        last = await context.get_last_msg(stream_of(source), f"events.{source}.>")
    except NotFoundError:
        return 0
    return last.seq or 0
