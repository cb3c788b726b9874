"""Work that may take longer than anyone waits for a page: begun, watched while it goes on, and fetched when it is done."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from libs.domain import Refused
from libs.service import NotFound

PATIENCE = 3.0
"""Seconds that a page waits for something to be done before it shows how far it is."""
KEPT = 20
"""How many errands are remembered, the newest."""
AT_ONCE = 3
"""How many errands of one person are under way at once."""

LOADED_ANEW = {"HX-Refresh": "true"}
"""Answers a page that looked by itself how far something is, and found it done: it is loaded anew, and so goes on."""

Told = Callable[[str, int, int], None]
"""Told which part is gone through, how far it is, and how far it goes."""


class TooMuchUnderWay(Refused):
    """Three things of yours are under way already, so this was not begun. Wait until one of them is done, then ask again."""


@dataclass
class Errand:
    """Something under way for one person. `at` says how far each part of it is."""

    id: UUID
    actor: str
    title: str
    task: asyncio.Task[Any]
    at: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.task.done()

    @property
    def failed(self) -> bool:
        """Whether it came to nothing, so that asking again begins anew."""
        return self.task.done() and (self.task.cancelled() or self.task.exception() is not None)


class Errands:
    """What is under way in this process. It is lost when the process ends; nothing that was put on record is."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._kept: OrderedDict[UUID, Errand] = OrderedDict()

    async def begin(self, actor: str, title: str, key: str, work: Callable[[Told], Awaitable[Any]]) -> Errand:
        """Begin something and wait a moment for it. The same key (of a form that is sent twice) is the same errand.

        Raises TooMuchUnderWay.
        """
        identity = _identity(key)
        errand = self._kept.get(identity)
        if errand is None or errand.actor != actor or errand.failed:
            if sum(each.actor == actor and not each.done for each in self._kept.values()) >= AT_ONCE:
                raise TooMuchUnderWay
            at: dict[str, tuple[int, int]] = {}

            def told(part: str, read: int, of: int) -> None:
                at[part] = read, of

            task = asyncio.ensure_future(_run(work, told))
            errand = self._kept[identity] = Errand(identity, actor, title, task, at)
            self._forget()
        await asyncio.wait({errand.task}, timeout=self.patience)
        return errand

    def get(self, identity: UUID, actor: str) -> Errand:
        """An errand of this person's. Raises NotFound."""
        errand = self._kept.get(identity)
        if errand is None or errand.actor != actor:
            raise NotFound("Nothing of yours is under way there any more. If it was not finished, ask for it again.")
        return errand

    async def close(self) -> None:
        """Break off what is still under way."""
        while self._kept:
            _, errand = self._kept.popitem()
            errand.task.cancel()
            await asyncio.wait({errand.task})
            if not errand.task.cancelled():
                errand.task.exception()

    def _forget(self) -> None:
        old = [identity for identity, errand in self._kept.items() if errand.done][: max(0, len(self._kept) - KEPT)]
        for identity in old:
            self._kept.pop(identity).task.exception()


async def _run(work: Callable[[Told], Awaitable[Any]], told: Told) -> Any:
    return await work(told)


def _identity(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        return uuid4()
