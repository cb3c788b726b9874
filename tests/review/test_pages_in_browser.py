"""Review's pages on a phone and a desk, with everything unfolded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import pytest_asyncio

from libs.deciding import Act
from libs.web.posts import Post
from services.intake.application.findings import Received
from services.review.domain.sample import Query
from services.review.domain.values import Reply
from tests.browser.lane import PHONE, Watched, opened
from tests.browser.pages import round_of
from tests.hands import Reception
from tests.review.test_pages import FIRST_QUESTIONS, LEARNED
from tests.review.web import DEPUTY, answering, received, triaged
from tests.servers import Backend, Messaging

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANN = Act("person:ann", "registered_manager", "site:elm")
BO = Act("person:bo", "deputy_manager", "site:elm")


@dataclass
class Town:
    """The house, the address its front door answers at, and a thematic review in which everything has been used."""

    reception: Reception
    address: str
    journey: UUID

    async def enter(self, watched: Watched, post: Post, actor: str) -> None:
        token = await self.reception.door.sessions.start(actor, [post], "Someone")
        cookie = {"name": "candour_session", "value": token, "url": self.address}
        await watched.page.context.clear_cookies()
        await watched.page.context.add_cookies([cookie])  # type: ignore[list-item]


async def furnished(reception: Reception) -> UUID:
    """A thematic review with something in each of its parts."""
    platform = reception.platform
    for _ in range(3):
        await triaged(platform)
    journey = await triaged(platform, "thematic")
    review: Any = platform.service("review")
    await platform.service("intake").receive_findings(
        ANN, journey, Received("police", "The hall was dark, and nobody had been told that the light was broken.")
    )
    for step, question in FIRST_QUESTIONS.items():
        await review.answer(ANN, journey, step, [Reply(question, "The light had failed, so Mrs Okafor called twice.")])
    await review.answer(BO, journey, 1, [Reply(FIRST_QUESTIONS[1], "I heard it from the kitchen.", own=True)])
    await review.add_question(ANN, journey, 1, "Was the alarm on?")
    await review.identify_factor(
        ANN, journey, "training", "Nobody had been shown the new rail.", None, "All are shown."
    )
    first = next(iter((await review.review(journey)).factors))
    await review.identify_factor(ANN, journey, "staffing", "Training days clash with the rota.", first)
    await review.question_system(ANN, journey, "The rota leaves no day for it.")
    await review.invite(ANN, journey, ["elm.deputy_manager"])
    await review.ask_specialist(ANN, journey, "Occupational therapist", "Whether the rail is right.")
    await review.hold_session(
        ANN, journey, "reflection_whole_team", date(2026, 3, 1), ["elm.deputy_manager"], "Agreed."
    )
    await review.add_evidence(ANN, journey, "audit", date(2026, 2, 20), "Two rails are short.", "elm.deputy_manager")
    await review.make_finding(
        ANN, journey, "The hall is unsafe.", [*(await review.material_for(ANN, journey)).evidence]
    )
    await review.give_example(ANN, journey, "Somebody nearly slipped where a rail ended early.")
    await review.recommend(ANN, journey, "Fund a rail in every hall.")
    await review.challenge(BO, journey, "Would anybody else have done the same?")
    await review.draw_sample(ANN, journey, Query(date(2026, 2, 1), date(2026, 3, 2), ("elm",)), 2)
    await review.state_learning(ANN, journey, LEARNED)
    await platform.settle()
    return journey


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Town]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as reception:
            journey = await furnished(reception)
            async with answering(reception.door.app) as address:
                yield Town(reception, address, journey)


PAGES = {"": "", "/{journey}": "form[action$='/factor']", "/{journey}/step/1": "form[action$='/question']",
         "/{journey}/view/system": "", "/{journey}/view/whys": "", "/{journey}/view/fishbone": "",
         "/{journey}/view/after-action": "", "/{journey}/sample": "form[action$='/sample']"}  # fmt: skip
"""Each page, and which of its forms is sent as it stands."""


async def test_the_pages_of_review_can_be_used_by_everyone(
    browser: Browser, town: Town, request: pytest.FixtureRequest
) -> None:
    async with opened(browser, PHONE) as watched:
        with round_of(request, town.address) as pages:
            await town.enter(watched, DEPUTY, "person:bo")
            for path, form in PAGES.items():
                state = path.rpartition("/")[2] if "/view/" in path else "filled"
                await pages.visit(watched, f"/review{path.format(journey=town.journey)}", state)
                assert "sealed:" not in await watched.page.content(), path
                if form:
                    await pages.refuse(watched, form)
