"""Work that takes longer than anyone waits for: begun once, watched by whoever began it, and not without end."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from deploy.errands import AT_ONCE, Errands, Told, TooMuchUnderWay
from libs.service import NotFound


async def test_so_much_is_under_way_for_one_person_and_no_more() -> None:
    errands, done = Errands(patience=0), asyncio.Event()

    async def work(_: Told) -> str:
        await done.wait()
        return "made"

    keys = [str(uuid4()) for _ in range(AT_ONCE)]
    begun = [await errands.begin("ann", "A pack", key, work) for key in keys]
    assert (await errands.begin("ann", "A pack", keys[0], work)) is begun[0], "sent twice, it is the same"
    with pytest.raises(TooMuchUnderWay):
        await errands.begin("ann", "A pack", str(uuid4()), work)
    other = await errands.begin("bo", "A pack", str(uuid4()), work)
    with pytest.raises(NotFound):
        errands.get(other.id, "ann")
    done.set()
    await asyncio.wait({each.task for each in (*begun, other)})
    assert (await errands.begin("ann", "A pack", str(uuid4()), work)).title == "A pack"
    await errands.close()
