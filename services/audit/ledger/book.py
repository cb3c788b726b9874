"""One service's ledger as it is kept: each record that arrives becomes a leaf, in order, once, or the ledger halts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool

from libs.logs import log
from services.audit.ledger import history, persons
from services.audit.ledger.kept import NODES, Gap, KeptTree
from services.audit.ledger.merkle import leaf_of

DDL = (
    """
CREATE TABLE IF NOT EXISTS audit.ledger_entry (
    service text NOT NULL,
    place bigint NOT NULL,
    position bigint NOT NULL,
    leaf bytea NOT NULL,
    topic text NOT NULL,
    aggregate uuid NOT NULL,
    version bigint NOT NULL,
    journey uuid NOT NULL,
    recorded timestamptz NOT NULL,
    PRIMARY KEY (service, place)
);
CREATE UNIQUE INDEX IF NOT EXISTS ledger_entry_position ON audit.ledger_entry (service, position);
CREATE INDEX IF NOT EXISTS ledger_entry_journey ON audit.ledger_entry (journey, recorded);
"""
    + NODES
    + history.DECISIONS
    + persons.TABLES
)
COLUMNS = "service, place, position, leaf, topic, aggregate, version, journey, recorded"
BATCH = 1000
PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf and what it stands for. `place` counts from 1; `position` is the event's place in its service's log."""

    service: str
    place: int
    position: int
    leaf: bytes
    topic: str
    aggregate: UUID
    version: int
    journey: UUID
    recorded: datetime
    decision: history.Decision | None = field(default=None, compare=False)
    persons: persons.Rows = field(default=([], []), compare=False)


def entry_of(service: str, message: Any) -> Entry:
    """A record as it came over the wire. Its place is its number in the stream, where every stored event has one."""
    head, state = message.headers, message.data
    position, version = int(head["Candour-Position"]), int(head["Candour-Version"])
    aggregate, topic = UUID(head["Candour-Aggregate"]), head["Candour-Topic"]
    said = orjson.loads(state)
    place = message.metadata.sequence.stream
    return Entry(
        service, place, position, leaf_of(position, aggregate, version, topic, state),
        topic, aggregate, version, UUID(said["journey"]), datetime.fromisoformat(said["timestamp"]),
        history.decision_of(service, place, position, topic, aggregate, version, said),
        persons.rows_of([(service, position, topic, said)]),
    )  # fmt: skip


class Book:
    """A ledger that is added to. `halted` says why it takes nothing more, or is empty while all is sound."""

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        self.service, self.pool = service, pool
        self.tree = KeptTree(service, pool)
        self.last: Entry | None = None
        self.halted = ""
        self._waiting: asyncio.Queue[Entry] = asyncio.Queue(maxsize=2 * BATCH)
        self._log = log("audit")

    async def load(self) -> None:
        """Go on from what is on record; the leaves themselves are not read again."""
        try:
            await self.tree.load()
        except Gap as gap:
            self.halt(str(gap))
        self.last = await self.entry(len(self.tree)) if len(self.tree) else None

    @property
    def after(self) -> int:
        """Where to resume hearing: the last entry comes once more, to see that it is still what was recorded."""
        return max(0, len(self.tree) - 1)

    def halt(self, reason: str) -> None:
        """Take nothing more until a person has looked: a ledger that goes on over a fault proves nothing."""
        self.halted = self.halted or reason
        self._log.error("ledger halted", source=self.service, position=len(self.tree), reason=reason)

    async def take(self, message: Any) -> None:
        """The next record of the service's audit stream."""
        if self.halted:
            return
        try:
            entry = entry_of(self.service, message)
        except (KeyError, ValueError, TypeError) as fault:
            self.halt(f"a record could not be read: {fault!r}")
            return
        await self._waiting.put(entry)

    async def run(self) -> None:
        """Write what arrives, many to a commit, until cancelled."""
        while True:
            batch = [await self._waiting.get()]
            while not self._waiting.empty() and len(batch) < BATCH:
                batch.append(self._waiting.get_nowait())
            while not self.halted:
                try:
                    await self.add(batch)
                    break
                except psycopg.errors.UniqueViolation:
                    await self.load()  # another process wrote these; what it wrote is compared next
                except psycopg.Error as error:
                    self._log.warning("ledger waits", source=self.service, reason=repr(error))
                    await asyncio.sleep(PAUSE)

    async def add(self, entries: list[Entry]) -> None:
        """Append those that are new; halt where one is missing or says something else than it did."""
        fresh = []
        size, last = len(self.tree), self.last
        for entry in entries:
            if reason := await self._fault(entry, size, last):
                self.halt(reason)
                break
            if entry.place == size + 1:
                fresh.append(entry)
                size, last = entry.place, entry
        await self._write(fresh)
        self.last = last

    async def _fault(self, entry: Entry, size: int, last: Entry | None) -> str:
        if entry.place > size + 1:
            return f"records {size + 1} to {entry.place - 1} are missing before position {entry.position}"
        if entry.place == size + 1 and last and entry.position <= last.position:
            return f"position {entry.position} came after position {last.position}"
        known = await self.tree.leaf(entry.place - 1) if entry.place <= len(self.tree) else entry.leaf
        if known != entry.leaf:
            return f"the record at position {entry.position} is not the one that was recorded"
        return ""

    async def _write(self, entries: list[Entry]) -> None:
        """The entries and the subtrees that they make whole, in one commit; then the tree stands at its new size."""
        if not entries:
            return
        columns = [[getattr(entry, name) for entry in entries] for name in COLUMNS.split(", ")]
        edge, whole = self.tree.grown([entry.leaf for entry in entries])
        async with self.pool.connection() as connection, connection.transaction():
            await connection.execute(
                f"INSERT INTO audit.ledger_entry ({COLUMNS}) SELECT * FROM unnest(%s::text[], %s::bigint[],"
                " %s::bigint[], %s::bytea[], %s::text[], %s::uuid[], %s::bigint[], %s::uuid[], %s::timestamptz[])",
                columns,
            )
            if decisions := [entry.decision for entry in entries if entry.decision]:
                await history.write(connection, decisions)
            subjects = [row for entry in entries for row in entry.persons[0]]
            await persons.write(connection, (subjects, [row for entry in entries for row in entry.persons[1]]))
            async with connection.cursor() as cursor:
                rows = [(self.service, height, place, hashed) for (height, place), hashed in whole]
                await cursor.executemany("INSERT INTO audit.ledger_node VALUES (%s, %s, %s, %s)", rows)
        self.tree.edge = edge

    async def entry(self, place: int) -> Entry | None:
        """The entry at a place from 1."""
        found = await self._entries("service = %s AND place = %s", (self.service, place))
        return found[0] if found else None

    async def at(self, position: int) -> Entry | None:
        """The entry for the event at a position of the service's log."""
        found = await self._entries("service = %s AND position = %s", (self.service, position))
        return found[0] if found else None

    async def of_journey(self, journey: UUID) -> list[Entry]:
        """Every decision of a journey in this service, in the order in which it was recorded."""
        return await self._entries("service = %s AND journey = %s ORDER BY place", (self.service, journey))

    async def _entries(self, where: str, parameters: tuple[Any, ...]) -> list[Entry]:
        async with self.pool.connection() as connection, connection.cursor(row_factory=class_row(Entry)) as cursor:
            await cursor.execute(f"SELECT {COLUMNS} FROM audit.ledger_entry WHERE {where}", parameters)
            return await cursor.fetchall()
