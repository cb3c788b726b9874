"""Review among its neighbours: a triage in intake leads to a review, and the review to what was learned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from deploy.house import Platform
from libs.deciding import Act
from libs.reading import opened
from libs.service import Stale
from services.review.domain import Review
from services.review.domain.values import Reply
from services.review.publication import publish
from tests.house import housed, with_sites
from tests.review.web import triaged
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER = Act("person:ann", "registered_manager", "site:elm", rationale="There is much to learn from it.")
DEPUTY = Act("person:bo", "deputy_manager", "site:elm")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Platform]:
    """Governance, intake and review, with the site Elm."""
    with backend.fresh_database() as database:
        async with housed(database, messaging, wrapping_key, "governance", "intake", "review") as platform:
            await with_sites(platform, "elm")
            yield platform


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


async def test_what_turned_out_to_be_something_else_is_reviewed_anew_with_its_history(house: Platform) -> None:
    journey = await triaged(house)
    intake, reviewing = house.service("intake"), house.service("review")
    await reviewing.find_no_factor(MANAGER, journey, "We looked everywhere.")
    await intake.reclassify(MANAGER, journey, "complaint", [])
    await intake.triage(MANAGER, journey, "none", [], {}, [])
    await house.settle()
    assert (await reviewing.reviews.one(journey))["state"] == "set_aside"
    assert journey not in {each["journey"] for each in await reviewing.reviews.open_at(["elm"])}
    await intake.reclassify(MANAGER, journey, "near_miss", [])
    await intake.triage(MANAGER, journey, "swarm", [], {}, [])
    await house.settle()
    found = await reviewing.reviews.one(journey)
    assert (found["state"], found["response"], found["lead_role"]) == ("open", "swarm", "team_leader")
    assert (await reviewing.review(journey)).without_factor


async def test_two_who_answer_different_questions_at_once_both_succeed(house: Platform) -> None:
    journey = await triaged(house)
    reviewing = house.service("review")
    questions = [each for each, step in (await reviewing.review(journey)).answers.questions.items() if step == 1]
    await asyncio.gather(
        *(reviewing.answer(MANAGER, journey, 1, [Reply(question, "At night.")]) for question in questions[:4])
    )
    assert len((await reviewing.review(journey)).answers.given) == 4


async def test_a_repeated_request_is_answered_as_before(house: Platform) -> None:
    journey = await triaged(house)
    reviewing = house.service("review")
    act = replace(MANAGER, key="once")
    first = await reviewing.identify_factor(act, journey, "layout", "The rail ends before the door.")
    again = await reviewing.identify_factor(act, journey, "layout", "The rail ends before the door.")
    assert (again.replayed, again.version) == (True, first.version)
    with pytest.raises(Stale):
        await reviewing.sign_off(replace(DEPUTY, based_on=1), journey)


async def test_neighbours_hear_of_the_review_and_never_of_its_answers(house: Platform) -> None:
    journey = await triaged(house)
    reviewing = house.service("review")
    review = await reviewing.review(journey)
    question = next(iter(review.answers.questions))
    await reviewing.answer(MANAGER, journey, 1, [Reply(question, "At night.")])
    await reviewing.answer(MANAGER, journey, 1, [Reply(question, "At dusk.", 1)])
    names = [each.name for _, event in await stored(house, review.id) if (each := publish(event))]
    assert names == ["review.review_opened.v1", "review.reflection_step_recorded.v1"]


async def stored(house: Platform, identity: UUID) -> list[tuple[int, Any]]:
    """The events of one aggregate, opened."""
    room = house.rooms["review"]
    return list(enumerate(await room.mapper.read(await room.store.load(identity))))
