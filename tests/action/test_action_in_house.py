"""Action on a real store: plans opened by reviews, what is agreed and seen, and what is remembered for reading."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from contracts.action import ActionEscalated, ActionOverdue, ActionVerified, FactorLeftWithReason, PracticeChanged
from contracts.assurance import ClosureStateLost
from contracts.review import FactorIdentified
from contracts.sealed import is_sealed
from libs.calendar import end_of_day
from libs.deciding import Act
from libs.service import NotFound, Stale
from services.action.domain import rules
from services.action.domain.action import Action
from tests.action.world import AUDITOR, CARER, DEPUTY, MANAGER, OWNER, REGIONAL, World, world
from tests.given import heard
from tests.house import OPERATOR
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def elm(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[World]:
    with backend.fresh_database() as database:
        async with world(database, messaging, wrapping_key) as opened:
            yield opened


async def test_a_review_that_found_factors_opens_a_plan_and_one_without_does_not(elm: World) -> None:
    factor = uuid4()
    journey = await elm.signed_off(factor)
    plan = await elm.actions.plan_of(journey)
    assert (plan.unanswered, plan.learning_statement) == ([factor], "Say it aloud at handover.")
    with pytest.raises(NotFound):
        await elm.actions.plan_of(await elm.signed_off())


async def test_a_review_signed_off_again_extends_the_same_plan(elm: World) -> None:
    first, second = uuid4(), uuid4()
    journey = await elm.signed_off(first)
    await elm.agreed(journey, first)
    await elm.signed_off(first, second, journey=journey)
    await elm.signed_off(first, second, journey=journey)
    plan = await elm.actions.plan_of(journey)
    assert (plan.unanswered, len(plan.actions), plan.version) == ([second], 1, 4)


async def test_practice_has_changed_once_somebody_else_saw_the_last_change(elm: World) -> None:
    factor, other = uuid4(), uuid4()
    journey = await elm.signed_off(factor, other)
    action = await elm.agreed(journey, factor, affects_people=True)
    await elm.actions.leave_factor(MANAGER, journey, other, "The landlord decides on that.")
    await elm.implemented(action)
    assert await elm.published(journey, PracticeChanged) == []
    await elm.actions.verify(DEPUTY, action, "Heard it read back this morning.")
    (told,) = await elm.published(journey, PracticeChanged)
    assert told["action_ids"] == [str(action)]
    assert (told["what_changed"], told["affects_people"]) == ("Handover is read back.", True)
    assert [each["verified_by"] for each in await elm.published(journey, ActionVerified)] == ["person:bo"]
    assert len(await elm.published(journey, FactorLeftWithReason)) == 1


async def test_practice_that_slipped_opens_the_plan_again(elm: World) -> None:
    factor = uuid4()
    journey = await elm.signed_off(factor)
    lost = ClosureStateLost(state="sustained", because="The measure fell below its target.")
    await elm.hear(lost, uuid4())
    await elm.hear(lost, journey)
    assert (await elm.actions.plan_of(journey)).version == 1
    action = await elm.agreed(journey, factor)
    await elm.implemented(action)
    await elm.actions.verify(DEPUTY, action, "Seen.")
    await elm.hear(lost, journey)
    assert not (await elm.actions.plan_of(journey)).finished
    another = await elm.agreed(journey, factor, what="Two people sign the handover.")
    await elm.implemented(another)
    await elm.actions.verify(DEPUTY, another, "Seen.")
    assert len(await elm.published(journey, PracticeChanged)) == 2
    assert (await elm.actions.plan_of(journey)).finished


async def test_the_owner_neither_verifies_nor_approves_more_time(elm: World) -> None:
    journey = await elm.signed_off(factor := uuid4())
    action = await elm.agreed(journey, factor)
    later = elm.today + timedelta(days=30)
    elsewhere = Act(MANAGER.actor, "provider_quality_lead", "provider:acme")
    same_post = Act("person:other", "registered_manager", "site:elm")
    for owner in (MANAGER, elsewhere, same_post):
        with pytest.raises(rules.ApprovedByAnother):
            await elm.actions.extend(owner, action, later, "Parts are late.")
    await elm.actions.extend(REGIONAL, action, later, "Parts are late.")
    await elm.actions.start(CARER, action)
    await elm.actions.implement(CARER, action, elm.today, "audit", "Sheet 4")
    for owner in (CARER, elsewhere, same_post):
        with pytest.raises(rules.VerifiedByAnother):
            await elm.actions.verify(owner, action, "Seen.")
    await elm.actions.send_back(DEPUTY, action, "Not at night yet.")
    await elm.actions.implement(CARER, action, elm.today, "audit", "Sheet 5")
    await elm.actions.verify(DEPUTY, action, "Seen.")


async def test_those_who_do_not_lead_do_not_decide_what_is_agreed(elm: World) -> None:
    journey = await elm.signed_off(factor := uuid4())
    with pytest.raises(rules.LeadersDecide):
        await elm.actions.agree(CARER, journey, elm.terms(factor))
    action = await elm.agreed(journey, factor)
    with pytest.raises(rules.LeadersDecide):
        await elm.actions.withdraw(AUDITOR, action, "No.")
    with pytest.raises(rules.AuditorsOnlyRead):
        await elm.actions.start(AUDITOR, action)
    await elm.actions.start(CARER, action)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"owner_post": "oak.registered_manager"}, rules.PostUnknown),
        ({"measure_id": "indicator-reviewed-in-one-working-day"}, rules.MeasureUnknown),
        ({"what": "Annabel Okonkwo reads the handover back."}, rules.NamesInSharedText),
        ({"expected_effect": "Fewer falls for Mrs Smith."}, rules.NamesInSharedText),
    ],
)
async def test_an_action_names_a_post_and_a_measure_that_exist_and_no_person(
    elm: World, fields: dict[str, Any], rule: type[Exception]
) -> None:
    journey = await elm.signed_off(factor := uuid4())
    with pytest.raises(rule):
        await elm.agreed(journey, factor, **fields)


async def test_a_measure_of_this_kind_of_site_is_fixed_before_the_start(elm: World) -> None:
    journey = await elm.signed_off(factor := uuid4())
    measures = {each.id for each in await elm.actions.measures("elm")}
    assert "professional-update-in-two-working-days" in measures
    assert "indicator-reviewed-in-one-working-day" not in measures
    measured: dict[str, Any] = {"measure_id": "professional-update-in-two-working-days", "why_no_measure": ""}
    with pytest.raises(rules.ExpectedEffectMissing):
        await elm.agreed(journey, factor, **measured)
    action = await elm.agreed(journey, factor, expected_effect="Passed on in two days.", **measured)
    await elm.implemented(action)
    await elm.actions.verify(DEPUTY, action, "Seen.")
    (told,) = await elm.published(journey, PracticeChanged)
    assert told["measure_ids"] == ["professional-update-in-two-working-days"]


async def test_a_request_that_comes_twice_agrees_one_action(elm: World) -> None:
    journey = await elm.signed_off(factor := uuid4())
    act = Act(MANAGER.actor, MANAGER.role, MANAGER.scope, key=uuid4().hex)
    first = await elm.actions.agree(act, journey, terms := elm.terms(factor))
    again = await elm.actions.agree(act, journey, terms)
    assert (first.id, again.replayed) == (again.id, True)
    assert len((await elm.actions.plan_of(journey)).actions) == 1


async def test_nobody_decides_over_a_version_they_have_not_seen(elm: World) -> None:
    journey = await elm.signed_off(factor := uuid4())
    action = await elm.agreed(journey, factor)
    await elm.actions.start(MANAGER, action)
    with pytest.raises(Stale):
        await elm.actions.block(Act("person:bo", "deputy_manager", "site:elm", based_on=1), action, "Late.")


async def test_the_plan_shows_how_its_factors_are_answered_and_how_strong_its_changes_are(elm: World) -> None:
    acted, left, waiting = uuid4(), uuid4(), uuid4()
    words = FactorIdentified(review_id=uuid4(), factor_id=acted, category="handover", seips="tasks", words="sealed:x")
    journey = uuid4()
    await elm.plans.keep([heard(words, journey=journey)], {})
    await elm.signed_off(acted, left, waiting, journey=journey)
    await elm.agreed(journey, acted)
    await elm.agreed(journey, acted, change_kind="briefing", what="The team is told.")
    saved = await elm.actions.leave_factor(MANAGER, journey, left, "The landlord decides on that.")
    await elm.plans.reached("action", saved.position)
    plan = await elm.plans.plan(journey, elm.today)
    assert plan is not None
    counts = ("factors", "with_action", "left_alone", "unanswered", "kept", "weaker", "weaker_share", "finished")
    assert [plan[each] for each in counts] == [3, 1, 1, 1, 2, 1, 0.5, False]
    factors = {each["factor_id"]: each for each in await elm.plans.factors(journey)}
    assert factors[acted]["words"] == "sealed:x"
    assert is_sealed(factors[left]["left_because"])
    assert journey in {each["journey"] for each in await elm.plans.unfinished(["elm"], elm.today)}
    assert journey not in {each["journey"] for each in await elm.plans.unfinished(["oak"], elm.today)}


async def test_every_step_of_an_action_can_be_read_back_with_words_under_seal(elm: World) -> None:
    journey = await elm.signed_off(factor := uuid4())
    action = await elm.agreed(journey, factor)

    async def now() -> dict[str, Any]:
        await elm.plans.reached("action", elm.actions.store.position)
        found = await elm.plans.action(action, elm.today)
        assert found is not None
        return found

    assert ((await now())["state"], (await now())["version"]) == ("agreed", 1)
    await elm.actions.block(MANAGER, action, "The supplier is late.")
    assert is_sealed((await now())["blocked_because"])
    await elm.actions.unblock(MANAGER, action)
    assert (await now())["blocked_because"] == ""
    await elm.implemented(action)
    made = await now()
    assert (made["state"], made["evidence_kind"], made["implemented_by"]) == ("implemented", "audit", MANAGER.actor)
    await elm.actions.send_back(DEPUTY, action, "Not at night yet.")
    assert (await now())["state"] == "started"
    await elm.actions.withdraw(MANAGER, action, "The wing closed.")
    gone = await now()
    assert (gone["state"], is_sealed(gone["withdrawn_because"]), gone["version"]) == ("withdrawn", True, 7)
    assert action not in {each["action_id"] for each in await elm.plans.worklist(["elm"], elm.today)}
    withdrawn = await elm.plans.worklist(["elm"], elm.today, states=["withdrawn"])
    assert action in {each["action_id"] for each in withdrawn}


async def test_the_view_knows_when_practice_changed_and_when_it_slipped(elm: World) -> None:
    journey = await elm.signed_off(factor := uuid4())
    action = await elm.agreed(journey, factor, change_kind="briefing")
    await elm.implemented(action)
    await elm.actions.verify(DEPUTY, action, "Seen.")

    async def finished() -> bool:
        await elm.plans.reached("action", elm.actions.store.position)
        plan = await elm.plans.plan(journey, elm.today)
        assert plan is not None
        known = (await elm.actions.plan_of(journey)).finished
        assert plan["finished"] == known
        return known

    assert not await finished()
    await elm.actions.agree_weak(MANAGER, journey, "Nothing stronger is in our hands.")
    assert await finished()
    await elm.actions.reopen(MANAGER, journey, "Night staff were not reached.")
    assert not await finished()


async def test_an_action_whose_day_passed_is_overdue_once_and_more_time_moves_the_day(elm: World) -> None:
    journey = await elm.signed_off(factor := uuid4())
    action = await elm.agreed(journey, factor)
    made = await elm.agreed(journey, factor, what="Two people sign.")
    await elm.implemented(made)
    due = (await elm.actions.get(Action, action)).due

    async def overdue() -> list[str]:
        return [each["due"] for each in await elm.published(journey, ActionOverdue)]

    await elm.live_until(end_of_day(due) - timedelta(minutes=1))
    assert await overdue() == []
    await elm.live_until(end_of_day(due) + timedelta(minutes=1))
    assert await overdue() == [str(due)]
    late = await elm.plans.worklist(["elm"], elm.today, late=True)
    assert action in {each["action_id"] for each in late}
    assert action in {each["action_id"] for each in await elm.plans.owned([OWNER], elm.today)}
    later = due + timedelta(days=10)
    await elm.actions.extend(REGIONAL, action, later, "Parts are late.")
    await elm.live_until(end_of_day(due) + timedelta(days=2))
    assert await overdue() == [str(due)]
    assert action not in {each["action_id"] for each in await elm.plans.worklist(["elm"], elm.today, late=True)}
    await elm.live_until(end_of_day(later) + timedelta(minutes=1))
    assert await overdue() == [str(due), str(later)]


async def test_what_is_still_late_goes_up_the_route_of_posts_that_somebody_holds(elm: World) -> None:
    governance = elm.platform.service("governance")
    journey = await elm.signed_off(factor := uuid4())
    mine = await elm.agreed(journey, None, due=elm.today + timedelta(days=300))
    action = await elm.agreed(journey, factor, owner_post="elm.deputy_manager")

    assert await elm.answering(mine) == [(), (), ()]
    await governance.appoint(OPERATOR, "north.representative", uuid4(), "Cy Lamb", "")
    await elm.platform.settle()
    assert await elm.answering(mine) == [(), ("north.representative",), ()]
    assert await elm.answering(action) == [(OWNER,), ("north.representative",), ()]
    due = (await elm.actions.get(Action, action)).due
    await elm.live_until(end_of_day(due) + timedelta(days=8))
    assert [each["to_posts"] for each in await elm.published(journey, ActionEscalated)] == [[OWNER]]
    await elm.live_until(end_of_day(due) + timedelta(days=60))
    await elm.live_until(end_of_day(elm.today) + timedelta(days=2))  # the provider's step, at which there is nobody
    told = [(each["to_posts"], each["reminder"]) for each in await elm.published(journey, ActionEscalated)]
    assert told == [([OWNER], False), (["north.representative"], False), (["north.representative"], True)]
    assert (await elm.plans.action(action, elm.today) or {})["escalated_to"] == [OWNER, "north.representative"]
    steps = [(each["step"], each["posts"][0], each["reminder"]) for each in await elm.plans.told_late(action, due)]
    assert steps == [(0, "elm.deputy_manager", False)] + [(n, to[0], again) for n, (to, again) in enumerate(told, 1)]
    await governance.restrict(OPERATOR.because("Few need to know."), "acme", "elm", journey, [OWNER])
    await elm.platform.settle()
    assert await elm.answering(action) == [(OWNER,), (), ()]


async def test_a_list_of_actions_is_read_a_page_at_a_time(elm: World) -> None:
    everything = await elm.plans.worklist(["elm"], elm.today, limit=1000)
    pages = [await elm.plans.worklist(["elm"], elm.today, offset=n, limit=3) for n in range(0, len(everything), 3)]
    assert [row["action_id"] for page in pages for row in page] == [row["action_id"] for row in everything]
    (mix,) = await elm.plans.mix(["elm"])
    assert mix["kept"] == mix["stronger"] + mix["intermediate"] + mix["weaker"] >= len(everything) > 3
