"""The workers' own way of reading and writing passes the permissions: FastStream's durable pull, and atomic batches."""

import asyncio
import json
import uuid

from faststream.nats import JStream, PullSub

from libs.nkeys import inbox_prefix
from libs.wire import Broker
from tests.servers import Messaging


async def test_a_worker_listens_with_its_services_credentials(messaging: Messaging) -> None:
    subject = f"events.intake.{uuid.uuid4().hex}"
    refused: list[str] = []

    async def heard(error: Exception) -> None:
        refused.append(str(error))

    broker = Broker(
        messaging.url,
        "review",
        messaging.seeds["review"],
        error_cb=heard,
        logger=None,
    )
    loop = asyncio.get_running_loop()
    pulled, followed = loop.create_future(), loop.create_future()

    @broker.subscriber(
        subject,
        stream=JStream("EVENTS_INTAKE", declare=False),
        durable="review_from_intake",
        pull_sub=PullSub(batch_size=1, timeout=1),
        # FastStream does not hand the connection's own prefix on to a pull subscription.
        inbox_prefix=f"{inbox_prefix('review')}.".encode(),
    )
    async def listen(body: str) -> None:
        pulled.set_result(body)

    @broker.subscriber(subject, stream=JStream("EVENTS_INTAKE", declare=False), ordered_consumer=True)
    async def follow(body: str) -> None:
        followed.set_result(body)

    intake = await messaging.connect("intake")
    try:
        await broker.start()
        await intake.jetstream().publish(subject, b"told")
        async with asyncio.timeout(60):
            assert (await pulled, await followed) == ("told", "told")
    finally:
        await broker.stop()
        await intake.close()
    assert refused == []


async def test_a_relay_publishes_an_atomic_batch_behind_its_fence(messaging: Messaging) -> None:
    review = await messaging.connect("review")
    last = (await review.jetstream().stream_info("AUDIT_REVIEW")).state.last_seq
    batch = {"Nats-Batch-Id": uuid.uuid4().hex}
    first = {"Nats-Batch-Sequence": "1", "Nats-Expected-Last-Sequence": str(last)}
    await review.publish("audit.review.one", b"1", headers=batch | first)
    closing = batch | {"Nats-Batch-Sequence": "2", "Nats-Batch-Commit": "1"}
    answer = json.loads((await review.request("audit.review.two", b"2", headers=closing, timeout=60)).data)
    assert (answer["seq"], answer["count"]) == (last + 2, 2)
    behind = {"Nats-Expected-Last-Sequence": str(last)}
    late = await review.request("audit.review.x", b"", headers=behind, timeout=60)
    assert json.loads(late.data)["error"]["err_code"] == 10071
    await review.close()
