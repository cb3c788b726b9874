"""Other systems are called as Standard Webhooks asks, and nothing inside our own network is."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from contracts.taxonomy import Role
from services.notification.delivery.hooks import AddressInside, Fence, NotReachable, body, call, signed
from services.notification.domain.message import Message
from services.notification.domain.subscribers import (
    AddressNotUsable,
    AddressOnTheList,
    Endpoint,
    NotOnTheList,
    NotYoursToConnect,
    ReasonMissing,
    Subscribers,
)
from tests.given import NOW, event, given

OPENED = event(Subscribers.Opened)
URL = "https://rota.example/hooks/candour"
LEAD = Role.PROVIDER_QUALITY_LEAD
CALL = event(Message.Written, cause="c", subject="duty_owed", to_post="", to_role="", endpoint="e")


def added(url: str = URL, kinds: tuple[str, ...] = ()) -> Any:
    subscribers = given(Subscribers, OPENED)
    subscribers.when(lambda s: s.add(url, list(kinds), LEAD)).then(event(Subscribers.EndpointAdded, url=url))
    return subscribers.aggregate


def test_the_signature_is_what_the_standards_own_library_makes() -> None:
    (endpoint,) = added().endpoints.values()
    now = datetime.now(UTC)
    content = body(given(Message, CALL).aggregate)
    headers = signed([endpoint.secret], "msg_1", now, content)
    assert Webhook(endpoint.secret).verify(content, headers)["type"] == "candour.duty_owed"
    assert headers["webhook-signature"].startswith("v1,")


def test_a_call_says_ids_only_and_the_same_at_every_try() -> None:
    message = given(Message, CALL).aggregate
    assert body(message) == body(message)
    assert set(json.loads(body(message))["data"]) == {"message", "journey", "site"}


@pytest.mark.parametrize(
    "address",
    [
        "https://",
        "ftp://x.example/",
        "https://me:pw@x.example/",
        "x.example",
        "https://[",
        "https://x:99999/",
        "https://x\x00.example/",
        "https://x.example/ a",
    ],
)
def test_an_address_is_one_that_can_be_called_and_holds_no_password(address: str) -> None:
    given(Subscribers, OPENED).when(lambda s: s.add(address, [], LEAD)).refused(AddressNotUsable)


def test_only_those_who_answer_for_the_provider_say_which_system_is_told() -> None:
    given(Subscribers, OPENED).when(lambda s: s.add(URL, [], "registered_manager")).refused(NotYoursToConnect)
    given(Subscribers, OPENED).when(lambda s: s.add(URL, ["gossip"], LEAD)).refused(AddressNotUsable)


def test_an_address_is_on_the_list_once_and_leaves_it_with_a_reason() -> None:
    listed = event(Subscribers.EndpointAdded, endpoint_id=LEAVING, url=URL, secret="whsec_x", kinds=["duty_owed"])
    given(Subscribers, OPENED, listed).when(lambda s: s.add(URL, [], LEAD)).refused(AddressOnTheList)
    given(Subscribers, OPENED, listed).when(lambda s: s.remove(LEAVING, " ", LEAD)).refused(ReasonMissing)
    given(Subscribers, OPENED).when(lambda s: s.remove(LEAVING, "moved", LEAD)).refused(NotOnTheList)
    gone = event(Subscribers.EndpointRemoved, endpoint_id=LEAVING, because="moved")
    given(Subscribers, OPENED, listed).when(lambda s: s.remove(LEAVING, "moved", LEAD)).then(gone)
    assert given(Subscribers, OPENED, listed).aggregate.for_kind("duty_owed") == [LEAVING]
    assert given(Subscribers, OPENED, listed).aggregate.for_kind("briefing_issued") == []


OLD = "whsec_" + "QUFB" * 8
LEAVING = Subscribers.create_id("an endpoint")
INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
    "::", "::ffff:0.0.0.0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fd00:ec2::254",
    "100.100.100.200", "192.0.0.192", "168.63.129.16", "::ffff:168.63.129.16", "255.255.255.255", "198.18.0.1",
    "::127.0.0.1", "::a9fe:a9fe", "64:ff9b:1::7f00:1", "::ffff:0:7f00:1", "fec0::1", "192.88.99.1", "3fff::1", "5f00::1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe", "2001:db8::1", "ff0e::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_a_private_network_is_not_called(address: str) -> None:
    assert not Fence().admits(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_is_called(address: str) -> None:
    assert Fence().admits(address)


def test_a_setting_names_the_networks_of_ones_own_that_may_be_called() -> None:
    fence = Fence.of({"CANDOUR_WEBHOOK_ALLOW": "10.1.0.0/16, ::1/128"})
    assert fence.admits("10.1.2.3")
    assert fence.admits("::1")
    assert not fence.admits("10.2.0.1")
    with pytest.raises(ValueError, match="not appear"):
        Fence.of({"CANDOUR_WEBHOOK_ALLOW": "somewhere"})


async def test_a_name_of_which_one_address_lies_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in ("8.8.8.8", "169.254.169.254")]

    async def looked_up(*_: Any, **__: Any) -> Any:
        return found

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", looked_up)
    with pytest.raises(AddressInside):
        await Fence().resolve("https://rota.example/hooks")


@asynccontextmanager
async def listener(answer: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Somebody on this machine who answers every call with these bytes, and what they were called with."""
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


async def test_what_was_looked_up_is_what_is_called_whatever_the_name_says_a_moment_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def first_outside_then_inside(host: str, port: int, **_: Any) -> Any:
        asked.append(host)
        inside = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (inside, port))]

    async with listener(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, heard):
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", first_outside_then_inside)
        endpoint = Endpoint(f"http://rebinding.example:{port}/hooks", OLD, ())
        await call(given(Message, CALL).aggregate, endpoint, NOW, Fence.of({"CANDOUR_WEBHOOK_ALLOW": "127.0.0.1/32"}))
    assert asked == ["rebinding.example"]
    assert f"host: rebinding.example:{port}".encode() in heard[0].lower()


async def test_an_answer_that_points_elsewhere_is_not_followed() -> None:
    async with (
        listener(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") as (elsewhere, called),
        listener(
            f"HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:{elsewhere}/latest/meta-data\r\n\r\n".encode()
        ) as (port, heard),
    ):
        endpoint = Endpoint(f"http://127.0.0.1:{port}/hooks", OLD, ())
        with pytest.raises(NotReachable, match="307"):
            await call(
                given(Message, CALL).aggregate, endpoint, NOW, Fence.of({"CANDOUR_WEBHOOK_ALLOW": "127.0.0.1/32"})
            )
    assert (len(heard), called) == (1, [])


async def test_a_name_is_looked_up_before_it_is_called() -> None:
    with pytest.raises(AddressInside):
        await Fence().resolve("https://localhost/hooks")
    with pytest.raises(AddressInside):
        await Fence().resolve("http://8.8.8.8/hooks")
    with pytest.raises(AddressInside):
        await Fence().resolve("https://0x7f000001/hooks")
    for disguised in (
        "https://2130706433/",
        "https://127.1/",
        "https://[::ffff:7f00:1]/",
        "https://0/",
        "https://[::]/",
    ):
        with pytest.raises(AddressInside):
            await Fence().resolve(disguised)
    with pytest.raises(NotReachable):
        await Fence().resolve("https://nowhere.invalid/hooks")
    assert await Fence.of({"CANDOUR_WEBHOOK_ALLOW": "127.0.0.0/8"}).resolve("http://127.0.0.1:9/") == "127.0.0.1"


def test_a_new_secret_is_used_beside_the_old_one_for_a_while_and_then_alone() -> None:
    listed = event(Subscribers.EndpointAdded, endpoint_id=LEAVING, url=URL, secret=OLD, kinds=[])
    given(Subscribers, OPENED, listed).when(lambda s: s.rotate(LEAVING, NOW, "registered_manager")).refused(
        NotYoursToConnect
    )
    subscribers = given(Subscribers, OPENED, listed)
    until = NOW + timedelta(hours=24)
    subscribers.when(lambda s: s.rotate(LEAVING, until, LEAD)).then(
        event(Subscribers.SecretRotated, endpoint_id=LEAVING, old_until=until)
    )
    endpoint = subscribers.aggregate.endpoints[LEAVING]
    assert endpoint.secrets(NOW) == [endpoint.secret, OLD]
    assert endpoint.secrets(until) == [endpoint.secret]
    content, now = body(given(Message, CALL).aggregate), datetime.now(UTC)
    headers = signed(endpoint.secrets(NOW), "msg_1", now, content)
    for secret in (OLD, endpoint.secret):
        assert Webhook(secret).verify(content, headers)


def test_calls_are_paused_with_a_reason_and_taken_up_again() -> None:
    listed = event(Subscribers.EndpointAdded, endpoint_id=LEAVING, url=URL, secret=OLD, kinds=[])
    paused = event(Subscribers.EndpointPaused, endpoint_id=LEAVING, because="being moved")
    given(Subscribers, OPENED, listed).when(lambda s: s.pause(LEAVING, " ", LEAD)).refused(ReasonMissing)
    given(Subscribers, OPENED, listed).when(lambda s: s.pause(LEAVING, "being moved", LEAD)).then(paused)
    given(Subscribers, OPENED, listed, paused).when(lambda s: s.pause(LEAVING, "again", LEAD)).nothing()
    assert given(Subscribers, OPENED, listed, paused).aggregate.for_kind("duty_owed") == [LEAVING]
    resumed = event(Subscribers.EndpointResumed, endpoint_id=LEAVING)
    given(Subscribers, OPENED, listed, paused).when(lambda s: s.resume(LEAVING, LEAD)).then(resumed)
