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
