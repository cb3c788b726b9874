"""How long somebody may read, in an emergency, what their post does not reach: the provider's own rule, as data."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from libs.practice import Part, Words


class EmergencyAccess(Part):
    """No law gives the number, so the source says whose choice it is. A pack that does not name it means the default."""

    version: str = Field(default="before-2026.1", pattern=r"^[0-9A-Za-z.-]{1,40}$")
    source: Words = "A working shift's half, until the provider says otherwise."
    reviewed_on: date | None = None
    minutes: int = Field(default=240, ge=15, le=1440)
    """How long one emergency opens one journey."""
