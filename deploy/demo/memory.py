"""A store with a memory: while a history is played nobody else writes, so what was written need not be read again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from deploy.house import Platform
from libs.directory import Directory
from libs.store import Conflict, EventStore, Once

AGGREGATES = 30_000
"""How many records' events are kept at hand."""


class RememberingStore:
    """Stands before an event store: it answers from memory what it wrote or read, and passes on all else.

    `is_new`: the store was empty when it was opened, so a record that was never written here does not exist.
    """

    def __init__(self, store: EventStore) -> None:
        self.store, self.is_new = store, store.position == 0
        self._held: OrderedDict[UUID, list[Any]] = OrderedDict()
        self._written: set[UUID] = set()
        self.keys: set[tuple[str, str]] | None = set() if self.is_new else None
        """The requests that were answered; None where nobody said which they are."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def load(self, aggregate: UUID, after: int = 0) -> list[Any]:
        """One record's events after a version, in order."""
        events = self._held.get(aggregate)
        if events is None:
            if self.is_new and aggregate not in self._written:
                return []
            events = await self.store.load(aggregate)
            self._hold(aggregate, events)
        self._held.move_to_end(aggregate)
        return events[after:]

    async def append(self, events: Sequence[Any], once: Once | None = None) -> list[int]:
        """Keep these events, and remember them. Raises what the store raises."""
        identities = {event.originator_id for event in events}
        try:
            positions = await self.store.append(events, once)
        except Conflict:
            for identity in identities:
                self._held.pop(identity, None)
            raise
        self._written |= identities
        if once and self.keys is not None:
            self.keys.add((once.consumer, once.message_id))
        for event in events:
            self._remember(event)
        return positions

    def _remember(self, event: Any) -> None:
        held = self._held.get(event.originator_id)
        if held is None and event.originator_version == 1:
            held = []
            self._hold(event.originator_id, held)
        if held is not None and len(held) + 1 == event.originator_version:
            held.append(event)

    def _hold(self, aggregate: UUID, events: list[Any]) -> None:
        self._held[aggregate] = events
        while len(self._held) > AGGREGATES:
            self._held.popitem(last=False)

    async def answer(self, consumer: str, message_id: str) -> tuple[str, str] | None:
        """What a request led to; None where it is new."""
        if self.keys is not None and (consumer, message_id) not in self.keys:
            return None
        return await self.store.answer(consumer, message_id)


def remember_answers(directory: Directory) -> None:
    """Let a directory answer the same question from memory until it is kept further."""
    answers: dict[str, list[dict[str, Any]]] = {}
    rows, keep = directory.rows, directory.keep

    async def remembered(query: LiteralString, parameters: Any = ()) -> list[dict[str, Any]]:
        question = f"{query}{parameters!r}"
        if question not in answers:
            answers[question] = await rows(query, parameters)
        return [dict(row) for row in answers[question]]

    async def kept(*arguments: Any) -> None:
        await keep(*arguments)
        answers.clear()

    vars(directory).update(rows=remembered, keep=kept)


def let_remember(platform: Platform) -> None:
    """Give every service of an opened platform that nobody else writes to a memory of what is on record."""
    for room in platform.rooms.values():
        room.service.store = RememberingStore(room.store)
        remember_answers(room.view(Directory))
