"""Assurance's pages are usable by everyone, on a phone and at a desk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser
from starlette.types import Receive, Scope, Send

from contracts.taxonomy import EvidenceSource
from libs.deciding import Act
from libs.web.posts import Post
from libs.web.sign_in import Persona
from services.assurance.domain import AuditRound
from tests.assurance.april import BOARD, MEASURE, ROUND, april, changed
from tests.browser.lane import PHONE, opened, serving
from tests.browser.pages import round_of
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="session")

JOURNEY = UUID(int=44)
AUDIT = AuditRound.create_id("early-signs", "elm", date(2026, 3, 1))
QUINN = Persona("person:q", "Quinn", "Watches over all.", (Post("acme.q", "board", "provider:acme", "Board"),))
FORM = "main form[method=post]"
PAGES = {
    "": "", f"/measure/{MEASURE}": "", f"/cadence/{ROUND}": "", f"/cadence/{BOARD}": "", f"/{JOURNEY}": FORM,
    "/audits": "", f"/audits/{AUDIT}": "", "/signs": "",
}  # fmt: skip
"""Each page, and which of its forms is sent as it stands."""


class Served:
    """The house in April, with a change that was seen in practice, opened on the server's own loop."""

    def __init__(self, database: Database, messaging: Messaging, key: Path) -> None:
        self._settings = database, messaging, key
        self._app: FastAPI | None = None
        self._outer = FastAPI(lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with april(*self._settings, lambda: [QUINN]) as reception:
            await changed(reception, JOURNEY)
            act = Act("person:q", "board", "provider:acme")
            assurance = reception.platform.service("assurance")
            await assurance.observe(act, JOURNEY, 3, 3, EvidenceSource.AUDIT, "On the night shift")
            await assurance.draw_a_round(act, "elm", "early-signs", date(2026, 3, 1))
            await assurance.note_a_sign(act, "elm", "vague-notes", 3, date(2026, 4, 2), "")
            await reception.platform.settle()
            self._app = reception.door.app
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app if self._app and scope["type"] == "http" else self._outer)(scope, receive, send)


@pytest.fixture(scope="module")
def site(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[str]:
    with serving(Served(module_database, messaging, wrapping_key)) as address:
        yield address


async def test_every_page_is_accessible_and_fits_the_window(
    browser: Browser, site: str, request: pytest.FixtureRequest
) -> None:
    async with opened(browser, PHONE) as seen:
        with round_of(request, site) as pages:
            await seen.page.goto(f"{site}/sign-in?next=/assurance")
            await seen.page.get_by_role("button", name="Quinn").click()
            await seen.page.wait_for_url(f"{site}/assurance")
            for path, form in PAGES.items():
                await pages.visit(seen, f"/assurance{path}")
                if form:
                    await pages.refuse(seen, form)
