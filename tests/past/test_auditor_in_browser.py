"""An auditor's whole task by hand: is the record what it was, who decided what, what was known then; on a phone and a desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
import uvicorn

from libs.clock import HandClock
from tests.browser.lane import PHONE, Watched, opened
from tests.browser.pages import round_of
from tests.hands import Reception
from tests.past.test_looking_back import AUDITOR, MANAGER, looked_at, raised
from tests.servers import Backend, Messaging

if TYPE_CHECKING:
    from playwright.async_api import Browser

DAYS = "from-day=2026-03-01&from-time=09:00&to-day=2026-03-03&to-time=09:30"
FORM = "main form[method=post]"
BESIDE = {
    "/audit/past": "filled", "/audit/difference": "filled", f"/audit/difference?what=provider&{DAYS}": "found",
    "/audit/journeys/{journey}": "filled", "/audit/decisions?role=auditor&service=review": "empty",
}  # fmt: skip
"""Where else an auditor looks, and how the page stands."""
pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Street:
    """A house with a journey in it, and the address its front door answers at."""

    reception: Reception
    address: str
    journey: str

    async def enter(self, watched: Watched) -> None:
        token = await self.reception.door.sessions.start("person:auditor", [AUDITOR], "An Auditor")
        cookie = {"name": "candour_session", "value": token, "url": self.address}
        await watched.page.context.add_cookies([cookie])  # type: ignore[list-item]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Street]:
    with backend.fresh_database() as database:
        async with looked_at(database, messaging, wrapping_key) as reception:
            journey = await raised(reception, "elm", "A wheel came loose.")
            await reception.platform.service("intake").confirm_safety(MANAGER, journey, "Chair taken out of use.")
            clock = reception.platform.clock
            assert isinstance(clock, HandClock)
            clock.move_to(clock.now() + timedelta(hours=2))
            await reception.platform.settle()
            server = uvicorn.Server(uvicorn.Config(reception.door.app, port=0, log_level="warning", lifespan="off"))
            task = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110 uvicorn offers nothing to wait for
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield Street(reception, f"http://127.0.0.1:{port}", journey)
            server.should_exit = True
            await task


async def test_an_auditor_checks_the_record_reads_a_decision_and_looks_back(
    browser: Browser, street: Street, request: pytest.FixtureRequest
) -> None:
    async with opened(browser, PHONE) as watched:
        with round_of(request, street.address) as pages:
            await street.enter(watched)
            page = watched.page
            await page.goto(f"{street.address}/audit")
            await page.get_by_role("button", name="Compare everything now").click()
            await page.get_by_text("nothing was altered").wait_for()
            await pages.look(watched)
            await page.get_by_role("link", name="Decisions: who, why, knowing what").click()
            await page.get_by_role("heading", name="Decisions", exact=True).wait_for()
            await pages.look(watched)
            await page.get_by_role("link", name="Opportunity: immediate safety confirmed").first.click()
            await page.get_by_label("Why do you need to read these words?").wait_for()
            await pages.look(watched, "sealed")
            await pages.refuse(watched, FORM)
            await page.get_by_label("Why do you need to read these words?").fill("To see what was done for the person")
            await page.get_by_role("button", name="Open the words").click()
            await page.get_by_text("Chair taken out of use.").first.wait_for()
            await pages.look(watched, "opened")
            await page.get_by_role("link", name="The journey as it was known at that moment").click()
            await page.get_by_text("This shows how things stood").wait_for()
            await pages.look(watched)
            await page.goto(f"{street.address}/audit/timeline/journeys/{street.journey}")
            await page.get_by_role("link", name="Earlier").click()
            await page.get_by_text("Step 1 of 2").wait_for()
            await pages.look(watched)
            await page.goto(f"{street.address}/audit/readings?words=true")
            await page.get_by_text("To see what was done for the person").first.wait_for()
            await pages.look(watched)
            for path, state in BESIDE.items():
                await pages.visit(watched, path.format(journey=street.journey), state)
