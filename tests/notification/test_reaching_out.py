"""The duty of candour, learning carried to other sites, and word to other systems: in one house with real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from deploy.web import Door
from services.notification.domain.duty import Duty, duty_id
from tests.given import heard
from tests.hands import CARER, ELSEWHERE, MANAGER, Reception
from tests.house import housed, with_sites
from tests.notification.samples import practice_changed, raised, triaged
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with housed(database, messaging, wrapping_key, "governance", "notification") as platform:
            await with_sites(platform, "elm", "oak", "ash")
            door = Door(platform, None)
            await door.open()
            try:
                yield Reception(platform, door)
            finally:
                await door.close()


async def journey_of(reception: Reception, *facts: Any, site: str = "elm") -> UUID:
    journey = uuid4()
    room = reception.platform.rooms["notification"]
    assert room.reactor
    for fact in facts:
        await room.reactor.react_to(heard(fact, journey=journey, about=journey, site=site).envelope)
    await reception.platform.settle()
    return journey


async def duty(reception: Reception, journey: UUID, rule: str) -> Duty:
    found: Duty = await reception.platform.service("notification").get(Duty, duty_id(journey, rule))
    return found


FALL = (raised("accident_or_injury"), triaged("accident_or_injury", candour_applies=True))


async def test_the_relevant_person_is_told_written_to_and_told_what_was_learned(reception: Reception) -> None:
    journey = await journey_of(reception, *FALL, practice_changed())
    manager = await reception.browser(MANAGER)
    address = f"/notification/{journey}/candour"
    assert address in (await manager.get(f"/notification/{journey}")).text
    assert "Followed up in writing</label>" not in (await manager.get(address)).text
    refused = await manager.post(address, what="told_in_person", note="Told Mrs Okafor.")
    assert refused.status_code == 409
    assert "An apology is part of this step" in refused.text
    for what in ("told_in_person", "written_follow_up", "outcome_letter", "learning_told"):
        await manager.get(address)
        done = await manager.post(address, what=what, note="Told Mrs Okafor.", apologised="yes")
        assert done.status_code == 303, done.text
        assert "Told Mrs Okafor." in (await manager.get(done.headers["Location"])).text
    for rule in ("candour-told-in-person", "candour-written-account", "learning-relevant-person"):
        assert (await duty(reception, journey, rule)).state == "discharged"
    assert "Okafor" not in (await (await reception.browser(CARER)).get(address)).text
    assert (await (await reception.browser(ELSEWHERE)).get(address)).status_code in {404, 409}


async def test_who_declines_is_on_record_and_what_was_owed_is_owed_again_when_they_ask(reception: Reception) -> None:
    journey = await journey_of(reception, *FALL)
    program = await reception.program(MANAGER)
    address = f"/api/notification/candour/{journey}"
    own = f"/api/notification/duties/{duty_id(journey, 'candour-told-in-person')}"
    elsewhere = await program.post(f"{own}/telling", json={"channel": "phone", "note": "x"})
    assert elsewhere.json()["type"] == "urn:candour:problem:on-the-candour-record"
    assert (await program.post(f"{address}/contact", json={"what": "tried", "note": "Rang."})).status_code == 200
    assert (await program.post(f"{address}/contact", json={"what": "declined", "note": "No."})).status_code == 200
    assert (await duty(reception, journey, "candour-told-in-person")).state == "declined"
    assert (await duty(reception, journey, "candour-attempts-recorded")).state == "discharged"
    early = await program.post(f"{address}/step", json={"step": "support_given", "note": "Offered."})
    assert early.json()["type"] == "urn:candour:problem:contact-is-closed"
    resumed = await program.post(f"{address}/contact", json={"what": "resumed", "note": "She rang."})
    assert (await duty(reception, journey, "candour-told-in-person")).state == "owed"
    found = (await program.get(f"{address}?after={resumed.json()['position']}")).json()
    assert (found["contact"], found["attempts"]) == ("open", 1)
    assert [each["kind"] for each in found["entries"]] == ["applies", "tried", "declined", "resumed"]


async def test_proposed_and_not_agreed_is_on_record_as_weighed(reception: Reception) -> None:
    facts = raised("accident_or_injury"), triaged("accident_or_injury", agreed=False, candour_applies=True)
    journey = await journey_of(reception, *facts)
    page = (await (await reception.browser(MANAGER)).get(f"/notification/{journey}/candour")).text
    assert "Weighed: does not apply" in page
    none = await journey_of(reception, raised(), triaged())
    assert (await (await reception.browser(MANAGER)).get(f"/notification/{none}/candour")).status_code == 404
