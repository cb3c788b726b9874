"""What leaves audit: checkpoints, for anyone to hold, and what a verification found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

import orjson

from contracts import audit as said
from contracts.envelope import PublishedEvent
from libs.relay import Message
from libs.store import Recorded
from services.audit.domain import Checkpoint, Verification


@singledispatch
def publish(event: object) -> PublishedEvent | None:
    return None


@publish.register
def signed(event: Checkpoint.Signed) -> PublishedEvent:
    return said.CheckpointSigned(ledger=event.ledger, size=event.size, root=event.root, note=event.note)


@publish.register
def concluded(event: Verification.Concluded) -> PublishedEvent:
    return said.LedgersVerified(
        sound=event.sound, compared=event.compared, faults=event.faults, checkpoints=event.checkpoints
    )


async def announce(rows: Sequence[Recorded]) -> list[Message | None]:
    """Signed notes by themselves, on checkpoints.<ledger>, for tools that know nothing of us but the form of a note."""
    return [_announced(row) for row in rows]


def _announced(row: Recorded) -> Message | None:
    if row.stored.topic != Checkpoint.Signed.TOPIC:
        return None
    state = orjson.loads(row.stored.state)
    return (
        f"checkpoints.{state['ledger']}",
        {"Nats-Msg-Id": f"{state['ledger']}:{state['size']}"},
        state["note"].encode(),
    )
