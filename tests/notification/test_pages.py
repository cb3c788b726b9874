"""Notification's pages and routes as people and programs use them: tell, read, answer, mark."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from deploy.web import Door
from services.notification.domain.briefing import Briefing
from services.notification.domain.duty import Duty, duty_id
from services.notification.domain.letter import Letter
from services.notification.pages import duties
from tests.given import heard
from tests.hands import CARER, ELSEWHERE, MANAGER, Reception
from tests.house import OPERATOR, housed, rules, with_sites
from tests.notification.samples import ANN, BEN, CAT, CHANGED, change, practice_changed, raised, triaged
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "We rang Mrs Okafor and told her what we found."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with housed(database, messaging, wrapping_key, "governance", "notification") as platform:
            await with_sites(platform, "elm", "oak")
            governance = platform.service("governance")
            for person, part in ((ANN, "day"), (BEN, "night")):
                await governance.join_team(OPERATOR, "acme", "elm", person, part, date(2026, 1, 1))
            await governance.establish_post(
                OPERATOR, "acme", "elm", MANAGER.post, MANAGER.role, MANAGER.scope, MANAGER.label, None
            )
            await governance.appoint(OPERATOR, MANAGER.post, ANN, "Ann Achebe", "")
            await platform.settle()
            door = Door(platform, None)
            await door.open()
            try:
                yield Reception(platform, door)
            finally:
                await door.close()


async def journey_of(reception: Reception, *facts: Any) -> UUID:
    journey = uuid4()
    await tell(reception, journey, *(facts or (raised(), triaged(council_funded=True), practice_changed())))
    return journey


async def tell(reception: Reception, journey: UUID, *facts: Any) -> None:
    room = reception.platform.rooms["notification"]
    assert room.reactor
    for fact in facts:
        await room.reactor.react_to(heard(fact, journey=journey, about=journey).envelope)
    await reception.platform.settle()


async def test_those_with_a_date_come_first_each_with_what_kind_of_rule_it_is(reception: Reception) -> None:
    await journey_of(reception)
    page = (await (await reception.browser(MANAGER)).get("/notification")).text
    dated = page.index("Acknowledge a complaint")
    assert dated < page.index("Without a date") < page.index("Tell the complainant that they may go")
    assert "Local Authority Social Services and NHS Complaints (England) Regulations 2009" in page
    assert "to be confirmed by the provider" in page
    assert "The provider&#39;s own policy" in page


async def test_another_sites_accounts_are_neither_shown_nor_given(reception: Reception) -> None:
    journey = await journey_of(reception)
    away = await reception.browser(ELSEWHERE)
    assert "Acknowledge a complaint" not in (await away.get("/notification")).text
    assert (await away.get(f"/notification/{journey}")).status_code == 404
    duty = duty_id(journey, "complaint-acknowledged")
    program = await reception.program(ELSEWHERE)
    refused = await program.post(f"/api/notification/duties/{duty}/telling", json={"channel": "phone", "note": "x"})
    assert refused.status_code == 404


async def test_a_telling_is_put_on_record_and_its_words_are_under_seal(reception: Reception) -> None:
    journey = await journey_of(reception)
    manager = await reception.browser(MANAGER)
    address = f"/notification/{journey}/duty/{duty_id(journey, 'complaint-acknowledged')}"
    await manager.get(address)
    told = await manager.post(address, what="told", channel="phone", note=SECRET)
    assert told.status_code == 303
    page = (await manager.get(told.headers["Location"])).text
    assert SECRET in page
    assert "was told, by telephone" in page
    carer = await reception.browser(CARER)
    assert SECRET not in (await carer.get(f"/notification/{journey}")).text
    assert "As it was told" not in (await manager.get(f"/notification/{journey}")).text
    reception.platform.clock.move_to(reception.platform.clock.now() + timedelta(minutes=1))  # type: ignore[attr-defined]
    await tell(reception, journey, triaged("abuse_or_neglect"))
    page = (await manager.get(f"/notification/{journey}")).text
    assert "Acknowledge a complaint" in page
    assert "As it was told" in page
    records = await reception.platform.rooms["notification"].store.read(0, 5000)
    assert not [row for row in records if b"Okafor" in row.stored.state]


async def test_a_form_that_is_not_complete_keeps_what_was_typed(reception: Reception) -> None:
    journey = await journey_of(reception)
    manager = await reception.browser(MANAGER)
    address = f"/notification/{journey}/duty/{duty_id(journey, 'feedback-to-reporter')}"
    await manager.get(address)
    answer = await manager.post(address, what="told", note="We <told> him.")
    assert answer.status_code == 422
    assert "Say how they were told." in answer.text
    assert "We &lt;told&gt; him." in answer.text
    assert (await manager.post(address, what="tried", note="Rang twice.")).status_code == 303
    assert "could not be reached" in (await manager.get(f"/notification/{journey}")).text


async def test_a_care_worker_does_not_speak_for_the_service(reception: Reception) -> None:
    journey = await journey_of(reception)
    carer = await reception.browser(CARER)
    address = f"/notification/{journey}/duty/{duty_id(journey, 'feedback-to-reporter')}"
    await carer.get(address)
    refused = await carer.post(address, what="told", channel="phone", note="Told him.")
    assert refused.status_code == 403
    assert "Your post does not let you see or change this" in refused.text


async def test_reading_answering_and_marking_until_the_team_is_reached(reception: Reception) -> None:
    journey = await journey_of(reception)
    briefing = Briefing.create_id(journey, change())
    ann, ben = await reception.browser(MANAGER, f"person:{ANN}"), await reception.browser(CARER, f"person:{BEN}")
    assert f"/briefings/{briefing}" in (await ben.get("/briefings")).text
    for hands in (ann, ben):
        assert CHANGED in (await hands.get(f"/briefings/{briefing}")).text
        read = await hands.post(f"/briefings/{briefing}", do="read")
        await hands.get(read.headers["Location"])
        empty = await hands.post(f"/briefings/{briefing}", do="answer", words=" ")
        assert empty.status_code == 409
        answered = await hands.post(f"/briefings/{briefing}", do="answer", words="Two of us check the chart.")
        assert answered.status_code == 303
        assert "is with someone who leads the work" in (await hands.get(answered.headers["Location"])).text
    reach = f"/briefings/{briefing}/reach"
    assert "Two of us check the chart." in (await ann.get(reach)).text
    assert "Ann Achebe" in ann.page
    assert "Two of us check the chart." not in (await ben.get(reach)).text
    assert (await ann.post(reach, person=str(ANN), do="understood")).status_code == 409
    assert "Nobody marks their own answer" in ann.page
    await ann.get(reach)
    marked = await ann.post(reach, person=str(BEN), do="understood")
    assert "Night staff" in (await ann.get(marked.headers["Location"])).text
    cat = await reception.browser(MANAGER, f"person:{CAT}")
    await cat.get(reach)
    last = await cat.post(reach, person=str(ANN), do="understood")
    assert "Everyone has understood" in (await cat.get(last.headers["Location"])).text
    assert "was told, briefing or team meeting" in (await cat.get(f"/notification/{journey}")).text


async def test_a_question_with_answers_is_judged_at_once(reception: Reception) -> None:
    journey = await journey_of(reception)
    briefing = Briefing.create_id(journey, change())
    ann, ben = await reception.browser(MANAGER, f"person:{ANN}"), await reception.browser(CARER, f"person:{BEN}")
    question = f"/briefings/{briefing}/question"
    await ann.get(question)
    typed = {"question": "Who checks the chart?", "option-1": "Nobody", "option-3": "Two of us"}
    assert (await ann.post(question, **typed)).status_code == 409
    await ann.get(question)
    asked = await ann.post(question, **typed, right="3")
    assert "Two of us <strong>" in (await ann.get(asked.headers["Location"])).text
    await ben.get(f"/briefings/{briefing}")
    read = await ben.post(f"/briefings/{briefing}", do="read")
    await ben.get(read.headers["Location"])
    wrong = await ben.post(f"/briefings/{briefing}", do="answer", option="0")
    assert "Not quite yet" in (await ben.get(wrong.headers["Location"])).text
    right = await ben.post(f"/briefings/{briefing}", do="answer", option="1")
    assert "read and understood this" in (await ben.get(right.headers["Location"])).text


async def test_a_program_reads_what_is_owed_and_records_a_telling_once(reception: Reception) -> None:
    journey = await journey_of(reception)
    program = await reception.program(MANAGER)
    owed = (await program.get("/api/notification/duties")).json()
    mine = [row for row in owed if row["journey"] == str(journey)]
    assert mine[0]["rule_id"] == "complaint-acknowledged"
    address = f"/api/notification/duties/{mine[0]['duty_id']}"
    for status in ("", "true"):
        answer = await program.post(
            f"{address}/telling", json={"channel": "phone", "note": "Told."}, headers={"Idempotency-Key": str(journey)}
        )
        assert (answer.status_code, answer.headers.get("Idempotency-Replayed", "")) == (200, status)
    found = await program.get(f"{address}?after={answer.json()['position']}")
    assert found.json()["state"] == "discharged"
    tried = await program.post(f"{address}/contact", json={"note": "Rang."})
    assert (tried.status_code, tried.json()["type"]) == (409, "urn:candour:problem:already-settled")


async def test_a_program_of_a_person_reads_and_answers_but_never_sees_the_solution(reception: Reception) -> None:
    journey = await journey_of(reception)
    address = f"/api/notification/briefings/{Briefing.create_id(journey, change())}"
    manager, ben = await reception.program(MANAGER), await reception.program(CARER, f"person:{BEN}")
    new = {"question": "Who checks?", "options": ["One", "Two"], "right": 1}
    asked = await manager.put(f"{address}/question", json=new)
    assert asked.status_code == 200
    assert (await manager.post(f"{address}/reading")).json()["type"] == "urn:candour:problem:not-in-the-audience"
    assert (await ben.post(f"{address}/answer", json={"option": 1})).json()["type"] == "urn:candour:problem:read-first"
    assert (await ben.post(f"{address}/reading")).status_code == 200
    answered = await ben.post(f"{address}/answer", json={"option": 1})
    after = answered.json()["position"]
    one = (await ben.get(f"{address}?after={after}")).json()
    assert one["options"] == ["One", "Two"]
    assert "right_option" not in one
    listed = (await ben.get("/api/notification/briefings")).json()
    assert ["right_option" in row for row in listed] == [False] * len(listed) != []
    reach = {row["part"]: row["understood"] for row in (await manager.get(f"{address}/reach")).json()}
    assert reach == {"day": 0, "night": 1}


async def test_nobody_is_told_of_a_journey_that_is_not_on_record(reception: Reception) -> None:
    manager = await reception.browser(MANAGER)
    assert (await manager.get(f"/notification/{uuid4()}")).status_code == 404
    assert (await manager.get(f"/briefings/{uuid4()}")).status_code == 404


async def test_what_stands_beside_the_accounts_says_that_there_is_more(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        await journey_of(reception)
    manager, more = await reception.browser(MANAGER), "that wait longest; there are more."
    assert more not in (await manager.get("/notification")).text
    monkeypatch.setattr(duties, "FEW", 1)
    assert more in (await manager.get("/notification")).text


async def test_nothing_is_put_on_record_of_another_journey_than_the_one_in_the_address(reception: Reception) -> None:
    mine, other = await journey_of(reception), await journey_of(reception)
    manager, duty = await reception.browser(MANAGER), duty_id(other, "complaint-acknowledged")
    await manager.get(f"/notification/{mine}/duty/{duty_id(mine, 'complaint-acknowledged')}")
    told = await manager.post(f"/notification/{mine}/duty/{duty}", what="told", channel="phone", note="Rang.")
    assert told.status_code == 404
    service = reception.platform.service("notification")
    assert (await service.get(Duty, duty)).state == "owed"


async def test_a_draft_stays_in_its_wording_until_somebody_moves_it_on(reception: Reception) -> None:
    journey = await journey_of(reception)
    manager, address = await reception.browser(MANAGER), f"/notification/{journey}/letters/complaint-outcome"
    typed = {"to": "Mr Bell", "signed": "Ann", "complaint": "The gate.", "results": "It was open.", "contact": "Ann"}
    await manager.get(address)
    kept = await manager.post(address, do="write", **typed)
    assert kept.status_code == 303, kept.text
    assert "another wording" not in (await manager.get(kept.headers["Location"])).text
    content = rules() | {"version": "2099.1"}
    content["letters"] = [_worded_anew(each) for each in content["letters"]]
    await reception.platform.service("governance").adopt_rules(OPERATOR, "acme", content, date(2026, 1, 1))
    await reception.platform.settle()
    page = (await manager.get(address)).text
    assert "This letter was begun in version" in page
    assert "The new wording has no place for:" in page
    assert (await manager.post(address, do="write", **typed | {"to": "Mrs Bell"})).status_code == 303
    service = reception.platform.service("notification")
    draft = await service.get(Letter, Letter.create_id(journey, "complaint-outcome", 1))
    assert (draft.template_version, "It was open." in draft.words) != ("2099.1", True)
    await manager.get(address)
    moved = await manager.post(address, do="move")
    assert moved.status_code == 303, moved.text
    page = (await manager.get(moved.headers["Location"])).text
    assert "another wording" not in page
    assert "The results of it all" in page
    assert (await service.get(Letter, draft.id)).template_version == "2099.1"
    stale = await manager.post(address, do="write", **typed | {"shown": "0" * 64, "all": "It was open."})
    assert stale.status_code == 409
    assert "another wording of this letter since you opened the page" in stale.text


def _worded_anew(letter: dict[str, Any]) -> dict[str, Any]:
    """A complaint's outcome under another version, which asks for one thing besides and no longer for the first."""
    if letter["id"] != "complaint-outcome":
        return letter
    asked = {"id": "all", "title": "The results of it all", "ask": "What was found", "required": True}
    return letter | {"version": "2099.1", "parts": [asked, *letter["parts"][1:]]}
