"""What a view's projection says of logs, a page of many events at a time: the half of building anew that needs no tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from eventsourcing.persistence import StoredEvent
from psycopg.sql import SQL, Identifier

from libs.publishing import Line, Publisher
from libs.rows import Rows
from libs.store import EventStore, Recorded
from libs.views import View

AT_ONCE = 5_000
"""Events told at once while the tables are filled set by set; as many are read meanwhile."""
_END = SQL("SELECT coalesce(max(notification_id), 0) FROM {}.events")
_LINES = SQL(
    "SELECT notification_id, originator_id, originator_id::text, originator_version, topic, state FROM {}.events"
    " WHERE notification_id > %s AND notification_id <= %s AND topic <> ALL (%s) ORDER BY notification_id LIMIT %s"
)

Sources = Mapping[str, tuple[EventStore, Publisher]]


def followed(view: View) -> list[str]:
    """The services whose logs a view is made of."""
    own = [view.service] if view.reads_own_store() else []
    return sorted({*view.neighbours(), *own})


async def pages(view: View, sources: Sources, rows: Rows) -> AsyncGenerator[tuple[str, int]]:
    """Say of the logs that a view follows, one after the other, what becomes of its rows; how far each was told.

    Each is told from its beginning to where it ends when its turn comes.
    """
    for name in followed(view):
        store, publisher = sources[name]
        own = name == view.service and view.reads_own_store()
        passed_by = _unheard(view, publisher) if own else publisher.unsaid()
        tell = _Telling(view, publisher, own=own)
        reached, end = 0, await _end(store)
        reading = asyncio.ensure_future(_read(store, 0, end, passed_by))
        try:
            while lines := await reading:
                reached = lines[-1][0] if len(lines) == AT_ONCE else end
                reading = asyncio.ensure_future(_read(store, reached, end, passed_by))
                await asyncio.sleep(0)  # the next page is asked for, then this one is told while the database reads it
                await tell.into(rows, lines)
                yield name, reached
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
        if reached < end:  # where nothing of the rest is heard
            yield name, end


def _unheard(view: View, publisher: Publisher) -> list[str]:
    """The topics of its own service's stored events that a view has no case for."""
    case_of = _cases(view)
    return [topic for topic, shape in publisher.mapper.shapes.items() if case_of(shape.kind) is case_of(object)]


def _cases(view: View) -> Callable[[type], Callable[[Any, Rows], None]]:
    case_of: Callable[[type], Callable[[Any, Rows], None]] = view.project.dispatch  # type: ignore[attr-defined]
    return case_of


async def _end(store: EventStore) -> int:
    async with store._log_pool.connection() as connection:
        found = await (await connection.execute(_END.format(Identifier(store.schema)))).fetchone()
    store.position = max(store.position, end := found[0] if found else 0)
    return end


async def _read(store: EventStore, after: int, end: int, passed_by: Sequence[str]) -> list[Line]:
    async with store._log_pool.connection() as connection, connection.cursor(binary=True) as cursor:
        await cursor.execute(_LINES.format(Identifier(store.schema)), (after, end, list(passed_by), AT_ONCE))
        return await cursor.fetchall()


class _Telling:
    """A view's projection, told of one service's log."""

    def __init__(self, view: View, publisher: Publisher, *, own: bool) -> None:
        self.view, self.publisher, self.own = view, publisher, own
        self.wanted = set(view.followed())
        self._cases = {kind: _cases(view)(kind) for kind in self.wanted}

    async def into(self, rows: Rows, lines: Iterable[Line]) -> None:
        """What becomes of the rows by these events, in the log's order."""
        if self.own:
            for _, aggregate, _, version, topic, written in lines:
                self.view.project(self.publisher.mapper.told(topic, aggregate, version, written), rows)
            return
        cases, project = self._cases, self.view.project
        for fact in self.publisher.facts(lines, self.wanted):
            if isinstance(fact, tuple):
                for event in await met(self.view, self.publisher.service, self.publisher, [_recorded(fact)]):
                    project(event, rows)
            else:
                cases[type(fact)](fact, rows)


def _recorded(line: Line) -> Recorded:
    position, aggregate, _, version, topic, written = line
    return Recorded(position, StoredEvent(aggregate, version, topic, written))


async def met(view: View, name: str, publisher: Publisher, rows: Sequence[Recorded]) -> list[Any]:
    """What the view would have met: its own service's stored events, and what others published."""
    if name == view.service and view.reads_own_store():
        return list(publisher.mapper.sealed(row.stored for row in rows))
    wanted = set(view.followed())
    opened = (envelope.open() for envelope in await publisher.envelopes(rows) if envelope)
    return [event for event in opened if type(event) in wanted]
