"""Time as a neighbour: what falls due wakes the service that set the date, once, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

import psycopg
from psycopg_pool import AsyncConnectionPool

from libs.clock import Clock
from libs.domain import Event
from libs.logs import log
from libs.service import React, Service
from libs.store import Unavailable
from libs.views import Rows, View

LATER = timedelta(minutes=5)
AT_ONCE = 32
"""Journeys that are woken at the same time; their decisions then share commits."""
LOOK = 0.5
"""Seconds between looks at the clock."""


@dataclass(frozen=True, slots=True)
class Due:
    """From a decision on: wake me about `name` at `at`. Saying it again moves it."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Lifted:
    """There is no need to wake me about `name` any more."""

    name: str


@dataclass(frozen=True, slots=True)
class DeadlineReached:
    """The date that an aggregate set has come."""

    name: str
    aggregate: UUID
    due: datetime
    provider: str
    site: str
    journey: UUID
    about: UUID


Dates = Callable[[Any], Iterable[Due | Lifted]]


class Diary(View):
    """Every date that a service has set and not yet lived through."""

    name = "diary"
    table_names = ("deadline",)
    tables = """
        CREATE TABLE IF NOT EXISTS deadline (
            aggregate uuid NOT NULL,
            name text NOT NULL,
            due timestamptz NOT NULL,
            provider text NOT NULL,
            site text NOT NULL,
            journey uuid NOT NULL,
            about uuid NOT NULL,
            rung boolean NOT NULL DEFAULT false,
            put_off timestamptz,
            PRIMARY KEY (aggregate, name)
        );
        CREATE INDEX IF NOT EXISTS deadline_due ON deadline (coalesce(put_off, due)) WHERE NOT rung;
    """

    def __init__(self, service: str, dates: Dates, pool: AsyncConnectionPool) -> None:
        super().__init__(service, _projector(dates), pool)

    async def next_due(self, until: datetime, limit: int = 200) -> list[DeadlineReached]:
        """What has come due by `until`, earliest first."""
        found = await self.rows(
            "SELECT name, aggregate, due, provider, site, journey, about FROM deadline"
            " WHERE NOT rung AND coalesce(put_off, due) <= %s ORDER BY due, aggregate, name LIMIT %s",
            (until, limit),
        )
        return [DeadlineReached(**row) for row in found]

    async def earliest(self) -> datetime | None:
        """When the next date falls, or None where none is set."""
        found = await self.row("SELECT min(coalesce(put_off, due)) AS due FROM deadline WHERE NOT rung")
        return found["due"] if found else None

    async def mark_rung(self, reached: Sequence[DeadlineReached]) -> None:
        """They rang; what was not moved meanwhile need not ring again."""
        await self.change(
            "UPDATE deadline d SET rung = true FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS r (a, n, at)"
            " WHERE d.aggregate = r.a AND d.name = r.n AND d.due = r.at",
            ([each.aggregate for each in reached], [each.name for each in reached], [each.due for each in reached]),
        )

    async def put_off(self, reached: DeadlineReached, until: datetime) -> None:
        """It could not be acted on; ring again later. It still fell due when it did."""
        await self.change(
            "UPDATE deadline SET put_off = %s WHERE aggregate = %s AND name = %s AND due = %s",
            (until, reached.aggregate, reached.name, reached.due),
        )


def _projector(dates: Dates) -> Any:
    """A view's project function that follows just the events for which `dates` has a case."""

    @singledispatch
    def project(event: object, rows: Rows) -> None:
        """Events that set no date leave the diary as it is."""

    def note(event: Event, rows: Rows) -> None:
        for date in dates(event):
            if isinstance(date, Due):
                rows.execute(
                    "INSERT INTO deadline VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (aggregate, name) DO UPDATE"
                    " SET due = excluded.due, rung = deadline.rung AND deadline.due = excluded.due, put_off = NULL",
                    (event.originator_id, date.name, date.at, event.provider, event.site, event.journey, event.about),
                )
            else:
                rows.execute(
                    "DELETE FROM deadline WHERE aggregate = %s AND name = %s", (event.originator_id, date.name)
                )

    for kind in dates.registry:  # type: ignore[attr-defined]
        if isinstance(kind, type) and issubclass(kind, Event):
            project.register(kind)(note)
    return project


class Waker:
    """Looks at the clock and wakes the service's policy for what has come due; each date rings once in effect."""

    def __init__(self, service: Service, react: React, diary: Diary, clock: Clock) -> None:
        self.service, self.react, self.diary, self.clock = service, react, diary, clock
        self._log = log(service.name)
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                if not await self.wake():
                    await asyncio.sleep(LOOK)
            except (psycopg.Error, Unavailable, OSError) as error:
                self._log.warning("clock waits", reason=repr(error))
                await asyncio.sleep(LOOK)

    async def wake(self) -> int:
        """Wake for everything due by now; how many that were.

        What fell due at an earlier moment comes first; of one moment, many journeys at once and each in order.
        Whoever looks while another look is under way waits, and finds what that one left.
        """
        async with self._looking:
            now = self.clock.now()
            earliest = await self.diary.cached("earliest", self.diary.earliest)
            if earliest is None or earliest > now:
                return 0
            due = await self.diary.next_due(now)
            for _, together in groupby(due, key=attrgetter("due")):
                lanes: dict[UUID, list[DeadlineReached]] = {}
                for reached in together:
                    lanes.setdefault(reached.journey, []).append(reached)
                await self._ring(list(lanes.values()))
            return len(due)

    async def _ring(self, lanes: list[list[DeadlineReached]]) -> None:
        """What rang is noted, also where the store failed for others: those ring again."""
        rung: list[DeadlineReached] = []
        room = asyncio.Semaphore(AT_ONCE)

        async def walk(lane: list[DeadlineReached]) -> None:
            async with room:
                rung.extend([reached for reached in lane if await self._tell(reached)])

        told = await asyncio.gather(*map(walk, lanes), return_exceptions=True)
        if rung:
            await self.diary.mark_rung(rung)
        for failed in filter(None, told):
            raise failed

    async def _tell(self, reached: DeadlineReached) -> bool:
        """Wake for one date; False where it was put off."""
        key = f"{reached.aggregate}/{reached.name}/{reached.due.isoformat()}"
        try:
            await self.service.receive(
                self.react, reached, consumer=f"clock:{self.service.name}", message_id=key, cause=None
            )
            return True
        except (psycopg.OperationalError, Unavailable):
            raise  # the store is away, for every date alike
        except Exception as error:  # noqa: BLE001 one date's fault must not stop the clock for the others
            self._log.error("deadline put off", name=reached.name, reason=type(error).__name__)
            await self.diary.put_off(reached, self.clock.now() + LATER)
            return False
