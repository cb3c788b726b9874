"""Governance's pages as a person meets them: on a phone, at a desk, without scripts, and while news comes in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect
from starlette.types import Receive, Scope, Send

from deploy.house import Platform
from deploy.travel import Traveller, travel_routes
from libs.clock import TravelledClock
from libs.deciding import Act
from libs.web.posts import Post
from libs.web.sign_in import Persona
from services.governance.projection import Overview
from services.intake.application import Report
from tests.browser.lane import PHONE, opened, serving
from tests.browser.pages import round_of
from tests.governance.facts import CHALLENGE, FIRST, story
from tests.governance.front import ANN, DEV, ON_NIGHTS, PEOPLE, door_of
from tests.governance.planted import falls, told
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="session")
FORM = "main form[method=post]"
GWEN = Persona(
    f"person:{UUID(int=0xA4)}", "Gwen, safeguarding lead", "Looks at each use.",
    (
        Post("acme.safeguarding", "safeguarding_lead", "provider:acme", "Safeguarding lead"),
        Post("acme.nominated", "nominated_individual", "provider:acme", "Nominated individual"),
    ),
)  # fmt: skip
EVERYONE = (*PEOPLE, GWEN)
QUINNS = [
    ("/work", "filled", ""), ("/work?everyone=yes", "everyone", ""), ("/journeys", "filled", ""),
    ("/journeys?figure=changes_open&words=form", "narrowed", ""), (f"/journeys/{FIRST}", "filled", ""),
    (f"/journeys/{FIRST}?only=decisions", "decisions", ""), (f"/journeys/{FIRST}/shared", "filled", ""),
    ("/site", "filled", ""), ("/site/elm", "filled", "form[action$='/challenge']"), ("/provider", "filled", ""),
    ("/organisation", "filled", FORM), ("/organisation/absences?site=elm", "filled", "form[action$='absences?site=elm']"),
    (f"/challenges/{CHALLENGE}", "filled", ""), ("/loop", "filled", ""), ("/board", "filled", ""),
    ("/comparison", "filled", ""), ("/trend?site=oak&theme=falls", "filled", FORM),
    ("/trend?measure=m-1", "of a measure", ""), ("/themes", "filled", ""), ("/themes/falls", "filled", ""),
    ("/tables", "filled", ""), ("/tables/dictionary", "filled", ""), ("/tables/outside/kinds", "filled", FORM),
    ("/start", "filled", ""), ("/act-as", "one post", ""), ("/rooms", "filled", ""), ("/demo/clock", "filled", ""),
    ("/emergency", "mine", FORM), (f"/organisation/posts/{ON_NIGHTS.post}", "filled", f"{FORM}:has([name=who])"),
]  # fmt: skip
"""What the quality lead opens: the address, how its page stands, and which of its forms is sent as it stands."""


class Served:
    """A house with a whole story, opened on the server's own loop. POST /news reports one thing more."""

    def __init__(self, database: Database, messaging: Messaging, key: Path) -> None:
        self._settings = database, messaging, key
        self._app: FastAPI | None = None
        self._outer = FastAPI(lifespan=self._lifespan)
        self.journey = self.use = UUID(int=0)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with housed(*self._settings, "governance", "intake", start=False) as platform:
            await _furnished(platform)
            self.journey, self.use = await _read_in_an_emergency(platform)
            async with door_of(platform, EVERYONE) as door:
                clock = cast(TravelledClock, platform.clock)  # nobody travels here
                door.add(travel_routes(Traveller(platform, clock, lambda: None)))
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
    for person, post in ((each, post) for each in EVERYONE for post in each.posts):
        site = post.scope.removeprefix("site:") if post.scope.startswith("site:") else ""
        await governance.establish_post(OPERATOR, "acme", site, post.post, post.role, post.scope, post.label, None)
        who = UUID(person.actor_id.removeprefix("person:"))
        await governance.appoint(OPERATOR, post.post, who, person.label, "someone@example.org")
    await governance.note_absence(OPERATOR, ON_NIGHTS.post, DEV, date(2026, 3, 2), date(2026, 3, 9), None)
    await platform.settle()


async def _read_in_an_emergency(platform: Platform) -> tuple[UUID, UUID]:
    """A journey at Elm, and its being read by somebody from elsewhere, who waits for no one's leave."""
    act = Act(f"person:{ANN}", "registered_manager", "site:elm")
    saved = await platform.service("intake").raise_opportunity(act, Report("elm", "complaint", "The tea was cold."))
    await platform.settle()
    reader = Act("person:oak", "registered_manager", "site:oak")
    used = await platform.service("governance").open_in_emergency(reader, saved.id, "She is alone tonight.")
    await platform.settle()
    return saved.id, used.id


@pytest.fixture(scope="module")
def served(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[tuple[str, Served]]:
    house = Served(module_database, messaging, wrapping_key)
    with serving(house) as address:
        yield address, house


@pytest.fixture(scope="module")
def site(served: tuple[str, Served]) -> str:
    return served[0]


async def signed_in_as(page: Page, site: str, who: str, onward: str = "/work") -> None:
    await page.context.clear_cookies()
    await page.goto(f"{site}/sign-in?next={onward}")
    await page.get_by_role("button", name=who).click()
    await page.wait_for_url(f"{site}{onward}")


async def test_every_page_is_accessible_and_fits_the_window(
    browser: Browser, served: tuple[str, Served], request: pytest.FixtureRequest
) -> None:
    site, house = served
    async with opened(browser, PHONE) as seen:
        with round_of(request, site) as pages:
            await pages.visit(seen, "/sign-in")
            await signed_in_as(seen.page, site, "Quinn")
            for path, state, form in [*QUINNS, (f"/journeys/{house.journey}/restriction", "filled", FORM)]:
                await pages.visit(seen, path, state)
                if form:
                    await pages.refuse(seen, form)
            await signed_in_as(seen.page, site, "Gwen", "/emergency")
            await pages.look(seen)
            await pages.visit(seen, f"/emergency/{house.use}")
            await pages.refuse(seen, FORM)
            await pages.visit(seen, "/act-as")


async def test_a_page_shows_news_without_being_loaded_again(browser: Browser, site: str) -> None:
    async with opened(browser) as seen:
        await signed_in_as(seen.page, site, "Ann")
        await seen.page.goto(f"{site}/work?everyone=yes")
        cards = seen.page.locator("h2", has_text="Weigh it: Complaint")
        before = await cards.count()
        await seen.page.evaluate("window.stayed = true")
        journey = (await (await seen.page.request.get(f"{site}/news")).json())["journey"]
        await expect(cards).to_have_count(before + 1)
        assert await seen.page.evaluate("window.stayed") is True
        await seen.page.goto(f"{site}/journeys/{journey}")
        await expect(seen.page.get_by_text("Reported: complaint")).to_be_visible()


async def test_nothing_is_sent_while_there_is_no_news(browser: Browser, site: str) -> None:
    async with opened(browser) as seen:
        await signed_in_as(seen.page, site, "Ann")
        statuses = []
        for _ in range(2):
            async with seen.page.expect_response(lambda answer: "seen=" in answer.url) as asked:
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
