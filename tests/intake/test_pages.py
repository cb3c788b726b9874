"""Intake's pages as people use them: report, read, make safe, weigh."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
import pytest_asyncio

from libs.deciding import Act
from services.intake.application import Sent
from services.intake.domain import Opportunity
from tests.hands import CARER, ELSEWHERE, MANAGER, QUALITY, Hands, Reception, received
from tests.house import MONDAY
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

FELL = {
    "kind": "accident_or_injury",
    "occurred-day": "2026-03-01",
    "occurred-time": "22:15",
    "summary": "Mrs Okafor slipped by the bath.",
    "person_name": "Mrs Okafor",
    "who": "named",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            yield opened


async def reported(hands: Hands, **more: Any) -> str:
    await hands.get(f"/report?kind={more.get('kind', FELL['kind'])}")
    answer = await hands.post("/report", **FELL | more)
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    await hands.get(address)
    return str(address.split("?")[0].rpartition("/")[2])


async def test_the_kind_is_asked_first_and_then_only_what_belongs_to_it(reception: Reception) -> None:
    ann = await reception.browser(CARER)
    assert "What kind of thing was it?" in (await ann.get("/report")).text
    assert "Choose the nearest" in (await ann.get("/report?kind=")).text
    page = (await ann.get("/report?kind=inspection_or_audit")).text
    assert "fact-inspected_by" in page
    assert "fact-absent_without_leave" not in page


@pytest.mark.parametrize("kind", ["accident_or_injury", "police_incident", "inspection_or_audit", "near_miss"])
async def test_a_report_asks_for_no_more_than_twelve_things(reception: Reception, kind: str) -> None:
    ann = await reception.browser(CARER)
    page = (await ann.get(f"/report?kind={kind}")).text
    assert page.count('class="govuk-form-group') <= 12


async def test_a_report_is_received_with_a_number_and_what_happens_next(reception: Reception) -> None:
    ann = await reception.browser(CARER)
    journey = await reported(ann)
    assert "What happens next" in ann.page
    opportunity = await reception.platform.service("intake").get(Opportunity, UUID(journey))
    assert opportunity.reference in ann.page
    assert opportunity.reporter == "Care worker, Elm"


async def test_a_form_that_is_not_complete_keeps_what_was_typed(reception: Reception) -> None:
    ann = await reception.browser(CARER)
    await ann.get("/report?kind=accident_or_injury")
    answer = await ann.post("/report", kind="accident_or_injury", summary="The <hoist> felt loose.", who="named")
    assert answer.status_code == 422
    assert "Say when it happened" in ann.page
    assert "The &lt;hoist&gt; felt loose." in ann.page


async def test_a_form_sent_twice_is_one_report(reception: Reception) -> None:
    ann = await reception.browser(CARER)
    await ann.get("/report?kind=accident_or_injury")
    first, second = await ann.post("/report", **FELL), await ann.post("/report", **FELL)
    assert first.headers["Location"].split("?")[0] == second.headers["Location"].split("?")[0]


async def test_who_asks_not_to_be_named_is_named_nowhere(reception: Reception) -> None:
    ann = await reception.browser(CARER, actor="person:ann-secret")
    journey = await reported(ann, who="unnamed", summary="The night rota is too thin.")
    store = reception.platform.rooms["intake"].store
    records = [row.stored for row in await store.read(0, 500)]
    mine = [stored for stored in records if journey in stored.state.decode()]
    assert mine
    assert not any("ann" in stored.state.decode().lower() for stored in mine)


async def test_an_account_is_read_by_those_who_lead_the_service(reception: Reception) -> None:
    dev = await reception.browser(CARER)
    journey = await reported(dev, summary="He was left waiting for an hour.")
    ann = await reception.browser(MANAGER)
    await reception.platform.settle()
    assert "He was left waiting for an hour." in (await ann.get("/intake")).text
    assert "He was left waiting for an hour." in (await ann.get(f"/intake/{journey}")).text
    assert "He was left waiting for an hour." not in (await dev.get("/intake")).text
    assert "He was left waiting for an hour." not in (await dev.get(f"/intake/{journey}")).text
    assert (await dev.get(f"/intake/{journey}/triage")).status_code == 409


async def test_another_site_is_out_of_reach(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    journey = await reported(ann)
    joe = await reception.browser(ELSEWHERE)
    for path in (f"/intake/{journey}", f"/intake/{journey}/triage"):
        answer = await joe.get(path)
        assert answer.status_code == 404
        assert "Okafor" not in answer.text


async def test_safety_comes_before_weighing(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    journey = await reported(ann)
    page = (await ann.get(f"/intake/{journey}/triage")).text
    assert "First put on record" in page
    await ann.get(f"/intake/{journey}")
    assert (await ann.post(f"/intake/{journey}/safety", measures="")).status_code == 422
    assert (await ann.post(f"/intake/{journey}/safety", measures="The floor was dried.")).status_code == 303
    assert "The floor was dried." in (await ann.get(f"/intake/{journey}")).text


async def test_an_opportunity_is_weighed_by_its_facts_and_the_rules(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    journey = await reported(ann, immediate_action="She was helped up.")
    address = f"/intake/{journey}/triage"
    await ann.get(address)
    facts = {
        "fact-harm_level": "moderate",
        "fact-during_care": "yes",
        "fact-unintended_or_unexpected": "yes",
        "fact-professional_opinion": "prolonged_pain",
        "fact-person_affected": "person_supported",
    }
    decision = {"do": "decide", "response": "after_action_review", "rationale": "She was in pain for weeks."}
    assert (await ann.post(address, **facts | decision)).status_code == 422
    assert "Look through them once more" in ann.page
    assert (await ann.post(address, do="propose", **facts)).status_code == 200
    assert "Law" in ann.page
    assert "Because:" in ann.page
    rules = re.findall(r'name="agree-([a-z0-9-]+)"', ann.page)
    agreed = {f"agree-{rule}": "yes" for rule in set(rules)} | {"agree-candour-support": "no"}
    assert (await ann.post(address, **facts | decision | agreed)).status_code == 422
    assert "Say why this does not apply here." in ann.page
    said = {"reason-candour-support": "Support was turned down.", "others": "adult-review-information"}
    assert (await ann.post(address, **facts | decision | agreed | said)).status_code == 422
    assert "Say why they apply here." in ann.page
    said |= {"others_reason": "The board wrote to us."}
    answer = await ann.post(address, **facts | decision | agreed | said)
    assert answer.status_code == 303, answer.text
    page = (await ann.get(f"/intake/{journey}")).text
    assert "Decided: After-action review" in page
    assert "Support was turned down." in page
    assert "The board wrote to us." in page


async def test_a_decision_without_its_reason_is_not_taken(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    journey = await reported(ann, immediate_action="She was helped up.")
    await ann.get(f"/intake/{journey}/triage")
    answer = await ann.post(f"/intake/{journey}/triage", do="decide", response="swarm")
    assert answer.status_code == 422
    assert "Say why" in ann.page


async def test_nobody_decides_over_what_they_have_not_seen(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    journey = await reported(ann)
    await ann.get(f"/intake/{journey}")
    eve = await reception.browser(MANAGER, actor="person:eve")
    await eve.get(f"/intake/{journey}")
    await eve.post(f"/intake/{journey}/safety", measures="The floor was dried.")
    answer = await ann.post(f"/intake/{journey}/safety", measures="A mat was laid.")
    assert answer.status_code == 412
    assert "A mat was laid." in ann.page


async def test_the_smaller_decisions_each_have_their_form(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    journey = await reported(ann, immediate_action="She was helped up.")
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("referral", {"referred_to": "local_authority", "reference": "LA-77"}, "LA-77"),
        ("decision", {"decided_by": "local_authority", "decision": "no_further_action"}, "No further action"),
        ("reclassification", {"kind": "near_miss", "reclassification_reason": "No one was hurt."}, "Near miss"),
        ("closure", {"closure_reason": "It is known and dealt with."}, "Closed without a review"),
    ]
    for action, typed, shown in steps:
        await ann.get(f"/intake/{journey}")
        assert (await ann.post(f"/intake/{journey}/{action}")).status_code == 422
        await ann.get(f"/intake/{journey}")
        assert (await ann.post(f"/intake/{journey}/{action}", **typed)).status_code == 303
        assert shown in (await ann.get(f"/intake/{journey}")).text
    await ann.get(f"/intake/{journey}")
    refused = await ann.post(f"/intake/{journey}/closure", closure_reason="Again.")
    assert refused.status_code == 409
    assert "Reclassify it" in refused.text


async def test_a_professionals_update_has_three_steps_with_their_clock(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    journey = await reported(ann, kind="professional_update", summary="The GP changed the dose.", immediate_action="-")
    page = (await ann.get(f"/intake/{journey}")).text
    assert "Three steps for this update" in page
    assert "due in 2 working days" in page
    assert (await ann.post(f"/intake/{journey}/actioned")).status_code == 409
    for step in ("reviewed", "actioned", "communicated"):
        await ann.get(f"/intake/{journey}")
        assert (await ann.post(f"/intake/{journey}/{step}", asked="Half the dose.")).status_code == 303
    assert (await ann.get(f"/intake/{journey}")).text.count("Done 2 Mar 2026") == 3


async def test_there_is_no_page_for_what_does_not_exist(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    assert (await ann.get("/intake/00000000-0000-4000-8000-00000000dead")).status_code == 404
    journey = await reported(ann)
    await ann.get(f"/intake/{journey}")
    assert (await ann.post(f"/intake/{journey}/explode")).status_code == 404


async def test_a_message_kept_apart_is_given_its_meaning_and_taken(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    data = {"incident_id": "I-9", "site": "ELM 01", "occurred_at": "2026-03-01T22:15:00Z", "summary": "She slipped."}
    headers = {
        "ce-id": "m-9", "ce-type": "care.incident_reported.v1", "ce-source": "/careplan", "ce-specversion": "1.0",
    }  # fmt: skip
    kept = await intake.take_external(
        Act("source:careplan", "system"), Sent("careplan", headers, orjson.dumps(data), MONDAY)
    )
    await reception.platform.settle()
    ann = await reception.browser(MANAGER)
    assert (await ann.get("/intake/quarantine")).status_code == 403
    mo = await reception.browser(QUALITY)
    assert "Which site is “ELM 01”?" in (await mo.get("/intake/quarantine")).text
    assert "Nothing is kept apart." in (await mo.get("/intake/quarantine?page=2")).text
    await mo.get("/intake/quarantine")
    here = f"/intake/quarantine/{kept.id}"
    assert (await mo.post(f"{here}/map", ours="")).status_code == 409
    assert (await mo.post(f"{here}/try")).status_code == 409
    assert "It still" in mo.page or "is not one of ours" in mo.page
    assert (await mo.post(f"{here}/set-aside", reason="")).status_code == 409
    await mo.get("/intake/quarantine")
    answer = await mo.post(f"{here}/map", ours="elm")
    assert answer.status_code == 303
    assert "Nothing is kept apart." in (await mo.get(answer.headers["Location"])).text
    assert (await mo.post(f"{here}/try")).status_code == 404
