"""Other systems are called as Standard Webhooks asks, and nothing inside our own network is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from contracts.taxonomy import Role
from services.notification.delivery.hooks import AddressInside, Fence, NotReachable, body, signed
from services.notification.domain.message import Message
from services.notification.domain.subscribers import (
    AddressNotUsable,
    AddressOnTheList,
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
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_a_private_network_is_not_called(address: str) -> None:
    assert not Fence().admits(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_called(address: str) -> None:
    assert Fence().admits(address)


def test_a_setting_names_the_networks_of_ones_own_that_may_be_called() -> None:
    fence = Fence.of({"CANDOUR_WEBHOOK_ALLOW": "10.1.0.0/16, ::1/128"})
    assert fence.admits("10.1.2.3")
    assert fence.admits("::1")
    assert not fence.admits("10.2.0.1")
    with pytest.raises(ValueError, match="not appear"):
        Fence.of({"CANDOUR_WEBHOOK_ALLOW": "somewhere"})


async def test_a_name_is_looked_up_before_it_is_called() -> None:
    with pytest.raises(AddressInside):
        await Fence().resolve("https://localhost/hooks")
    with pytest.raises(AddressInside):
        await Fence().resolve("http://8.8.8.8/hooks")
    with pytest.raises(AddressInside):
        await Fence().resolve("https://0x7f000001/hooks")
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
