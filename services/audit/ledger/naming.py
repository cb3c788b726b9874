"""Which of the two was changed, store or ledger: beyond what checkpoints vouch for, the stream of records still tells."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from libs.connecting import connected
from services.audit.ledger.book import Entry
from services.audit.ledger.comparing import Checked
from services.audit.ledger.findings import (
    ALTERED,
    INSERTED,
    LEDGER,
    MOST,
    MOVED,
    REMOVED,
    REPLACED,
    REWRITTEN,
    Comparison,
    Fault,
)
from services.audit.ledger.merkle import leaf_of
from services.audit.ledger.witnesses import Witness

BATCH = 1_000
NOTED = (
    "SELECT position, place, leaf, topic, aggregate, version FROM audit.ledger_entry"
    " WHERE service = %s AND position > %s AND position <= %s"
)
BEHIND = "SELECT coalesce(max(position), -1) FROM audit.ledger_entry WHERE service = %s AND place <= %s"
FIRST = -1
STRAY = NOTED.replace("position <= %s", "place <= %s")
KEPT = (
    "SELECT notification_id, originator_id, originator_version, topic, state FROM {}.events"
    " WHERE notification_id > %s AND notification_id <= %s"
)


class Noted(NamedTuple):
    """An entry as the ledger holds it now."""

    place: int
    leaf: bytes
    topic: str
    aggregate: UUID
    version: int


async def name_by_stream(checked: Checked, auditor: str, witness: Witness) -> None:
    """Hold what no checkpoint vouches for against the stream, which only the message server's owner could alter as well.

    Names each entry of the ledger that was changed, and takes back what was said of the store where it was not. What the
    stream holds beyond the ledger is on its way there, or was cut off from both.
    """
    result = checked.comparison
    entered = max(result.size, checked.largest)
    last = max(entered, await witness.last(result.ledger))
    if checked.agreed >= last:
        return
    async with connected(auditor, autocommit=True) as connection:
        naming = await _Naming.after(checked.agreed, connection, result, entered)
        async for batch in _batches(witness.records(result.ledger, checked.agreed + 1, last)):
            await naming.look(batch)
        if naming.place < entered:
            result.problems.append(f"the stream holds records up to {naming.place}, and {entered} were entered")
        await naming.look_beyond(result.size)
    result.clear(lambda fault: fault.position in naming.cleared)
    for fault in naming.named():
        result.add(fault)
    result.count += naming.more
    result.faults.sort(key=lambda fault: (fault.position, fault.part))


async def _batches(records: AsyncIterator[Entry]) -> AsyncIterator[list[Entry]]:
    batch: list[Entry] = []
    async for record in records:
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class _Naming:
    """Records, ledger and store by position, some at a time; what is wrong is kept until all has been seen, up to MOST of
    each kind, and counted beyond."""

    def __init__(
        self, connection: psycopg.AsyncConnection[Any], result: Comparison, entered: int, place: int, position: int
    ) -> None:
        self.connection, self.ledger, self.place, self.position = connection, result.ledger, place, position
        self.entered, self.more = entered, 0
        self.blamed = {fault.position for fault in result.faults}
        self.cleared: set[int] = set()
        self.rewritten: list[Entry] = []
        self.wrong: dict[int, tuple[Entry | None, Noted | None]] = {}
        self.shifted: list[Entry] = []
        self.lost: list[Fault] = []

    @classmethod
    async def after(
        cls, place: int, connection: psycopg.AsyncConnection[Any], result: Comparison, entered: int
    ) -> _Naming:
        """Beginning behind a place up to which checkpoints vouch for the ledger."""
        rows = await connection.execute(BEHIND, (result.ledger, place))
        return cls(connection, result, entered, place, (await rows.fetchone() or (FIRST,))[0])

    async def look(self, batch: list[Entry]) -> None:
        """The next records, in order."""
        first, self.position, self.place = self.position, batch[-1].position, batch[-1].place
        noted = await self._noted(NOTED, first, self.position)
        rows = await self.connection.execute(SQL(KEPT).format(Identifier(self.ledger)), (first, self.position))
        kept = {row[0]: leaf_of(*row) async for row in rows}
        for record in batch:
            self._record(record, noted.pop(record.position, None), kept.pop(record.position, None))
        for position, stray in noted.items():
            self._wrong(position, None, stray)
            if position not in kept:
                self._clear(position)

    async def look_beyond(self, size: int) -> None:
        """Entries that lie behind everything the stream holds."""
        for position, stray in (await self._noted(STRAY, self.position, size)).items():
            self._wrong(position, None, stray)

    def _record(self, record: Entry, noted: Noted | None, kept: bytes | None) -> None:
        if noted is not None and noted.leaf == record.leaf:
            if noted.place != record.place and len(self.shifted) < MOST:
                self.shifted.append(record)
        elif noted is not None and kept == noted.leaf:
            self._clear(record.position)
            if len(self.rewritten) < MOST:
                self.rewritten.append(record)
            else:
                self.more += 1
        elif record.place > self.entered and noted is None:
            if kept != record.leaf and len(self.lost) < MOST:  # else it is on its way to the ledger
                self.lost.append(_fault(ALTERED if kept else REMOVED, record))
        else:
            self._wrong(record.position, record, noted)
            if kept == record.leaf:
                self._clear(record.position)

    def _clear(self, position: int) -> None:
        """Take back what was said of the store, as far as it was named there."""
        if position in self.blamed:
            self.cleared.add(position)

    def _wrong(self, position: int, record: Entry | None, noted: Noted | None) -> None:
        if len(self.wrong) < MOST:
            self.wrong[position] = record, noted
        else:
            self.more += 1

    async def _noted(self, query: str, *span: int) -> dict[int, Noted]:
        rows = await self.connection.execute(query.encode(), (self.ledger, *span))
        return {row[0]: Noted(row[1], bytes(row[2]), *row[3:]) async for row in rows}

    def named(self) -> Iterator[Fault]:
        """A fault for each event, as far as what is wrong in one place explains what is wrong in another."""
        yield from (_fault(REWRITTEN, record) for record in self.rewritten)
        yield from self.lost
        entered = {(noted.aggregate, noted.version): position for position, (_, noted) in self.wrong.items() if noted}
        missing = {_identity(record): record for record, _ in self.wrong.values() if record}
        for position, (record, noted) in sorted(self.wrong.items()):
            yield from self._one(position, record, noted, entered, missing)
        if not self.wrong:
            yield from (_fault(MOVED, record, LEDGER) for record in self.shifted)

    @staticmethod
    def _one(
        position: int, record: Entry | None, noted: Noted | None, entered: Mapping[tuple[UUID, int], int],
        missing: Mapping[tuple[UUID, int], Entry],
    ) -> Iterator[Fault]:  # fmt: skip
        if noted is not None and (own := missing.get((noted.aggregate, noted.version))) is not None:
            if own.position == position:
                yield _fault(ALTERED, own, LEDGER)
            else:
                yield Fault(MOVED, position, noted.topic, noted.aggregate, noted.version, own.position, LEDGER)
        elif noted is not None:
            lost = record or noted
            kind = REPLACED if record else INSERTED
            yield Fault(kind, position, lost.topic, lost.aggregate, lost.version, None, LEDGER)
        elif record is not None and _identity(record) not in entered:
            yield _fault(REMOVED, record, LEDGER)


def _identity(record: Entry | Noted) -> tuple[UUID, int]:
    return record.aggregate, record.version


def _fault(kind: str, record: Entry, part: str = "store") -> Fault:
    return Fault(kind, record.position, record.topic, record.aggregate, record.version, None, part)
