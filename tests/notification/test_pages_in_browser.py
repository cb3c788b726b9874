"""Every page of notification as a person meets it, on a phone and at a desk: accessible, and no wider than the window."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser
from starlette.types import Receive, Scope, Send

from deploy.house import Platform
from deploy.web import Door
from libs.deciding import Act
from libs.policytext import read
from libs.web.sign_in import Persona
from services.notification.application import Contact
from services.notification.domain.briefing import Briefing
from services.notification.domain.candour import Step
from services.notification.domain.duty import duty_id
from services.notification.domain.rota import Shift
from services.notification.domain.subscribers import Subscribers
from services.notification.domain.transfer import Decision, Transfer
from services.notification.pages.paper import written
from tests.browser.lane import PHONE, opened, serving
from tests.browser.pages import round_of
from tests.hands import MANAGER, QUALITY
from tests.house import MONDAY, OPERATOR, RULES, housed, rules, with_sites
from tests.notification.hearing import FALL, Journey
from tests.notification.samples import ANN, BEN, CAT, change, practice_changed, raised, triaged
from tests.notification.test_carried_on import signed_off
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="session")
DAN = UUID(int=0xA00D)
PEOPLE = (
    Persona(f"person:{ANN}", "Ann, manager", "Sees to Elm.", (MANAGER,)),
    Persona("person:quinn", "Quinn, quality lead", "Oversees the sites.", (QUALITY,)),
)
LEAD = Act(f"person:{ANN}", "registered_manager", "site:elm")
FORM = "main form[method=post]"
REFUSED = {
    "/candour": FORM,
    "/wordings": "button[value=confirm]",
    "/letters/candour-outcome": "button[value=write]",
    "/endpoints": FORM,
}
"""By how their addresses end: pages of which a form is sent as it stands, to see how it comes back."""


class Served:
    """A house with every kind of record that notification shows; which pages those are is known once it is open."""

    def __init__(self, database: Database, messaging: Messaging, key: Path) -> None:
        self._settings = database, messaging, key
        self._app: FastAPI | None = None
        self._outer = FastAPI(lifespan=self._lifespan)
        self.pages: dict[str, list[str]] = {}

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with housed(*self._settings, "governance", "notification", start=False) as platform:
            platform.rooms["notification"].more = []
            await platform.start()
            self.pages = await furnished(platform)
            door = Door(platform, lambda: PEOPLE)
            await door.open()
            self._app = door.app
            try:
                yield
            finally:
                await door.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app if self._app and scope["type"] == "http" else self._outer)(scope, receive, send)


async def furnished(platform: Platform) -> dict[str, list[str]]:
    """Put something on record for every page; the pages, by who looks at them."""
    await with_sites(platform, "elm", "oak")
    governance, service = platform.service("governance"), platform.service("notification")
    lettered = rules() | read(RULES / "letters.yaml") | {"version": "2026.2"}
    await governance.adopt_rules(OPERATOR, "acme", lettered, MONDAY.date().replace(year=2020))
    await governance.establish_post(
        OPERATOR, "acme", "elm", MANAGER.post, MANAGER.role, MANAGER.scope, MANAGER.label, None
    )
    await governance.appoint(OPERATOR, MANAGER.post, ANN, "Ann Achebe", "ann@elm.test")
    for person, part in ((ANN, "day"), (BEN, "night"), (CAT, "agency"), (DAN, "agency")):
        await governance.join_team(OPERATOR, "acme", "elm", person, part, MONDAY.date())
    night = MONDAY.replace(hour=21)
    await service.roster(OPERATOR, "acme", "elm", BEN, Shift(night, night + timedelta(hours=10), "Rose unit"))
    await service.connect(OPERATOR, "acme", "https://rota.example/hooks/candour", ["duty_owed"])
    await platform.settle()
    fall, elsewhere = Journey(platform), Journey(platform, "oak")
    await fall.hears(*FALL, signed_off("handover"), practice_changed())
    await elsewhere.hears(signed_off("handover"), raised(), triaged(), practice_changed())
    await candour_of(platform, fall.id)
    briefing, asked = Briefing.create_id(fall.id, change()), Transfer.create_id("elm", elsewhere.id, change())
    await service.decide_transfer(LEAD, asked, Decision.ADAPTED, "One nurse at night, so by telephone.")
    ben = Act(f"person:{BEN}", "care_worker", "site:elm")
    await service.read(ben, briefing)
    await service.answer(ben, briefing, words="Two of us look at the chart.")
    await governance.leave_team(OPERATOR, "acme", "elm", DAN)
    await platform.settle()
    (endpoint,) = (await service.get(Subscribers, Subscribers.create_id("acme"))).endpoints
    of_fall = f"/notification/{fall.id}"
    return {
        "Ann": [
            "/notification", of_fall, f"{of_fall}/candour", f"{of_fall}/duty/{duty_id(fall.id, 'feedback-to-reporter')}",
            f"{of_fall}/letters/candour-written-follow-up", f"{of_fall}/letters/candour-outcome",
            "/notification/transfers", f"/notification/transfers/{asked}", "/briefings", "/briefings/not-reached",
            f"/briefings/{briefing}", f"/briefings/{briefing}/reach",
            f"/briefings/{briefing}/question",
        ],
        "Quinn": [
            "/notification/endpoints", f"/notification/endpoints/{endpoint}",
            f"/notification/endpoints/{endpoint}/secret", "/notification/wordings",
        ],
    }  # fmt: skip


async def candour_of(platform: Platform, journey: UUID) -> None:
    """Told in person, not reached once, a letter begun; then weighed again, so that what was told differs."""
    service = platform.service("notification")
    await service.take_candour_step(LEAD, journey, Step.TOLD_IN_PERSON, "Told with her daughter.", apologised=True)
    await service.record_candour_contact(LEAD, journey, Contact.TRIED, "Rang twice.")
    words = {"to": "Mrs Okafor", "signed": "Ann", "account": "She fell.", "enquiries": "Why.", "contact": "Ann"}
    await service.write_letter(LEAD, journey, "candour-written-follow-up", written(words))
    platform.clock.move_to(platform.clock.now() + timedelta(days=1))  # type: ignore[attr-defined]
    room = Journey(platform)
    room.id, room.place = journey, {"journey": journey, "about": journey, "site": "elm"}
    await room.hears(triaged("accident_or_injury", candour_applies=True, person_died=False), at=platform.clock.now())


@pytest.fixture(scope="module")
def served(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[tuple[str, Served]]:
    house = Served(module_database, messaging, wrapping_key)
    with serving(house) as address:
        yield address, house


async def test_every_page_is_accessible_and_fits_the_window(
    browser: Browser, served: tuple[str, Served], request: pytest.FixtureRequest
) -> None:
    site, house = served
    async with opened(browser, PHONE) as seen:
        with round_of(request, site) as pages:
            for who, paths in house.pages.items():
                await seen.page.context.clear_cookies()
                await seen.page.goto(f"{site}/sign-in?next=/briefings")
                await seen.page.get_by_role("button", name=who).click()
                await seen.page.wait_for_url(f"{site}/briefings")
                for path in paths:
                    await pages.visit(seen, path)
                    for form in (form for end, form in REFUSED.items() if path.endswith(end)):
                        await pages.refuse(seen, form)
