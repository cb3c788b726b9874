"""What outside systems send over NATS: every message is answered, none is lost, none counts twice."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from nats.aio.client import Client

from contracts.unreadable import MAX_PAYLOAD
from deploy.house import Platform
from libs.deciding import Act
from services.intake import delivery
from services.intake.application import Sent
from services.intake.domain import ExternalMessage, Opportunity
from services.intake.domain.refusals import NotForThisPost, NotInQuarantine, NotKept, RationaleMissing, StillNotAdmitted
from tests.house import MONDAY, OPERATOR, housed, with_sites
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
SUBJECT = "external.incidents.careplan"


def incident(**fields: Any) -> dict[str, Any]:
    return {
        "incident_id": uuid.uuid4().hex,
        "site": "elm",
        "kind": "accident_or_injury",
        "occurred_at": "2026-03-01T22:15:00+00:00",
        "summary": "She slipped by the bath.",
        "person": {"reference": "P-77", "name": "Mrs Okafor"},
    } | fields


@dataclass
class CarePlan:
    """An outside care planning system: it sends under its own name and hears our answers."""

    client: Client
    platform: Platform
    answers: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def send(self, data: dict[str, Any], **attributes: str) -> dict[str, Any]:
        """One event in binary mode, and our answer to it."""
        known = {
            "id": uuid.uuid4().hex,
            "type": "care.incident_reported.v1",
            "source": "/careplan",
            "specversion": "1.0",
        }
        headers = {f"ce-{name}": value for name, value in (known | attributes).items() if value}
        return await self.send_bytes(orjson.dumps(data), headers)

    async def send_bytes(self, payload: bytes, headers: dict[str, str] | None = None) -> dict[str, Any]:
        await self.client.jetstream().publish(SUBJECT, payload, headers=headers)
        async with asyncio.timeout(60):
            return await self.answers.get()

    async def opportunity(self, answer: dict[str, Any]) -> Opportunity:
        found: Opportunity = await self.platform.service("intake").get(Opportunity, uuid.UUID(answer["opportunity"]))
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def careplan(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[CarePlan]:
    with backend.fresh_database() as database:
        async with housed(database, messaging, wrapping_key, "governance", "intake") as platform:
            await with_sites(platform, "elm")
            client = await messaging.connect("source_careplan")
            system = CarePlan(client, platform)

            async def hear(message: Any) -> None:
                system.answers.put_nowait(orjson.loads(message.data))

            await client.subscribe("answers.incidents.careplan", cb=hear)
            await client.flush()
            yield system
            await client.close()


async def test_an_incident_is_taken_and_answered_with_its_number(careplan: CarePlan) -> None:
    answer = await careplan.send(incident(harm_level="low", facts={"during_care": True}), id="m-1")
    assert (answer["outcome"], answer["message_id"]) == ("accepted", "m-1")
    opportunity = await careplan.opportunity(answer)
    assert opportunity.reference == answer["reference"]
    assert (opportunity.site, opportunity.route, opportunity.harm_level) == ("elm", "event", "low")
    assert opportunity.facts == {"during_care": True}
    assert opportunity.person_name == "Mrs Okafor"


async def test_an_incident_in_structured_mode_is_taken(careplan: CarePlan) -> None:
    event = {"specversion": "1.0", "id": "s-1", "source": "/careplan", "type": "care.incident_reported.v1"}
    answer = await careplan.send_bytes(
        orjson.dumps(event | {"data": incident()}), {"content-type": "application/cloudevents+json"}
    )
    assert (answer["outcome"], answer["message_id"]) == ("accepted", "s-1")


async def test_nothing_a_person_wrote_stands_in_the_answer_or_in_the_store(careplan: CarePlan) -> None:
    answer = await careplan.send(incident(summary="Zebrafinch", site="Zebrafinch House"))
    assert answer["outcome"] == "quarantined"
    await careplan.send(incident(summary="Zebrafinch"))
    stored = await careplan.platform.rooms["intake"].store.read(0, 10_000)
    assert "Zebrafinch" not in str(answer)
    assert not any(b"Zebrafinch" in row.stored.state for row in stored)


BINARY = {"ce-id": "b-1", "ce-type": "care.incident_reported.v1", "ce-source": "/careplan", "ce-specversion": "1.0"}


@pytest.mark.parametrize(
    ("reason", "payload", "headers"),
    [
        ("not-json", b"{broken", BINARY),
        ("not-json", b"[1, 2]", BINARY),
        ("not-json", b"", None),
        ("too-large", b" " * (MAX_PAYLOAD + 1), BINARY),
        ("unknown-type", b"{}", BINARY | {"ce-type": "care.weather.v1"}),
        ("future-version", b"{}", BINARY | {"ce-type": "care.incident_reported.v2"}),
        ("not-a-cloudevent", b"{}", {k: v for k, v in BINARY.items() if k != "ce-id"}),
        ("not-a-cloudevent", b"{}", BINARY | {"ce-specversion": "0.3"}),
        ("bad-time", b"{}", BINARY | {"ce-time": "yesterday"}),
        ("batch-not-accepted", b"[]", {"content-type": "application/cloudevents-batch+json"}),
        ("too-deep", b'{"a":' * 30 + b"1" + b"}" * 30, BINARY),
        ("fields-not-as-promised", b"{}", BINARY),
    ],
)
async def test_what_cannot_be_read_is_kept_apart_with_the_reason(
    careplan: CarePlan, reason: str, payload: bytes, headers: dict[str, str] | None
) -> None:
    unique = {"ce-id": uuid.uuid4().hex} if headers and "ce-id" in headers else {}
    answer = await careplan.send_bytes(payload, (headers | unique) if headers else None)
    assert answer["outcome"] == "quarantined"
    assert answer["reason"].startswith(f"{reason}: ")
    if unique:
        assert answer["message_id"] == unique["ce-id"]


async def test_a_message_of_exactly_one_mebibyte_is_not_refused_for_its_size(careplan: CarePlan) -> None:
    data = orjson.dumps(incident() | {"more": ""})
    padded = data.replace(b'"more":""', b'"more":"' + b"x" * (MAX_PAYLOAD - len(data)) + b'"')
    assert len(padded) == MAX_PAYLOAD
    answer = await careplan.send_bytes(padded, BINARY | {"ce-id": uuid.uuid4().hex})
    assert answer["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("reason", "fields", "attributes"),
    [
        ("unknown-site", {"site": "ELM-01"}, {}),
        ("unknown-kind", {"kind": "slip"}, {}),
        ("unknown-harm-level", {"harm_level": "grade-2"}, {}),
        ("not-yet-happened", {"occurred_at": "2027-03-01T22:15:00+00:00"}, {}),
        ("wrong-provider", {}, {"provider": "willow"}),
        ("fields-not-as-promised", {"summary": ""}, {}),
        ("fields-not-as-promised", {"occurred_at": "2026-03-01T22:15:00"}, {}),
        ("fields-not-as-promised", {"facts": {"Mrs Smith": True}}, {}),
    ],
)
async def test_what_says_something_we_do_not_know_is_kept_apart_with_the_reason(
    careplan: CarePlan, reason: str, fields: dict[str, Any], attributes: dict[str, str]
) -> None:
    answer = await careplan.send(incident(**fields), **attributes)
    assert answer["outcome"] == "quarantined"
    assert answer["reason"].startswith(f"{reason}: ")
    assert "Smith" not in answer["reason"]


async def test_themes_and_facts_we_do_not_know_do_not_hold_an_incident_up(careplan: CarePlan) -> None:
    answer = await careplan.send(incident(themes=["falls", "weather"], facts={"mood": "low", "person_died": "maybe"}))
    assert answer["outcome"] == "accepted"
    assert answer["reason"].endswith(": 3.")
    opportunity = await careplan.opportunity(answer)
    assert (opportunity.themes, opportunity.facts) == (["falls"], {})


async def test_the_same_message_again_is_a_repeat(careplan: CarePlan) -> None:
    told = incident()
    first = await careplan.send(told, id="twice")
    again = await careplan.send(told, id="twice")
    assert (again["outcome"], again["opportunity"]) == ("repeat", first["opportunity"])
    other = await careplan.send(told, id="another message")
    assert (other["outcome"], other["reference"]) == ("repeat", first["reference"])
    assert (await careplan.opportunity(first)).version == 1


async def test_other_words_for_the_same_incident_are_a_correction(careplan: CarePlan) -> None:
    told = incident()
    first = await careplan.send(told, time="2026-03-02T08:00:00Z")
    answer = await careplan.send(told | {"summary": "She fell."}, time="2026-03-02T08:30:00Z")
    assert (answer["outcome"], answer["opportunity"]) == ("accepted", first["opportunity"])
    assert answer["reason"].startswith("Recorded as a correction.")
    assert (await careplan.opportunity(first)).summary == "She fell."


async def test_what_arrives_after_newer_words_is_left_and_answered(careplan: CarePlan) -> None:
    told = incident()
    first = await careplan.send(told, time="2026-03-02T08:30:00Z")
    answer = await careplan.send(told | {"summary": "An older account."}, time="2026-03-02T08:00:00Z")
    assert answer["outcome"] == "repeat"
    assert answer["reason"].startswith("out-of-order: ")
    assert (await careplan.opportunity(first)).summary == "She slipped by the bath."


async def test_a_message_fetched_twice_after_a_crash_counts_once(careplan: CarePlan) -> None:
    intake = careplan.platform.service("intake")
    headers = BINARY | {"ce-id": uuid.uuid4().hex}
    sent = Sent("careplan", headers, orjson.dumps(incident()), MONDAY)
    act = Act("source:careplan", "system", key=f"place-{uuid.uuid4().hex}")
    first = await intake.take_external(act, sent)
    await asyncio.wait_for(careplan.answers.get(), 60)
    second = await intake.take_external(act, sent)
    assert (second.id, second.version, second.replayed) == (first.id, first.version, True)


async def _kept(careplan: CarePlan, answer: dict[str, Any]) -> uuid.UUID:
    assert answer["outcome"] == "quarantined", answer
    return ExternalMessage.create_id("careplan", answer["message_id"])


async def test_a_code_is_given_its_meaning_and_the_message_is_taken_after_all(careplan: CarePlan) -> None:
    intake = careplan.platform.service("intake")
    code = f"unit-{uuid.uuid4().hex[:6]}"
    kept = await _kept(careplan, await careplan.send(incident(site=code), id=uuid.uuid4().hex))
    with pytest.raises(StillNotAdmitted):
        await intake.try_again(OPERATOR, kept)
    await intake.map_code(OPERATOR, "careplan", "site", code, "elm")
    await intake.try_again(OPERATOR, kept)
    answer = await asyncio.wait_for(careplan.answers.get(), 60)
    assert answer["outcome"] == "accepted"
    with pytest.raises(NotInQuarantine):
        await intake.try_again(OPERATOR, kept)
    assert (await careplan.send(incident(site=code)))["outcome"] == "accepted"


async def test_the_same_message_again_leaves_quarantine_once_it_can_be_read(careplan: CarePlan) -> None:
    intake = careplan.platform.service("intake")
    told, attributes = incident(kind="tumble"), {"id": uuid.uuid4().hex}
    await careplan.send(told, **attributes)
    still = await careplan.send(told, **attributes)
    assert (still["outcome"], still["reason"].startswith("It is still kept apart.")) == ("repeat", True)
    await intake.map_code(OPERATOR, "careplan", "kind", "tumble", "accident_or_injury")
    assert (await careplan.send(told, **attributes))["outcome"] == "accepted"
    await careplan.platform.settle()
    assert await intake.quarantine.one(ExternalMessage.create_id("careplan", attributes["id"])) is None


async def test_what_turns_out_to_be_on_record_already_waits_for_nobody_any_more(careplan: CarePlan) -> None:
    intake, told, code = careplan.platform.service("intake"), incident(), f"unit-{uuid.uuid4().hex[:6]}"
    first = await careplan.send(told)
    kept = await _kept(careplan, await careplan.send(told | {"site": code}, id=uuid.uuid4().hex))
    await intake.map_code(OPERATOR, "careplan", "site", code, "elm")
    await intake.try_again(OPERATOR, kept)
    assert (await asyncio.wait_for(careplan.answers.get(), 60))["opportunity"] == first["opportunity"]
    assert (await intake.get(ExternalMessage, kept)).outcome == "set_aside"


async def test_a_message_is_set_aside_with_a_reason_by_a_post_for_the_whole_provider(careplan: CarePlan) -> None:
    intake = careplan.platform.service("intake")
    kept = await _kept(careplan, await careplan.send(incident(site="nowhere"), id=uuid.uuid4().hex))
    with pytest.raises(NotForThisPost):
        await intake.set_aside(Act("person:ann", "registered_manager", "site:elm", "a test"), kept)
    with pytest.raises(RationaleMissing):
        await intake.set_aside(OPERATOR, kept)
    await intake.set_aside(OPERATOR.because("It was a test of theirs."), kept)
    await careplan.platform.settle()
    assert await intake.quarantine.one(kept) is None


async def test_what_is_too_large_to_keep_must_be_sent_anew(careplan: CarePlan) -> None:
    intake = careplan.platform.service("intake")
    kept = await _kept(careplan, await careplan.send(incident(site="nowhere", more="x" * 500_000), id=uuid.uuid4().hex))
    with pytest.raises(NotKept):
        await intake.try_again(OPERATOR, kept)


async def test_a_fault_of_ours_holds_nobody_up(careplan: CarePlan, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = careplan.platform.service("intake")
    whole = intake.take_external

    async def breaks(act: Act, sent: Sent) -> Any:
        if b"breaks" in sent.payload:
            raise RuntimeError("breaks")
        return await whole(act, sent)

    monkeypatch.setattr(intake, "take_external", breaks)
    monkeypatch.setattr(delivery, "PAUSE", 0.01)
    answer = await careplan.send(incident(summary="breaks"))
    assert answer["reason"].startswith("fault-here: ")
    assert (await careplan.send(incident()))["outcome"] == "accepted"
    monkeypatch.undo()
    kept = await _kept(careplan, answer)
    await intake.try_again(OPERATOR, kept)
