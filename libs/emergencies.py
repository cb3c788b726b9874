"""How long somebody may read, in an emergency, what their post does not reach: the provider's own rule, as data."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import Field

from libs.domain import Refused
from libs.practice import Part, Words

SAME_READING = timedelta(minutes=1)
"""A page that keeps itself up to date is one reading, not one for each time it looks for news."""


class EmergencyAccess(Part):
    """No law gives the number, so the source says whose choice it is. A pack that does not name it means the default."""

    version: str = Field(default="before-2026.1", pattern=r"^[0-9A-Za-z.-]{1,40}$")
    source: Words = "A working shift's half, until the provider says otherwise."
    reviewed_on: date | None = None
    minutes: int = Field(default=240, ge=15, le=1440)
    """How long one emergency opens one journey."""


class EmergencyIsOver(Refused):
    """The time for reading this is over. If somebody is still at risk, ask again."""
