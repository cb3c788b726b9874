"""Governance once more, as of a moment: its own views filled from the stored events of then, in tables of one session.

Nothing is computed in a second way: the projection, the questions and the pages are those of the live room. The tables are
temporary and belong to one connection of the role that may read every store and write in none.
"""

from __future__ import annotations

import asyncio
import importlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import psycopg
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool

from contracts.envelope import PublishedEvent
from deploy.nats.topology import services
from deploy.past.moment import Moment
from libs.clock import Clock
from libs.connecting import connected
from libs.keys import KeyRing
from libs.publishing import Publisher
from libs.reach import everything
from libs.rebuild import followed
from libs.room import House, Room
from libs.scribe import Scribe
from libs.store import EventStore, Recorded
from libs.views import View

BATCH = 2_000
KEPT = 6
"""How many moments are kept at hand; each holds one connection and its tables."""
OWN_TABLES = "SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()"
STANDING = "SELECT to_regclass('pg_temp.past')::text"
ORGANISATION = "governance"
"""Whose events belong to every site: they say who answers for which."""
FOR_EVER = 10.0**9
SETTLED = timedelta(seconds=30)
"""How long after a moment a store may still take in what was recorded in it."""

Told = Callable[[str, int, int], None]
"""Told a service, the position read so far, and the last one."""


def _silent(_service: str, _position: int, _last: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class StandingClock:
    """It is one moment, however often it is asked."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


class Past:
    """Governance as of a moment, ready to be asked. Its room is never started: it hears nothing and says nothing."""

    def __init__(self, room: Room, moment: Moment, pool: AsyncConnectionPool, schema: str) -> None:
        self.room, self.moment, self.schema, self._pool = room, moment, schema, pool
        for view in self.views:
            view.live = view.next = schema
            view.pool = pool
            view.scribe = Scribe(pool)

    @property
    def views(self) -> Iterable[View]:
        return self.room.kept.values()

    async def stands(self) -> bool:
        """Whether its tables are there still: they go with their connection, as when the database starts anew."""
        try:
            async with self._pool.connection() as connection:
                found = await (await connection.execute(STANDING)).fetchone()
        except psycopg.Error:
            return False
        return found is not None and found[0] is not None

    async def close(self) -> None:
        """Let go of the tables."""
        await self._pool.close()


class Archive:
    """Replays the past from every store. What was replayed is at hand until others are, or the stores have grown."""

    def __init__(
        self, env: Mapping[str, str], keys: KeyRing, clock: Clock, rooms: Mapping[str, Room] | None = None
    ) -> None:
        """`rooms` are those of this process: what they publish need not be wired once more to be replayed."""
        self.auditor, self.keys, self.clock = env["CANDOUR_PG_AUDITOR"], keys, clock
        # Everything is read as the auditor; no room made here is ever opened, so none writes or speaks.
        reader = {f"CANDOUR_PG_{name.upper()}": self.auditor for name in services()}
        silent = {f"CANDOUR_NATS_{name.upper()}": "" for name in services()}
        self.env = {**env, **reader, **silent}
        self._publishers = {name: room.publisher for name, room in (rooms or {}).items()}
        self._kept: OrderedDict[tuple[Any, ...], Past] = OrderedDict()
        self._one = asyncio.Lock()

    def _room(self, service: str, moment: Moment) -> Room:
        made: Room = importlib.import_module(f"services.{service}.app").room(
            House(self.env, StandingClock(moment.now), self.keys)
        )
        return made

    async def _publisher(self, name: str) -> Publisher:
        if name not in self._publishers:
            # Wiring a room takes a moment, in which others would wait.
            self._publishers[name] = (
                await asyncio.to_thread(self._room, name, Moment(known=self.clock.now()))
            ).publisher
        return self._publishers[name]

    async def at(self, moment: Moment, site: str = "", told: Told = _silent) -> Past:
        """Governance as of a moment; with `site`, from that site's events and the organisation's alone."""
        async with self._one:
            ends = await self._ends()
            # What was known at a moment gone by stays what it was. What audit notes of its readers changes no page.
            gone = moment.known is not None and moment.known < self.clock.now() - SETTLED
            grown = () if gone else tuple(end for name, end in sorted(ends.items()) if name != "audit")
            key = (moment, site, grown)
            if key in self._kept and not await self._kept[key].stands():
                await self._kept.pop(key).close()
            if key not in self._kept:
                with everything():  # what is made serves every reader; each sees of it what they reach
                    self._kept[key] = await self._replayed(moment, site, ends, told)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                await self._kept.popitem(last=False)[1].close()
            return self._kept[key]

    async def close(self) -> None:
        """Let go of everything that is at hand."""
        while self._kept:
            await self._kept.popitem()[1].close()

    async def _ends(self) -> dict[str, int]:
        parts = SQL(" UNION ALL ").join(
            SQL("SELECT {}, coalesce(max(notification_id), 0) FROM {}.events").format(name, Identifier(name))
            for name in services()
        )
        async with connected(self.auditor, autocommit=True) as connection:
            return dict(await (await connection.execute(parts)).fetchall())

    async def _replayed(self, moment: Moment, site: str, ends: Mapping[str, int], told: Told) -> Past:
        pool = AsyncConnectionPool(
            self.auditor, min_size=1, max_size=1, open=False, max_lifetime=FOR_EVER, max_idle=FOR_EVER, name="past",
            kwargs={"autocommit": True},
        )  # fmt: skip
        await pool.open(wait=True)
        async with pool.connection() as connection:
            await connection.execute("CREATE TEMPORARY TABLE past ()")
            schema = (await (await connection.execute(OWN_TABLES)).fetchone() or ("",))[0]
        past = Past(await asyncio.to_thread(self._room, ORGANISATION, moment), moment, pool, schema)
        try:
            for view in past.views:
                await view.set_up()
            wanted = sorted({name for view in past.views for name in followed(view)})
            for name in wanted:
                await self._play(past, name, self._rows(pool, name, moment, site, ends[name], told))
            async with pool.connection() as connection:
                await connection.execute("ANALYZE")
        except BaseException:
            await past.close()
            raise
        return past

    async def _play(self, past: Past, name: str, batches: AsyncIterator[list[Recorded]]) -> None:
        publisher = await self._publisher(name)
        async for rows in batches:
            said = [each.open() for each in await publisher.envelopes(rows) if each]
            place = {name: (rows[-1].position, 0)}
            for view in past.views:
                own = view.service == name and view.reads_own_store()
                events = publisher.mapper.sealed(row.stored for row in rows) if own else _heard(view, said)
                await view.keep(events, place, past.schema)

    async def _rows(
        self, pool: AsyncConnectionPool, name: str, moment: Moment, site: str, end: int, told: Told
    ) -> AsyncIterator[list[Recorded]]:
        """A service's stored events that belong to the moment, in the order of its log, many at a time."""
        store, after = EventStore(self.auditor, name, pool), 0
        while after < end and (rows := await store.read(after, BATCH)):
            after = rows[-1].position
            only = "" if name == ORGANISATION else site
            found = [r for r in rows if r.position <= end and _belongs(orjson.loads(r.stored.state), moment, only)]
            if found:
                yield found
            told(name, min(after, end), end)


def _belongs(state: dict[str, Any], moment: Moment, site: str) -> bool:
    return (not site or state.get("site", "") in ("", site)) and moment.includes(state)


def _heard(view: View, said: Iterable[PublishedEvent | None]) -> list[PublishedEvent]:
    wanted = set(view.followed())
    return [event for event in said if event is not None and type(event) in wanted]
