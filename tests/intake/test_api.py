"""Intake for programs: told, corrected, read by pages of a cursor, weighed, and refused in problems."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from services.intake.application import Rows, Total
from services.intake.domain.refusals import NewerTotalOnRecord
from tests.hands import CARER, ELSEWHERE, MANAGER, QUALITY, Reception, received
from tests.house import MONDAY, OPERATOR
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
ALL = "/api/intake/opportunities"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def program(reception: Reception) -> AsyncIterator[httpx2.AsyncClient]:
    async with await reception.program(MANAGER) as client:
        yield client


def told(**fields: Any) -> dict[str, Any]:
    return {"site": "elm", "kind": "near_miss", "summary": "The hoist felt loose."} | fields


async def raised(program: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await program.post(ALL, json=told(**fields))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_an_opportunity_is_told_and_read_back(program: httpx2.AsyncClient) -> None:
    new = await raised(program, occurred_at="2026-03-01T22:15:00+00:00")
    answer = await program.get(f"{ALL}/{new['id']}", params={"after": new["position"]})
    assert answer.headers["ETag"] == '"1"'
    found = answer.json()
    assert (found["kind"], found["site"], found["response"]) == ("near_miss", "elm", "")
    assert "summary" not in found


async def test_a_request_that_comes_again_with_its_key_is_answered_as_before(program: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first = await program.post(ALL, json=told(), headers=key)
    again = await program.post(ALL, json=told(), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json()["id"] == first.json()["id"]
    other = await program.post(ALL, json=told(summary="Something else."), headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:candour:problem:key-reused")


async def test_the_same_source_key_is_the_same_opportunity_and_other_words_correct_it(
    program: httpx2.AsyncClient, reception: Reception
) -> None:
    first = await raised(program, source_key="row-7", due_on="2026-05-01")
    same = await program.post(ALL, json=told(source_key="row-7", due_on="2026-05-01"))
    assert (same.status_code, same.json()["outcome"], same.json()["id"]) == (200, "known", first["id"])
    reworded = await program.post(ALL, json=told(source_key="row-7", summary="It was loose.", due_on="2026-05-01"))
    assert (reworded.status_code, reworded.json()["outcome"]) == (200, "corrected")
    assert (reworded.json()["id"], reworded.json()["version"]) == (first["id"], 2)
    async with await reception.program(MANAGER, "client:other") as other:
        assert (await raised(other, source_key="row-7"))["id"] != first["id"]


async def test_older_words_from_a_source_are_refused_by_name(program: httpx2.AsyncClient) -> None:
    await raised(program, source_key="row-8", said_at="2026-03-02T08:00:00Z")
    older = told(source_key="row-8", said_at="2026-03-01T08:00:00Z", summary="Older.")
    answer = await program.post(ALL, json=older)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:candour:problem:newer-words-on-record")


@pytest.mark.parametrize("wrong", [{"kind": "slip"}, {"summary": ""}, {"sumary": "x"}, {"harm_level": "bad"}])
async def test_a_body_that_is_not_as_promised_is_refused_with_where(
    program: httpx2.AsyncClient, wrong: dict[str, str]
) -> None:
    answer = await program.post(ALL, json=told(**wrong))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"#/{next(iter(wrong))}"


async def test_what_is_not_there_is_not_found(program: httpx2.AsyncClient) -> None:
    assert (await program.get(f"{ALL}/{uuid4()}")).status_code == 404
    assert (await program.post(ALL, json=told(site="nowhere"))).status_code == 404
    assert (await program.post(f"{ALL}/{uuid4()}/safety", json={"words": "x"})).status_code == 404
    new = await raised(program, kind="professional_update")
    assert (await program.post(f"{ALL}/{new['id']}/update/eaten")).status_code == 404


async def test_another_site_is_answered_as_if_nothing_were_there(
    program: httpx2.AsyncClient, reception: Reception
) -> None:
    new, nothing = await raised(program), uuid4()
    async with await reception.program(ELSEWHERE) as other:
        asks: tuple[Callable[[Any], Awaitable[httpx2.Response]], ...] = (
            lambda journey: other.get(f"{ALL}/{journey}", params={"after": new["position"]}),
            lambda journey: other.get(f"{ALL}/{journey}/proposals"),
            lambda journey: other.post(f"{ALL}/{journey}/safety", json={"words": "x"}),
        )
        for ask in asks:
            there, nowhere = (await ask(new["id"])), (await ask(nothing))
            assert (there.status_code, there.json()["type"]) == (404, "urn:candour:problem:not-found")
            assert there.json()["detail"] == nowhere.json()["detail"]
        assert (await other.post(ALL, json=told())).status_code == 404


async def test_a_post_that_only_reports_does_not_weigh(program: httpx2.AsyncClient, reception: Reception) -> None:
    new = await raised(program, immediate_action="It was taken away.")
    async with await reception.program(CARER) as carer:
        answer = await carer.post(f"{ALL}/{new['id']}/triage", json={"rationale": "x"})
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:candour:problem:not-allowed")
        assert (await carer.get(f"{ALL}/{new['id']}/proposals")).status_code in {403, 409}


async def test_a_decision_based_on_an_older_version_is_refused(program: httpx2.AsyncClient) -> None:
    new = await raised(program)
    address = f"{ALL}/{new['id']}/safety"
    assert (await program.post(address, json={"words": "One."}, headers={"If-Match": '"1"'})).status_code == 200
    answer = await program.post(address, json={"words": "Two."}, headers={"If-Match": '"1"'})
    assert answer.status_code == 412


async def test_it_is_weighed_passed_on_and_decided_elsewhere(program: httpx2.AsyncClient) -> None:
    new = await raised(program, kind="abuse_or_neglect")
    here = f"{ALL}/{new['id']}"
    early = await program.post(f"{here}/triage", json={"rationale": "x"})
    assert (early.status_code, early.json()["type"]) == (409, "urn:candour:problem:safety-comes-first")
    assert (await program.post(f"{here}/safety", json={"words": "She is with her sister."})).status_code == 200
    proposed = (await program.get(f"{here}/proposals")).json()
    assert {"rule_id", "standing", "citation", "because"} <= set(proposed[0])
    free = await program.post(f"{here}/triage", json={"rationale": "x", "facts": {"harm_level": "she was hurt"}})
    assert free.json()["type"] == "urn:candour:problem:fact-not-understood"
    weighed: dict[str, Any] = {
        "response": "multidisciplinary",
        "rationale": "It is serious.",
        "agreed": {proposed[0]["rule_id"]: False, "candour-support": True},
    }
    unsaid = await program.post(f"{here}/triage", json=weighed)
    assert (unsaid.status_code, unsaid.json()["type"]) == (409, "urn:candour:problem:own-way-needs-reason")
    weighed["reasons"] = {proposed[0]["rule_id"]: "Not this one.", "candour-support": "The doctor called today."}
    unknown = {**weighed, "agreed": {"no-such-rule": True}}
    answer = await program.post(f"{here}/triage", json=unknown)
    assert answer.json()["type"] == "urn:candour:problem:rule-not-in-force"
    assert (await program.post(f"{here}/triage", json=weighed)).status_code == 200
    assert (await program.post(f"{here}/referral", json={"body": "local_authority"})).status_code == 200
    decided = {"body": "local_authority", "decision": "no_further_action", "findings": "Known already."}
    assert (await program.post(f"{here}/external-decision", json=decided)).status_code == 200
    changed = {"kind": "complaint", "rationale": "It was about the food."}
    assert (await program.post(f"{here}/reclassification", json=changed)).status_code == 200
    last = await program.post(f"{here}/closure", json={"words": "Dealt with on the day."})
    found = (await program.get(here, params={"after": last.json()["position"]})).json()
    assert (found["kind"], found["closed"], found["response"]) == ("complaint", True, "")


async def test_an_update_goes_through_its_steps(program: httpx2.AsyncClient) -> None:
    new = await raised(program, kind="professional_update")
    here = f"{ALL}/{new['id']}/update"
    assert (await program.post(f"{here}/actioned")).status_code == 409
    for step in ("reviewed", "actioned", "communicated"):
        last = await program.post(f"{here}/{step}")
        assert last.status_code == 200
    found = (await program.get(f"{ALL}/{new['id']}", params={"after": last.json()["position"]})).json()
    assert found["steps"] == ["reviewed", "actioned", "communicated"]


async def test_the_register_is_read_by_pages_without_gap_or_repeat(program: httpx2.AsyncClient) -> None:
    made = [await raised(program) for _ in range(5)]
    seen: list[str] = []
    onward = ""
    while True:
        page = await program.get(ALL, params={"limit": 2, "before": onward, "after": made[-1]["position"]})
        seen += [each["journey"] for each in page.json()["items"]]
        onward = page.json()["next"]
        if not onward:
            break
    assert seen[:5] == [each["id"] for each in reversed(made)]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("cursor", ["x", "%%%", "AAAA", "é"])
async def test_a_cursor_that_no_page_gave_is_refused(program: httpx2.AsyncClient, cursor: str) -> None:
    answer = await program.get(ALL, params={"before": cursor})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:candour:problem:cursor-unreadable")


async def test_what_is_kept_apart_is_listed_for_a_post_for_the_whole_provider(
    program: httpx2.AsyncClient, reception: Reception
) -> None:
    assert (await program.get("/api/intake/quarantine")).status_code == 403
    async with await reception.program(QUALITY) as quality:
        assert (await quality.get("/api/intake/quarantine")).json() == {"items": [], "page": 1, "more": False}
        meaning = {"part": "site", "code": "E1", "ours": "nowhere"}
        assert (await quality.post("/api/intake/sources/careplan/codes", json=meaning)).status_code == 409


async def test_a_regulators_total_is_news_once(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    january = Total("elm", "complaint_upheld", "2025/26", 2, date(2026, 1, 31))
    assert not (await intake.restate_count(OPERATOR, january)).replayed
    assert (await intake.restate_count(OPERATOR, january)).replayed
    march = Total("elm", "complaint_upheld", "2025/26", 1, date(2026, 3, 1))
    assert (await intake.restate_count(OPERATOR, march)).version == 3
    with pytest.raises(NewerTotalOnRecord):
        await intake.restate_count(OPERATOR, Total("elm", "complaint_upheld", "2025/26", 7, date(2026, 2, 1)))


async def test_a_file_goes_on_where_it_stopped(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    opened = await intake.open_batch(OPERATOR, "acme", "digest", "records/1", 4)
    await intake.record_progress(OPERATOR, opened.id, Rows(2, 2, 0, []))
    again = await intake.open_batch(OPERATOR, "acme", "digest", "records/1", 4)
    assert (again.id, again.replayed) == (opened.id, True)
    assert (await intake.batch(again.id)).rows_done == 2
    await intake.record_progress(OPERATOR, opened.id, Rows(4, 1, 0, [4]))
    await intake.end_batch(OPERATOR, opened.id)
    assert (await intake.batch(again.id)).ended
    assert intake.clock.now() > MONDAY
