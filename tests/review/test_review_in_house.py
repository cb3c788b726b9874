"""Review among its neighbours: a triage in intake leads to a review, and the review to what was learned."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from deploy.house import Platform
from libs.deciding import Act
from libs.reading import opened
from services.intake.application import Report
from services.review.domain import Review
from services.review.domain.values import Reply
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

MANAGER = Act("person:ann", "registered_manager", "site:elm", rationale="There is much to learn from it.")
DEPUTY = Act("person:bo", "deputy_manager", "site:elm")


@pytest.fixture
async def house(database: Database, fresh_messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Platform]:
    """Governance, intake and review, with the site Elm."""
    async with housed(database, fresh_messaging, wrapping_key, "governance", "intake", "review") as platform:
        await with_sites(platform, "elm")
        yield platform


async def triaged(house: Platform, response: str = "after_action_review") -> UUID:
    """An opportunity at Elm that was weighed."""
    intake = house.service("intake")
    report = Report("elm", "near_miss", "He nearly fell in the hall.", immediate_action="He sat down.")
    journey = (await intake.raise_opportunity(MANAGER, report)).id
    await intake.triage(MANAGER, journey, response, [], {}, ["falls"])
    await house.settle()
    return UUID(str(journey))


async def test_a_triage_leads_to_a_review_that_can_be_signed_off(house: Platform) -> None:
    journey = await triaged(house)
    reviewing = house.service("review")
    found = await reviewing.reviews.one(journey)
    assert (found["state"], found["response"], found["lead_role"]) == (
        "open",
        "after_action_review",
        "registered_manager",
    )
    assert found["template"].startswith("five-step-reflection/")
    assert (await opened(reviewing.mapper.keys, [found], "summary"))[0]["summary"] == "He nearly fell in the hall."
    review = await reviewing.review(journey)
    assert len(review.answers.questions) == 24
    for step in range(1, 6):
        question = next(each for each, of in review.answers.questions.items() if of == step)
        await reviewing.answer(MANAGER, journey, step, [Reply(question, f"An answer to step {step}.")])
    await reviewing.identify_factor(MANAGER, journey, "layout", "The rail ends before the door.")
    await reviewing.state_learning(MANAGER, journey, "Rails should run to the door.")
    await reviewing.sign_off(DEPUTY, journey)
    await house.settle()
    found = await reviewing.reviews.one(journey)
    assert (found["state"], found["signed_by"], found["author"]) == ("signed_off", "person:bo", "person:ann")
    assert found["steps"] == [1, 2, 3, 4, 5]
    answers = await reviewing.reviews.answers(journey)
    assert all(each["words"].startswith("sealed:") for each in answers)
    assert isinstance(await reviewing.find(Review, Review.create_id(journey)), Review)


async def test_what_needs_no_review_gets_none(house: Platform) -> None:
    journey = await triaged(house, "none")
    assert await house.service("review").reviews.one(journey) is None
