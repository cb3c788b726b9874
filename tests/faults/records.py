"""What the house has on record, read from its stores: which decision led to what, in which order, how often."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from deploy.house import Platform
from tests.faults.caller import trace_of

ALL = 10_000_000
RAISED = "intake.Opportunity.Raised"


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored event. `cause` is the neighbour's event that it answers, or nothing where somebody asked for it."""

    service: str
    position: int
    aggregate: UUID
    version: int
    topic: str
    journey: UUID
    trace: str
    cause: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A published event: whose, where in their log, and what it says."""

    service: str
    position: int
    name: str


@dataclass(frozen=True)
class History:
    """One journey's record without its ids: the same for two journeys on which the same was asked."""

    records: Counter[tuple[str, tuple[str, ...]]]
    """Of each record, by service, the events in order."""
    decisions: dict[str, list[str]]
    """What each step that was asked for led to."""
    effects: Counter[tuple[str, str, str]]
    """What each service did about what it heard, or by itself: service, event, cause."""


@dataclass
class Records:
    """Every entry of every store by journey, in the order of its store, and what was published."""

    entries: dict[UUID, list[Entry]]
    causes: dict[str, Cause]
    positions: dict[str, list[int]]

    @classmethod
    async def of(cls, platform: Platform) -> Records:
        """Read all."""
        found = cls(defaultdict(list), {}, {})
        for name, room in platform.rooms.items():
            rows = await room.store.read(0, ALL)
            events: list[Any] = list(room.mapper.sealed(row.stored for row in rows))
            found.positions[name] = [row.position for row in rows]
            for row, event in zip(rows, events, strict=True):
                stored = row.stored
                trace, record = event.by.trace, UUID(str(stored.originator_id))
                found.entries[event.journey].append(
                    Entry(
                        name, row.position, record, stored.originator_version, stored.topic, event.journey,
                        trace.split("-")[1] if trace else "", event.by.causation,
                    )
                )  # fmt: skip
            for envelope in await room.publisher.envelopes(rows):
                if envelope:
                    found.causes[str(envelope.id)] = Cause(name, envelope.sequence, envelope.type)
        return found

    def history(self, journey: UUID, name: str, keys: Iterable[str]) -> History:
        """A journey's record, under the steps' own names. Fails for a decision that nobody was told of."""
        steps = {trace_of(key): key.removeprefix(f"{name}/") for key in keys if key.startswith(f"{name}/")}
        records: dict[tuple[str, UUID], list[Entry]] = defaultdict(list)
        decisions: dict[str, list[str]] = {step: [] for step in steps.values()}
        effects: Counter[tuple[str, str, str]] = Counter()
        for each in self.entries[journey]:
            records[each.service, each.aggregate].append(each)
            if each.trace and not each.cause:
                decisions[steps[each.trace]].append(each.topic)
            else:
                cause = self.causes[each.cause].name if each.cause else ""
                effects[each.service, each.topic, cause] += 1
        for entries in records.values():
            assert [each.version for each in entries] == list(range(1, len(entries) + 1))
        return History(
            Counter((service, tuple(e.topic for e in entries)) for (service, _), entries in records.items()),
            decisions,
            effects,
        )

    def begun(self) -> set[UUID]:
        """Every journey that somebody's concern began."""
        return {each.journey for entries in self.entries.values() for each in entries if each.topic == RAISED}

    def decided_in_order(self, journey: UUID) -> dict[str, list[str]]:
        """By service, the traces of what was asked on a journey, in the order in which it was decided."""
        found: dict[str, list[str]] = defaultdict(list)
        for each in self.entries[journey]:
            if each.trace and not each.cause and each.trace not in found[each.service][-1:]:
                found[each.service].append(each.trace)
        return found

    def heard_in_order(self, journey: UUID) -> bool:
        """Whether each service did things on this journey in the order in which each neighbour had said them."""
        heard: dict[tuple[str, str], list[int]] = defaultdict(list)
        for each in self.entries[journey]:
            if each.cause:
                cause = self.causes[each.cause]
                heard[each.service, cause.service].append(cause.position)
        return all(places == sorted(places) for places in heard.values())
