"""Review among its neighbours: a triage in intake leads to a review, and the review to what was learned."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from deploy.house import Platform
from libs.deciding import Act
from libs.reading import opened
from libs.rebuild import rebuild
from libs.service import Stale
from libs.views import View
from services.review.domain import Review
from services.review.domain.values import Reply
from services.review.publication import publish
from tests.governance.test_overview_tables import tables_of
from tests.hands import Reception
from tests.review.test_pages import LEARNED
from tests.review.web import DEPUTY, MANAGER, received, triaged
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANN = Act("person:ann", "registered_manager", "site:elm", rationale="There is much to learn from it.")
BO = Act("person:bo", "deputy_manager", "site:elm")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            yield opened


@pytest.fixture
def house(reception: Reception) -> Platform:
    """Governance, intake and review, with the sites Elm and Oak."""
    return reception.platform


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
        await reviewing.answer(ANN, journey, step, [Reply(question, f"An answer to step {step}.")])
    await reviewing.identify_factor(ANN, journey, "layout", "The rail ends before the door.")
    await reviewing.state_learning(ANN, journey, "Rails should run to the door.")
    await reviewing.sign_off(BO, journey)
    await house.settle()
    found = await reviewing.reviews.one(journey)
    assert (found["state"], found["signed_by"], found["author"]) == ("signed_off", "person:bo", "person:ann")
    assert found["steps"] == [1, 2, 3, 4, 5]
    answers = await reviewing.reviews.answers(journey)
    assert len(answers) == sum(each["words"].startswith("sealed:") for each in answers) == 5
    assert isinstance(await reviewing.find(Review, Review.create_id(journey)), Review)


async def test_what_needs_no_review_gets_none(house: Platform) -> None:
    journey = await triaged(house, "none")
    assert await house.service("review").reviews.one(journey) is None


async def test_what_turned_out_to_be_something_else_is_reviewed_anew_with_its_history(house: Platform) -> None:
    journey = await triaged(house)
    intake, reviewing = house.service("intake"), house.service("review")
    await reviewing.find_no_factor(ANN, journey, "We looked everywhere.")
    await intake.reclassify(ANN, journey, "complaint", [])
    await intake.triage(ANN, journey, "none", [], {}, [])
    await house.settle()
    assert (await reviewing.reviews.one(journey))["state"] == "set_aside"
    assert journey not in {each["journey"] for each in await reviewing.reviews.open_at(["elm"])}
    await intake.reclassify(ANN, journey, "near_miss", [])
    await intake.triage(ANN, journey, "swarm", [], {}, [])
    await house.settle()
    found = await reviewing.reviews.one(journey)
    assert (found["state"], found["response"], found["lead_role"]) == ("open", "swarm", "team_leader")
    assert (await reviewing.review(journey)).without_factor


async def test_two_who_answer_different_questions_at_once_both_succeed(house: Platform) -> None:
    journey = await triaged(house)
    reviewing = house.service("review")
    questions = [each for each, step in (await reviewing.review(journey)).answers.questions.items() if step == 1]
    await asyncio.gather(
        *(reviewing.answer(ANN, journey, 1, [Reply(question, "At night.")]) for question in questions[:4])
    )
    assert len((await reviewing.review(journey)).answers.given) == 4


async def test_a_repeated_request_is_answered_as_before(house: Platform) -> None:
    journey = await triaged(house)
    reviewing = house.service("review")
    act = replace(ANN, key="once")
    first = await reviewing.identify_factor(act, journey, "layout", "The rail ends before the door.")
    again = await reviewing.identify_factor(act, journey, "layout", "The rail ends before the door.")
    assert (again.replayed, again.version) == (True, first.version)
    with pytest.raises(Stale):
        await reviewing.sign_off(replace(BO, based_on=1), journey)


async def test_neighbours_hear_of_the_review_and_never_of_its_answers(house: Platform) -> None:
    journey = await triaged(house)
    reviewing = house.service("review")
    review = await reviewing.review(journey)
    question = next(iter(review.answers.questions))
    await reviewing.answer(ANN, journey, 1, [Reply(question, "At night.")])
    await reviewing.answer(ANN, journey, 1, [Reply(question, "At dusk.", 1)])
    names = [each.name for _, event in await stored(house, review.id) if (each := publish(event))]
    assert names == ["review.review_opened.v1", "review.reflection_step_recorded.v1"]


async def stored(house: Platform, identity: UUID) -> list[tuple[int, Any]]:
    """The events of one aggregate, opened."""
    room = house.rooms["review"]
    return list(enumerate(await room.mapper.read(await room.store.load(identity))))


async def test_a_program_gathers_challenges_and_decides(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    ann, bo = await reception.program(MANAGER), await reception.program(DEPUTY, "client:other")
    address = f"/api/review/reviews/{journey}"
    asked: list[tuple[Any, str, dict[str, Any], int]] = [
        (ann, "steps/1/questions", {"words": "Was the alarm on?"}, 201),
        (ann, "steps/1/answers", {"answers": [{"question": "result", "words": "Mine.", "own": True}]}, 200),
        (ann, "specialists", {"discipline": "Physiotherapist", "because": "Rails."}, 201),
        (ann, "participants", {"posts": ["elm.deputy_manager"]}, 200),
        (ann, "sessions", {"form": "swarm", "held_on": "2026-03-01", "present": ["elm.deputy_manager"]}, 201),
        (ann, "sessions", {"form": "swarm", "held_on": "2026-03-01", "present": ["elm.cook"]}, 409),
        (ann, "evidence", {"source": "audit", "dated": "2026-03-01", "words": "Two.", "written_by": "elm.nobody"}, 404),
        (
            ann,
            "evidence",
            {"source": "audit", "dated": "2026-03-01", "words": "Two.", "written_by": "elm.deputy_manager"},
            201,
        ),
        (ann, "findings", {"words": "So it was.", "rests_on": [str(uuid4())]}, 409),
        (ann, "learning", {"words": LEARNED}, 200),
        (bo, "learning", {"words": "Something else."}, 409),
        (bo, "learning", {"words": "Something else.", "based_on": 1}, 200),
        (ann, "example", {"words": "Somebody slipped."}, 200),
        (bo, "example", {"words": "Mrs Okafor slipped."}, 409),
        (bo, "challenges", {"words": "Is that all?"}, 201),
        (ann, "recommendations", {"words": "Fund a rail."}, 201),
        (ann, "sample", {"from_day": "2026-02-01", "to_day": "2026-03-02", "sites": ["oak"], "size": 2}, 409),
        (ann, "sample", {"from_day": "2026-02-01", "to_day": "2026-03-02", "sites": ["elm"], "size": 2}, 201),
    ]
    for program, path, body, status in asked:
        answer = await program.post(f"{address}/{path}", json=body)
        assert answer.status_code == status, (path, answer.text)
    shown = (await ann.get(address, params={"after": answer.json()["position"]})).json()
    challenge, piece = shown["challenges"][0]["challenge_id"], shown["evidence"][0]["evidence_id"]
    advice, cases = shown["recommendations"][0]["recommendation_id"], shown["sample"]["cases"]
    further: list[tuple[Any, str, dict[str, Any], int]] = [
        (bo, f"challenges/{challenge}/answer", {"words": "No."}, 409),
        (ann, f"challenges/{challenge}/answer", {"words": "No."}, 200),
        (ann, "findings", {"words": "So it was.", "rests_on": [piece]}, 201),
        (bo, f"advice/{advice}/decision", {"decision": "accepted", "because": "It is cheap."}, 200),
        (bo, f"advice/{advice}/decision", {"decision": "perhaps", "because": "x"}, 422),
        (ann, f"sample/{cases[0]}/read", {"words": "It stood out."}, 200),
        (ann, f"sample/{cases[1]}/left-out", {"words": "The same event."}, 200),
        (ann, f"sample/{uuid4()}/read", {"words": "x"}, 409),
    ]
    for program, path, body, status in further:
        answer = await program.post(f"{address}/{path}", json=body)
        assert answer.status_code == status, (path, answer.text)
    await reception.platform.settle()
    shown = (await ann.get(address)).json()
    finding = shown["findings"][0]["finding_id"]
    assert shown["shared"]["learning"] == {"number": 2, "words": "Something else."}
    assert shown["recommendations"][0]["decision"] == "accepted"
    assert (await ann.post(f"{address}/findings/{finding}/withdrawal", json={"words": "No."})).status_code == 200


async def test_open_reviews_are_listed_a_page_at_a_time_and_say_how_many_there_are(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.review.pages.worklist.MOST", 2)
    reviews = reception.platform.service("review").reviews
    journeys = [str(await triaged(reception.platform)) for _ in range(2)]
    listed = [str(each["journey"]) for each in await reviews.open_at(["elm"])]
    ann, program = await reception.browser(MANAGER), await reception.program(MANAGER)
    pages = [(await ann.get(f"/review?page={n}")).text for n in ("x", "2", "99999999999999")]
    assert [each for each in listed if f'/review/{each}"' in pages[0]] == listed[:2]
    assert f"Open (2 of {len(listed)})" in pages[0]
    assert [each for each in listed if f'/review/{each}"' in pages[1]] == listed[2:4]
    assert "There are no more open reviews." in pages[2]
    first = await program.get("/api/review/reviews", params={"limit": len(listed) - 1})
    last = await program.get(first.headers["Link"].split("<")[1].split(">")[0])
    assert (first.headers["X-Total-Count"], last.headers.get("Link")) == (str(len(listed)), None)
    assert [each["journey"] for each in (*first.json(), *last.json())] == listed
    assert set(journeys) <= set(listed)


async def test_a_view_built_anew_is_folded_and_says_the_same(house: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.settle()
    view, begun = house.service("review").reviews, list[str]()
    begin = view.begin_anew

    async def noted() -> None:
        begun.append("anew")
        await begin()

    monkeypatch.setattr(view, "begin_anew", noted)
    kept = await said_by(view)
    logs = house.logs()
    await rebuild(view, logs | {"action": logs["governance"]})  # nobody acts in this house
    assert await said_by(view) == kept
    assert begun == ["anew"]  # what cannot be folded is begun once more, event by event
    assert all(kept[table] for table in ("review", "participant", "session", "sign_off", "sampled_case"))


async def said_by(view: View) -> dict[str, list[str]]:
    """What the tables say; words are sealed anew each time they are told."""
    tables = await tables_of(view, view.live)
    return {table: sorted(re.sub(r"sealed:[^\"]+", "sealed", row) for row in rows) for table, rows in tables.items()}
