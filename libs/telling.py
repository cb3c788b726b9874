"""What a view's projection says of logs, a page of many events at a time: the half of building anew that needs no tables."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from libs.publishing import Publisher
from libs.rows import Rows
from libs.store import EventStore, Recorded
from libs.views import View

AT_ONCE = 10_000
"""Events read at once while the tables are filled set by set."""

Sources = Mapping[str, tuple[EventStore, Publisher]]
Change = tuple[LiteralString, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """What one stretch of a log changes: how far it was read, and the statements in the log's order."""

    source: str
    reached: int
    changes: Sequence[Change]


def followed(view: View) -> list[str]:
    """The services whose logs a view is made of."""
    own = [view.service] if view.reads_own_store() else []
    return sorted({*view.neighbours(), *own})


async def pages(view: View, sources: Sources) -> AsyncGenerator[Page, None]:
    """The logs that a view follows, one after the other, each from its beginning to its present end."""
    for name in followed(view):
        after = 0
        while page := await told(view, sources, name, after):
            after = page.reached
            yield page


async def told(view: View, sources: Sources, name: str, after: int) -> Page | None:
    """The page of a log that begins after a position; None where nothing is there."""
    store, publisher = sources[name]
    rows = await store.read(after, AT_ONCE)
    if not rows:
        return None
    wanted, said = set(view.followed()), Rows()
    if name == view.service and view.reads_own_store():
        for own in publisher.mapper.sealed(row.stored for row in rows):
            view.project(own, said)
        return Page(name, rows[-1].position, said.statements)
    for fact in publisher.facts(rows, wanted):
        for event in await met(view, name, publisher, [fact]) if isinstance(fact, Recorded) else (fact,):
            view.project(event, said)
    return Page(name, rows[-1].position, said.statements)


async def met(view: View, name: str, publisher: Publisher, rows: Sequence[Recorded]) -> list[Any]:
    """What the view would have met: its own service's stored events, and what others published."""
    if name == view.service and view.reads_own_store():
        return list(publisher.mapper.sealed(row.stored for row in rows))
    wanted = set(view.followed())
    opened = (envelope.open() for envelope in await publisher.envelopes(rows) if envelope)
    return [event for event in opened if type(event) in wanted]
