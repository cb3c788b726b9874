"""What a view's projection says of logs, a stretch of many events at a time: the half of building anew that needs no tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eventsourcing.persistence import StoredEvent
from psycopg.sql import SQL, Composed, Identifier

from libs.publishing import Line, Publisher
from libs.rows import Rows
from libs.store import EventStore, Recorded
from libs.views import View

AT_ONCE = 8_000
"""How many positions of a log are told at once while the tables are filled set by set; the next are read meanwhile."""
_END = SQL("SELECT coalesce(max(notification_id), 0) FROM {}.events")
_LINES = SQL(
    "SELECT notification_id, originator_id, originator_id::text, originator_version, topic, state FROM {}.events"
    " WHERE notification_id > %s AND notification_id <= %s AND topic <> ALL (%s) ORDER BY notification_id"
)

Sources = Mapping[str, tuple[EventStore, Publisher]]
Stretch = tuple[int, int]
"""The positions after which, and up to which, a log is told."""


def followed(view: View) -> list[str]:
    """The services whose logs a view is made of."""
    own = [view.service] if view.reads_own_store() else []
    return sorted({*view.neighbours(), *own})


def stretches(end: int) -> list[Stretch]:
    """The whole of a log that ends at a position, in order."""
    return [(after, min(after + AT_ONCE, end)) for after in range(0, end, AT_ONCE)]


class Telling:
    """A view's projection, told of one service's log."""

    def __init__(self, view: View, publisher: Publisher) -> None:
        self.view, self.publisher = view, publisher
        self.own = publisher.service == view.service and view.reads_own_store()
        self._wanted = set(view.followed())
        case_of: Callable[[type], Callable[[Any, Rows], None]] = view.project.dispatch  # type: ignore[attr-defined]
        self._cases = {kind: case_of(kind) for kind in self._wanted}
        self._passed_by = publisher.unsaid()
        if self.own:
            shapes = publisher.mapper.shapes.items()
            self._passed_by = [topic for topic, shape in shapes if case_of(shape.kind) is case_of(object)]

    def question(self, stretch: Stretch) -> tuple[Composed, Sequence[Any]]:
        """What to ask the database for what is there to be told, answered in binary form."""
        return _LINES.format(Identifier(self.publisher.service)), (*stretch, self._passed_by)

    async def read(self, store: EventStore, stretch: Stretch) -> list[Line]:
        """What is there to be told of a stretch: all but what the view never hears of."""
        async with store._log_pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(*self.question(stretch))
            return await cursor.fetchall()

    async def tell(self, rows: Rows, lines: Sequence[Line]) -> None:
        """Say what becomes of the rows by these events, in the log's order."""
        left = self.begin(rows, lines)
        while left:
            for event in await met(self.view, self.publisher, [_recorded(left[0])]):
                self.view.project(event, rows)
            left = self.begin(rows, left[1:])

    def begin(self, rows: Rows, lines: Sequence[Line]) -> Sequence[Line]:
        """The same without waiting for anything; what is left, from the first line on that needs its words opened."""
        if self.own:
            for _, aggregate, _, version, topic, written in lines:
                self.view.project(self.publisher.mapper.told(topic, aggregate, version, written), rows)
            return ()
        cases = self._cases
        for fact in self.publisher.facts(lines, self._wanted):
            if isinstance(fact, tuple):
                return lines[lines.index(fact) :]
            cases[type(fact)](fact, rows)
        return ()


async def end_of(store: EventStore) -> int:
    """Where a log ends now."""
    async with store._log_pool.connection() as connection:
        found = await (await connection.execute(_END.format(Identifier(store.schema)))).fetchone()
    end: int = found[0] if found else 0
    store.position = max(store.position, end)
    return end


def _recorded(line: Line) -> Recorded:
    position, aggregate, _, version, topic, written = line
    return Recorded(position, StoredEvent(aggregate, version, topic, written))


async def met(view: View, publisher: Publisher, rows: Sequence[Recorded]) -> list[Any]:
    """What the view would have met: its own service's stored events, and what others published."""
    if publisher.service == view.service and view.reads_own_store():
        return list(publisher.mapper.sealed(row.stored for row in rows))
    wanted = set(view.followed())
    opened = (envelope.open() for envelope in await publisher.envelopes(rows) if envelope)
    return [event for event in opened if type(event) in wanted]
