"""Making a pack and taking it away on a phone, and trying rules out at a desk, as a quality lead does."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, FilePayload, expect
from starlette.types import Receive, Scope, Send

from deploy.web import Door
from libs.deciding import Act
from libs.web.posts import Post
from libs.web.sign_in import Persona
from services.intake.application import Report
from tests.browser.lane import DESK, PHONE, Watched, opened, serving
from tests.house import housed, rules, with_sites
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="session")
LEAD = Post("acme.quality", "provider_quality_lead", "provider:acme", "Quality lead")
PEOPLE = [Persona(f"person:{UUID(int=4)}", "Quinn", "Looks over both sites.", (LEAD,))]
WORKER, MANAGER = (Act(f"person:{role}", role, "provider:acme") for role in ("care_worker", "safeguarding_lead"))


class Served:
    """A house with one weighed sign, opened on the server's own loop."""

    def __init__(self, database: Database, messaging: Messaging, key: Path) -> None:
        self._settings = database, messaging, key
        self._app: FastAPI | None = None
        self._outer = FastAPI(lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with housed(*self._settings, "governance", "intake", "assurance", "audit") as platform:
            await with_sites(platform, "elm", "oak", kind="homecare")
            intake = platform.service("intake")
            report = Report("elm", "safeguarding_indicator", "A mark.", ["falls"], immediate_action="Seen.")
            saved = await intake.raise_opportunity(WORKER, report)
            await intake.triage(MANAGER.because("Seen."), saved.id, "none", [], {}, ["falls"])
            await platform.settle()
            door = Door(platform, lambda: PEOPLE)
            await door.open()
            self._app = door.app
            try:
                yield
            finally:
                await door.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app if self._app and scope["type"] == "http" else self._outer)(scope, receive, send)


@pytest.fixture(scope="module")
def site(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[str]:
    with serving(Served(module_database, messaging, wrapping_key), patience=60) as address:
        yield address


async def sound(seen: Watched, what: str) -> None:
    assert (what, await seen.violations()) == (what, [])
    assert (what, await seen.overflow()) == (what, 0)
    assert (what, seen.strayed, seen.complaints) == (what, [], [])
    if folder := os.environ.get("CANDOUR_TEST_SHOTS"):
        await seen.page.screenshot(path=Path(folder) / f"packs-{what}.png", full_page=True)


async def test_a_pack_is_made_and_taken_away_on_a_phone(browser: Browser, site: str) -> None:
    async with opened(browser, PHONE) as seen:
        page = seen.page
        await page.goto(f"{site}/sign-in?next=/audit/packs")
        await page.get_by_role("button", name="Quinn").click()
        await expect(page.get_by_role("heading", name="Evidence packs")).to_be_visible()
        await sound(seen, "asking")
        await page.get_by_label("For the board").check()
        await page.get_by_label("Elm").check()
        await page.get_by_role("button", name="Make the pack").click()
        await expect(page.get_by_text("Nobody has taken it away yet.")).to_be_visible()
        await sound(seen, "made")
        await page.get_by_label("To whom does it go, and why?").fill("The board, for its meeting in April.")
        async with page.expect_download() as waiting:
            await page.get_by_role("button", name="Take the pack").click()
        assert (await waiting.value).suggested_filename.startswith("candour-pack-board-")
        await page.goto(f"{site}/audit/packs")
        await expect(page.get_by_role("link", name="For the board")).to_be_visible()
        await sound(seen, "listed")


async def test_rules_are_tried_out_at_a_desk(browser: Browser, site: str) -> None:
    content = deepcopy(rules())
    content["version"] = "tried"
    content["measures"][0]["numerator"]["n"] = 2
    pack = FilePayload(name="tried.yaml", mimeType="application/yaml", buffer=json.dumps(content, default=str).encode())
    async with opened(browser, DESK) as seen:
        page = seen.page
        await page.goto(f"{site}/sign-in?next=/audit/replay")
        await page.get_by_role("button", name="Quinn").click()
        await sound(seen, "choosing")
        await page.get_by_label("The rules to try").set_input_files(pack)
        await page.get_by_label("From", exact=True).fill("2026-03-01")
        await page.get_by_label("To", exact=True).fill("2026-03-31")
        await page.get_by_role("button", name="Try them out").click()
        await expect(page.get_by_text("would have made of")).to_be_visible()
        await page.get_by_text("Elm: every difference").click()
        await expect(page.get_by_text("reviewed by a manager within one working day").first).to_be_visible()
        await sound(seen, "tried")
        await expect(page.get_by_role("button", name="Go to adopt these rules")).to_be_visible()
