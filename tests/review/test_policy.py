"""What review does when it hears that something was weighed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from contracts.intake import (
    FindingsReceived,
    OpportunityRaised,
    OpportunityTriaged,
    RecommendationReceived,
    SubjectBarLifted,
    SubjectBarred,
)
from deploy.house import Platform
from libs.deciding import Act, deciding
from libs.service import NotFound
from services.review.domain import Access, Material, Review, Scrutiny
from services.review.policy import react
from tests.given import NOW, heard
from tests.house import OPERATOR, housed, rules, with_sites
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

PACK = f"{rules()['id']}/{rules()['version']}"
MANAGER = Act("person:ann", "registered_manager", "site:elm")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Platform]:
    with backend.fresh_database() as database:
        async with housed(database, messaging, wrapping_key, "governance", "review") as platform:
            await with_sites(platform, "elm")
            yield platform


def triaged(journey: UUID, response: str = "swarm", kind: str = "near_miss", version: str = PACK) -> OpportunityTriaged:
    fact = OpportunityTriaged(
        kind=kind, themes=["falls"], response=response, weighed=[], rules_version=version, rationale="x"
    )
    found = heard(fact, journey=journey, about=journey)
    assert isinstance(found, OpportunityTriaged)
    return found


async def reacted(house: Platform, message: Any) -> list[Any]:
    """What the policy decides on hearing it, kept as the room itself would keep it."""
    service, decided = house.service("review"), []
    with deciding(Act("policy:review", "system"), NOW):
        for aggregate in await react(message, service):
            decided += aggregate.pending_events
            await service.save(MANAGER, aggregate)
    return decided


async def test_a_response_opens_a_review_with_the_questions_of_its_rules(house: Platform) -> None:
    opened, begun = await reacted(house, triaged(uuid4()))
    assert isinstance(opened, Review.Opened)
    assert isinstance(begun, Material.Begun)
    assert (opened.site, opened.response, opened.lead_role, opened.rules) == ("elm", "swarm", "team_leader", PACK)
    assert opened.template == "five-step-reflection/2026.2"
    assert len(opened.questions) == 24


async def test_what_needs_no_review_opens_none(house: Platform) -> None:
    assert await reacted(house, triaged(uuid4(), "none")) == []


async def test_a_triage_from_before_rules_had_versions_is_reviewed_under_those_of_the_day(house: Platform) -> None:
    opened, _ = await reacted(house, triaged(uuid4(), version=""))
    assert opened.rules == PACK


async def test_rules_that_are_on_their_way_are_waited_for(house: Platform) -> None:
    newer = rules() | {"version": "2099.1"}
    waiting = asyncio.create_task(reacted(house, triaged(uuid4(), version=f"{newer['id']}/2099.1")))
    await house.service("governance").adopt_rules(OPERATOR, "acme", newer, date(2099, 1, 1))
    opened, _ = await waiting
    assert opened.rules.endswith("/2099.1")


async def test_rules_that_never_come_leave_the_triage_to_be_heard_again(house: Platform) -> None:
    with pytest.raises(NotFound):
        await reacted(house, triaged(uuid4(), version="england/never"))


async def test_the_same_response_for_an_open_review_is_no_news(house: Platform) -> None:
    journey = uuid4()
    await reacted(house, triaged(journey))
    assert await reacted(house, triaged(journey)) == []


async def test_another_response_is_chosen_anew(house: Platform) -> None:
    journey = uuid4()
    await reacted(house, triaged(journey))
    (chosen,) = await reacted(house, triaged(journey, "after_action_review"))
    assert isinstance(chosen, Review.ResponseChosen)
    assert chosen.response == "after_action_review"


async def test_what_turns_out_to_be_an_allegation_is_asked_what_an_allegation_is_asked(house: Platform) -> None:
    journey = uuid4()
    await reacted(house, triaged(journey))
    (chosen,) = await reacted(house, triaged(journey, kind="staff_allegation"))
    assert chosen.questions.keys() - {"wider-systems"} < chosen.questions.keys()
    review = await house.service("review").review(journey)
    assert review.answers.questions["wider-systems"] == 3


async def test_a_review_nobody_needs_any_more_is_set_aside(house: Platform) -> None:
    journey = uuid4()
    await reacted(house, triaged(journey))
    (aside,) = await reacted(house, triaged(journey, "none"))
    assert isinstance(aside, Review.SetAside)


async def test_other_news_is_heard_in_silence(house: Platform) -> None:
    raised = OpportunityRaised(kind="near_miss", reference="A", route="form", reporter_known=True, summary="x")
    assert await reacted(house, heard(raised)) == []


async def test_a_compliment_is_asked_what_made_it_work(house: Platform) -> None:
    opened, _ = await reacted(house, triaged(uuid4(), kind="compliment"))
    assert {"what-made-it-work", "where-else"} <= opened.questions.keys()
    assert "wider-systems" not in opened.questions
    assert "registered_manager" in opened.signers


async def test_an_allegation_is_asked_about_wider_systems(house: Platform) -> None:
    opened, _ = await reacted(house, triaged(uuid4(), kind="staff_allegation"))
    assert "wider-systems" in opened.questions


async def test_what_another_body_sends_joins_the_review_whenever_it_comes(house: Platform) -> None:
    journey, findings, recommended = uuid4(), uuid4(), uuid4()
    sent = FindingsReceived(findings_id=findings, body="local_authority", words="No rail.")
    begun, received = await reacted(house, heard(sent, journey=journey, about=journey))
    assert isinstance(begun, Scrutiny.Begun)
    assert (received.advice_id, received.kind, received.body) == (findings, "finding", "local_authority")
    advice = RecommendationReceived(recommendation_id=recommended, body="police", words="Fit a rail.")
    (received,) = await reacted(house, heard(advice, journey=journey, about=journey))
    assert (received.advice_id, received.kind) == (recommended, "recommendation")
    assert await reacted(house, heard(advice, journey=journey, about=journey)) == []


async def test_whom_an_allegation_is_about_is_shut_out_and_let_in_again(house: Platform) -> None:
    journey = uuid4()
    _, barred = await reacted(house, heard(SubjectBarred(subject="7d1f"), journey=journey, about=journey))
    assert isinstance(barred, Access.Barred)
    (lifted,) = await reacted(house, heard(SubjectBarLifted(subject="7d1f"), journey=journey, about=journey))
    assert isinstance(lifted, Access.BarLifted)
