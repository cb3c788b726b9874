"""Reading a service's store and its ledger side by side, and the ledger under every checkpoint that was ever signed.

One pass, in batches, over a connection that may read both and write neither; memory does not grow with the log.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from services.audit.ledger.findings import ALTERED, INSERTED, MOST, MOVED, REMOVED, REPLACED, Comparison, Fault
from services.audit.ledger.findings import LEDGER as LEDGER_PART
from services.audit.ledger.findings import STORE as STORE_PART
from services.audit.ledger.kept import STEP
from services.audit.ledger.lines import LINES, Lines
from services.audit.ledger.merkle import Frontier, Node, leaf_from

BATCH = 2_000
SAID = 50
"""How many checkpoints that do not hold are named, each with a sentence; all are counted."""
LEDGER = (
    "SELECT position, uuid_send(aggregate), version, convert_to(topic, 'UTF8'), leaf, place, convert_to(journey::text,"
    " 'UTF8') FROM audit.ledger_entry WHERE service = %s ORDER BY position"
)
STORE = (
    "SELECT notification_id, uuid_send(originator_id), originator_version, convert_to(topic, 'UTF8'), state"
    " FROM {}.events ORDER BY notification_id"
)
NODES = (
    "SELECT height, place, hash FROM audit.ledger_node WHERE service = %s ORDER BY (place + 1) << height::int, height"
)
"""The subtrees that are kept, in the order in which they become whole."""
Row = tuple[Any, ...]
Told = Callable[[str, int, int], None]
"""Told a ledger, how many of its entries were read, and how many there are."""


def silent(_ledger: str, _read: int, _of: int) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Signed:
    """A checkpoint whose signature holds: where it was found, and the size and root that it signs."""

    size: int
    root: bytes
    found: str


@dataclass(slots=True)
class Checked:
    """What a pass leaves for whoever asks further: what was found, and up to which size checkpoints agree."""

    comparison: Comparison
    agreed: int = 0
    largest: int = 0
    """The largest size that was signed."""


def compare(ledger: str, auditor: str, signed: Sequence[Signed] = (), told: Told = silent) -> Checked:
    """Read a store and its ledger in one snapshot. Blocks; raises psycopg.Error where they cannot be read."""
    with psycopg.connect(auditor) as connection, ThreadPoolExecutor(1, "ahead") as ahead:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SET TIME ZONE 'UTC'")  # moments are compared as they are written
        found = connection.execute("SELECT count(*) FROM audit.ledger_entry WHERE service = %s", (ledger,)).fetchone()
        size: int = found[0] if found else 0
        result = Comparison(ledger, size)
        nodes = _rows(connection, ahead, "nodes", SQL(NODES), (ledger,))
        lines = _rows(connection, ahead, "lines", SQL(LINES), (ledger,))
        store = _rows(connection, ahead, "store", SQL(STORE).format(Identifier(ledger)))
        entries = _rows(connection, ahead, "ledger", SQL(LEDGER), (ledger,))
        with closing(nodes), closing(lines), closing(store), closing(entries):
            growing, pairs = _Growing(nodes, signed), _Pairs(result, Lines(lines))
            pairs.read(growing.watched(entries, result, told), store)
    pairs.name()
    return growing.judged(result)


def _rows(
    connection: psycopg.Connection[Any],
    ahead: Executor,
    name: LiteralString,
    query: Any,
    parameters: Sequence[Any] = (),
) -> Generator[Row, None, None]:
    """The rows of a query; the database prepares the next batch while this one is looked at."""
    with connection.cursor(name, binary=True) as cursor:
        cursor.execute(query, parameters)
        coming = ahead.submit(cursor.fetchmany, BATCH)
        while rows := coming.result():
            coming = ahead.submit(cursor.fetchmany, BATCH)
            yield from rows


class _Pairs:
    """Store and ledger by position. What does not pair is kept aside, to see whether it only moved."""

    def __init__(self, result: Comparison, lines: Lines) -> None:
        self.result, self.lines = result, lines
        self.missing: dict[tuple[bytes, int], Row] = {}
        self.strange: list[Row] = []
        self.taken: list[tuple[Row, Row]] = []

    def read(self, ledger: Iterator[Row], store: Iterator[Row]) -> None:
        result, compared, hashed, line = self.result, 0, leaf_from, self.lines.hold
        noted, kept = next(ledger, None), next(store, None)
        while noted is not None and kept is not None:
            if noted[0] == kept[0]:
                compared += 1
                sound = hashed(*kept) == noted[4] and noted[1:4] == kept[1:4] and noted[6] in kept[4]
                if not sound:
                    self._differs(noted, kept)
                line(noted, kept[4] if sound else None)
                noted, kept = next(ledger, None), next(store, None)
            elif noted[0] < kept[0]:
                line(noted, None)
                self._missing(noted)
                noted = next(ledger, None)
            else:
                self._strange(kept)
                kept = next(store, None)
        while noted is not None:
            line(noted, None)
            self._missing(noted)
            noted = next(ledger, None)
        while kept is not None:
            result.newer += 1
            kept = next(store, None)
        result.compared += compared

    def _differs(self, noted: Row, kept: Row) -> None:
        if leaf_from(*kept) == noted[4]:
            self.result.add(_fault(ALTERED, kept, part=LEDGER_PART))
        elif noted[1:3] == kept[1:3] or len(self.taken) >= MOST:
            self.result.add(_fault(ALTERED, noted))
        else:
            self.missing[noted[1:3]] = noted
            self.taken.append((noted, kept))

    def _missing(self, noted: Row) -> None:
        if len(self.missing) >= MOST:
            self.result.add(_fault(REMOVED, noted))
        else:
            self.missing[noted[1:3]] = noted

    def _strange(self, kept: Row) -> None:
        if len(self.strange) >= MOST:
            self.result.add(_fault(INSERTED, kept))
        else:
            self.strange.append(kept)

    def name(self) -> None:
        """Say of what did not pair whether it moved, replaced another, was slipped in, or is gone; then of the history."""
        self.result.problems += self.lines.told()
        moved: set[tuple[bytes, int]] = set()
        faults = []
        for kept in [*(kept for _, kept in self.taken), *self.strange]:
            own = self.missing.get(kept[1:3])
            if own is not None and leaf_from(own[0], *kept[1:]) == own[4]:
                moved.add(kept[1:3])
                faults.append(_fault(MOVED, kept, own[0]))
        replaced = set()
        for noted, kept in self.taken:
            if kept[1:3] not in moved:
                faults.append(_fault(REPLACED, noted))
                replaced.add(noted[1:3])
        faults += [_fault(INSERTED, kept) for kept in self.strange if kept[1:3] not in moved]
        faults += [_fault(REMOVED, noted) for key, noted in self.missing.items() if key not in moved | replaced]
        for fault in faults:
            self.result.add(fault)
        self.result.faults.sort(key=lambda each: each.position)


def _fault(kind: str, row: Row, was: int | None = None, part: str = STORE_PART) -> Fault:
    return Fault(kind, row[0], bytes(row[3]).decode(), UUID(bytes=bytes(row[1])), row[2], was, part)


class _Growing:
    """The tree as it grows from the leaves: its root at each size that was signed, and whether the subtrees that are kept
    beside it are right. Roots that come out of the same leaves need no other proof that one continues the other."""

    def __init__(self, kept: Iterator[Row], signed: Sequence[Signed]) -> None:
        self.signed = sorted(signed, key=lambda each: each.size)
        self.sizes = iter(sorted({each.size for each in signed if each.size > 0}))
        self.roots: dict[int, bytes] = {}
        self.kept, self.next = kept, next(kept, None)
        self.wrong = 0

    def watched(self, rows: Iterator[Row], result: Comparison, told: Told) -> Iterator[Row]:
        """The same rows, while the tree grows by them."""
        edge = Frontier(whole=self._whole)
        stop = next(self.sizes, 0)
        for row in rows:
            if row[5] != edge.size + 1:
                result.problems.append(f"entry {edge.size + 1} is missing from the ledger itself, or out of its place")
                yield row
                yield from rows  # they are still compared; a tree cannot grow over a gap
                break
            edge.add(row[4])
            if edge.size == stop:
                self.roots[stop] = edge.root()
                stop = next(self.sizes, 0)
            if not edge.size % BATCH:
                told(result.ledger, edge.size, result.size)
            yield row
        told(result.ledger, edge.size, result.size)

    def _whole(self, node: Node, hashed: bytes) -> None:
        if node[0] % STEP:
            return
        made = (node[1] + 1) << node[0], node[0]
        while self.next is not None and ((self.next[1] + 1) << self.next[0], self.next[0]) <= made:
            self.wrong += self.next != (*node, hashed)
            self.next = next(self.kept, None)

    def judged(self, result: Comparison) -> Checked:
        """Hold every checkpoint against the leaves, and against the one before it."""
        checked = Checked(result, largest=max((each.size for each in self.signed), default=0))
        before, held, strange = 0, True, 0
        for each in self.signed:
            result.checkpoints += 1
            holds = self.roots.get(each.size) == each.root
            if holds:
                checked.agreed = each.size
            elif (strange := strange + 1) <= SAID:
                result.problems.append(self._against(each, checked.agreed))
            if before and each.size > before and not (holds and held) and strange <= SAID:
                result.problems.append(f"the checkpoint at {each.size} does not continue the one at {before}")
            before, held = each.size, holds
        if strange > SAID:
            result.problems.append(f"{strange - SAID} more checkpoints do not hold either")
        if self.wrong or self.next is not None:
            result.problems.append("the subtrees that are kept beside the ledger are not those of its entries")
        return checked

    def _against(self, each: Signed, agreed: int) -> str:
        if each.size not in self.roots:
            return f"{each.size} entries were signed ({each.found}), and the ledger no longer has them all"
        return f"the ledger is not the one whose first {each.size} entries were signed ({each.found}); up to {agreed} it is"
