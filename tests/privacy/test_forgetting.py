"""Asking for an erasure, deciding it, holds and disposal, by the pages of the house and with its clock moved by hand."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from libs.clock import HandClock
from libs.deciding import Act
from libs.policytext import read
from libs.web.posts import Post
from services.intake.application import Report, Sent
from services.intake.domain import Disposal, Erasure, ExternalMessage, Link, Opportunity
from tests.hands import CARER, ELSEWHERE, MANAGER, QUALITY, Hands, Reception, received
from tests.house import OPERATOR, rules
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOMINATED = Post("acme.nominated", "nominated_individual", "provider:acme", "Nominated individual")
CARES = Act("person:carer", "care_worker", "site:elm")
SCHEDULE = read(Path("deploy/rules/retention.yaml"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(
    backend: Backend, messaging: Messaging, wrapping_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            opened.platform.service("intake").vault.folder = tmp_path_factory.mktemp("evidence")
            kept = rules() | SCHEDULE | {"version": "2026.1-kept"}
            await opened.platform.service("governance").adopt_rules(OPERATOR, "acme", kept, date(2020, 1, 2))
            await opened.platform.settle()
            yield opened


async def raised(house: Reception, words: str, name: str = "Ada Okonjo", person: UUID | None = None,
                 site: str = "elm", kind: str = "near_miss") -> UUID:  # fmt: skip
    report = Report(site, kind, words, immediate_action="Sat with her.", person_name=name, person=person)
    saved = await house.platform.service("intake").raise_opportunity(CARES, report)
    await house.platform.settle()
    journey: UUID = saved.id
    return journey


def where(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


REQUEST = {"asked_by": "person", "ground": "objected", "received_on": "2026-03-01", "reason": "They asked by letter."}


async def asked(hands: Hands, journey: UUID, **more: Any) -> str:
    page = f"/intake/erasures/new/{journey}"
    assert (await hands.get(page)).status_code == 200
    return where(await hands.post(page, **REQUEST | more))


async def test_a_person_is_erased_by_two_people_and_a_certificate_says_so(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    person = uuid4()
    journeys = [await raised(reception, f"Fall number {n}.", person=person) for n in (1, 2)]
    await intake.attach(
        Act("person:m", "registered_manager", "site:elm"), journeys[0], b"Seen at tea.", date(2026, 3, 1), ""
    )
    manager, nominated = await reception.browser(MANAGER, "person:m"), await reception.browser(NOMINATED, "person:n")

    page = await asked(manager, journeys[0])
    answer = await manager.get(page)
    assert "a colleague decides it" in answer.text
    assert "Erase it for good" not in answer.text
    refused = await manager.client.post(
        f"{page}/approve", data={"why": "Yes.", "csrf_token": manager.hidden("csrf_token")}
    )
    assert refused.status_code == 409

    answer = await nominated.get(page)
    assert "Common schedule of local authorities" in answer.text
    assert (await nominated.post(f"{page}/approve", why="It should go.")).status_code == 409
    assert "asks for these records to be kept for longer" in nominated.page
    named = await nominated.post(f"{page}/approve", why="Ada Okonjo asked.", overruling="yes")
    assert named.status_code == 409
    where(await nominated.post(f"{page}/approve", why="The Commissioner ordered it.", overruling="yes"))
    await destroyed(reception)

    answer = await nominated.get(page)
    assert "Certificate of erasure" in answer.text
    erasure = await intake.find(Erasure, UUID(page.rpartition("/")[2]))
    assert set(erasure.keys) >= {person, *journeys}
    assert erasure.files == 1
    for journey in journeys:
        assert (await intake.get(Opportunity, journey)).summary == "[erased]"
        assert "[erased]" in (await nominated.get(f"/intake/{journey}")).text
    rows = await intake.keeping.rows("SELECT person FROM record WHERE journey = ANY(%s)", (journeys,))
    assert [row["person"] for row in rows] == ["", ""]


async def test_records_with_the_same_name_go_only_where_somebody_says_it_is_the_same_person(
    reception: Reception,
) -> None:
    intake = reception.platform.service("intake")
    one = await raised(reception, "One slipped.", "Grace Tamworth")
    other, third = (
        await raised(reception, "Two slipped.", "Grace Tamworth"),
        await raised(reception, "3", "Grace Tamworth"),
    )
    manager = await reception.browser(MANAGER, "person:m")
    await manager.get(f"/intake/erasures/new/{one}")
    assert len(re.findall(r'name="records"', manager.page)) == 2
    page = await asked(manager, one, records=str(other))
    erasure = await intake.find(Erasure, UUID(page.rpartition("/")[2]))
    assert set(erasure.journeys) == {one, other}
    assert third not in erasure.journeys


async def test_nothing_is_put_on_record_that_is_wrong_or_names_somebody(reception: Reception) -> None:
    journey = await raised(reception, "Slipped.", "Ivy Quartermaine")
    manager = await reception.browser(MANAGER, "person:m")
    page = f"/intake/erasures/new/{journey}"
    await manager.get(page)
    assert (await manager.post(page, **REQUEST | {"ground": ""})).status_code == 422
    assert (await manager.post(page, **REQUEST | {"records": "x"})).status_code == 422
    assert (await manager.post(page, **REQUEST | {"reason": "Ivy Quartermaine rang."})).status_code == 409
    assert (await manager.post(page, **REQUEST | {"records": str(uuid4())})).status_code == 409
    for post in (CARER, ELSEWHERE):
        stranger = await reception.browser(post, "person:x")
        assert (await stranger.get(page)).status_code in {403, 404, 409}


async def test_a_site_does_not_erase_what_other_sites_keep_under_the_same_key(reception: Reception) -> None:
    person = uuid4()
    here = await raised(reception, "Here.", person=person)
    await raised(reception, "There.", person=person, site="oak")
    manager, quality = await reception.browser(MANAGER, "person:m"), await reception.browser(QUALITY, "person:q")
    page = f"/intake/erasures/new/{here}"
    await manager.get(page)
    assert (await manager.post(page, **REQUEST)).status_code == 409
    assert "Sites that your post does not cover" in manager.page
    assert (await asked(quality, here)).startswith("/intake/erasures/")


async def test_a_hold_stops_an_erasure_until_it_is_lifted(reception: Reception) -> None:
    journey = await raised(reception, "Held.", "Olive Penhaligon")
    manager, nominated = await reception.browser(MANAGER, "person:m"), await reception.browser(NOMINATED, "person:n")
    hold = f"/intake/holds/{journey}"
    await manager.get(hold)
    assert (await manager.post(f"{hold}/place", why="A claim.")).status_code == 422
    where(await manager.post(f"{hold}/place", why="A claim was made.", review_on="2026-09-01"))
    page = await asked(manager, journey)
    await nominated.get(page)
    assert "A claim was made." in nominated.page
    assert (await nominated.post(f"{page}/approve", why="Yes.", overruling="yes")).status_code == 409
    await manager.get(hold)
    assert (await manager.post(f"{hold}/lift", why="The claim was settled.")).status_code == 303
    await nominated.get(page)
    where(await nominated.post(f"{page}/decline", why="It is still needed for care."))
    assert "Declined" in (await nominated.get(page)).text
    assert "It is still needed for care." in (await nominated.get(page)).text


async def test_after_eight_years_somebody_is_asked_and_nothing_goes_by_itself(reception: Reception) -> None:
    clock: HandClock = reception.platform.clock  # type: ignore[assignment]
    intake = reception.platform.service("intake")
    sent = Sent("careplan", {"ce-id": "1"}, b'{"note": "Elsie Trelawny fell."}', clock.now())
    apart = (await intake.take_external(Act("source:careplan", "system"), sent)).id
    old, held = (
        await raised(reception, "Long ago.", "Elsie Trelawny", kind="compliment"),
        await raised(reception, "Held long.", "May Trelawny", kind="compliment"),
    )
    manager = await reception.browser(MANAGER, "person:m")
    await manager.get(f"/intake/holds/{held}")
    await manager.post(f"/intake/holds/{held}/place", why="An inquest.", review_on="2027-01-04")
    complaint = await raised(reception, "Said twice.", "Nora Trelawny", kind="complaint")
    begun = clock.now()
    clock.move_to(datetime(2034, 4, 20, 9, 0, tzinfo=begun.tzinfo))
    await looked_at(reception)
    keys = {row["key"]: row for row in await intake.keeping.rows("SELECT * FROM proposal")}
    assert old in keys
    assert {held, complaint}.isdisjoint(keys)
    assert (await intake.get(Opportunity, old)).summary == "Long ago."
    assert (await intake.get(ExternalMessage, apart)).outcome == "expired"
    assert (await key_of(reception, apart), await intake.quarantine.one(apart)) == (None, None)

    listed = await manager.get("/intake/erasures")
    assert f"/intake/disposal/{old}" in listed.text
    await manager.get(f"/intake/disposal/{old}")
    assert (await manager.post(f"/intake/disposal/{old}/keep", why="A sister may ask.")).status_code == 422
    where(await manager.post(f"/intake/disposal/{old}/keep", why="A sister may ask.", until="2034-06-15"))
    assert f"/intake/disposal/{old}" not in (await manager.get("/intake/erasures")).text
    clock.move_to(clock.now() + timedelta(days=150))
    await looked_at(reception)
    await manager.get(f"/intake/disposal/{old}")
    page = where(await manager.post(f"/intake/disposal/{old}/erase", why="Nobody asked."))
    assert "Waits for a decision" in (await manager.get(page)).text


async def key_of(reception: Reception, subject: UUID) -> Any:
    async with reception.platform.keys_pool.connection() as connection:
        found = await connection.execute("SELECT subject FROM keys.person_key WHERE subject = %s", (subject,))
        return await found.fetchone()


async def test_programs_ask_and_decide_like_people(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    journey, other = [await raised(reception, words, "Hettie Polglaze") for words in ("Slipped.", "Slipped again.")]
    await intake.link(
        Act("person:m", "registered_manager", "site:elm", "Her sister said so."), journey, other, "same_event"
    )
    manager, nominated = [
        await reception.program(post, who) for post, who in ((MANAGER, "person:m"), (NOMINATED, "person:n"))
    ]
    carer = await reception.program(CARER, "person:c")
    await reception.platform.settle()
    same = (await manager.get(f"/api/intake/opportunities/{journey}/same-person")).json()
    assert [(row["journey"], row["same_key"]) for row in same] == [(str(journey), True), (str(other), False)]
    asks = REQUEST | {"journey": str(journey)}
    assert (await carer.post("/api/intake/erasures", json=asks)).status_code == 403
    assert (
        await manager.post("/api/intake/erasures", json=asks | {"reason": "Hettie Polglaze rang."})
    ).status_code == 409
    assert (await manager.post("/api/intake/erasures", json=asks | {"resaon": "x"})).status_code == 422
    assert (await manager.post("/api/intake/erasures", json=asks | {"received_on": "9999-12-31"})).status_code == 409
    made = await manager.post("/api/intake/erasures", json=asks)
    here = f"/api/intake/erasures/{made.json()['id']}"
    held = await manager.post(
        f"/api/intake/opportunities/{journey}/hold", json={"reason": "A claim.", "review_on": "2040-01-01"}
    )
    assert (made.status_code, held.status_code) == (201, 200)
    assert (await nominated.get(here)).json()["against"]["held"] == [str(journey)]
    why = {"reason": "It was asked for."}
    refused = await nominated.post(f"{here}/approval", json=why | {"overruling": True})
    assert refused.json()["type"].endswith("under-legal-hold")
    assert (await manager.post(f"/api/intake/opportunities/{journey}/hold/lifting", json=why)).status_code == 200
    assert (await manager.post(f"{here}/approval", json=why)).json()["type"].endswith("second-person-decides")
    assert (await nominated.post(f"{here}/approval", json=why | {"overruling": True})).status_code == 200
    await destroyed(reception)
    done = (await nominated.get(here)).json()
    assert (done["state"], (await intake.get(Opportunity, journey)).summary) == ("certified", "[erased]")
    assert str(Link.create_id(journey, other)) in done["keys"]
    assert here.rpartition("/")[2] in [row["id"] for row in (await manager.get("/api/intake/erasures")).json()]


async def destroyed(reception: Reception) -> None:
    """Until what was approved has been done."""
    await reception.platform.settle()
    waker = reception.platform.rooms["intake"].waker
    assert waker is not None
    await waker.wake()
    await reception.platform.settle()


async def looked_at(reception: Reception) -> None:
    """Until the month's look that the clock has come to is done."""
    waker = reception.platform.rooms["intake"].waker
    assert waker is not None
    intake = reception.platform.service("intake")
    while (await intake.find(Disposal, Disposal.create_id("acme"))).next_on <= reception.platform.clock.now().date():
        await waker.wake()
        await reception.platform.settle()
