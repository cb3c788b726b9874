"""Making a pack and taking it away on a phone, and trying rules out at a desk, as a quality lead does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, FilePayload, expect
from starlette.types import Receive, Scope, Send

from deploy.errands import Told
from deploy.subject_access.desk import Desk
from deploy.web import Door
from libs.deciding import Act
from libs.web.posts import Post
from libs.web.sign_in import Persona
from services.intake.application import Report
from tests.browser.lane import DESK, PHONE, opened, serving
from tests.browser.pages import round_of
from tests.house import housed, rules, with_sites
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="session")
LEAD = Post("acme.quality", "provider_quality_lead", "provider:acme", "Quality lead")
FORM = "main form[method=post]"
LEADS = Act(f"person:{UUID(int=4)}", LEAD.role, LEAD.scope)
PEOPLE = [Persona(LEADS.actor, "Quinn", "Looks over both sites.", (LEAD,))]
WORKER, MANAGER = (Act(f"person:{role}", role, "provider:acme") for role in ("care_worker", "safeguarding_lead"))


class Served:
    """A house with one weighed sign, opened on the server's own loop. `beside`: other pages, and the form to send as it is."""

    def __init__(self, database: Database, messaging: Messaging, key: Path) -> None:
        self._settings = database, messaging, key
        self._app: FastAPI | None = None
        self._outer = FastAPI(lifespan=self._lifespan)
        self.beside: dict[str, str] = {}

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with housed(*self._settings, "governance", "intake", "assurance", "audit") as platform:
            await with_sites(platform, "elm", "oak", kind="homecare")
            intake = platform.service("intake")
            report = Report("elm", "safeguarding_indicator", "A mark.", ["falls"], immediate_action="Seen.")
            saved = await intake.raise_opportunity(WORKER, report)
            again = await intake.raise_opportunity(WORKER, replace(report, person_name="Ada Okafor"))
            await intake.triage(MANAGER.because("Seen."), saved.id, "none", [], {}, ["falls"])
            await platform.settle()
            door = Door(platform, lambda: PEOPLE)
            await door.open()
            asked = await Desk(platform).ask(LEADS, again.id, set(), "person", date(2026, 3, 1))
            begun = (door.errands.begin(LEADS.actor, title, "", _for_ever) for title in ("A pack", "A trial of rules"))
            waiting = await asyncio.gather(*begun)
            self.beside = {
                "/audit/access": "", f"/audit/access/new/{again.id}": FORM,
                f"/audit/access/{asked.id}": f"{FORM}[action$='/release']",
                f"/audit/packs/making/{waiting[0].id}": "", f"/audit/replay/under-way/{waiting[1].id}": "", "/threats": "",
            }  # fmt: skip
            self._app = door.app
            try:
                yield
            finally:
                await door.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app if self._app and scope["type"] == "http" else self._outer)(scope, receive, send)


async def _for_ever(told: Told) -> None:
    told("intake", 3, 8)
    await asyncio.Event().wait()


@pytest.fixture(scope="module")
def served(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[tuple[str, Served]]:
    house = Served(module_database, messaging, wrapping_key)
    with serving(house) as address:
        yield address, house


@pytest.fixture(scope="module")
def site(served: tuple[str, Served]) -> str:
    return served[0]


async def test_a_pack_is_made_and_taken_away_on_a_phone(
    browser: Browser, site: str, request: pytest.FixtureRequest
) -> None:
    async with opened(browser, PHONE) as seen:
        page = seen.page
        with round_of(request, site) as pages:
            await page.goto(f"{site}/sign-in?next=/audit/packs")
            await page.get_by_role("button", name="Quinn").click()
            await expect(page.get_by_role("heading", name="Evidence packs")).to_be_visible()
            await pages.look(seen, "empty")
            await page.get_by_label("For the board").check()
            await page.get_by_label("Elm").check()
            await page.get_by_role("button", name="Make the pack").click()
            await expect(page.get_by_text("Nobody has taken it away yet.")).to_be_visible(timeout=60_000)
            await pages.look(seen)
            made = page.url
            await pages.refuse(seen, FORM)
            await page.goto(made)
            await page.get_by_label("To whom does it go, and why?").fill("The board, for its meeting in April.")
            async with page.expect_download() as waiting:
                await page.get_by_role("button", name="Take the pack").click()
            assert (await waiting.value).suggested_filename.startswith("candour-pack-board-")
            await pages.visit(seen, "/audit/packs")
            await expect(page.get_by_role("link", name="For the board")).to_be_visible()
            await page.evaluate("document.querySelectorAll('[name=reader]').forEach(each => { each.checked = false })")
            await pages.refuse(seen, FORM)


async def test_what_stands_beside_the_packs_can_be_used_by_everyone(
    browser: Browser, served: tuple[str, Served], request: pytest.FixtureRequest
) -> None:
    site, house = served
    async with opened(browser, PHONE) as seen:
        with round_of(request, site) as pages:
            await seen.page.goto(f"{site}/sign-in?next=/audit/access")
            await seen.page.get_by_role("button", name="Quinn").click()
            await seen.page.wait_for_url(f"{site}/audit/access")
            for path, form in house.beside.items():
                await pages.visit(seen, path)
                if form:
                    await pages.refuse(seen, form)


async def test_rules_are_tried_out_at_a_desk(browser: Browser, site: str, request: pytest.FixtureRequest) -> None:
    content = deepcopy(rules())
    content["version"] = "tried"
    content["measures"][0]["numerator"]["n"] = 2
    pack = FilePayload(name="tried.yaml", mimeType="application/yaml", buffer=json.dumps(content, default=str).encode())
    async with opened(browser, DESK) as seen:
        page = seen.page
        with round_of(request, site) as pages:
            await page.goto(f"{site}/sign-in?next=/audit/replay")
            await page.get_by_role("button", name="Quinn").click()
            await page.wait_for_url(f"{site}/audit/replay")
            await pages.look(seen)
            await pages.refuse(seen, FORM)
            await page.get_by_label("The rules to try").set_input_files(pack)
            await page.get_by_label("From", exact=True).fill("2026-03-01")
            await page.get_by_label("To", exact=True).fill("2026-03-31")
            await page.get_by_role("button", name="Try them out").click()
            await expect(page.get_by_text("would have made of")).to_be_visible(timeout=60_000)
            await page.get_by_text("Elm: every difference").click()
            await expect(page.get_by_text("reviewed by a manager within one working day").first).to_be_visible()
            await pages.look(seen, "tried")
            await expect(page.get_by_role("button", name="Go to adopt these rules")).to_be_visible()
