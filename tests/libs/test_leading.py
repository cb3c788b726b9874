"""Two processes of one service: one works, the other stands by and takes over."""

from __future__ import annotations

import asyncio
from pathlib import Path

from deploy.house import Platform
from libs.deciding import Act
from services.intake.application import Report
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

SOMEONE = Act("person:someone", "registered_manager", "site:elm")
REPORT = Report("elm", "near_miss", "A wheel came loose; nobody was hurt.")


def leading(house: Platform) -> bool:
    return house.rooms["intake"].leader.leads


async def test_one_of_two_leads_and_the_other_serves_and_takes_over(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    rooms = ("governance", "intake")
    async with housed(database, fresh_messaging, wrapping_key, *rooms) as first:
        await with_sites(first, "elm")
        async with housed(database, fresh_messaging, wrapping_key, *rooms, clock=first.clock) as second:
            assert leading(first)
            assert not leading(second)

            register = second.service("intake").register
            by_second = await second.service("intake").raise_opportunity(SOMEONE, REPORT)
            assert await register.reached("intake", by_second.position, patience=20)
            assert await register.one(by_second.id)

            await first.rooms["intake"].stop()
            async with asyncio.timeout(20):
                while not leading(second):  # noqa: ASYNC110 another's lock has no event here
                    await asyncio.sleep(0.05)
            after = await second.service("intake").raise_opportunity(SOMEONE, REPORT)
            assert await register.reached("intake", after.position, patience=20)
            assert (await register.one(after.id) or {})["site"] == "elm"
