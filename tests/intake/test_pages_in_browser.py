"""Reporting and weighing in a real browser: on a phone, at a desk, without scripts, and for everyone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page
from starlette.types import Receive, Scope, Send

from libs.web.sign_in import Persona
from tests.browser.lane import DESK, PHONE, opened, serving
from tests.hands import MANAGER, QUALITY, received
from tests.servers import Database, Messaging

AT_REST = """() => {
  const marks = at => [at, at.matches("[type=radio], [type=checkbox]") ? [at.nextElementSibling, "::before"] : [at]]
  window.look = at => { const [of, [on, part]] = marks(at), style = getComputedStyle(Array.isArray(on) ? of : on, part)
    return [style.boxShadow, style.outline, style.backgroundColor, style.borderColor].join() }
  window.rest = new Map([...document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex]")]
    .map(each => [each, look(each)])) }"""
"""Remember how everything that can have the focus looks without it; what is drawn round a radio is drawn by its label."""
STOP = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), middle = (box.top + box.bottom) / 2
  return {id: at.id, name: at.name || "", words: at.textContent.trim(), type: at.type || at.localName,
    marked: look(at) !== rest.get(at), on_screen: box.height > 1 && middle >= 0 && middle <= innerHeight} }"""
"""Where the focus is now, and whether somebody who looks at the screen can tell."""
pytestmark = pytest.mark.asyncio(loop_scope="session")
PEOPLE = (
    Persona("person:ann", "Ann, registered manager", "Leads Elm.", (MANAGER,)),
    Persona("person:mo", "Mo, quality lead", "Looks after every site.", (QUALITY,)),
)


class Served:
    """A house that lives on the server's own loop."""

    def __init__(self, database: Database, messaging: Messaging, key: Path) -> None:
        self._house = database, messaging, key
        self._app: FastAPI | None = None
        self._outer = FastAPI(lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with received(*self._house, people=lambda: PEOPLE) as reception:
            self._app = reception.door.app
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app if self._app and scope["type"] == "http" else self._outer)(scope, receive, send)


@pytest.fixture(scope="module")
def site(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[str]:
    with serving(Served(module_database, messaging, wrapping_key), patience=90) as address:
        yield address


async def signed_in(page: Page, site: str, who: str, onward: str) -> None:
    await page.goto(f"{site}{onward}")
    await page.get_by_role("button", name=who).click()
    await page.wait_for_url(f"{site}{onward}")


async def reported(page: Page, site: str) -> None:
    """Fill the short form, as Ann."""
    await page.goto(f"{site}/report")
    await page.get_by_label("Accident or injury").check()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Date").fill("2026-03-01")
    await page.get_by_label("Time").fill("22:15")
    await page.get_by_label("What happened?").fill("She slipped by the bath.")
    await page.get_by_label("What was done at once to keep people safe?").fill("She was helped up.")
    await page.get_by_label("Yes, send it with my name").check()
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("heading", name="Thank you").wait_for()


@pytest.mark.parametrize(("width", "scripts"), [(PHONE, False), (DESK, True)])
async def test_reporting_and_weighing_are_open_to_everyone(
    browser: Browser, site: str, width: int, *, scripts: bool
) -> None:
    async with opened(browser, width) as seen, opened(browser, width, javascript=scripts) as walked:
        page = walked.page
        await signed_in(page, site, "Ann", "/report")
        await reported(page, site)
        await page.goto(f"{site}/intake")
        await page.get_by_role("link", name="Accident or injury").first.click()
        await page.get_by_role("heading", name="What follows", exact=True).wait_for()
        await signed_in(seen.page, site, "Ann", "/report")
        for path in ("/report?kind=accident_or_injury", "/report?kind="):
            await seen.page.goto(f"{site}{path}")
            assert (path, await seen.violations(), await seen.overflow()) == (path, [], 0)
        await page.get_by_role("button", name="Weigh it").click()
        await (
            page.get_by_label("What does a health care professional say")
            .or_(page.get_by_label("Pain for 28 days or more"))
            .first.check()
        )
        await page.locator("#fact-during_care").check()
        await page.locator("#fact-unintended_or_unexpected").check()
        await page.get_by_role("button", name="Show what the rules propose").click()
        await page.get_by_text("Because:").first.wait_for()
        await page.get_by_label("After-action review").check()
        await page.get_by_label("Your reasons").fill("There is something to learn about the floor.")
        await page.get_by_role("button", name="Decide").click()
        await page.get_by_text("Decided: After-action review.").wait_for()
        assert (seen.strayed, walked.strayed, seen.complaints) == ([], [], [])


async def test_what_is_kept_apart_is_open_to_everyone(browser: Browser, site: str) -> None:
    async with opened(browser, PHONE) as seen:
        await signed_in(seen.page, site, "Mo", "/intake/quarantine")
        assert await seen.violations() == []
        assert await seen.overflow() == 0


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_the_pages_beside_the_record_are_open_to_everyone(browser: Browser, site: str, width: int) -> None:
    async with opened(browser, width) as seen:
        page = seen.page
        await signed_in(page, site, "Ann", "/report")
        await page.goto(f"{site}/report?kind=staff_allegation")
        await page.get_by_role("button", name="Save and return later").click()
        await reported(page, site)
        await page.goto(f"{site}/intake")
        href = await page.get_by_role("link", name="Accident or injury").first.get_attribute("href")
        journey = str(href).rpartition("/")[2]
        for path in (
            "/report", "/intake", f"/intake/{journey}", f"/intake/{journey}/triage", f"/intake/evidence/{journey}",
            f"/intake/employment/{journey}", "/intake/patterns", "/intake/agreement", "/report/talk",
        ):  # fmt: skip
            await page.goto(f"{site}{path}")
            await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            assert (path, await seen.overflow()) == (path, 0)
            if width == PHONE or path in ("/intake", f"/intake/{journey}"):
                assert (path, await seen.violations()) == (path, [])
        assert (seen.strayed, seen.complaints) == ([], [])


async def tabbed(page: Page) -> dict[str, Any]:
    """The next stop of the Tab key; it is on the screen and looks otherwise than at rest."""
    await page.keyboard.press("Tab")
    stop: dict[str, Any] = await page.evaluate(STOP)
    assert stop["marked"], stop
    assert stop["on_screen"], stop
    return stop


async def past_the_furniture(page: Page) -> None:
    """A page begins with the way past everything that stands above it."""
    await page.evaluate(AT_REST)
    stop = await tabbed(page)
    assert stop["words"] == "Skip to main content"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main-content"


async def test_a_report_is_made_with_the_keyboard_alone(browser: Browser, site: str) -> None:
    typed = {
        "occurred-day": "02022026", "occurred-time": "0815A", "summary": "She slipped by the bath.",
        "immediate_action": "She was helped up.",
    }  # fmt: skip
    async with opened(browser) as seen:
        page, keys = seen.page, seen.page.keyboard
        await signed_in(page, site, "Ann", "/report")
        await past_the_furniture(page)
        while (await tabbed(page))["name"] != "kind":
            pass
        await keys.press("Space")
        while await page.evaluate("document.activeElement.value") != "accident_or_injury":
            await keys.press("ArrowDown")
        assert (await tabbed(page))["words"] == "Continue"
        await keys.press("Enter")
        await page.get_by_role("heading", name="Accident or injury").wait_for()
        await past_the_furniture(page)
        stops = [await tabbed(page)]
        while stops[-1]["words"] != "Send":
            if words := typed.pop(stops[-1]["id"], ""):
                await keys.type(words)
            elif stops[-1]["name"] == "who":
                await keys.press("Space")
            stops.append(await tabbed(page))
        assert typed == {}
        await keys.press("Enter")
        await page.get_by_role("heading", name="Thank you").wait_for()
        assert (seen.strayed, seen.complaints) == ([], [])
