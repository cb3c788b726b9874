"""Governance's pages as a person meets them: on a phone, at a desk, without scripts, and while news comes in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect
from starlette.types import Receive, Scope, Send

from deploy.house import Platform
from libs.deciding import Act
from services.governance.projection import Overview
from services.intake.application import Report
from tests.browser.lane import DESK, PHONE, opened, serving
from tests.governance.facts import CHALLENGE, FIRST, story
from tests.governance.front import ANN, PEOPLE, door_of
from tests.governance.planted import falls, told
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="session")
PAGES = ["/work", "/work?everyone=yes", "/journeys", f"/journeys/{FIRST}", "/site", "/site/elm", "/provider"]
PAGES += ["/organisation", f"/challenges/{CHALLENGE}", "/loop", "/board", "/tables", "/tables/dictionary", "/start"]
PAGES += [f"/journeys/{FIRST}/shared", f"/journeys/{FIRST}?only=decisions", "/journeys?figure=changes_open&words=form"]
PAGES += ["/comparison", "/trend?site=oak&theme=falls", "/trend?measure=m-1", "/themes", "/themes/falls"]
PAGES += ["/tables/outside/kinds", "/organisation/absences"]


class Served:
    """A house with a whole story, opened on the server's own loop. POST /news reports one thing more."""

    def __init__(self, database: Database, messaging: Messaging, key: Path) -> None:
        self._settings = database, messaging, key
        self._app: FastAPI | None = None
        self._outer = FastAPI(lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with housed(*self._settings, "governance", "intake", start=False) as platform:
            await _furnished(platform)
            async with door_of(platform) as door:
                self._app = door.app

                @door.app.get("/news")
                async def news() -> dict[str, str]:
                    act = Act(f"person:{ANN}", "registered_manager", "site:elm")
                    saved = await platform.service("intake").raise_opportunity(act, Report("elm", "complaint", "Cold."))
                    return {"journey": str(saved.id)}

                yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app if self._app and scope["type"] == "http" else self._outer)(scope, receive, send)


async def _furnished(platform: Platform) -> None:
    governance = platform.service("governance")
    overview: Overview = governance.overview
    said = [event for events in story().said.values() for event in events]
    said = [event for event in said if event.name != "governance.capacity_stated.v1"]
    past = told(["ashdown-lodge", "orchard-lea"], falls, {"ashdown-lodge": "elm", "orchard-lea": "oak"})
    await overview.keep(said + past, {})  # before anybody else keeps the view, as it came over no wire
    await platform.start()
    await with_sites(platform, "elm", "oak")
    for person, post in ((p, p.posts[0]) for p in PEOPLE):
        site = post.scope.removeprefix("site:") if post.scope.startswith("site:") else ""
        await governance.establish_post(OPERATOR, "acme", site, post.post, post.role, post.scope, post.label, None)
        who = UUID(person.actor_id.removeprefix("person:"))
        await governance.appoint(OPERATOR, post.post, who, person.label, "someone@example.org")
    await platform.settle()


@pytest.fixture(scope="module")
def site(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[str]:
    with serving(Served(module_database, messaging, wrapping_key)) as address:
        yield address


async def signed_in_as(page: Page, site: str, who: str) -> None:
    await page.goto(f"{site}/sign-in?next=/work")
    await page.get_by_role("button", name=who).click()
    await page.wait_for_url(f"{site}/work")


async def test_every_page_is_accessible_and_fits_the_window(browser: Browser, site: str) -> None:
    async with opened(browser, PHONE) as seen:
        await signed_in_as(seen.page, site, "Quinn")
        for path in PAGES:
            answer = await seen.page.goto(site + path)
            assert answer is not None
            assert (path, answer.status) == (path, 200)
            for width in (PHONE, DESK):
                await seen.narrowed_to(width)
                assert (path, width, await seen.violations()) == (path, width, [])
                assert (path, width, await seen.overflow()) == (path, width, 0)
            await seen.narrowed_to(PHONE)
        assert (seen.strayed, seen.complaints) == ([], [])


async def test_a_page_shows_news_without_being_loaded_again(browser: Browser, site: str) -> None:
    async with opened(browser) as seen:
        await signed_in_as(seen.page, site, "Ann")
        await seen.page.goto(f"{site}/work?everyone=yes")
        cards = seen.page.locator("h2", has_text="Weigh it: Complaint")
        before = await cards.count()
        await seen.page.evaluate("window.stayed = true")
        journey = (await (await seen.page.request.get(f"{site}/news")).json())["journey"]
        await expect(cards).to_have_count(before + 1, timeout=15_000)
        assert await seen.page.evaluate("window.stayed") is True
        await seen.page.goto(f"{site}/journeys/{journey}")
        await expect(seen.page.get_by_text("Reported: complaint")).to_be_visible()


async def test_nothing_is_sent_while_there_is_no_news(browser: Browser, site: str) -> None:
    async with opened(browser) as seen:
        await signed_in_as(seen.page, site, "Ann")
        statuses = []
        for _ in range(2):
            async with seen.page.expect_response(lambda answer: "seen=" in answer.url, timeout=15_000) as asked:
                pass
            statuses.append((await asked.value).status)
        assert statuses == [204, 204]


async def test_the_pages_work_without_scripts(browser: Browser, site: str) -> None:
    async with opened(browser, PHONE, javascript=False) as seen:
        await signed_in_as(seen.page, site, "Quinn")
        await seen.page.goto(f"{site}/journeys")
        await seen.page.get_by_text("Show only some").click()
        await seen.page.get_by_label("What was reported").select_option("near_miss")
        await seen.page.get_by_role("button", name="Show").click()
        assert await seen.page.locator("section.candour-card").count() == 1
