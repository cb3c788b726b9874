"""The professional-updates story, played by hand as it is written: a letter passed on late, then one that all hear of."""

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
POSTS = ("registered_manager", "deputy_manager", "nurse_or_senior_carer", "administrator", "senior_staff")
STORY = next(story for story in stories() if story.id == "professional-updates")
PASSED_ON = [replace(line, day=0) for line in STORY.steps[:4]]
"""A letter comes in, is read, put into care and told to staff, all on the same day."""


@pytest.fixture(scope="module")
def site(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[str]:
    house = Served(module_database, messaging, wrapping_key, site="court", kind="care_home_nursing", posts=POSTS)
    with serving(house) as address:
        yield address


async def test_the_professional_updates_story_is_played_by_hand(browser: Browser, site: str) -> None:
    async with opened(browser, PHONE) as phone:
        hand = Hand(phone.page, site)
        play = StageHand(hand, STORY, "court")
        await play.play(STORY.steps)
        journey, changed = play.journey, play.changes[0]
        await hand.become("Nominated individual", "/provider")
        await hand.figure("0 of 1 (0%)", "March 2026", "95%: met at 0 of 1 site")
        await play.play(PASSED_ON)
        await play.pass_to(date(2026, 5, 12))
        await hand.become("Nominated individual", "/provider")
        await hand.figure("1 of 1 (100%)", "April 2026", "95%: met at 1 of 1 site")
        await hand.stays_narrow()
        await hand.become("Registered manager", f"/journeys/{journey}")
        await hand.says(changed)
        assert (phone.strayed, phone.complaints) == ([], [])
