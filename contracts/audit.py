"""What audit promises: the state of its ledger, signed, so that nobody can quietly change the past."""

from __future__ import annotations

from pydantic import Field

from contracts.envelope import PublishedEvent


class CheckpointSigned(PublishedEvent, name="audit.checkpoint_signed.v1"):
    """The root of the ledger of one service's events at a size."""

    ledger: str = Field(description="whose events: intake, review, …")
    size: int = Field(ge=0)
    root: str = Field(description="base64 of the RFC 6962 Merkle tree hash")
    note: str = Field(description="the signed note, in the form that transparency-log tools read")


class LedgersVerified(PublishedEvent, name="audit.ledgers_verified.v1"):
    """Every store was compared with its ledger, and every ledger with all that was ever signed about it."""

    sound: bool = Field(description="whether nothing was altered, removed, slipped in, moved or replaced")
    compared: int = Field(ge=0, description="how many events were compared")
    faults: int = Field(ge=0, description="how many faults were found; the page of audit names them")
    checkpoints: int = Field(ge=0, description="how many signed checkpoints were held against the ledgers")
