"""The financial-risk story, played by hand as it is written: a concern that nobody learns from, then one that all hear of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.demo.telling import stories
from tests.browser.hand import Hand, Served
from tests.browser.lane import PHONE, opened, serving
from tests.browser.stage_hand import StageHand
from tests.servers import Database, Messaging

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")
POSTS = ("registered_manager", "service_manager", "team_leader", "key_worker")
STORY = next(story for story in stories() if story.id == "financial-risk")
REPORT, WEIGHED = STORY.steps[:2]
PUT_RIGHT = replace(
    WEIGHED, because="Put right with the person the same day.", fields=WEIGHED.fields | {"response": ""}
)


@pytest.fixture(scope="module")
def site(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[str]:
    house = Served(module_database, messaging, wrapping_key, site="mill", kind="supported_living", posts=POSTS)
    with serving(house) as address:
        yield address


async def test_the_financial_risk_story_is_played_by_hand(browser: Browser, site: str) -> None:
    async with opened(browser, PHONE) as phone:
        hand = Hand(phone.page, site)
        play = StageHand(hand, STORY, "mill")
        await play.play([REPORT, PUT_RIGHT])
        await play.pass_to(date(2026, 4, 7))
        await play.play(STORY.steps)
        journey = play.journey
        await play.pass_to(date(2026, 5, 12))
        await hand.become("Nominated individual", "/provider")
        await hand.figure("0 of 1 (0%)", "March 2026", "100%: met at 0 of 1 site")
        await play.pass_to(date(2026, 6, 9))
        await hand.become("Nominated individual", "/provider")
        await hand.figure("1 of 1 (100%)", "April 2026", "100%: met at 1 of 1 site")
        await hand.stays_narrow()
        await hand.become("Registered manager", f"/journeys/{journey}")
        await hand.says(play.changes[0])
        assert (phone.strayed, phone.complaints) == ([], [])
