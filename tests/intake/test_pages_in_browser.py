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

from libs.web.posts import Post
from libs.web.sign_in import Persona
from tests.browser.lane import DESK, PHONE, Watched, opened, serving
from tests.browser.pages import Round, round_of
from tests.hands import MANAGER, QUALITY, received
from tests.intake.furnished import Told, furnished
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
    Persona(
        "person:nora", "Nora, nominated individual", "Answers for what is kept.",
        (Post("acme.nominated", "nominated_individual", "provider:acme", "Nominated individual"),),
    ),
)  # fmt: skip
FORM = "main form[method=post]"


class Served:
    """A house that lives on the server's own loop, with something on every page."""

    told: Told

    def __init__(self, database: Database, messaging: Messaging, key: Path, vault: Path) -> None:
        self._house, self._vault = (database, messaging, key), vault
        self._app: FastAPI | None = None
        self._outer = FastAPI(lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with received(*self._house, people=lambda: PEOPLE) as reception:
            self.told = await furnished(reception, self._vault)
            self._app = reception.door.app
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app if self._app and scope["type"] == "http" else self._outer)(scope, receive, send)


@pytest.fixture(scope="module")
def served(
    module_database: Database, messaging: Messaging, wrapping_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Served]]:
    house = Served(module_database, messaging, wrapping_key, tmp_path_factory.mktemp("evidence"))
    with serving(house) as address:
        yield address, house


@pytest.fixture(scope="module")
def site(served: tuple[str, Served]) -> str:
    return served[0]


async def signed_in(page: Page, site: str, who: str, onward: str) -> None:
    await page.context.clear_cookies()
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


def of_ann(told: Told) -> list[tuple[str, str, str]]:
    """What the manager opens: the address, how its page stands, and which of its forms is sent as it stands."""
    drawn, one = f"/intake/agreement/{told.sample}", f"/intake/{told.new}"
    return [
        ("/report", "filled", ""), ("/report?kind=", "not chosen", ""),
        ("/report?kind=accident_or_injury", "form", FORM), ("/report?kind=staff_allegation", "allegation", ""),
        (f"/report/draft/{told.draft}", "filled", ""), (f"/report/received/{told.new}", "filled", ""),
        ("/report/number", "filled", FORM), ("/intake", "filled", ""),
        (one, "new", "form[action$='/safety']"), (f"/intake/{told.weighed}", "weighed", ""),
        (f"/intake/{told.allegation}", "allegation", ""), (f"{one}/triage", "filled", FORM),
        (f"/intake/evidence/{told.new}", "filled", FORM), (f"/intake/evidence/{told.weighed}", "empty", ""),
        (f"/intake/employment/{told.allegation}", "filled", "form[action$='/outcome']"),
        ("/intake/patterns", "filled", FORM), ("/intake/agreement", "filled", ""), (drawn, "filled", ""),
        ("/intake/erasures", "filled", ""), (f"/intake/erasures/new/{told.held}", "filled", FORM),
        (f"/intake/erasures/{told.erasure}", "own", ""), (f"/intake/erasures/{told.certificate}", "certificate", ""),
        (f"/intake/holds/{told.held}", "held", "form[action$='/lift']"),
        (f"/intake/holds/{told.new}", "filled", "form[action$='/place']"), (f"/intake/disposal/{told.old}", "filled", FORM),
    ]  # fmt: skip


async def test_every_page_is_accessible_and_fits_the_window(
    browser: Browser, served: tuple[str, Served], request: pytest.FixtureRequest
) -> None:
    site, told = served[0], served[1].told
    async with opened(browser, PHONE) as seen:
        with round_of(request, site) as pages:
            await come_back_without_a_name(pages, seen, told)
            await signed_in(seen.page, site, "Ann", "/report")
            for path, state, form in of_ann(told):
                await pages.visit(seen, path, state)
                if form:
                    await pages.refuse(seen, form)
            await signed_in(seen.page, site, "Mo", "/intake/quarantine")
            await pages.visit(seen, "/intake/quarantine")
            await pages.visit(seen, f"/intake/agreement/{told.sample}/{told.drawn}")
            await pages.refuse(seen, FORM)
            await signed_in(seen.page, site, "Nora", f"/intake/erasures/{told.erasure}")
            await pages.visit(seen, f"/intake/erasures/{told.erasure}")
            await pages.refuse(seen, FORM)


async def come_back_without_a_name(pages: Round, seen: Watched, told: Told) -> None:
    await pages.visit(seen, "/report/talk")
    await pages.refuse(seen, FORM)
    await seen.page.get_by_label("Your number").fill(told.number)
    await seen.page.get_by_label("Your secret word").fill(told.word)
    await seen.page.get_by_role("button", name="Show me").click()
    await seen.page.get_by_label("Which door was it?").wait_for()
    await pages.look(seen, "let in")
    await pages.refuse(seen, FORM)


@pytest.mark.parametrize(("width", "scripts"), [(PHONE, False), (DESK, True)])
async def test_an_accident_is_reported_and_weighed(browser: Browser, site: str, width: int, *, scripts: bool) -> None:
    async with opened(browser, width, javascript=scripts) as walked:
        page = walked.page
        await signed_in(page, site, "Ann", "/report")
        await reported(page, site)
        await page.goto(f"{site}/intake")
        await page.get_by_role("link", name="Accident or injury").first.click()
        await page.get_by_role("heading", name="What follows", exact=True).wait_for()
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
        assert (walked.strayed, walked.complaints) == ([], [])


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
