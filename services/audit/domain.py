"""A checkpoint: the root of a ledger at a size, signed, so that whoever holds it can tell a changed past."""

from __future__ import annotations

from uuid import UUID

from libs.domain import Aggregate, Created, event, follows

PLATFORM = "platform"
"""Whose affairs the ledgers are: they cover every provider of the installation."""


def ledger_journey(ledger: str) -> UUID:
    """The journey under which a ledger's checkpoints are kept in order."""
    return follows("audit.Ledger", ledger)


class Checkpoint(Aggregate):
    """One ledger at one size. It is signed once: a second root for the same size would be a contradiction."""

    TOPIC = "audit.Checkpoint"

    class Signed(Created):
        TOPIC = "audit.Checkpoint.Signed"
        ledger: str
        size: int
        root: str
        note: str

    @staticmethod
    def create_id(ledger: str, size: int) -> UUID:
        return follows("audit.Checkpoint", f"{ledger}/{size}")

    @event(Signed)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, ledger: str, size: int, root: str, note: str
    ) -> None:
        self.ledger, self.size, self.root, self.note = ledger, size, root, note
