"""The delayed-escalation story, played by hand as it is written: a sign that waited in the notes, asked about from above
and learned from, until the next one is seen the same morning and the figure on the provider's page says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.demo.telling import stories
from tests.browser.hand import Hand, Served
from tests.browser.lane import DESK, PHONE, opened, serving
from tests.browser.stage_hand import StageHand
from tests.servers import Database, Messaging

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")
POSTS = ("registered_manager", "deputy_manager", "care_coordinator", "field_supervisor", "care_worker")
STORY = next(story for story in stories() if story.id == "delayed-escalation")
REPORT, WEIGHED = STORY.steps[:2]
SEEN_AT_ONCE = replace(
    WEIGHED, day=0, because="Read this morning, from the prompt; talked over with the person.",
    fields=WEIGHED.fields | {"response": ""},
)  # fmt: skip


@pytest.fixture(scope="module")
def site(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[str]:
    house = Served(module_database, messaging, wrapping_key, site="elm", kind="homecare", posts=POSTS)
    with serving(house) as address:
        yield address


async def test_the_delayed_escalation_story_is_played_by_hand(browser: Browser, site: str) -> None:
    async with opened(browser, PHONE) as phone, opened(browser, DESK) as desk:
        hand, office = Hand(phone.page, site), Hand(desk.page, site)
        play = StageHand(hand, STORY, "elm")
        await play.play(STORY.steps)
        journey, changes = play.journey, list(play.changes)
        await _the_figure_is_seen_and_asked_about(office)
        await _the_manager_answers(hand)
        await play.pass_to(date(2026, 5, 11))
        await play.play([REPORT, SEEN_AT_ONCE])
        await play.pass_to(date(2026, 6, 9))
        await office.become("Nominated individual", "/provider")
        await office.figure("1 of 1 (100%)", "May 2026", "100%: met at 1 of 1 site")
        await office.says("Mar 0/1")
        await office.become("Nominated individual", f"/journeys/{journey}")
        for change in changes:
            await office.says(change)
        assert (phone.strayed, phone.complaints, desk.strayed, desk.complaints) == ([], [], [], [])


async def _the_figure_is_seen_and_asked_about(office: Hand) -> None:
    await office.become("Nominated individual", "/provider")
    await office.figure("0 of 1 (0%)", "March 2026", "100%: met at 0 of 1 site")
    await office.follow("1 case that missed")
    await office.says("1 journey")
    await office.become("Nominated individual", "/provider")
    await office.follow("Elm")
    await office.page.get_by_label("Who is asked").select_option(value="elm.registered_manager")
    await office.page.get_by_label("About which measure").select_option(index=1)
    await office.write("What you ask", "Why was the sign seen late?")
    await office.press("Ask")
    await office.says("It has not been answered yet")


async def _the_manager_answers(hand: Hand) -> None:
    await hand.become("Registered manager")
    await hand.follow("Answer a challenge")
    await hand.write("Your answer", "Nobody read the notes when the manager was away. Now they are read each morning.")
    await hand.stays_narrow()
    await hand.press("Answer")
    await hand.says("Answer")
