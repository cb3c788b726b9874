"""Review's pages and routes as people and programs use them: reflect, name factors, say what was learned, agree."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.hands import Hands, Reception
from tests.review.web import DEPUTY, ELSEWHERE, HAPPENED, MANAGER, received, triaged
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST_QUESTIONS = {1: "when-and-where", 2: "felt-before", 3: "positive", 4: "more-positive", 5: "who-what-when"}
LEARNED = "Rails should run all the way to the door."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            yield opened


async def sent(hands: Hands, journey: UUID, action: str, **typed: str) -> str:
    """Open the review's page, send one of its forms, and read where it leads."""
    await hands.get(f"/review/{journey}")
    version = hands.hidden("version")
    answer = await hands.post(f"/review/{journey}/{action}", **typed | {"version": version})
    assert answer.status_code == 303, html.unescape(answer.text)
    return (await hands.get(answer.headers["Location"])).text


async def reflected(hands: Hands, journey: UUID) -> None:
    for step, question in FIRST_QUESTIONS.items():
        await hands.get(f"/review/{journey}/step/{step}")
        answer = await hands.post(f"/review/{journey}/step/{step}", **{question: f"About step {step}."})
        assert answer.status_code == 303, answer.text
        await hands.get(answer.headers["Location"])


async def test_a_review_goes_from_the_list_to_its_sign_off(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    ann = await reception.browser(MANAGER)
    assert f"/review/{journey}" in (await ann.get("/review")).text
    page = (await ann.get(f"/review/{journey}")).text
    assert HAPPENED in page
    assert "Next: description" in page
    await reflected(ann, journey)
    assert "Next: what contributed" in ann.page
    page = await sent(ann, journey, "factor", category="training", factor="Nobody had shown the new rail.")
    assert "What was it about the system that allowed this?" in page
    page = await sent(ann, journey, "system", system="Training days clash with the rota.")
    assert "Next: what was learned" in page
    page = await sent(ann, journey, "learning", learning=LEARNED)
    assert "somebody else reads it and signs it off" in page
    refused = await ann.post(f"/review/{journey}/sign-off", agreed="yes")
    assert refused.status_code == 409
    assert "does not sign it off" in refused.text
    bo = await reception.browser(DEPUTY, "person:bo")
    await bo.get(f"/review/{journey}")
    unticked = await bo.post(f"/review/{journey}/sign-off")
    assert unticked.status_code == 422
    people_only = await bo.post(f"/review/{journey}/sign-off", agreed="yes", key="without a challenge")
    assert "Someone other than the author first challenges that" in people_only.text
    page = await sent(bo, journey, "challenge", challenge="Would anybody else have done the same?")
    assert "Would anybody else have done the same?" in page
    identity = re.search(r'name="challenge_id" value="([^"]+)"', (await ann.get(f"/review/{journey}")).text)
    assert identity
    answered = {"challenge_id": identity[1], "challenge_answer": "Yes: the rota left no day for it."}
    assert "Yes: the rota left no day for it." in await sent(ann, journey, "challenge-answer", **answered)
    await bo.get(f"/review/{journey}")
    page = await sent(bo, journey, "sign-off", agreed="yes")
    assert "This review is signed off." in page
    assert f"/action/{journey}" in page
    assert "Signed off lately" in (await bo.get("/review")).text
    page = await sent(bo, journey, "reopening", reopen_because="More came to light.")
    assert "Taken up again: More came to light." in page


async def test_two_answers_at_once_are_both_shown_and_then_made_one(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    address, question = f"/review/{journey}/step/1", FIRST_QUESTIONS[1]
    ann, bo = await reception.browser(MANAGER), await reception.browser(DEPUTY, "person:bo")
    await ann.get(address)
    await bo.get(address)
    assert (await bo.post(address, **{question: "At dusk, by the door."})).status_code == 303
    overtaken = await ann.post(address, **{question: "At night, in the hall."})
    assert overtaken.status_code == 409
    assert "At dusk, by the door." in overtaken.text
    assert "At night, in the hall." in overtaken.text
    seen = ann.hidden(f"seen-{question}")
    both = "At dusk, in the hall by the door."
    answer = await ann.post(address, **{question: both, f"seen-{question}": seen})
    assert answer.status_code == 303
    assert both in (await bo.get(f"{address}?after={answer.headers['Location'].rpartition('=')[2]}")).text


async def test_a_step_asks_for_something_and_takes_a_reason_instead(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    ann = await reception.browser(MANAGER)
    await ann.get(f"/review/{journey}/step/2")
    empty = await ann.post(f"/review/{journey}/step/2")
    assert empty.status_code == 422
    assert "Answer at least one question" in empty.text
    passed = await ann.post(f"/review/{journey}/step/2/pass-over", because="Nobody was there.")
    assert passed.status_code == 303
    assert (
        "Does not apply" in (await ann.get(f"/review/{journey}?{passed.headers['Location'].rpartition('?')[2]}")).text
    )
    assert "Nobody was there." in (await ann.get(f"/review/{journey}/step/2")).text
    late = await ann.post(f"/review/{journey}/step/2/pass-over", because="It was brief.", key="late")
    assert late.status_code == 409
    assert "Somebody has said already why" in late.text
    assert (await ann.get(f"/review/{journey}/step/9")).status_code == 404


async def test_a_text_that_names_somebody_is_kept_in_the_box_and_not_shared(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    ann = await reception.browser(MANAGER)
    await ann.get(f"/review/{journey}")
    for words, typed, found in (
        ("Mrs Okafor slipped.", "", "Mrs Okafor"),
        ("Lindqvist saw it.", "", "Lindqvist"),
        ("Then Ada slipped.", "Ada Okafor", "Ada"),
    ):
        answer = await ann.post(f"/review/{journey}/learning", learning=words, known=typed)
        assert answer.status_code == 409
        assert f"“{found}” looks like" in answer.text
        assert words in answer.text
    assert LEARNED in await sent(ann, journey, "learning", learning=LEARNED)


async def test_what_is_gathered_is_shown_with_its_own_days(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    ann = await reception.browser(MANAGER)
    when = {"happened-day": "2026-03-01", "happened-time": "22:10"}
    page = await sent(ann, journey, "timeline", entry="The light failed.", entry_source="care_records", **when)
    assert "The light failed." in page
    assert "1 Mar 2026, 22:10" in page
    page = await sent(
        ann, journey, "evidence", evidence="Two rails are short.", evidence_source="audit", dated="2026-02-20"
    )
    assert "from 20 February 2026, put on record 2 March 2026" in page
    page = await sent(ann, journey, "invitation", invited="elm.deputy_manager")
    assert "They took part" in page
    page = await sent(
        ann, journey, "contribution", post_id="elm.deputy_manager", took_part="no", could_not_because="On leave."
    )
    assert "On leave." in page
    late = await ann.post(
        f"/review/{journey}/evidence", evidence="x", evidence_source="audit", dated="2026-03-09", key="another"
    )
    assert late.status_code == 409
    assert "lies in the future" in late.text


async def test_factors_are_named_explained_and_taken_back(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    ann = await reception.browser(MANAGER)
    page = await sent(ann, journey, "factor", category="layout", factor="The rail ends early.")
    identity = page.split("Why: The rail ends early.")[0].rpartition('value="')[2][:36]
    page = await sent(ann, journey, "factor", category="policy", factor="Nobody orders rails.", behind=identity)
    assert "Behind it:" in page
    refused = await ann.post(
        f"/review/{journey}/factor-withdrawal", factor_id=identity, factor_because="x", key="another"
    )
    assert "Other factors explain this one" in refused.text
    page = await sent(ann, journey, "recommendation", recommendation="Fund a rail in every hall.")
    assert "Fund a rail in every hall." in page
    unknown = await ann.post(f"/review/{journey}/factor", category="bad_luck", factor="", key="a third")
    assert unknown.status_code == 422
    nothing = await triaged(reception.platform)
    page = await sent(ann, nothing, "no-factor", no_factor_because="A tree fell in the storm.")
    assert "A tree fell in the storm." in page


async def test_another_sites_review_is_out_of_reach(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    stranger = await reception.browser(ELSEWHERE, "person:cy")
    assert f"/review/{journey}" not in (await stranger.get("/review")).text
    for path in (f"/review/{journey}", f"/review/{journey}/step/1"):
        answer = await stranger.get(path)
        assert answer.status_code == 404
        assert HAPPENED not in answer.text
    program = await reception.program(ELSEWHERE)
    assert (await program.get(f"/api/review/reviews/{journey}")).status_code == 404
    assert (await program.get("/api/review/reviews")).json() == []


async def test_a_program_reflects_once_for_each_key_and_learns_of_a_conflict(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    program = await reception.program(MANAGER)
    address = f"/api/review/reviews/{journey}"
    body = {"answers": [{"question": "when-and-where", "words": "At night."}]}
    first = await program.post(f"{address}/steps/1/answers", json=body, headers={"Idempotency-Key": "k1"})
    again = await program.post(f"{address}/steps/1/answers", json=body, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    other = {"answers": [{"question": "when-and-where", "words": "At dusk."}]}
    clash = await program.post(f"{address}/steps/1/answers", json=other)
    assert clash.status_code == 409
    assert clash.json()["type"].endswith("section-moved-on")
    assert clash.json()["conflicts"] == [
        {"question": "when-and-where", "number": 1, "theirs": "At night.", "yours": "At dusk."}
    ]
    shown = await program.get(address, params={"after": first.json()["position"]})
    assert shown.json()["steps"] == [1]
    assert "At night." not in shown.text
    assert "sealed:" not in shown.text


async def test_a_program_does_all_that_a_page_does(reception: Reception) -> None:
    journey = await triaged(reception.platform)
    program = await reception.program(MANAGER)
    bo = await reception.program(DEPUTY, "client:other")
    address = f"/api/review/reviews/{journey}"
    for step, question in list(FIRST_QUESTIONS.items())[:4]:
        yes = {"answers": [{"question": question, "words": "Yes."}]}
        assert (await program.post(f"{address}/steps/{step}/answers", json=yes)).status_code == 200
    asked: list[tuple[str, dict[str, Any], int]] = [
        ("steps/5/passed-over", {"words": "Agreed elsewhere."}, 200),
        ("no-factor", {"words": "Not found yet."}, 200),
        ("factors", {"category": "layout", "words": "The rail ends early."}, 201),
        ("factors", {"category": "bad_luck", "words": "x"}, 422),
        ("system", {"words": "Nobody orders rails."}, 200),
        ("participants", {"posts": ["elm.deputy_manager"]}, 200),
        ("participants", {"posts": ["nowhere.nobody"]}, 404),
        ("participation", {"post_id": "elm.deputy_manager"}, 200),
        ("timeline", {"happened": "2026-03-01T22:10:00Z", "source": "audit", "words": "It was dark."}, 201),
        ("evidence", {"source": "audit", "dated": "2026-03-01", "words": "Two rails."}, 201),
        ("recommendations", {"words": "Fund a rail."}, 201),
        ("learning", {"words": "Mrs Okafor slipped."}, 409),
        ("learning", {"words": LEARNED}, 200),
        ("sign-off", {}, 409),
    ]
    for path, body, status in asked:
        answer = await program.post(f"{address}/{path}", json=body)
        assert answer.status_code == status, (path, answer.text)
    signed = await bo.post(f"{address}/sign-off")
    assert signed.status_code == 200, signed.text
    shown = (await bo.get(address, params={"after": signed.json()["position"]})).json()
    assert (shown["state"], shown["learning"], len(shown["factors"])) == ("signed_off", LEARNED, 1)
    identity, made = shown["factors"][0]["factor_id"], shown["recommendations"][0]["recommendation_id"]
    assert (await bo.post(f"{address}/reopening", json={"words": "More came."})).status_code == 200
    assert (await bo.post(f"{address}/factors/{identity}/withdrawal", json={"words": "No."})).status_code == 200
    assert (await bo.post(f"{address}/recommendations/{made}/withdrawal", json={"words": "No."})).status_code == 200
