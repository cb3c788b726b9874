"""Building a view anew from the first event of every log, beside the one in use, and handing over without a gap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing

from psycopg.errors import UniqueViolation

from libs.beside import Beside
from libs.folding import Folded, NotFoldable
from libs.logs import log
from libs.pages import pages
from libs.publishing import Publisher
from libs.store import EventStore
from libs.sweeping import unswept
from libs.telling import Sources, followed, met
from libs.views import Overtaken, View

__all__ = ["NotMadeOfEvents", "Sources", "Told", "followed", "rebuild"]

BATCH = 2_000
TRIES = 50
"""How often a swap is tried while the live view keeps running ahead; each try begins closer behind it."""

Told = Callable[[str, int, int], None]
"""Told a source, the position read so far, and the position its log ended at when this was read."""


class NotMadeOfEvents(LookupError):
    """What this view holds is said by no event, so that it cannot be built anew. Nothing was changed."""


def _silent(_source: str, _position: int, _end: int) -> None:
    return


async def rebuild(view: View, sources: Sources, told: Told = _silent, crew: Sequence[Beside] = ()) -> dict[str, int]:
    """Fill new tables from the logs of every service the view follows, then put them in place of the live ones.

    `crew` are processes that tell a part of what is read. The live view is read and kept meanwhile. Returns the position
    reached in each log; reading goes on from there.
    Raises NotMadeOfEvents; LookupError where the log of a service that the view follows is not at hand, since half a
    view would look whole.
    Raises Overtaken where the live view could not be caught up with.
    """
    names = followed(view)
    if not names:
        raise NotMadeOfEvents(f"{NotMadeOfEvents.__doc__} View: {view.service}.{view.name}")
    if missing := [name for name in names if name not in sources]:
        raise LookupError(f"{view.name} follows {', '.join(missing)}, whose log is not at hand")
    await view.begin_anew()
    try:
        with unswept():
            reached = await _filled(view, sources, told, crew)
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


async def _filled(view: View, sources: Sources, told: Told, crew: Sequence[Beside]) -> dict[str, int]:
    """Fill the empty tables from what the logs hold now, set by set; how far each was read."""
    reached = dict.fromkeys(followed(view), 0)
    async with Folded(view) as folded, aclosing(pages(view, sources, folded, crew)) as told_of:
        async for name, position in told_of:
            reached[name] = position
            await folded.spill()
            told(name, position, sources[name][0].position)
        await folded.close(reached)
    return reached


async def _read_on(view: View, name: str, source: tuple[EventStore, Publisher], after: int, told: Told) -> int:
    store, publisher = source
    while rows := await store.read(after, BATCH):
        events = await met(view, publisher, rows)
        after = rows[-1].position
        await view.keep(events, {name: (after, 0)}, view.next)
        told(name, after, max(store.position, after))
    return after
