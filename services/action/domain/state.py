"""How far an action has come, from its agreement until somebody else has seen the change."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """How far an action has come."""

    AGREED = "agreed"
    STARTED = "started"
    IMPLEMENTED = "implemented"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"


TO_BE_MADE = (State.AGREED, State.STARTED)
"""The states in which a due date still means something."""
