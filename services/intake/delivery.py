"""The outer door on the wire: what outside systems send is fetched, taken or kept apart, and only then let go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from faststream import AckPolicy
from faststream.nats import JStream, PullSub

from libs.deciding import Act
from libs.logs import log
from libs.store import Unavailable
from libs.wire import Wire
from services.intake.application import Intake, Sent

STREAM = "EXTERNAL"
DURABLE = "intake_from_external"
SUBJECTS = "external.incidents.*"
TRIES = 5
"""How often a message may fail here before it is kept apart, so that those behind it are taken."""

PAUSE = 0.2
FAULT = "It could not be taken because of a fault here, not because of what was sent. A person will look at it."


def door(intake: Intake) -> Callable[[Wire], Awaitable[None]]:
    """An ear for what outside systems send. Messages are taken one at a time, in the order in which they came."""

    async def listen(wire: Wire) -> None:
        async def raw(message: Any) -> Any:
            return message.raw_message

        @wire.broker.subscriber(
            SUBJECTS,
            stream=JStream(STREAM, declare=False),
            durable=DURABLE,
            pull_sub=PullSub(batch_size=1, timeout=1),
            # A pull subscription is not given the connection's own prefix.
            inbox_prefix=b"_INBOX_intake.",
            decoder=raw,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            no_reply=True,
        )
        async def take(message: Any) -> None:
            await _take(intake, message)

    return listen


async def _take(intake: Intake, message: Any) -> None:
    place = message.metadata
    source = message.subject.rpartition(".")[2]
    sent = Sent(source, message.headers or {}, message.data, place.timestamp)
    # A stream made anew counts from one again, so its place alone would not name the message.
    key = f"{STREAM}/{place.sequence.stream}/{place.timestamp.isoformat()}"
    act = Act(f"source:{source}", "system", key=key)
    try:
        await intake.take_external(act, sent)
    except (Unavailable, psycopg.Error, OSError):
        await asyncio.sleep(PAUSE)
        raise
    except Exception as fault:
        log("intake").error("external message not taken", source=source, kind=type(fault).__name__)
        if place.num_delivered < TRIES:
            await asyncio.sleep(PAUSE)
            raise
        await intake.keep_apart(act, sent, "fault-here", FAULT)


async def calm(wire: Wire) -> bool:
    """Whether everything that outside systems sent has been taken."""
    context = (await wire.connect()).jetstream()
    info = await context.consumer_info(STREAM, DURABLE)
    return not info.num_pending and not info.num_ack_pending
