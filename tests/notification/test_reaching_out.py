"""The duty of candour, learning carried to other sites, and word to other systems: in one house with real servers."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks.webhooks import Webhook

from services.notification.delivery import Delivery, MailServer, Post
from services.notification.delivery.hooks import Fence
from services.notification.domain.briefing import Briefing
from services.notification.domain.duty import duty_id
from services.notification.domain.message import LEASE
from services.notification.projection.outbox import Outbox
from tests.hands import CARER, ELSEWHERE, MANAGER, QUALITY, Reception
from tests.house import OPERATOR
from tests.notification.hearing import FALL, duty, journey_of
from tests.notification.samples import change, practice_changed, raised, triaged
from tests.notification.test_delivery import Mailbox, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
    assert (await (await reception.browser(ELSEWHERE)).get(address)).status_code == 404


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


@dataclass
class Listening:
    """Another system on a real socket: what it heard, and what it answers next (204 when nothing is left)."""

    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    on_taking: Callable[[], object] = lambda: None

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        self.heard.append((headers, await reader.readexactly(int(headers["content-length"]))))
        self.on_taking()
        status = self.answers.pop(0) if self.answers else 204
        writer.write(f"HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".encode())
        writer.close()


@asynccontextmanager
async def listening(reception: Reception) -> AsyncIterator[tuple[Listening, str]]:
    """A system that the provider has told; taken off the list at the end."""
    other = Listening()
    server = await asyncio.start_server(other.take, "127.0.0.1", 0)
    program = await reception.program(QUALITY)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks"
    assert (await program.post("/api/notification/endpoints", json={"url": url})).status_code == 200
    (row,) = (await program.get("/api/notification/endpoints")).json()
    try:
        secret = (await program.get(f"/api/notification/endpoints/{row['endpoint']}/secret")).json()["secret"]
        yield other, secret
    finally:
        server.close()
        gone = await program.post(f"/api/notification/endpoints/{row['endpoint']}/removal", json={"because": "moved"})
        assert gone.status_code == 200


def sender(reception: Reception, allowed: str = "127.0.0.0/8", port: int = 0) -> Delivery:
    room, clock = reception.platform.rooms["notification"], reception.platform.clock
    fence = Fence.of({"CANDOUR_WEBHOOK_ALLOW": allowed})
    server = MailServer("127.0.0.1", port, None, None, use_tls=False, start_tls=False) if port else None
    post = Post(server, "candour@care.test", "https://care.test")
    return Delivery(room.service, room.view(Outbox), clock, post, fence)


async def calls_of(reception: Reception, journey: UUID) -> list[dict[str, Any]]:
    await reception.platform.settle()
    return [row for row in await reception.platform.rooms["notification"].view(Outbox).of_journey(journey)
            if row["endpoint"]]  # fmt: skip


async def test_another_system_is_called_signed_with_ids_only_and_again_until_it_takes_it(reception: Reception) -> None:
    async with listening(reception) as (other, secret):
        other.answers = [503, 302]
        journey = await journey_of(reception, raised(), triaged(council_funded=True))
        for state in ("waiting", "waiting", "delivered"):
            while await sender(reception).send_due():
                await reception.platform.settle()
            (row,) = await calls_of(reception, journey)
            assert row["state"] == state, row
            reception.platform.clock.move_to(reception.platform.clock.now() + timedelta(minutes=5))  # type: ignore[attr-defined]
        ids = {headers["webhook-id"] for headers, _ in other.heard}
        assert (len(other.heard), ids) == (3, {str(row["message_id"])})
        headers, content = other.heard[-1]
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert headers["webhook-signature"] == Webhook(secret).sign(headers["webhook-id"], at, content.decode())
        assert len({body for _, body in other.heard}) == 1
        assert b"gate" not in content
        assert str(journey).encode() in content


async def test_a_call_that_is_never_taken_is_a_dead_letter_until_someone_sends_it_anew(reception: Reception) -> None:
    async with listening(reception) as (other, _):
        other.answers = [410]
        journey = await journey_of(reception, raised(), triaged())
        while await sender(reception).send_due():
            await reception.platform.settle()
        (row,) = await calls_of(reception, journey)
        assert (row["state"], row["reason"]) == ("undelivered", "The other system did not take it (410).")
        program = await reception.program(MANAGER)
        dead = (await program.get("/api/notification/messages/undelivered?calls=true")).json()
        assert str(row["message_id"]) in {each["message_id"] for each in dead}
        again = await program.post(f"/api/notification/messages/{row['message_id']}/another-try")
        assert again.status_code == 200
        await reception.platform.settle()
        await sender(reception).send_due()
        assert [each["state"] for each in await calls_of(reception, journey)] == ["delivered"]


async def test_an_address_inside_our_network_is_never_called(reception: Reception) -> None:
    async with listening(reception) as (other, _):
        journey = await journey_of(reception, raised(), triaged())
        while await sender(reception, "").send_due():
            await reception.platform.settle()
        (row,) = await calls_of(reception, journey)
        assert (row["state"], other.heard) == ("undelivered", [])
        assert "private network" in row["reason"]


async def test_other_systems_have_a_page_to_pause_give_a_new_secret_and_send_anew(reception: Reception) -> None:
    async with listening(reception) as (other, secret):
        lead = await reception.browser(QUALITY)
        (row,) = (await (await reception.program(QUALITY)).get("/api/notification/endpoints")).json()
        address = f"/notification/endpoints/{row['endpoint']}"
        assert address in (await lead.get("/notification/endpoints")).text
        assert (await lead.post("/notification/endpoints", url="ftp://x", kinds="duty_owed")).status_code == 409
        await lead.get(address)
        assert (await lead.post(address, do="pause")).status_code == 409
        assert "Say in a sentence why." in lead.page
        await lead.get((await lead.post(address, do="pause", because="It is moved.")).headers["Location"])
        await journey_of(reception, raised(), triaged())
        while await sender(reception).send_due():
            await reception.platform.settle()
        assert other.heard == []
        assert "It did not take 1 call." in (await lead.get(address)).text
        await lead.get((await lead.post(address, do="resume")).headers["Location"])
        assert (
            "signed with the old secret as well"
            in (await lead.get((await lead.post(address, do="rotate")).headers["Location"])).text
        )
        assert (await lead.post(address, do="anew")).status_code == 303
        await reception.platform.settle()
        await sender(reception).send_due()
        (heard,) = other.heard
        at = datetime.fromtimestamp(int(heard[0]["webhook-timestamp"]), UTC)
        marks = heard[0]["webhook-signature"].split()
        assert len(marks) == 2
        assert Webhook(secret).sign(heard[0]["webhook-id"], at, heard[1].decode()) in marks
        shown = await lead.get(f"{address}/secret")
        assert secret not in shown.text
        assert "whsec_" in shown.text
        assert (await (await reception.browser(MANAGER)).get("/notification/endpoints")).status_code == 409


async def test_one_sites_manager_does_not_say_which_system_is_told(reception: Reception) -> None:
    program = await reception.program(MANAGER)
    assert (await program.post("/api/notification/endpoints", json={"url": "https://x.example/"})).status_code == 409
    assert (await program.get("/api/notification/endpoints")).status_code == 409


async def test_who_was_not_reached_is_a_list_to_work_through_page_by_page(reception: Reception) -> None:
    governance = reception.platform.service("governance")
    people = [uuid4() for _ in range(3)]
    for person, part in zip(people, ("day", "night", "agency"), strict=True):
        await governance.join_team(OPERATOR, "acme", "elm", person, part, date(2026, 1, 1))
    await reception.platform.settle()
    journey = await journey_of(reception, raised(), triaged(), practice_changed())
    manager = await reception.browser(MANAGER)
    page = (await manager.get("/briefings/not-reached")).text
    assert "Agency staff" in page
    assert "not read yet" in page
    program = await reception.program(MANAGER)
    rows = (await program.get("/api/notification/not-reached")).json()
    briefing = str(Briefing.create_id(journey, change()))
    assert {row["person_id"] for row in rows if row["briefing_id"] == briefing} == {str(p) for p in people}
    assert (await program.get("/api/notification/not-reached?page=2")).json() == []
    nights = (await program.get("/api/notification/not-reached?part=night")).json()
    assert {row["part"] for row in nights} == {"night"}
    first = await program.get("/api/notification/not-reached?limit=1")
    assert first.headers["Link"] == '</api/notification/not-reached?page=2&limit=1>; rel="next"'
    last = await program.get(f"/api/notification/not-reached?limit=1&page={len(rows)}")
    assert (last.json(), last.headers.get("Link", "")) == (rows[-1:], "")
    assert "Everyone who was given" in (await (await reception.browser(ELSEWHERE)).get("/briefings/not-reached")).text
    assert (await manager.get("/notification?page=2")).status_code == 200


async def send_in_a_process(reception: Reception, port: int, started: Callable[[int], None]) -> int:
    """Run a sender of its own until it ends or is killed; how it ended."""
    platform = reception.platform
    env = os.environ | dict(platform.env) | {"CANDOUR_WEBHOOK_ALLOW": "127.0.0.0/8"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.notification.sender_process", platform.clock.now().isoformat(), str(port), env=env,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    started(process.pid)
    ended = await process.wait()
    await platform.settle()
    return ended


async def test_a_sender_killed_between_sending_and_recording_leaves_each_message_sent_once_in_effect(
    reception: Reception,
) -> None:
    """The process is killed by the very act of taking what it sent: first by the mail server, then by a called system."""
    governance, outbox = reception.platform.service("governance"), reception.platform.rooms["notification"].view(Outbox)
    await governance.establish_post(OPERATOR, "acme", "oak", "oak.rm", "registered_manager", "site:oak", "RM", None)
    await governance.appoint(OPERATOR, "oak.rm", uuid4(), "Ben", "ben@oak.test")
    await reception.platform.settle()
    mailbox, running = Mailbox(), list[int]()
    async with serving(mailbox) as port, listening(reception) as (other, _):
        journey = await journey_of(reception, raised(), triaged(), site="oak")
        mailbox.on_taking = lambda: os.kill(running[-1], signal.SIGKILL)
        assert await send_in_a_process(reception, port, running.append) == -signal.SIGKILL
        assert "sending" in {row["state"] for row in await outbox.of_journey(journey)}
        mailbox.on_taking = lambda: None
        reception.platform.clock.move_to(reception.platform.clock.now() + LEASE * 2)  # type: ignore[attr-defined]
        other.on_taking = lambda: os.kill(running[-1], signal.SIGKILL)
        await send_in_a_process(reception, port, running.append)
        other.on_taking = lambda: None
        reception.platform.clock.move_to(reception.platform.clock.now() + LEASE * 2)  # type: ignore[attr-defined]
        while await sender(reception, port=port).send_due():
            await reception.platform.settle()
        rows = await outbox.of_journey(journey)
    assert {row["state"] for row in rows} == {"delivered"}
    mails = Counter(letter["Message-ID"] for letter in mailbox.letters)
    calls = Counter(headers["webhook-id"] for headers, _ in other.heard)
    assert {f"<{row['message_id']}@care.test>" for row in rows if not row["endpoint"]} <= mails.keys()
    assert {str(row["message_id"]) for row in rows if row["endpoint"]} == set(calls)
    assert max(mails.values()) > 1 or max(calls.values()) > 1  # the double went out under the same id, as it should
