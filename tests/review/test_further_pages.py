"""Further pages and routes: own answers, the same factors in four ways, cases, advice, challenges, who is shut out."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from libs.deciding import Act
from libs.web.posts import Post
from services.intake.application import Report
from services.intake.application.findings import Received
from services.review.domain.sample import draw
from services.review.domain.values import Reply
from tests.hands import Reception
from tests.review.test_pages import FIRST_QUESTIONS, LEARNED, sent
from tests.review.web import DEPUTY, MANAGER, received, triaged
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

CARER = Post("elm.care_worker", "care_worker", "site:elm", "Care worker, Elm")
ANN = Act("person:ann", "registered_manager", "site:elm")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            yield opened


async def understood(reception: Reception, journey: UUID) -> Any:
    """Five steps, a factor in the system and what was learned, all by the manager; gives the service."""
    reviewing = reception.platform.service("review")
    for step, question in FIRST_QUESTIONS.items():
        await reviewing.answer(ANN, journey, step, [Reply(question, f"About step {step}.")])
    await reviewing.identify_factor(ANN, journey, "layout", "The rail ends early.", None, "The rail runs to the door.")
    await reviewing.state_learning(ANN, journey, LEARNED)
    await reception.platform.settle()
    return reviewing


async def test_each_answers_for_themself_beside_the_group_and_is_told_of_names(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    ann, cy = await reception.browser(MANAGER), await reception.browser(CARER, "person:cy")
    address, question = f"/review/{journey}/step/2", FIRST_QUESTIONS[2]
    assert "You are answering for yourself" in (await cy.get(f"{address}?own=1")).text
    named = await cy.post(address, voice="own", **{question: "Mrs Okafor was afraid."})
    assert "saved=1&own=1" in named.headers["Location"]
    page = (await cy.get(named.headers["Location"])).text
    assert "somebody seems to be named" in page
    assert "“Mrs Okafor” looks like a title with a name" in page
    page = (await ann.get(address)).text
    assert "What people answered for themselves (1)" in page
    assert "<strong>Care worker:</strong> Mrs Okafor was afraid." in page
    asked = await ann.post(f"{address}/question", question="Was the alarm on?")
    assert "Was the alarm on?" in (await ann.get(asked.headers["Location"])).text
    empty = await ann.post(f"{address}/question", question="")
    assert empty.status_code == 422


async def test_names_in_free_text_are_pointed_out_and_kept_out_of_what_is_shared(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    report = Report(
        "elm", "near_miss", "She nearly fell.", immediate_action="She sat down.", person_name="Ada Winterbourne"
    )
    who = Act("person:ann", "registered_manager", "site:elm", rationale="There is much to learn from it.")
    journey = UUID(str((await intake.raise_opportunity(who, report)).id))
    await intake.triage(who, journey, "swarm", [], {}, [])
    await reception.platform.settle()
    ann = await reception.browser(MANAGER)
    page = await sent(ann, journey, "factor", category="layout", factor="Winterbourne held the rail.")
    assert "“Winterbourne” looks like the name of someone" in page
    for action, field in (("learning", "learning"), ("example", "example"), ("recommendation", "recommendation")):
        refused = await ann.post(f"/review/{journey}/{action}", **{field: "Ada should have a rail."}, key=action)
        assert refused.status_code == 409
        assert "“Ada” looks like the name of someone" in refused.text


async def test_the_same_factors_are_looked_at_in_four_ways(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    reviewing = await understood(reception, journey)
    factor = next(iter((await reviewing.review(journey)).factors))
    await reviewing.identify_factor(ANN, journey, "policy", "Nobody orders rails.", factor)
    await reception.platform.settle()
    ann = await reception.browser(MANAGER)
    for view, says in {
        "system": "Nothing named here. Has somebody looked?",
        "whys": "<strong>Why 2:</strong> Nobody orders rails.",
        "fishbone": "Policy or procedure",
        "after-action": "The rail runs to the door.",
    }.items():
        page = (await ann.get(f"/review/{journey}/view/{view}")).text
        assert says in page, view
        assert "The rail ends early." in page, view
    assert (await ann.get(f"/review/{journey}/view/tarot")).status_code == 404


async def test_a_theme_is_reviewed_on_cases_that_nobody_picked(reception: Reception) -> None:
    cases = {await triaged(reception.platform) for _ in range(3)}
    journey = await triaged(reception.platform, "thematic")
    reviewing = await understood(reception, journey)
    ann, bo = await reception.browser(MANAGER), await reception.browser(DEPUTY, "person:bo")
    await bo.get(f"/review/{journey}")
    refused = await bo.post(f"/review/{journey}/sign-off", agreed="yes")
    assert "Draw the sample first" in refused.text
    await ann.get(f"/review/{journey}/sample")
    query = {"from_day": "2026-02-01", "to_day": "2026-03-02", "sites": "elm", "themes": "falls", "size": "2"}
    assert (await ann.post(f"/review/{journey}/sample", **query | {"size": ""})).status_code == 422
    nothing = await ann.post(f"/review/{journey}/sample", **query | {"themes": "culture"}, key="nothing")
    assert "No case fits" in nothing.text
    drawn = await ann.post(f"/review/{journey}/sample", **query, key="drawn")
    page = (await ann.get(drawn.headers["Location"])).text
    sample = await reviewing.reviews.sample(journey)
    assert sample["fitting"] >= len(cases)
    assert sample["seed"] in page
    found = await reviewing.reviews.rows("SELECT journey FROM known_case WHERE 'falls' = ANY(themes)")
    fitting = {row["journey"] for row in found} - {journey}
    assert sample["fitting"] == len(fitting)
    assert sample["cases"] == draw(fitting, sample["seed"], 2)
    again = await ann.post(f"/review/{journey}/sample", **query, key="again")
    assert "so that nobody can pick the cases" in again.text
    unread = await bo.post(f"/review/{journey}/sign-off", agreed="yes", key="unread")
    assert "Some cases of the sample have not been read" in unread.text
    first, second = sample["cases"]
    await ann.get(f"/review/{journey}/sample")
    for case, how in ((first, "read"), (second, "left_out")):
        said = await ann.post(f"/review/{journey}/sample/{case}", case_words="The note stood out.", how=how, key=how)
        page = (await ann.get(said.headers["Location"])).text
    assert "It shows:" in page
    assert "Left out:" in page
    page = await sent(bo, journey, "sign-off", agreed="yes")
    assert "This review is signed off." in page
    assert "It was signed off without:" in page


async def test_evidence_is_compared_and_a_finding_rests_on_it(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    ann = await reception.browser(MANAGER)
    for source, words in (("audit", "Two rails are short."), ("feedback", "Families say it is dark.")):
        page = await sent(ann, journey, "evidence", evidence=words, evidence_source=source, dated="2026-02-20")
    assert "2 independent kinds can be compared" in page
    pieces = re.findall(r'name="rests_on" type="checkbox" value="([^"]+)"', page)
    page = await sent(ann, journey, "finding", finding="The hall is unsafe at night.", rests_on=pieces)  # type: ignore[arg-type]
    assert "The hall is unsafe at night." in page
    assert "Compared" in page
    refused = await ann.post(f"/review/{journey}/finding", finding="So it was.", key="rests on nothing")
    assert refused.status_code == 422
    page = await sent(ann, journey, "specialist", discipline="Occupational therapist", specialist_because="The rail.")
    assert "Asked in: The rail." in page
    who = re.search(r'name="present" type="checkbox" value="(specialist:[^"]+)"', page)
    assert who
    met = {"form": "multidisciplinary", "held_on": "2026-03-01", "present": who[1], "session": "Longer rails."}
    page = await sent(ann, journey, "session", **met)
    assert "There: Occupational therapist." in page
    assert "Reported" in page, "the timeline begins with what intake has on record"


async def test_the_timeline_begins_with_what_the_report_has_on_record(reception: Reception) -> None:
    journey, intake = await triaged(reception.platform), reception.platform.service("intake")
    await intake.refer(ANN, journey, "local_authority", "SG-2026-0417")
    await intake.receive_decision(ANN, journey, "local_authority", "no_further_enquiry", "The hall was dark.")
    await intake.attach(ANN, journey, b"%PDF-1.7\n1 0 obj\n%%EOF\n", date(2026, 2, 27), "Photo plan of the hall")
    await reception.platform.settle()
    ann = await reception.browser(MANAGER)
    page = (await ann.get(f"/review/{journey}")).text
    for said in ("Reported", "Made safe", "Weighed by a manager", "Passed on to local authority", "The hall was dark."):
        assert said in page, said
    assert "Photo plan of the hall (from 27 February 2026, sent in 2 March 2026)" in page


async def test_what_others_recommend_is_decided_on_and_whoever_was_asked_is_heard(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    reviewing = await understood(reception, journey)
    sent_in = Received("police", "The hall was dark.", recommendations=("Light the hall.",))
    await reception.platform.service("intake").receive_findings(ANN, journey, sent_in)
    await reviewing.invite(ANN, journey, ["elm.deputy_manager"])
    await reception.platform.settle()
    bo = await reception.browser(DEPUTY, "person:bo")
    page = (await bo.get("/review")).text
    assert "Waiting for your sign-off" in page
    page = (await bo.get(f"/review/{journey}")).text
    assert "Next: hear everyone who was asked" in page
    assert "Recommended by: Police" in page
    assert "Found by: Police" in page
    assert "Light the hall." in page
    assert "sealed:" not in page
    refused = await bo.post(f"/review/{journey}/sign-off", agreed="yes")
    assert "Nobody is left out without one" in refused.text
    await sent(bo, journey, "contribution", post_id="elm.deputy_manager", took_part="yes")
    refused = await bo.post(f"/review/{journey}/sign-off", agreed="yes", key="undecided")
    assert "has no decision yet" in refused.text
    carer = await reception.browser(CARER, "person:cy")
    await carer.get(f"/review/{journey}")
    hers = {"advice_id": str(uuid4()), "decision": "accepted", "decision_because": "It is dark."}
    assert "decided by someone who answers" in (await carer.post(f"/review/{journey}/decision", **hers)).text
    for advice in (each["advice_id"] for each in await reviewing.reviews.advice(journey)):
        decided = {"advice_id": str(advice), "decision": "accepted_in_part", "decision_because": "Where it is dark."}
        assert "Accepted in part" in await sent(bo, journey, "decision", **decided)
    page = await sent(bo, journey, "sign-off", agreed="yes")
    assert "This review is signed off." in page
    assert "Waiting for your sign-off" not in (await carer.get("/review")).text


async def test_a_complete_review_waits_in_the_work_of_whoever_may_sign_it_off(reception: Reception) -> None:
    journey = await triaged(reception.platform, kind="compliment")
    await understood(reception, journey)
    bo, ann = await reception.browser(DEPUTY, "person:bo"), await reception.browser(MANAGER)
    carer = await reception.browser(CARER, "person:cy")
    waits = "Read what was learned and sign it off: Compliment"
    assert waits in (await bo.get("/work")).text
    assert waits not in (await ann.get("/work")).text, "who wrote it does not sign it off"
    assert waits not in (await carer.get("/work")).text
    assert "waiting for somebody else" in (await bo.get(f"/journeys/{journey}")).text
    await reception.platform.service("review").sign_off(Act("person:bo", "deputy_manager", "site:elm"), journey)
    await reception.platform.settle()
    assert waits not in (await bo.get("/work")).text


async def test_a_carer_reads_and_writes_and_does_not_sign_off(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    await understood(reception, journey)
    carer = await reception.browser(CARER, "person:cy")
    assert "signed off by someone who answers for the service" in (await carer.get(f"/review/{journey}")).text
    assert (await carer.post(f"/review/{journey}/sign-off", agreed="yes")).status_code == 403


async def test_two_who_say_what_was_learned_at_once_lose_nothing(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    ann, bo = await reception.browser(MANAGER), await reception.browser(DEPUTY, "person:bo")
    await ann.get(f"/review/{journey}")
    await sent(bo, journey, "learning", learning="Light helps.")
    overtaken = await ann.post(f"/review/{journey}/learning", learning="Rails help.")
    assert overtaken.status_code == 409
    assert "Light helps." in overtaken.text
    assert "Rails help." in overtaken.text
    seen = ann.hidden("seen-learning")
    both = await ann.post(f"/review/{journey}/learning", learning="Light and rails help.", **{"seen-learning": seen})
    assert both.status_code == 303, html.unescape(both.text)


async def test_whom_an_allegation_is_about_neither_reads_nor_decides(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    await reception.platform.service("intake").name_subject(ANN, journey, "person:bo", "Bo Lindqvist")
    await reception.platform.settle()
    bo = await reception.browser(DEPUTY, "person:bo")
    assert f"/review/{journey}" not in (await bo.get("/review")).text
    for path in ("", "/step/1", "/view/whys", "/sample"):
        answer = await bo.get(f"/review/{journey}{path}")
        assert answer.status_code == 404, path
        assert "nearly fell" not in answer.text
    await bo.get("/review")
    written = await bo.post(f"/review/{journey}/factor", category="layout", factor="x")
    assert written.status_code == 404
    program = await reception.program(DEPUTY, "person:bo")
    address = f"/api/review/reviews/{journey}"
    assert (await program.get(address)).json()["type"].endswith("not-found")
    assert (await program.post(f"{address}/factors", json={"category": "layout", "words": "x"})).status_code == 404
    assert str(journey) not in (await program.get("/api/review/reviews")).text
    ann = await reception.browser(MANAGER)
    assert (await ann.get(f"/review/{journey}")).status_code == 200
