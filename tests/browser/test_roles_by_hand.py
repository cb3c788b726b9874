"""The main task of each role that no story plays, done by hand in one house: at a phone where they would have one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import pytest_asyncio

from contracts.taxonomy import Role
from deploy.house import Platform
from deploy.web import Door
from libs.deciding import Act
from libs.web.posts import Post
from tests.browser.hand import Hand
from tests.browser.lane import DESK, PHONE, opened
from tests.governance.facts import FIRST, story
from tests.governance.planted import falls, told
from tests.house import MONDAY, OPERATOR, housed, with_sites
from tests.review.web import answering, triaged
from tests.servers import Backend, Database, Messaging

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")
OVERSEES = (Role.NOMINATED_INDIVIDUAL, Role.REGISTERED_PERSON, Role.PROVIDER_REPRESENTATIVE)
OUTSIDE = (Role.COMMISSIONER, Role.CQC, Role.LOCAL_AUTHORITY, Role.SAFEGUARDING_BOARD, Role.OMBUDSMAN)
AT_ELM = (Role.REGISTERED_MANAGER, Role.DEPUTY_MANAGER, Role.ADMINISTRATOR, Role.KEY_WORKER, Role.SPECIALIST)
OVER_ALL = (*OVERSEES, Role.SAFEGUARDING_LEAD, Role.PROVIDER_QUALITY_LEAD, Role.BOARD)
FOUND = "Handover by telephone: the night nurse is told who was unsteady."
WHY = "She has moved to Oak tonight, and she may fall again."


def post_of(role: Role, site: str = "elm") -> Post:
    """The post somebody in a role holds in this house."""
    if role in OUTSIDE:
        return Post(f"outside.{role}", role, "provider:acme", role.label, "2026-12-31")
    scope = "provider:acme" if role in OVER_ALL else f"site:{site}"
    return Post(f"{scope.partition(':')[2]}.{role}", role, scope, role.label)


def holder(post: Post) -> UUID:
    """Whoever holds it."""
    return UUID(int=0xB000 + list(Role).index(Role(post.role)) + (0x100 if post.scope == "site:oak" else 0))


@dataclass
class House:
    """A house in which something happened, and the address its door answers at."""

    platform: Platform
    door: Door
    address: str
    journey: UUID

    @asynccontextmanager
    async def entered(self, browser: Browser, post: Post, width: int = DESK) -> AsyncIterator[Hand]:
        """Somebody at a device of their own, whose pages stay within its width and ask nobody else for anything."""
        token = await self.door.sessions.start(f"person:{holder(post)}", [post], f"Robin, {post.label.lower()}")
        async with opened(browser, width) as seen:
            cookie = {"name": "candour_session", "value": token, "url": self.address}
            await seen.page.context.add_cookies([cookie])  # type: ignore[list-item]
            hand = Hand(seen.page, self.address)
            yield hand
            await hand.stays_narrow()
            refused = [each for each in seen.complaints if "403" not in each and "404" not in each]
            assert (seen.strayed, refused) == ([], [])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[House]:
    with backend.fresh_database() as database:
        async with _opened(database, messaging, wrapping_key) as platform:
            door = Door(platform, None)
            await door.open()
            journey = await triaged(platform)
            async with answering(door.app) as address:
                yield House(platform, door, address, journey)
            await door.close()


@asynccontextmanager
async def _opened(database: Database, messaging: Messaging, key: Path) -> AsyncIterator[Platform]:
    """Two sites with a year and a half of falls behind them, everybody at their post."""
    async with housed(database, messaging, key, "governance", "intake", "review", start=False) as platform:
        governance = platform.service("governance")
        said = [event for events in story().said.values() for event in events]
        said = [event for event in said if event.name != "governance.capacity_stated.v1"]
        past = told(["ashdown-lodge", "orchard-lea"], falls, {"ashdown-lodge": "elm", "orchard-lea": "oak"})
        await governance.overview.keep(said + past, {})  # before anybody else keeps the view
        await platform.start()
        await with_sites(platform, "elm", "oak")
        for post in (*map(post_of, AT_ELM + OVER_ALL), post_of(Role.REGISTERED_MANAGER, "oak")):
            site = post.scope.partition(":")[2] if post.scope.startswith("site:") else ""
            deputy = f"{site}.{Role.DEPUTY_MANAGER}" if post.role == Role.REGISTERED_MANAGER else None
            await governance.establish_post(
                OPERATOR, "acme", site, post.post, post.role, post.scope, post.label, deputy
            )
            await governance.appoint(OPERATOR, post.post, holder(post), f"Robin Post-{post.post}", "robin@example.org")
        await platform.settle()
        yield platform


async def test_a_key_worker_says_what_they_saw_and_a_specialist_adds_to_it(browser: Browser, house: House) -> None:
    step = f"/review/{house.journey}/step/1"
    for role, saw in (
        (Role.KEY_WORKER, "The rail ends before the door."),
        (Role.SPECIALIST, "He needs it on the left."),
    ):
        async with house.entered(browser, post_of(role), PHONE) as hand:
            await hand.page.goto(f"{house.address}/review")
            await hand.page.locator(f"main a[href^='/review/{house.journey}']").first.click()
            await hand.follow("1. ")
            await hand.follow("Answer for yourself instead")
            await hand.page.locator("main textarea").first.fill(saw)
            await hand.press("Save and continue")
            await hand.page.goto(f"{house.address}{step}?own=1")
            assert await hand.page.locator("main textarea").first.input_value() == saw


@pytest.mark.parametrize("role", OVERSEES)
async def test_who_oversees_asks_a_site_and_reads_the_answer(browser: Browser, house: House, role: Role) -> None:
    asked = f"What was learned from the falls at night? ({role.label})"
    async with house.entered(browser, post_of(role)) as above:
        await above.page.goto(f"{house.address}/provider")
        await above.page.get_by_role("link", name="Elm", exact=True).first.click()
        await above.page.get_by_label("Who is asked").select_option("elm.registered_manager")
        await above.write("What you ask", asked)
        await above.press("Ask")
        await above.says("It has not been answered yet")
        async with house.entered(browser, post_of(Role.REGISTERED_MANAGER), PHONE) as hand:
            await hand.page.goto(f"{house.address}/work")
            await hand.follow(f"Answer a challenge: {asked}")
            await hand.write("Your answer", FOUND)
            await hand.press("Answer")
        await above.page.reload()
        await above.says(FOUND)


async def test_an_administrator_records_who_is_away_and_the_deputy_stands_in(browser: Browser, house: House) -> None:
    manager = post_of(Role.REGISTERED_MANAGER)
    act = Act(f"person:{holder(post_of(Role.BOARD))}", Role.BOARD, "provider:acme")
    await house.platform.service("governance").raise_challenge(act, manager.post, "Who checks the rails?", "elm", None)
    async with house.entered(browser, post_of(Role.ADMINISTRATOR)) as hand:
        await hand.page.goto(f"{house.address}/work")
        await hand.follow("Say who stands in")
        await hand.page.get_by_label("Who is away?").select_option(f"{manager.post}/{holder(manager)}")
        await hand.write("Last day away", (MONDAY + timedelta(days=4)).date().isoformat())
        await hand.press("Record the absence")
        await hand.says("Deputy manager stands in")
        async with house.entered(browser, post_of(Role.DEPUTY_MANAGER), PHONE) as deputy:
            await deputy.page.goto(f"{house.address}/work")
            await deputy.says("Standing in")
            await deputy.follow("Answer a challenge: Who checks the rails?")
            await deputy.write("Your answer", "The night senior does, at ten.")
            await deputy.press("Answer")
            await deputy.says("The night senior does, at ten.")
        await hand.page.get_by_text("Back earlier").click()
        await hand.press("Record the return")
        await hand.says("Nobody, as far as is on record.")


async def test_a_safeguarding_lead_looks_at_an_emergency_and_restricts_a_journey(
    browser: Browser, house: House
) -> None:
    journey = f"{house.address}/journeys/{house.journey}"
    async with house.entered(browser, post_of(Role.REGISTERED_MANAGER, "oak"), PHONE) as elsewhere:
        await elsewhere.page.goto(f"{house.address}/emergency")
        await elsewhere.write("Which journey", journey)
        await elsewhere.write("Who may come to harm", WHY)
        await elsewhere.press("Read it now")
        await elsewhere.page.get_by_role("button", name="Open the journey").click()
        await elsewhere.page.wait_for_url(journey)
        # An open page asks for news, and would be told that the access is over.
        await elsewhere.page.goto("about:blank")
        async with house.entered(browser, post_of(Role.SAFEGUARDING_LEAD)) as lead:
            await lead.page.goto(f"{house.address}/work")
            await lead.follow("Look at it")
            await lead.says(WHY)
            await lead.says("The journey, with everything on record")
            await lead.page.get_by_label("No, it ends now").check()
            await lead.write("What you found", "She is still at Elm; ask us by telephone.")
            await lead.press("Put it on record")
            await lead.says("No. The access ended.")
            await lead.page.goto(f"{journey}/restriction")
            await lead.page.get_by_label("Registered manager").check()
            await lead.write("Why", "It is about a colleague.")
            await lead.press("Let only these see it")
            await lead.says("Only these posts see this journey")
        answer = await elsewhere.page.goto(journey)
        assert answer is not None
        assert answer.status == 404
    async with house.entered(browser, post_of(Role.DEPUTY_MANAGER), PHONE) as deputy:
        answer = await deputy.page.goto(journey)
        assert answer is not None
        assert answer.status == 404


async def test_a_quality_lead_compares_sites_and_drills_down_to_a_journey(browser: Browser, house: House) -> None:
    async with house.entered(browser, post_of(Role.PROVIDER_QUALITY_LEAD)) as hand:
        await hand.page.goto(f"{house.address}/provider")
        await hand.follow("Sites compared")
        await hand.page.get_by_label("Theme").select_option("falls")
        await hand.press("Compare")
        await hand.page.get_by_text("The numbers behind this chart").click()
        await hand.page.locator("main table a[href^='/journeys?']").first.click()
        await hand.page.locator("main .candour-card a[href^='/journeys/']").first.click()
        await hand.page.wait_for_url(re.compile(r"/journeys/[0-9a-f-]{36}$"))
        await hand.page.goto(f"{house.address}/trend?site=oak&theme=falls")
        await hand.page.get_by_text("Set the limits anew").first.click()
        await hand.write("From which month on", "2025-09-01")
        await hand.write("What is different since then", "Sensors in every bedroom.")
        await hand.press("Set the limits anew")
        await hand.says("Set anew from September 2025: Sensors in every bedroom.")


async def test_a_board_member_reads_one_sheet_and_prints_it(browser: Browser, house: House) -> None:
    async with house.entered(browser, post_of(Role.BOARD)) as hand:
        await hand.page.goto(f"{house.address}/provider")
        await hand.follow("Board page")
        await hand.says("What was learned, and did it change anything?")
        printed = await hand.page.pdf(format="A4", prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
        await hand.follow("journeys open")
        await hand.page.locator("main .candour-card a[href^='/journeys/']").first.wait_for()


@pytest.mark.parametrize("role", OUTSIDE)
async def test_who_is_outside_opens_what_they_were_given_and_nothing_else(
    browser: Browser, house: House, role: Role
) -> None:
    async with house.entered(browser, post_of(role)) as hand:
        await hand.page.goto(house.address)
        await hand.says("How the sites stand together")
        ways = await hand.page.eval_on_selector_all("a[href^='/']", "all => all.map(each => each.getAttribute('href'))")
        assert "/comparison" in ways
        for way in sorted({way.partition("#")[0] for way in ways}) if role == Role.COMMISSIONER else ["/board"]:
            answer = await hand.page.request.get(f"{house.address}{way}")
            assert (way, answer.status) == (way, 200)
        for record in (f"/journeys/{FIRST}", "/journeys", "/intake", "/work", "/tables"):
            answer = await hand.page.request.get(f"{house.address}{record}", headers={"Accept": "text/html"})
            assert (record, answer.status) == (record, 403)
        await hand.page.goto(f"{house.address}/journeys/{FIRST}")
        await hand.follow("Go to the start page")
        await hand.says("How the sites stand together")
