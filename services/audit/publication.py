"""What leaves audit: checkpoints, for anyone to hold."""

from __future__ import annotations

from functools import singledispatch

from contracts import audit as said
from contracts.envelope import PublishedEvent
from services.audit.domain import Checkpoint


@singledispatch
def publish(event: object) -> PublishedEvent | None:
    return None


@publish.register
def signed(event: Checkpoint.Signed) -> PublishedEvent:
    return said.CheckpointSigned(ledger=event.ledger, size=event.size, root=event.root, note=event.note)
