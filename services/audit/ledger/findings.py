"""What a comparison of stores, ledger and checkpoints found, in words that name each event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID, uuid5

ALTERED, REMOVED, INSERTED, MOVED, REPLACED = "altered", "removed", "inserted", "moved", "replaced"
REWRITTEN = "rewritten"
"""Altered in the store and in the ledger alike; the signed checkpoints and the stream still tell."""
STORE, LEDGER = "store", "ledger"
"""Where an event is not what was recorded."""
MOST = 1000
"""How many faults one comparison names; it counts them all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An event that is not what was recorded.

    `kind`: altered, removed, inserted, moved (to another place in the log, `was` its own), replaced (by another event), or
    rewritten (in store and ledger alike). `part` says where: in the service's store, or in the ledger's own entries.
    """

    kind: str
    position: int
    topic: str
    aggregate: UUID
    version: int
    was: int | None = None
    part: str = STORE

    @property
    def event(self) -> UUID:
        """The event's id, as its neighbours know it."""
        return uuid5(self.aggregate, str(self.version))


@dataclass(slots=True)
class Comparison:
    """What a comparison found. `newer` events had not reached the ledger yet; `checkpoints` were held against it."""

    ledger: str
    size: int = 0
    compared: int = 0
    newer: int = 0
    checkpoints: int = 0
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Why the ledger or a checkpoint cannot be trusted, a sentence each."""

    @property
    def sound(self) -> bool:
        """Nothing was changed since it was recorded."""
        return not self.count and not self.problems

    @property
    def broken(self) -> str:
        """Everything that speaks against the ledger itself, or empty."""
        return "; ".join(self.problems)

    def add(self, fault: Fault) -> None:
        """Count a fault, and name it where not too many were named before."""
        self.count += 1
        if len(self.faults) < MOST:
            self.faults.append(fault)

    def clear(self, wrongly: Callable[[Fault], bool]) -> None:
        """Take back what was said of the store where it turns out that the ledger's entry is the one that was changed."""
        kept = [fault for fault in self.faults if not wrongly(fault)]
        self.count -= len(self.faults) - len(kept)
        self.faults = kept

    def told(self) -> dict[str, Any]:
        """For other programs."""
        faults = [asdict(fault) | {"event": fault.event} for fault in self.faults]
        return asdict(self) | {"faults": faults, "sound": self.sound}
