"""Building a view anew from the first event of every log, beside the one in use, and handing over without a gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psycopg.errors import UniqueViolation

from libs.folding import Folded, NotFoldable
from libs.logs import log
from libs.publishing import Publisher
from libs.store import EventStore, Recorded
from libs.views import Overtaken, View

BATCH = 2_000
AT_ONCE = 10_000
"""Events read at once while the tables are filled set by set."""
TRIES = 50
"""How often a swap is tried while the live view keeps running ahead; each try begins closer behind it."""

Sources = Mapping[str, tuple[EventStore, Publisher]]
Told = Callable[[str, int, int], None]
"""Told a source, the position read so far, and the position its log ended at when this was read."""


def _silent(_source: str, _position: int, _end: int) -> None:
    return


async def rebuild(view: View, sources: Sources, told: Told = _silent) -> dict[str, int]:
    """Fill new tables from the logs of every service the view follows, then put them in place of the live ones.

    The live view is read and kept meanwhile. Returns the position reached in each log; reading goes on from there.
    Raises LookupError where the log of a service that the view follows is not at hand: half a view would look whole.
    Raises Overtaken where the live view could not be caught up with.
    """
    names = followed(view)
    if missing := [name for name in names if name not in sources]:
        raise LookupError(f"{view.name} follows {', '.join(missing)}, whose log is not at hand")
    await view.begin_anew()
    try:
        reached = await _filled(view, names, sources, told)
    except (NotFoldable, UniqueViolation) as reason:
        log(view.service).info("built event by event", view=view.name, reason=str(reason))
        await view.begin_anew()
        reached = dict.fromkeys(names, 0)
    for attempt in range(1, TRIES + 1):
        for name in names:
            reached[name] = await _read_on(view, name, sources[name], reached[name], told)
        try:
            await view.swap(reached)
            return reached
        except Overtaken:
            if attempt == TRIES:
                raise
    raise AssertionError("unreachable")


async def _filled(view: View, names: Sequence[str], sources: Sources, told: Told) -> dict[str, int]:
    """Fill the empty tables from what the logs hold now, set by set; how far each was read."""
    folded, reached = Folded(view), dict.fromkeys(names, 0)
    await folded.open()
    wanted = set(view.followed())
    for name in names:
        store, publisher = sources[name]
        own = name == view.service and view.reads_own_store()
        while rows := await store.read(reached[name], AT_ONCE):
            said = publisher.mapper.sealed(row.stored for row in rows) if own else publisher.facts(rows, wanted)
            for each in said:
                events = await _events(view, name, publisher, [each]) if isinstance(each, Recorded) else (each,)
                for event in events:
                    view.project(event, folded)
            reached[name] = rows[-1].position
            await folded.spill()
            told(name, reached[name], max(store.position, reached[name]))
    await folded.close(reached)
    return reached


def followed(view: View) -> list[str]:
    """The services whose logs a view is made of."""
    own = [view.service] if view.reads_own_store() else []
    return sorted({*view.neighbours(), *own})


async def _read_on(view: View, name: str, source: tuple[EventStore, Publisher], after: int, told: Told) -> int:
    store, publisher = source
    while rows := await store.read(after, BATCH):
        events = await _events(view, name, publisher, rows)
        after = rows[-1].position
        await view.keep(events, {name: (after, 0)}, view.next)
        told(name, after, max(store.position, after))
    return after


async def _events(view: View, name: str, publisher: Publisher, rows: Sequence[Recorded]) -> list[Any]:
    """What the view would have met: its own service's stored events, and what others published."""
    if name == view.service and view.reads_own_store():
        return list(publisher.mapper.sealed(row.stored for row in rows))
    wanted = set(view.followed())
    opened = (envelope.open() for envelope in await publisher.envelopes(rows) if envelope)
    return [event for event in opened if type(event) in wanted]
