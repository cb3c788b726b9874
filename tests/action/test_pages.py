"""Action's pages and routes as people and programs use them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from libs.calendar import end_of_day
from services.action.domain import rules
from tests.action.web import CARER, DEPUTY, ELSEWHERE, MANAGER, Office, office
from tests.action.world import ANN, OWNER
from tests.action.world import MANAGER as BY_MANAGER
from tests.house import OPERATOR
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
BO = "person:bo"
TERMS = {
    "what": "Handover is read back.",
    "change_kind": "handover",
    "why_no_measure": "We look at ten handovers a month.",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Office]:
    with backend.fresh_database() as database:
        async with office(database, messaging, wrapping_key) as opened:
            yield opened


async def test_a_plan_is_answered_carried_out_and_seen_by_someone_else(front: Office) -> None:
    factor = uuid4()
    journey = await front.world.signed_off(factor)
    plan = f"/action/{journey}"
    ann, bo = await front.browser(MANAGER), await front.browser(DEPUTY, BO)
    await ann.get("/action")
    assert f'href="{plan}"' in ann.page
    await ann.get(plan)
    assert "Waits for an answer" in ann.page
    await ann.get(f"{plan}/agree?factor={factor}")
    assert f'value="{OWNER}" selected' in ann.page
    due = (front.world.today + timedelta(days=28)).isoformat()
    assert f'value="{due}"' in ann.page
    agreed = await ann.post(f"{plan}/agree", factor=str(factor), owner_post=OWNER, due=due, **TERMS)
    assert agreed.status_code == 303, ann.page
    assert "Agreed, being carried out" in ann.page
    (action,) = (await front.world.actions.plan_of(journey)).actions
    one = f"{plan}/{action}"
    await ann.get(one)
    assert (await ann.post(f"{one}/start")).status_code == 303
    assert str(rules.ApprovedByAnother()) in ann.page
    made = await ann.post(
        f"{one}/implement", implemented_on=front.world.today.isoformat(), evidence_kind="audit", evidence="Sheet 4"
    )
    assert made.status_code == 303
    assert str(rules.VerifiedByAnother()) in ann.page
    assert f'action="{one}/verify"' not in ann.page
    await bo.get("/action")
    assert "waiting for someone else to see it" in bo.page
    await bo.get(one)
    assert (await bo.post(f"{one}/verify", seen="Heard it this morning.")).status_code == 303
    assert "Practice has changed" in bo.page
    assert "<li>Handover is read back.</li>" in bo.page
    await bo.post(f"{plan}/reopening", reopening_because="Nights were not reached.")
    assert "Practice has changed" not in bo.page
    assert "Opened again, because:</strong> Nights were not reached." in bo.page


async def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_is_kept(front: Office) -> None:
    journey = await front.world.signed_off(factor := uuid4())
    ann = await front.browser(MANAGER)
    await ann.get(f"/action/{journey}/agree")
    answer = await ann.post(f"/action/{journey}/agree", factor=str(factor), what="Read it back.", due="soon")
    assert answer.status_code == 422
    for sentence in ("Choose the kind of change.", "Enter a real date", "Choose the post", "Choose a measure"):
        assert sentence in ann.page
    assert "Read it back." in ann.page


async def test_a_rule_that_refuses_is_told_on_the_form(front: Office) -> None:
    journey = await front.world.signed_off(factor := uuid4())
    ann = await front.browser(MANAGER)
    await ann.get(f"/action/{journey}/agree")
    typed = TERMS | {"what": "Mrs Smith reads it back.", "factor": str(factor), "owner_post": OWNER}
    answer = await ann.post(f"/action/{journey}/agree", due=front.world.today.isoformat(), **typed)
    assert answer.status_code == 409
    assert "it seems to say who somebody is" in ann.page
    assert "Mrs Smith reads it back." in ann.page


async def test_a_factor_is_left_with_its_reason_beside_it(front: Office) -> None:
    journey = await front.world.signed_off(factor := uuid4())
    ann = await front.browser(MANAGER)
    await ann.get(f"/action/{journey}/agree")
    assert (await ann.post(f"/action/{journey}/leave", leave_factor=str(factor))).status_code == 422
    assert "Say why no action is taken on this." in ann.page
    left = await ann.post(f"/action/{journey}/leave", leave_factor=str(factor), leave_because="It is the landlord’s.")
    assert left.status_code == 303
    assert "It is the landlord’s." in ann.page


async def test_a_plan_of_weaker_changes_asks_for_its_reason(front: Office) -> None:
    journey = await front.world.signed_off(factor := uuid4())
    await front.world.agreed(journey, factor, change_kind="briefing")
    await front.world.platform.settle()
    ann = await front.browser(MANAGER)
    await ann.get(f"/action/{journey}")
    assert "relies on people remembering" in ann.page
    assert (await ann.post(f"/action/{journey}/weakness")).status_code == 422
    await ann.post(f"/action/{journey}/weakness", weakness_because="The building is not ours.")
    assert "100% of the changes rely on people remembering; the reason is on record." in ann.page
    assert "Why nothing stronger will do:</strong> The building is not ours." in ann.page


@pytest.mark.parametrize(
    ("step", "typed", "words"),
    [
        ("block", {"block_because": "The supplier is late."}, "The supplier is late."),
        ("withdraw", {"withdraw_because": "The wing closed."}, "Withdrawn"),
        ("extend", {"extend_due": "2026-06-30", "extend_because": "Parts are late."}, "30 June 2026"),
    ],
)
async def test_a_step_needs_its_words_and_then_shows_them(
    front: Office, step: str, typed: dict[str, str], words: str
) -> None:
    journey = await front.world.signed_off(factor := uuid4())
    action = await front.world.agreed(journey, factor)
    await front.world.platform.settle()
    one = f"/action/{journey}/{action}"
    bo = await front.browser(DEPUTY, BO)
    await bo.get(one)
    assert (await bo.post(f"{one}/{step}")).status_code == 422
    assert "There is a problem" in bo.page
    assert (await bo.post(f"{one}/{step}", **typed)).status_code == 303
    assert words in bo.page


async def test_something_in_the_way_can_be_cleared_and_a_change_not_seen_goes_back(front: Office) -> None:
    journey = await front.world.signed_off(factor := uuid4())
    action = await front.world.agreed(journey, factor)
    await front.world.platform.settle()
    one = f"/action/{journey}/{action}"
    bo = await front.browser(DEPUTY, BO)
    await bo.get(one)
    await bo.post(f"{one}/block", block_because="The supplier is late.")
    await bo.post(f"{one}/unblock")
    assert "The supplier is late." not in bo.page
    await front.world.implemented(action)
    await front.world.platform.settle()
    await bo.get(one)
    await bo.post(f"{one}/send-back", send_back_because="Not at night yet.")
    assert "Not at night yet." in bo.page


async def test_a_care_worker_reads_what_changes_but_does_not_agree_it(front: Office) -> None:
    journey = await front.world.signed_off(factor := uuid4())
    await front.world.platform.settle()
    di = await front.browser(CARER, "person:di")
    await di.get(f"/action/{journey}")
    assert "Say it aloud at handover." in di.page
    assert "Answer this" not in di.page
    refused = await di.get(f"/action/{journey}/agree?factor={factor}")
    assert refused.status_code == 409
    assert str(rules.LeadersDecide()) in di.page


async def test_another_site_neither_sees_nor_changes_the_plan(front: Office) -> None:
    journey = await front.world.signed_off(factor := uuid4())
    action = await front.world.agreed(journey, factor)
    await front.world.platform.settle()
    oak = await front.browser(ELSEWHERE, "person:oak")
    for path in (f"/action/{journey}", f"/action/{journey}/agree", f"/action/{journey}/{action}"):
        assert (await oak.get(path)).status_code == 404
        assert "Handover is read back." not in oak.page
    program = await front.program(ELSEWHERE, "client:oak")
    assert (await program.get(f"/api/action/plans/{journey}")).status_code == 404
    assert (await program.post(f"/api/action/actions/{action}/start")).status_code == 404
    assert str(action) not in (await program.get("/api/action/actions")).text


async def test_a_late_action_says_who_can_help(front: Office) -> None:
    journey = await front.world.signed_off(factor := uuid4())
    action = await front.world.agreed(journey, factor, due=front.world.today)
    await front.world.live_until(end_of_day(front.world.today) + timedelta(hours=1))
    ann = await front.browser(MANAGER)
    await ann.get("/action")
    assert ann.page.index(str(action)) < ann.page.index("Under way at")
    await ann.get(f"/action/{journey}/{action}")
    assert "<li>3 March 2026: Registered manager, Elm</li>" in ann.page
    assert "If it is not made by the end of 9 March 2026, the next on the route are told, or reminded." in ann.page


async def test_a_program_takes_every_step(front: Office) -> None:
    journey = await front.world.signed_off(factor := uuid4(), other := uuid4())
    ann, bo = await front.program(MANAGER, "client:ann"), await front.program(DEPUTY, "client:bo")
    today = front.world.today
    new = TERMS | {"factor_id": str(factor), "owner_post": OWNER, "due": str(today + timedelta(days=7))}
    key = {"Idempotency-Key": uuid4().hex}
    made = await ann.post(f"/api/action/plans/{journey}/actions", json=new, headers=key)
    again = await ann.post(f"/api/action/plans/{journey}/actions", json=new, headers=key)
    assert (made.status_code, again.status_code, made.json()["id"]) == (201, 200, again.json()["id"])
    one = f"/api/action/actions/{made.json()['id']}"
    left = await ann.post(f"/api/action/plans/{journey}/factors/{other}/left", json={"because": "Not ours."})
    assert left.status_code == 200
    strong = await ann.post(f"/api/action/plans/{journey}/weakness", json={"because": "No."})
    assert (strong.status_code, strong.json()["type"].endswith("nothing-weak-to-accept")) == (409, True)
    steps = [
        (bo, "extend", {"due": str(today + timedelta(days=9)), "because": "Parts are late."}),
        (ann, "block", {"because": "The supplier is late."}),
        (ann, "unblock", None),
        (bo, "hand-over", {"owner_post": "elm.deputy_manager", "because": "She is away."}),
        (bo, "hand-over", {"owner_post": OWNER, "because": "She is back."}),
        (ann, "start", None),
        (ann, "implement", {"implemented_on": str(today), "evidence_kind": "audit", "evidence": "Sheet 4"}),
        (bo, "send-back", {"because": "Not at night yet."}),
        (ann, "implement", {"implemented_on": str(today), "evidence_kind": "audit", "evidence": "Sheet 5"}),
        (bo, "verify", {"seen": "Heard it this morning."}),
    ]
    for who, step, body in steps:
        answer = await who.post(f"{one}/{step}", json=body)
        assert answer.status_code == 200, (step, answer.text)
    position = answer.json()["position"]
    shown = (await ann.get(one, params={"after": position})).json()
    assert (shown["state"], shown["evidence"], shown["seen"]) == ("verified", "Sheet 5", "Heard it this morning.")
    plan = (await ann.get(f"/api/action/plans/{journey}", params={"after": position})).json()
    assert (plan["finished"], plan["what_changed"], len(plan["factors"])) == (True, "Handover is read back.", 2)
    reopened = await ann.post(f"/api/action/plans/{journey}/reopening", json={"because": "It slipped."})
    after, carer = {"after": reopened.json()["position"]}, await front.program(CARER, "client:dev")
    told = [(await who.get(f"/api/action/plans/{journey}", params=after)).json() for who in (ann, carer)]
    assert [each["reopened_because"] for each in told] == ["It slipped.", ""]  # as on the page
    gone = await ann.post(f"{one}/withdraw", json={"because": "No."})
    assert gone.status_code == 409
    listed = await ann.get("/api/action/actions", params={"site": "elm", "state": "verified"})
    assert made.json()["id"] in {each["action_id"] for each in listed.json()}
    assert "evidence" not in listed.json()[0]
    assert (await ann.get(f"/api/action/plans/{uuid4()}")).status_code == 404
    assert (await ann.get(f"/api/action/actions/{uuid4()}")).status_code == 404


async def test_training_is_tracked_person_by_person(front: Office) -> None:
    world, member = front.world, uuid4()
    await world.platform.service("governance").join_team(OPERATOR, "acme", "elm", member, "night", world.today)
    await world.platform.settle()
    journey = await world.signed_off(factor := uuid4())
    action = await world.agreed(journey, factor, change_kind="training")
    await world.actions.start(BY_MANAGER, action)
    ann = await front.browser(MANAGER)
    page = f"/action/{journey}/{action}"
    await ann.get(page)
    assert "Nobody is named yet." in ann.page
    assert "made person by person" in ann.page
    await ann.post(f"{page}/people", people=str(member))
    assert "0 of 1 accounted for." in ann.page
    assert (await ann.post(f"{page}/took-part", person="x", took_part_on=world.today.isoformat())).status_code == 422
    assert f"Night staff, colleague {str(member)[:4]}" in ann.page
    await ann.post(f"{page}/took-part", person=str(member), took_part_on=world.today.isoformat())
    assert "1 of 1 accounted for." in ann.page
    assert "Is the change made?" in ann.page


async def test_pages_that_do_not_exist_say_so(front: Office) -> None:
    journey = await front.world.signed_off(factor := uuid4())
    other = await front.world.signed_off(uuid4())
    action = await front.world.agreed(journey, factor)
    ann = await front.browser(MANAGER)
    assert (await ann.get(f"/action/{uuid4()}")).status_code == 404
    assert (await ann.get(f"/action/{other}/{action}")).status_code == 404


async def test_while_a_holder_is_away_their_deputy_sees_their_work_and_is_told_what_is_late(front: Office) -> None:
    world, what = front.world, "The rota names who is told at night."
    governance, today = world.platform.service("governance"), world.today
    await governance.appoint(OPERATOR, "elm.deputy_manager", uuid4(), "Bo Field", "")
    journey = await world.signed_off(factor := uuid4())
    await world.agreed(journey, factor, what=what)
    theirs = await world.agreed(journey, None, owner_post="north.representative")

    async def near() -> list[str]:
        """Who at the site is told first of what the region owns, were it late."""
        return list((await world.route(theirs))[0].posts)

    bo = await front.browser(DEPUTY, BO)
    await world.platform.settle()
    assert what not in (await bo.get("/action?of=mine")).text
    assert await near() == ["elm.deputy_manager", OWNER]
    await governance.note_absence(OPERATOR, OWNER, ANN, today, today + timedelta(days=9))
    await world.platform.settle()
    assert what in (await bo.get("/action?of=mine")).text
    assert await near() == ["elm.deputy_manager"]
    await governance.come_back(OPERATOR, OWNER, ANN, today)
    await world.platform.settle()
    assert what not in (await bo.get("/action?of=mine")).text
