"""Every kind of opportunity, taken by hand on a phone from report to its own end: a signed-off review for nearly all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from contracts.taxonomy import OpportunityKind as Kind
from tests.browser.hand import Hand
from tests.browser.lane import PHONE, opened
from tests.browser.ways import WAYS, Played, Way, safe_later
from tests.review.web import DEPUTY, MANAGER, answering, received
from tests.servers import Backend, Messaging

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

WALKED = {Kind.COMPLAINT, Kind.COMPLIMENT, Kind.WHISTLEBLOWING}
"""One kind for each set of questions: there every page is opened and seen. The other kinds come straight to
their form and their review, and send the same five steps unseen."""
SENT_UNSEEN = """
async ([first, last]) => {
  let page = await fetch(first)
  for (let step = 1; step <= last; step++) {
    const shown = new DOMParser().parseFromString(await page.text(), "text/html")
    const form = shown.querySelector("main form")
    form.querySelector("textarea").value = `What the team remembers of step ${step}.`
    page = await fetch(form.getAttribute("action"), {method: "POST", body: new URLSearchParams(new FormData(form))})
    if (!page.ok || !page.redirected) return await page.text()
  }
  return ""
}
"""
LEARNED = "Early signs were passed over, because the routine gave them no place."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def played(browser: Browser, backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Played]:
    with backend.fresh_database() as database:
        async with (
            received(database, messaging, wrapping_key) as reception,
            answering(reception.door.app) as address,
            opened(browser, PHONE) as first,
            opened(browser, PHONE) as second,
        ):
            for phone, post, actor in ((first, MANAGER, "person:ann"), (second, DEPUTY, "person:bo")):
                token = await reception.door.sessions.start(actor, [post], post.label)
                await phone.page.context.add_cookies([{"name": "candour_session", "value": token, "url": address}])
            yield Played(reception.platform, Hand(first.page, address), Hand(second.page, address), (first, second))


async def test_every_kind_has_its_way() -> None:
    assert set(WAYS) == set(Kind)


@pytest.mark.parametrize(("kind", "way"), WAYS.items(), ids=list(WAYS))
async def test_a_kind_is_taken_from_report_to_its_end_on_a_phone(played: Played, kind: Kind, way: Way) -> None:
    await reported(played.manager, kind, way)
    await weighed(played.manager, way)
    if way.response:
        await played.platform.settle()
        await reviewed(played, kind, way)
        await signed_off(played, kind)
    for phone in played.phones:
        assert (phone.strayed, phone.complaints) == ([], [])


async def reported(hand: Hand, kind: Kind, way: Way) -> None:
    if kind in WALKED:
        await hand.page.goto(f"{hand.site}/report")
        await hand.stays_narrow()
        await hand.page.get_by_label(kind.label, exact=True).check()
        await hand.press("Continue")
    else:
        await hand.page.goto(f"{hand.site}/report?kind={kind}")
    await hand.page.get_by_label("Date", exact=True).fill("2026-03-02")
    await hand.page.get_by_label("Time", exact=True).fill("08:30")
    await hand.write("What happened?", f"Noted at the morning visit: {kind.label.lower()}.")
    if kind is Kind.SAFEGUARDING_INDICATOR:
        await hand.press("Save and return later")
        await hand.follow(kind.label)
        await hand.says("Noted at the morning visit")
    if way.at_intake is not safe_later and kind is not Kind.COMPLIMENT:
        await hand.write("What was done at once", "Stayed with the person and told a colleague.")
    await hand.page.get_by_label(way.who).check()
    await hand.stays_narrow()
    await hand.press("Send")
    await hand.says("Your number is")
    if kind is Kind.WHISTLEBLOWING:
        await hand.says("Your secret word is")
    await hand.stays_narrow()
    await hand.press("Read it and decide what follows")


async def weighed(hand: Hand, way: Way) -> None:
    await hand.stays_narrow()
    if way.at_intake:
        await way.at_intake(hand)
        await hand.stays_narrow()
    await hand.press("Weigh it")
    await hand.stays_narrow()
    await hand.page.get_by_label(way.response.label if way.response else "No review of its own").check()
    await hand.write("Your reasons", "Something was missed here that another day could be missed again.")
    await hand.press("Decide")
    await hand.says(f"Decided: {way.response.label}." if way.response else "Duties are recorded")
    await hand.stays_narrow()


async def reviewed(played: Played, kind: Kind, way: Way) -> None:
    hand = played.manager
    if kind in WALKED:
        await hand.press("Go to the review")
        await hand.stays_narrow()
        await hand.press("Answer this step")
        for step in range(1, 6):
            await hand.page.locator("textarea").first.fill(f"What the team remembers of step {step}.")
            await hand.stays_narrow()
            await hand.press("Save and continue")
    else:
        address = await hand.page.get_by_role("button", name="Go to the review").get_attribute("href")
        assert await hand.page.evaluate(SENT_UNSEEN, [f"{address}/step/1", 5]) == ""
        await hand.press("Go to the review")
    if way.before_factors:
        await way.before_factors(played)
    await hand.says("Next: what contributed")
    await hand.page.locator("#category").select_option(way.factor)
    await hand.page.locator("#factor").fill("The note form does not ask whether anyone needs to know.")
    await hand.press("Add it")
    if way.before_learning:
        await way.before_learning(played)
    await hand.page.locator("#learning").fill(LEARNED)
    await hand.press("Save what was learned")
    if way.before_sign_off:
        await way.before_sign_off(played)
    await hand.says("Next: someone else signs it off")
    await hand.stays_narrow()


async def signed_off(played: Played, kind: Kind) -> None:
    """The deputy finds it waiting, reads it and agrees."""
    hand = played.deputy
    if kind in WALKED:
        await hand.page.goto(f"{hand.site}/review")
        await hand.stays_narrow()
        await hand.follow(kind.label)
    else:
        await hand.page.goto(played.manager.page.url.split("?")[0])
    await hand.press("Go to the sign-off")
    await hand.page.get_by_label("I have read what was learned").check()
    await hand.press("Sign off")
    await hand.says("This review is signed off.")
    await hand.stays_narrow()
