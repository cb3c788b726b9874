"""Whoever is named for training hears of it where their work is, and no more of the journey than they may see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.action.domain import rules
from services.action.projection import keeping
from tests.action.web import CARER, MANAGER, Hands, Office, office
from tests.action.world import MANAGER as BY_MANAGER
from tests.action.world import OWNER
from tests.anew import built_anew
from tests.house import OPERATOR
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
MINE, WHAT = "/action/mine", "Everyone practises how to call the nurse."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Office]:
    with backend.fresh_database() as database:
        async with office(database, messaging, wrapping_key) as opened:
            yield opened


async def named(front: Office, kind: str) -> tuple[UUID, UUID, UUID, Hands]:
    """A member of the team who is named for a change of a kind: journey, action, who, and their browser."""
    world, member = front.world, uuid4()
    await world.platform.service("governance").join_team(OPERATOR, "acme", "elm", member, "night", world.today)
    journey = await world.signed_off(factor := uuid4())
    action = await world.agreed(journey, factor, change_kind=kind, what=WHAT)
    await world.actions.name_people(BY_MANAGER, action, [member])
    await world.platform.settle()
    return journey, action, member, await front.browser(CARER, f"person:{member}")


async def test_whoever_is_named_finds_it_among_their_work_and_says_that_they_took_part(front: Office) -> None:
    _, action, _, dev = await named(front, "scenario_training")
    assert "Take part: practice with scenarios" in (await dev.get("/work")).text
    assert f'href="{MINE}"' in dev.page
    assert WHAT in (await dev.get(MINE)).text
    today = front.world.today
    for day, status in (("", 422), ((today + timedelta(days=1)).isoformat(), 409), (today.isoformat(), 303)):
        assert (await dev.post(f"{MINE}/{action}", took_part_on=day)).status_code == status
    assert "Practice with scenarios: you took part on" in dev.page
    await front.world.platform.settle()
    assert "Take part:" not in (await dev.get("/work")).text
    other = await front.browser(CARER, f"person:{uuid4()}")
    assert WHAT not in (await other.get(MINE)).text
    assert (await dev.client.get(MINE)).status_code == 200
    assert (await other.client.post(f"{MINE}/{action}", data={"took_part_on": today.isoformat()})).status_code in {
        403, 404,
    }  # fmt: skip


async def test_that_somebody_is_competent_is_not_for_themselves_to_say(front: Office) -> None:
    journey, action, member, dev = await named(front, "competency")
    assert "Whoever watches you do it puts it on record." in (await dev.get(MINE)).text
    own = await front.program(CARER, f"person:{member}")
    at = f"/api/action/actions/{action}/people/{member}/took-part"
    body = {"on": front.world.today.isoformat()}
    answer = await own.post(at, json=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.json()["detail"].split(".")[0] in str(rules.SeenBySomeoneElse()).replace("\n", " ")
    manager = await front.browser(MANAGER)
    await manager.get(page := f"/action/{journey}/{action}")
    await manager.post(f"{page}/took-part", person=str(member), took_part_on=front.world.today.isoformat())
    assert "1 of 1 accounted for." in manager.page


async def test_of_a_journey_that_is_shut_to_them_they_hear_only_that_they_are_named(front: Office) -> None:
    journey, action, _, dev = await named(front, "training")
    governance = front.world.platform.service("governance")
    await governance.restrict(OPERATOR.because("Few need to know."), "acme", "elm", journey, [OWNER])
    await front.world.platform.settle()
    assert "Take part: something you are named for" in (await dev.get("/work")).text
    assert str(journey) not in dev.page
    page = (await dev.get(MINE)).text
    assert "Something that your manager named you for" in page
    assert WHAT not in page
    assert str(journey) not in page
    assert (await dev.get(f"/action/{journey}/{action}")).status_code == 404
    await front.world.actions.withdraw(BY_MANAGER, action, "It is done otherwise.")
    await front.world.platform.settle()
    assert "Take part:" not in (await dev.get("/work")).text
    assert "Nothing waits for you." in (await dev.get(MINE)).text


async def test_the_view_of_plans_built_anew_is_folded_and_says_the_same(front: Office) -> None:
    house, plans = front.world.platform, front.world.plans
    _, action, member, dev = await named(front, "scenario_training")
    await front.world.actions.name_people(BY_MANAGER, action, [uuid4(), uuid4()])
    await front.world.actions.excuse(BY_MANAGER, action, member, "On leave until the summer.")
    await house.settle()
    assert "Take part:" not in (await dev.get("/work")).text
    await front.world.actions.name_people(BY_MANAGER, action, [member])
    await house.settle()
    assert "Take part:" in (await dev.get("/work")).text, "who is back is named again"
    kept = await built_anew(plans, house.logs() | {"review": house.logs()["governance"]}, keeping)
    assert all(kept[table] for table in ("plan", "factor", "action", "roll", "participant"))
    assert len(await plans.participants(action)) == 3


async def test_who_leaves_a_post_and_comes_back_to_it_is_not_away_as_they_were_before(front: Office) -> None:
    platform, directory, today = front.world.platform, front.world.actions.directory, front.world.today
    governance, post, who = platform.service("governance"), "elm.deputy_manager", uuid4()
    await governance.appoint(OPERATOR, post, who, "Bo Lamb", "")
    await governance.note_absence(OPERATOR, post, who, today, today + timedelta(days=9), OWNER)
    await platform.settle()
    assert await directory.answering([post], today) == {post: OWNER}
    assert await directory.standing_in([OWNER], today) == [post]
    await governance.give_up_post(OPERATOR, post, who)
    await governance.appoint(OPERATOR, post, who, "Bo Lamb-Reed", "")
    await platform.settle()
    assert await directory.answering([post], today) == {post: post}
    assert await directory.standing_in([OWNER], today) == []
    await governance.note_absence(OPERATOR, post, who, today, today + timedelta(days=2), OWNER)
    await platform.settle()
    assert await directory.answering([post], today) == {post: OWNER}
    await governance.give_up_post(OPERATOR, post, who)
    await platform.settle()
