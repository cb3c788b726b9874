"""The shell as a person meets it: on a phone, at a desk, without scripts, and with nothing leaving the machine."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page
from starlette.types import Receive, Scope, Send

from tests.browser.lane import DESK, PHONE, opened, serving
from tests.libs.web_shell_sample import pool_of, sample_app
from tests.servers import Database

pytestmark = pytest.mark.asyncio(loop_scope="session")
OVERTAKEN = "form => { form.action = '/overtaken'; form.submit() }"
PICTURES = os.environ.get("CANDOUR_PICTURES")


class Served:
    """The sample service with a pool that lives on the server's own loop."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._app: FastAPI | None = None
        self._outer = FastAPI(lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with pool_of(self._conninfo) as pool:
            self._app = sample_app(pool)
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app if self._app and scope["type"] == "http" else self._outer)(scope, receive, send)


@pytest.fixture(scope="module")
def site(module_database: Database) -> Iterator[str]:
    with serving(Served(module_database.conninfo("web"))) as address:
        yield address


async def signed_in_as(page: Page, site: str, who: str) -> None:
    await page.goto(f"{site}/work")
    await page.get_by_role("button", name=who).click()
    await page.wait_for_url(f"{site}/work")


async def pictured(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_every_part_is_accessible_and_fits_the_window(browser: Browser, site: str, width: int) -> None:
    async with opened(browser, width) as seen:
        await seen.page.goto(f"{site}/work")
        assert await seen.violations() == []
        assert await seen.overflow() == 0
        await pictured(seen.page, f"sign-in-{width}")
        await signed_in_as(seen.page, site, "Ann")
        assert await seen.violations() == []
        assert await seen.overflow() == 0
        await pictured(seen.page, f"work-{width}")
        assert (seen.strayed, seen.complaints) == ([], [])


async def test_the_font_is_ours_and_comes_from_this_machine(browser: Browser, site: str) -> None:
    async with opened(browser) as seen:
        await seen.page.goto(f"{site}/sign-in")
        await seen.page.evaluate("document.fonts.ready.then(() => true)")
        used = await seen.page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
        assert any("Atkinson" in each for each in used)


async def test_everything_works_without_scripts(browser: Browser, site: str) -> None:
    async with opened(browser, PHONE, javascript=False) as seen:
        await signed_in_as(seen.page, site, "Ann")
        await seen.page.get_by_role("link", name="Report", exact=True).click()
        await seen.page.get_by_role("button", name="Send").click()
        assert await seen.page.get_by_role("link", name="Say what happened").is_visible()
        await seen.page.get_by_label("In your own words").fill("The lift stopped.")
        await seen.page.get_by_role("button", name="Send").click()
        await seen.page.wait_for_url(f"{site}/work")
        await seen.page.get_by_role("button", name="Sign out").click()
        await seen.page.wait_for_url(f"{site}/sign-in")


async def test_with_scripts_a_form_mends_itself_in_place(browser: Browser, site: str) -> None:
    async with opened(browser) as seen:
        await signed_in_as(seen.page, site, "Ann")
        await seen.page.goto(f"{site}/report")
        await seen.page.evaluate("window.sameDocument = true")
        await seen.page.get_by_role("button", name="Send").click()
        await seen.page.get_by_role("link", name="Say what happened").wait_for()
        assert await seen.page.evaluate("window.sameDocument") is True
        await seen.page.wait_for_function("document.activeElement.matches('.govuk-error-summary')")
        assert [each for each in seen.complaints if "422" not in each] == []
        assert await seen.violations() == []


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_a_page_that_says_no_keeps_what_was_typed(browser: Browser, site: str, width: int) -> None:
    async with opened(browser, width) as seen:
        await signed_in_as(seen.page, site, "Ann")
        await seen.page.goto(f"{site}/report")
        await seen.page.get_by_label("In your own words").fill("She said the hoist felt loose.")
        async with seen.page.expect_navigation():
            await seen.page.eval_on_selector("main form", OVERTAKEN)
        assert await seen.page.get_by_role("heading", name="Someone else saved this before you").is_visible()
        assert await seen.page.get_by_text("She said the hoist felt loose.").is_visible()
        assert await seen.violations() == []
        assert await seen.overflow() == 0
        await pictured(seen.page, f"overtaken-{width}")


async def test_paper_has_the_record_without_the_furniture(browser: Browser, site: str) -> None:
    async with opened(browser) as seen:
        await signed_in_as(seen.page, site, "Ann")
        await seen.page.emulate_media(media="print")
        assert not await seen.page.get_by_role("navigation", name="Menu").is_visible()
        assert not await seen.page.get_by_role("button", name="Sign out").is_visible()
        assert await seen.page.get_by_role("heading", name="Fall in the lounge").is_visible()
        await pictured(seen.page, "print")
