"""Rules are adopted for hundreds of sites at once without keeping everyone else waiting."""

from __future__ import annotations

import asyncio

from libs.deciding import deciding
from services.assurance.policy import react
from services.assurance.policy.yardsticks import AT_A_TIME
from tests.assurance.shelf import Shelf, pack, site
from tests.given import NOW, SOMEONE


def test_rules_for_many_sites_leave_others_their_turn_in_between() -> None:
    many, turns = Shelf(), [0]
    for number in range(30):
        many.hear(site(name=f"site-{number}"))

    async def others() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    async def adopt() -> int:
        ticking = asyncio.create_task(others())
        changed = list(await react(pack(), many))
        ticking.cancel()
        return len(changed)

    with deciding(SOMEONE, NOW):
        held = asyncio.run(adopt())
    assert held > 3 * AT_A_TIME
    assert turns[0] >= held // AT_A_TIME
