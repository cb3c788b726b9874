"""Who decides, when and why: the circumstances that every event of a decision carries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Act:
    """A request to decide: by whom, in which role, and why; when it occurred, if not now.

    `key` makes a repeated request answer the same instead of doing it twice; `based_on` is the version of
    the record the decision was based on, so that nobody overwrites what they have not seen.
    """

    actor: str
    role: str
    scope: str = ""
    rationale: str = ""
    rules: str = ""
    occurred: datetime | None = None
    key: str = ""
    fingerprint: str = ""
    based_on: int | None = None

    def because(self, rationale: str, rules: str = "") -> Act:
        """The same act, with its reason and the version of the rules it was weighed under."""
        return replace(self, rationale=rationale, rules=rules or self.rules)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is true of every event of one decision. `now` comes from the service's injected clock."""

    now: datetime
    actor: str
    role: str
    occurred: datetime
    rationale: str = ""
    rules: str = ""
    causation: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """Who decided, in which role, why, under which rules; kept on every stored event.

    `rationale` is in somebody's own words, so it is sealed with the rest of what is personal.
    """

    actor: str = ""
    role: str = ""
    occurred: datetime | None = None
    rationale: str = ""
    rules: str = ""
    causation: str = ""
    trace: str = ""


_circumstances: ContextVar[Circumstances] = ContextVar("circumstances")


def circumstances() -> Circumstances:
    """The circumstances of the decision now being made. Raises LookupError outside of one."""
    return _circumstances.get()


def decided() -> Decided:
    """What the next event keeps of who decides."""
    now = _circumstances.get()
    return Decided(now.actor, now.role, now.occurred, now.rationale, now.rules, now.causation, now.trace)


@contextmanager
def deciding(act: Act, now: datetime, causation: str = "", trace: str = "") -> Iterator[Circumstances]:
    """Everything decided inside happens at `now`, by this act."""
    here = Circumstances(now, act.actor, act.role, act.occurred or now, act.rationale, act.rules, causation, trace)
    token = _circumstances.set(here)
    try:
        yield here
    finally:
        _circumstances.reset(token)


@dataclass(frozen=True, slots=True)
class Saved:
    """What an accepted command leaves behind: where it stands in the log, and the version it led to."""

    id: UUID
    version: int
    position: int
    replayed: bool = False
    detail: dict[str, str] = field(default_factory=dict)
