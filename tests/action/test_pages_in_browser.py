"""Action's pages on a phone and a desk: reachable for everyone, no wider than the screen, nothing fetched from elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
import uvicorn

from libs.web.posts import Post
from tests.action.web import CARER, DEPUTY, MANAGER, Office, office
from tests.action.world import ANN
from tests.action.world import MANAGER as AS_MANAGER
from tests.browser.lane import PHONE, Watched, opened
from tests.browser.pages import round_of
from tests.house import OPERATOR
from tests.servers import Backend, Messaging

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")
NAMED = UUID(int=0xA11)
"""Somebody of the night team whom a change is meant to train."""


@dataclass
class Street:
    """The office, and the address its front door answers at."""

    office: Office
    address: str
    journey: UUID
    action: UUID

    async def enter(self, watched: Watched, post: Post, actor: str) -> None:
        token = await self.office.door.sessions.start(actor, [post], "Someone")
        cookie = {"name": "candour_session", "value": token, "url": self.address}
        await watched.page.context.add_cookies([cookie])  # type: ignore[list-item]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Street]:
    with backend.fresh_database() as database:
        async with office(database, messaging, wrapping_key) as front:
            world = front.world
            journey = await world.signed_off(first := uuid4(), uuid4())
            action = await world.agreed(journey, first, what="The handover sheet cannot be closed unread.")
            late = await world.agreed(journey, first, change_kind="briefing", due=world.today)
            await world.actions.block(AS_MANAGER, late, "The supplier is late.")
            await world.implemented(action)
            practice = await world.agreed(
                journey, first, change_kind="scenario_training", what="Everyone practises it."
            )
            await world.platform.service("governance").join_team(OPERATOR, "acme", "elm", NAMED, "night", world.today)
            await world.actions.name_people(AS_MANAGER, practice, [NAMED])
            await world.live_until(world.platform.clock.now() + timedelta(days=2))
            server = uvicorn.Server(uvicorn.Config(front.door.app, port=0, log_level="warning", lifespan="off"))
            task = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110 uvicorn offers nothing to wait for
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield Street(front, f"http://127.0.0.1:{port}", journey, action)
            server.should_exit = True
            await task


async def test_every_page_of_action_can_be_used_by_everyone(
    browser: Browser, street: Street, request: pytest.FixtureRequest
) -> None:
    plan = f"/action/{street.journey}"
    async with opened(browser, PHONE) as watched:
        with round_of(request, street.address) as pages:
            await street.enter(watched, DEPUTY, "person:bo")
            for path in ("/action", plan, f"{plan}/{street.action}", f"{plan}/agree"):
                await pages.visit(watched, path)
            await pages.refuse(watched, "form[action$='/agree']")
            await street.enter(watched, CARER, f"person:{NAMED}")
            await pages.visit(watched, "/action/mine")


async def test_a_manager_agrees_an_action_on_a_phone(browser: Browser, street: Street) -> None:
    async with opened(browser, PHONE) as watched:
        await street.enter(watched, MANAGER, f"person:{ANN}")
        page = watched.page
        await page.goto(f"{street.address}/action/{street.journey}")
        await page.get_by_role("button", name="Answer this").click()
        await page.get_by_label("What will staff do, or find, that is different?").fill("Alarms ring at the desk too.")
        await page.get_by_label("What kind of change is it?").select_option("equipment")
        await page.get_by_label("If none fits: how else will you tell?").fill("We look at answered alarms.")
        await page.get_by_role("button", name="Agree it").click()
        await page.get_by_role("link", name="Alarms ring at the desk too.").click()
        await page.get_by_role("button", name="Work on it has begun").click()
        await page.get_by_text("Under way").wait_for()
        assert watched.complaints == []
