"""The logs that a view follows, told one after the other: by this process, or in turn with others beside it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from libs.beside import Beside
from libs.folding import Folded
from libs.telling import Sources, Telling, end_of, followed, stretches
from libs.views import View

AHEAD = 2
"""How many turns are asked for ahead, so that nobody waits for another, and memory stays bounded."""


async def pages(
    view: View, sources: Sources, folded: Folded, crew: Sequence[Beside] = ()
) -> AsyncGenerator[tuple[str, int]]:
    """Say of the logs that a view follows what becomes of its rows; whose was told how far.

    Each is told from its beginning to where it ends when its turn comes, and in its own order, whoever tells a stretch:
    this process and those beside it take turns.
    """
    turns = len(crew) + 1
    for name in followed(view):
        store, publisher = sources[name]
        telling, parts = Telling(view, publisher), stretches(await end_of(store))
        coming: deque[asyncio.Future[Any]] = deque()
        try:
            for number, part in enumerate(parts):
                for later in range(number + len(coming), min(number + AHEAD * turns, len(parts))):
                    if turn := later % turns:
                        coming.append(crew[turn - 1].ask(view, name, parts[later], folded.growing()))
                    else:
                        coming.append(asyncio.ensure_future(telling.read(store, parts[later])))
                came = await coming.popleft()
                await asyncio.sleep(0)  # what was asked for last is on its way before this is told
                if number % turns == 0:
                    await telling.tell(folded, came)
                elif came is None:
                    await telling.tell(folded, await telling.read(store, part))
                else:
                    await folded.take(came)
                yield name, part[1]
        finally:
            for each in coming:
                each.cancel()
            await asyncio.gather(*coming, return_exceptions=True)
