"""Each user of NATS says and hears what is its own, and an outside system nothing but its incidents and our
answers."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import nats.errors
import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError

from deploy.nats import topology
from libs.nkeys import KeyRefused, NKey, signed_in
from tests.servers import Messaging

PATIENCE = 60


class Signed:
    """A connection that remembers what the server refused it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.refusals: asyncio.Queue[str] = asyncio.Queue()

    async def heard(self, error: Exception) -> None:
        self.refusals.put_nowait(str(error))

    async def refused(self) -> str:
        """The next refusal; fails when the server makes none before it answers a ping."""
        await self.client.flush()
        return await asyncio.wait_for(self.refusals.get(), PATIENCE)

    async def unrefused(self) -> bool:
        await self.client.flush()
        return self.refusals.empty()


SignIn = Callable[[str], Awaitable[Signed]]


@pytest.fixture
async def sign_in(messaging: Messaging) -> AsyncIterator[SignIn]:
    made: list[Signed] = []

    async def connect(user: str) -> Signed:
        signed = Signed(Client())
        signed.client = await messaging.connect(user, error_cb=signed.heard)
        made.append(signed)
        return signed

    yield connect
    for signed in made:
        await signed.client.close()


@pytest.mark.parametrize("service", topology.services())
async def test_a_service_publishes_its_own_events_and_audit_records(sign_in: SignIn, service: str) -> None:
    signed = await sign_in(service)
    for kind in ("events", "audit"):
        acknowledged = await signed.client.jetstream().publish(f"{kind}.{service}.something_happened.v1", b"{}")
        assert acknowledged.stream == f"{kind.upper()}_{service.upper()}"


@pytest.mark.parametrize(
    ("user", "subject"),
    [
        ("intake", "events.review.case_opened.v1"),
        ("intake", "audit.review.x"),
        ("review", "answers.incidents.careplan"),
        ("review", "external.incidents.careplan"),
        ("review", "checkpoints.head"),
        ("review", "_INBOX_intake.stolen.1"),
        ("review", "$JS.API.STREAM.DELETE.EVENTS_REVIEW"),
        ("review", "$JS.API.STREAM.PURGE.EVENTS_REVIEW"),
        ("review", "$JS.API.STREAM.UPDATE.EVENTS_REVIEW"),
        ("review", "$JS.API.STREAM.CREATE.MINE"),
        ("review", "$JS.API.STREAM.MSG.DELETE.EVENTS_REVIEW"),
        ("review", "$JS.API.STREAM.MSG.GET.AUDIT_INTAKE"),
        ("review", "$JS.API.DIRECT.GET.AUDIT_INTAKE.audit.intake.x"),
        ("review", "$JS.API.CONSUMER.CREATE.AUDIT_REVIEW.peek"),
        ("review", "$JS.API.CONSUMER.CREATE.EXTERNAL.peek"),
        ("review", "$JS.API.CONSUMER.DELETE.EVENTS_INTAKE.action_from_intake"),
        ("review", "$JS.API.CONSUMER.MSG.NEXT.EVENTS_INTAKE.action_from_intake"),
        ("review", "$JS.API.CONSUMER.CREATE.EVENTS_INTAKE.action_from_intake.events.intake.>"),
        ("review", "$JS.API.CONSUMER.DURABLE.CREATE.EVENTS_INTAKE.action_from_intake"),
        ("review", "$JS.ACK.EVENTS_INTAKE.action_from_intake.1.1.1.1.0"),
        ("source_careplan", "external.incidents.rostering"),
        ("source_careplan", "events.intake.opportunity_raised.v1"),
        ("source_careplan", "$JS.API.STREAM.NAMES"),
        ("source_careplan", "answers.incidents.careplan"),
    ],
)
async def test_nobody_says_what_is_not_theirs(sign_in: SignIn, user: str, subject: str) -> None:
    signed = await sign_in(user)
    await signed.client.publish(subject, b"{}")
    assert "permissions violation for publish" in (await signed.refused()).lower()


@pytest.mark.parametrize(
    ("user", "subject"),
    [
        ("review", "events.>"),
        ("review", "events.review.>"),
        ("review", "_INBOX_intake.>"),
        ("audit", ">"),
        ("source_careplan", "answers.incidents.rostering"),
        ("source_careplan", "external.incidents.careplan"),
        ("source_careplan", "_INBOX.>"),
    ],
)
async def test_nobody_hears_what_is_not_theirs(sign_in: SignIn, user: str, subject: str) -> None:
    signed = await sign_in(user)
    await signed.client.subscribe(subject)
    assert "permissions violation for subscription" in (await signed.refused()).lower()


async def test_a_service_reads_its_neighbours_events_in_every_way_it_needs(sign_in: SignIn) -> None:
    intake, review = await sign_in("intake"), await sign_in("review")
    subject = f"events.intake.seen_{uuid.uuid4().hex}"
    sent = await intake.client.jetstream().publish(subject, b"1")
    js = review.client.jetstream()
    listener = await js.pull_subscribe(
        subject,
        "review_from_intake",
        "EVENTS_INTAKE",
        ConsumerConfig(deliver_policy=DeliverPolicy.ALL, filter_subject=subject),
    )
    (message,) = await listener.fetch(1, timeout=PATIENCE)
    await message.ack_sync()
    ordered = await js.subscribe(subject, stream="EVENTS_INTAKE", ordered_consumer=True)
    assert (await ordered.next_msg(PATIENCE)).data == b"1"
    await ordered.unsubscribe()
    assert (await js.get_last_msg("EVENTS_INTAKE", subject)).seq == sent.seq
    assert (await js.get_last_msg("EVENTS_INTAKE", subject, direct=True)).seq == sent.seq
    assert (await js.consumer_info("EVENTS_INTAKE", "review_from_intake")).num_pending == 0
    await js.delete_consumer("EVENTS_INTAKE", "review_from_intake")
    assert await review.unrefused()


async def test_a_relay_finds_where_its_audit_stream_ends(sign_in: SignIn) -> None:
    review = await sign_in("review")
    js = review.client.jetstream()
    sent = await js.publish("audit.review.case_opened", b"{}")
    assert (await js.stream_info("AUDIT_REVIEW")).state.last_seq == sent.seq
    assert (await js.get_last_msg("AUDIT_REVIEW", "audit.review.>")).seq == sent.seq
    assert await review.unrefused()


async def test_audit_reads_every_audit_stream_and_signs_checkpoints(sign_in: SignIn) -> None:
    await (await sign_in("action")).client.jetstream().publish("audit.action.x", b"{}")
    audit = await sign_in("audit")
    js = audit.client.jetstream()
    ordered = await js.subscribe("audit.action.>", stream="AUDIT_ACTION", ordered_consumer=True)
    assert (await ordered.next_msg(PATIENCE)).subject.startswith("audit.action.")
    await js.publish("checkpoints.head", b"{}")
    assert await audit.unrefused()


async def test_an_outside_system_sends_an_incident_and_hears_the_answer(sign_in: SignIn) -> None:
    source, intake = await sign_in("source_careplan"), await sign_in("intake")
    answers = await source.client.subscribe("answers.incidents.careplan")
    await source.client.flush()
    sent = await source.client.jetstream().publish("external.incidents.careplan", b"{}")
    assert sent.stream == "EXTERNAL"
    arrivals = await intake.client.jetstream().pull_subscribe("external.incidents.*", "intake_from_outside", "EXTERNAL")
    (incident,) = await arrivals.fetch(1, timeout=PATIENCE)
    await incident.ack_sync()
    await intake.client.jetstream().publish("answers.incidents.careplan", b"taken")
    assert (await answers.next_msg(PATIENCE)).data == b"taken"
    assert await source.unrefused()


@pytest.mark.parametrize(("size", "taken"), [(1024 * 1024, True), (1024 * 1024 + 4097, False)])
async def test_an_incident_of_more_than_one_mebibyte_is_refused(sign_in: SignIn, size: int, *, taken: bool) -> None:
    source = await sign_in("source_careplan")
    sending = source.client.jetstream().publish("external.incidents.careplan", b"x" * size)
    if taken:
        assert (await sending).stream == "EXTERNAL"
    else:
        with pytest.raises(APIError, match="size exceeds maximum"):
            await sending


async def test_a_message_larger_than_the_wire_allows_is_refused_before_it_is_sent(sign_in: SignIn) -> None:
    source = await sign_in("source_careplan")
    with pytest.raises(nats.errors.MaxPayloadError):
        await source.client.publish("external.incidents.careplan", b"x" * (2 * 1024 * 1024))


async def test_a_wrong_seed_is_refused_and_it_is_said_whose_key_is_not_known(messaging: Messaging) -> None:
    stranger = NKey.new()
    with pytest.raises(KeyRefused, match=rf"does not let intake in: the public key {stranger.public} is not in its"):
        await signed_in(messaging.url, "intake", stranger.seed)


async def test_nobody_signs_in_without_a_key_or_by_signing_with_anothers(messaging: Messaging) -> None:
    # Spoken by hand, as no client of ours would.
    host, port = messaging.url.removeprefix("nats://").split(":")
    known, stranger = NKey.of(messaging.seeds["intake"]).public, NKey.new()
    signed = {"nkey": known, "sig": "by a stranger"}
    for claim in ({}, {"user": "intake", "pass": ""}, {"nkey": known}, signed):
        reader, writer = await asyncio.open_connection(host, int(port))
        challenge = json.loads((await reader.readline()).removeprefix(b"INFO "))["nonce"]
        said = claim | {"verbose": False} | ({"sig": stranger.signature(challenge).decode()} if claim is signed else {})
        writer.write(b"CONNECT " + json.dumps(said).encode() + b"\r\nPING\r\n")
        assert b"Authorization Violation" in await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.close()
        await writer.wait_closed()


async def test_nobody_removes_an_event_even_with_every_permission(sign_in: SignIn) -> None:
    operator = (await sign_in("operator")).client.jetstream()
    await (await sign_in("review")).client.jetstream().publish("events.review.kept", b"{}")
    with pytest.raises(APIError):
        await operator.purge_stream("EVENTS_REVIEW")
    with pytest.raises(APIError):
        await operator.delete_msg("AUDIT_REVIEW", 1)
