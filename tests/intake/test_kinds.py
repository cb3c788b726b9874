"""Each kind of opportunity, from report to weighed; what others send; and whom an allegation is shut to. One real house."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from contracts.taxonomy import OpportunityKind
from libs.web.posts import Post
from tests.hands import MANAGER, QUALITY, Reception, received
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
ALL = "/api/intake/opportunities"
ACTOR = "person:ann"
AT_PROVIDER = Post("acme.nominated", "nominated_individual", "provider:acme")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def program(reception: Reception) -> AsyncIterator[httpx2.AsyncClient]:
    async with await reception.program(MANAGER, ACTOR) as client:
        yield client


async def raised(program: httpx2.AsyncClient, kind: str, **more: Any) -> str:
    said = {"site": "elm", "kind": kind, "summary": "It was seen at tea.", "immediate_action": "All are well."}
    answer = await program.post(ALL, json=said | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


RULES = {
    "complaint": "complaint-investigated",
    "abuse_or_neglect": "cqc-abuse",
    "police_incident": "cqc-police",
    "compliment": "learning-good-practice",
    "staff_allegation": "allegation-wider-systems",
    "professional_update": "update-reviewed",
    "safeguarding_indicator": "indicator-management-review",
}
"""A rule that the kind alone leads to."""


@pytest.mark.parametrize("kind", [kind.value for kind in OpportunityKind])
async def test_each_kind_is_taken_from_report_to_weighed(program: httpx2.AsyncClient, kind: str) -> None:
    here = f"{ALL}/{await raised(program, kind)}"
    proposed = (await program.get(f"{here}/proposals")).json()
    assert RULES.get(kind) in {*(each["rule_id"] for each in proposed), None}
    assert all(each["citation"] and each["because"] for each in proposed)
    told = {
        "response": "after_action_review",
        "rationale": "There is something to learn.",
        "facts": {"place": "kitchen"},
    }
    weighed = await program.post(f"{here}/triage", json=told)
    assert weighed.status_code == 200, weighed.text
    found = (await program.get(here, params={"after": weighed.json()["position"]})).json()
    assert (found["response"], found["place"]) == ("after_action_review", "kitchen")


async def test_what_has_not_happened_yet_is_not_taken(program: httpx2.AsyncClient) -> None:
    told = {"site": "elm", "kind": "near_miss", "summary": "?", "occurred_at": "2026-03-03T09:00:00Z"}
    answer = await program.post(ALL, json=told)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:candour:problem:not-yet-happened")


async def test_a_reference_of_another_body_names_nobody(program: httpx2.AsyncClient) -> None:
    here = f"{ALL}/{await raised(program, 'police_incident', person_name='Ada Okafor')}"
    for reference in ("943 476 5919", "Mrs Okafor"):
        answer = await program.post(f"{here}/referral", json={"body": "police", "reference": reference})
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:candour:problem:names-somebody")


async def test_what_others_found_and_recommend_is_taken_in_one_by_one(program: httpx2.AsyncClient) -> None:
    here = f"{ALL}/{await raised(program, 'safeguarding_adult_review')}/findings"
    sent = {
        "body": "safeguarding_board",
        "words": "Nobody rang the doctor.",
        "reference": "SAB-3",
        "dated": "2026-02-01",
        "recommendations": ["Ring the doctor.", "Train the nights."],
        "answer_by": "2026-05-01",
    }
    assert (await program.post(here, json=sent)).status_code == 200
    found = (await program.get(here)).json()
    assert [each["words"] for each in found["recommendations"]] == ["Ring the doctor.", "Train the nights."]
    assert found["findings"][0]["reference"] == "SAB-3"
    shown = await program.get(here)
    again = {"If-Match": shown.headers["ETag"], "Idempotency-Key": "more"}
    more = sent | {"recommendations": ["Ask the family."]}
    added = await program.post(here, json=more, headers=again)
    assert (added.status_code, added.headers["ETag"] > shown.headers["ETag"]) == (200, True)
    assert (await program.post(here, json=more, headers=again | {"Idempotency-Key": "stale"})).status_code == 412
    early = await program.post(here, json=sent | {"dated": "2026-04-01"})
    assert early.json()["type"] == "urn:candour:problem:not-yet-happened"


async def test_a_subject_of_an_allegation_neither_reads_nor_decides(
    program: httpx2.AsyncClient, reception: Reception
) -> None:
    journey = await raised(program, "staff_allegation")
    await reception.platform.settle()
    here = f"{ALL}/{journey}"
    async with await reception.program(MANAGER, "person:sam") as sam:
        assert (await sam.get(here)).status_code == 200
        named = await program.post(
            f"{here}/allegation/subject", json={"signs_in_as": "person:sam", "name": "Sam Poole"}
        )
        assert named.status_code == 200, named.text
        after = {"after": named.json()["position"]}
        told = {"rationale": "It was nothing."}
        for answer in (
            await sam.get(here, params=after),
            await sam.post(f"{here}/triage", json=told),
            await sam.post(f"{here}/closure", json={"words": "Nothing."}),
            await sam.get(f"{here}/allegation"),
        ):
            assert (answer.status_code, answer.json()["type"]) == (404, "urn:candour:problem:not-found")
        listed = (await sam.get(ALL, params=after)).json()["items"]
        assert journey not in {each["journey"] for each in listed}
    assert journey in {each["journey"] for each in (await program.get(ALL, params=after)).json()["items"]}


async def test_who_blows_the_whistle_is_known_to_nobody_in_their_own_line(
    program: httpx2.AsyncClient, reception: Reception
) -> None:
    told = {"site": "elm", "kind": "whistleblowing", "summary": "Nights are one short.", "reporter": "Ida Moss"}
    told |= {"source_key": "note-7"}
    journey = (await program.post(ALL, json=told, headers={"Idempotency-Key": "whistle"})).json()["id"]
    again = await program.post(ALL, json=told, headers={"Idempotency-Key": "whistle"})
    assert (again.json()["id"], again.status_code) == (journey, 200)
    await reception.platform.settle()
    for post, knows in ((MANAGER, False), (AT_PROVIDER, True)):
        async with await reception.program(post, "person:reader") as reader:
            page = (await reader.get(f"/intake/{journey}")).text
        assert "Nights are one short." in page
        assert ("Ida Moss" in page, "Kept from everyone at the site" in page) == (knows, not knows)
    intake = reception.platform.service("intake")
    (raised, *_) = await intake.mapper.read(await intake.store.load(UUID(journey), 0))
    assert (raised.by.actor, raised.by.role, raised.reporter) == ("unnamed", "", "Ida Moss")
    async with intake.store._pool.connection() as connection:
        kept = await connection.execute("SELECT consumer FROM intake.inbox WHERE message_id = 'whistle'")
        asked = [consumer for (consumer,) in await kept.fetchall()]
    assert asked
    assert not any(ACTOR in each for each in (*asked, raised.source_key)), "nor where answers to requests are kept"


async def test_matters_of_employment_are_shut_to_those_who_learn(
    program: httpx2.AsyncClient, reception: Reception
) -> None:
    here = f"{ALL}/{await raised(program, 'staff_allegation')}/allegation"
    await program.post(f"{here}/subject", json={"name": "Kim Lake"})
    step = {"step": "other_duties", "taken_on": "2026-03-02", "words": "Kim works in the office."}
    seen = (await program.get(here)).json()["version"]
    based = {"If-Match": f'"{seen}"'}
    assert (await program.post(f"{here}/step", json=step, headers=based)).status_code == 200
    assert (await program.post(f"{here}/step", json=step, headers=based)).status_code == 412, "not over what nobody saw"
    ended = await program.post(f"{here}/outcome", json={"outcome": "unfounded", "rationale": "Kim was on leave."})
    assert ended.status_code == 200
    found = (await program.get(here)).json()
    assert (list(found["subjects"].values()), found["outcome"]) == (["Kim Lake"], "unfounded")
    async with await reception.program(QUALITY) as quality:
        answer = await quality.get(here)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:candour:problem:not-allowed")


async def test_small_things_add_up_to_a_pattern_that_somebody_decides_on(
    program: httpx2.AsyncClient, reception: Reception
) -> None:
    for _ in range(3):
        journey = await raised(program, "safeguarding_indicator", person_name="Mr Bo Lund")
    ann = await reception.browser(MANAGER, "person:ann")
    await reception.platform.settle()
    page = (await ann.get("/intake/patterns")).text
    assert "Low-level concerns about the same person" in page
    assert journey in page
    assert "Lund" not in page
    here = re.findall(r'action="(/intake/patterns/[0-9a-f-]+)/recognise"', page)[0]
    assert (await ann.post(f"{here}/recognise")).status_code == 422
    field = f"why-{here.rpartition('/')[2]}"
    answer = await ann.post(f"{here}/recognise", **{field: "Each time at tea. Two of us serve it now."})
    assert answer.status_code == 303, answer.text
    await reception.platform.settle()
    begun = (await ann.get(answer.headers["Location"])).text
    assert "Low-level concerns about the same person: 3" in begun
    assert f'href="/intake/{journey}"' in begun
    assert here not in (await ann.get("/intake/patterns")).text
    again = await ann.post(f"{here}/set-aside", **{field: "No."})
    assert again.status_code == 409
    assert "decided on this pattern already" in again.text
