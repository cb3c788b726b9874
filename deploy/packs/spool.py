"""A pack's events on disk while it is made: in the order of the record, as often as they are asked for, never all in memory."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from services.audit.ledger.merkle import HASH, Tree

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TABLE = """
CREATE TABLE entry (
    ledger TEXT, place INTEGER, position INTEGER, aggregate BLOB, version INTEGER, topic TEXT, recorded INTEGER, state BLOB,
    leaf BLOB, low BLOB, journey TEXT, PRIMARY KEY (ledger, place)
) WITHOUT ROWID;
CREATE TABLE story (recorded INTEGER, journey TEXT, told BLOB, PRIMARY KEY (recorded, journey)) WITHOUT ROWID;
"""
INDEXES = "CREATE INDEX ordered ON entry (recorded, ledger, place); CREATE INDEX named ON entry (topic);"
COLUMNS = "ledger, place, position, aggregate, version, topic, state, leaf, low"
MANY = 10_000
STEP = 256
"""Leaves of the subtrees that are made one at a time; the tree above them is kept whole, a hash for each."""


@dataclass(frozen=True)
class Entry:
    """One stored event as it was recorded, with its place in its service's ledger."""

    ledger: str
    place: int
    position: int
    aggregate: UUID
    version: int
    topic: str
    state: bytes
    leaf: bytes
    low: bytes = b""
    """The lower part of its audit path: hashes within its own subtree of STEP leaves, one after the other."""

    @cached_property
    def body(self) -> dict[str, Any]:
        """What the event says, personal words under seal."""
        said: dict[str, Any] = orjson.loads(self.state)
        return said

    @property
    def journey(self) -> str:
        return str(self.body["journey"])

    @property
    def site(self) -> str:
        return str(self.body["site"])

    @property
    def recorded(self) -> datetime:
        return datetime.fromisoformat(self.body["timestamp"])


class Spool:
    """Entries on disk, and the tops of the trees that prove them. One thread at a time may use it; `close` lets go of it."""

    def __init__(self, path: Path) -> None:
        self._kept = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._kept.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {TABLE}")
        self._tops: dict[str, Tree] = {}
        self._sizes: dict[str, int] = {}

    def close(self) -> None:
        self._kept.close()

    def add(self, entries: Iterable[Entry]) -> None:
        """Put entries down, each once."""
        self._kept.execute("BEGIN")
        rows = ((e.ledger, e.place, e.position, e.aggregate.bytes, e.version, e.topic, _micros(e.recorded), e.state, e.leaf,
                 e.journey) for e in entries)  # fmt: skip
        self._kept.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)", rows)
        self._kept.execute("COMMIT")

    def ready(self) -> None:
        """All have been put down, and will be asked for."""
        self._kept.executescript(INDEXES)

    def prove(self, ledger: str, leaves: Iterable[bytes]) -> Tree:
        """Note the audit path of each entry of a ledger, from all its leaves in order; the tree of its subtrees.

        A subtree of STEP leaves is a leaf to the tree above it, and so is the last, though it may have fewer: the tree of
        RFC 6962 splits at powers of two from the left.
        """
        wanted = iter(
            self._kept.execute("SELECT place FROM entry WHERE ledger = ? ORDER BY place", (ledger,)).fetchall()
        )
        top, part, size = Tree(), Tree(), 0
        after: int = next(wanted, (0,))[0]
        lows: list[tuple[bytes, str, int]] = []
        for leaf in leaves:
            part.add(leaf)
            size += 1
            if len(part) == STEP:
                top.add(part.root())
                while size - STEP < after <= size:
                    lows.append((b"".join(part.inclusion((after - 1) % STEP)), ledger, after))
                    after = next(wanted, (0,))[0]
                part = Tree()
                if len(lows) > MANY:
                    self._note(lows)
        if len(part):
            top.add(part.root())
            while 0 < after <= size:
                lows.append((b"".join(part.inclusion((after - 1) % STEP)), ledger, after))
                after = next(wanted, (0,))[0]
        self._note(lows)
        self._tops[ledger], self._sizes[ledger] = top, size
        return top

    def _note(self, lows: list[tuple[bytes, str, int]]) -> None:
        self._kept.execute("BEGIN")
        self._kept.executemany("UPDATE entry SET low = ? WHERE ledger = ? AND place = ?", lows)
        self._kept.execute("COMMIT")
        lows.clear()

    def size(self, ledger: str) -> int:
        """How many leaves a ledger was proved with."""
        return self._sizes.get(ledger, 0)

    def path(self, entry: Entry) -> list[str]:
        """The audit path of an entry under its ledger's signed root, in base64."""
        low = [entry.low[at : at + HASH] for at in range(0, len(entry.low), HASH)]
        return [
            b64encode(step).decode() for step in [*low, *self._tops[entry.ledger].inclusion((entry.place - 1) // STEP)]
        ]

    def topics(self) -> dict[str, int]:
        """How many entries there are of each kind."""
        return dict(self._kept.execute("SELECT topic, count(*) FROM entry GROUP BY topic ORDER BY topic"))

    def __len__(self) -> int:
        return int(self._kept.execute("SELECT count(*) FROM entry").fetchone()[0])

    def __iter__(self) -> Iterator[Entry]:
        return self._found("ORDER BY recorded, ledger, place", ())

    def of(self, topics: Collection[str]) -> Iterator[Entry]:
        """The entries of these kinds alone."""
        marks = ", ".join("?" * len(topics))
        return self._found(f"WHERE topic IN ({marks}) ORDER BY recorded, ledger, place", tuple(topics))

    def by_journey(self, topics: Collection[str]) -> Iterator[list[Entry]]:
        """The entries of these kinds, those of one journey together, in order."""
        marks = ", ".join("?" * len(topics))
        rest = f"WHERE topic IN ({marks}) ORDER BY journey, recorded, ledger, place"
        for _, some in groupby(self._found(rest, tuple(topics)), attrgetter("journey")):
            yield list(some)

    def keep_told(self, told: Iterable[tuple[datetime, str, bytes]]) -> None:
        """Put down what was made of each journey: when it was put on record, which it is, and what it tells."""
        self._kept.execute("BEGIN")
        self._kept.execute("DELETE FROM story")
        rows = ((_micros(recorded), journey, each) for recorded, journey, each in told)
        self._kept.executemany("INSERT INTO story VALUES (?, ?, ?)", rows)
        self._kept.execute("COMMIT")

    def told(self) -> Iterator[bytes]:
        """What was made of each journey, in the order in which they were put on record."""
        return (each for (each,) in self._kept.execute("SELECT told FROM story ORDER BY recorded, journey"))

    def told_of(self) -> int:
        """Of how many journeys something was put down."""
        return int(self._kept.execute("SELECT count(*) FROM story").fetchone()[0])

    def _found(self, rest: str, given: tuple[str, ...]) -> Iterator[Entry]:
        for ledger, place, position, aggregate, *others in self._kept.execute(
            f"SELECT {COLUMNS} FROM entry {rest}", given
        ):
            yield Entry(ledger, place, position, UUID(bytes=aggregate), *others)


Entries = Spool | Collection[Entry]
"""Where entries come from: a pack's spool, or a few at hand."""


def of_topics(entries: Entries, topics: Collection[str] | Mapping[str, Any]) -> Iterator[Entry]:
    """The entries of these kinds, in order."""
    if isinstance(entries, Spool):
        return entries.of(list(topics))
    return (entry for entry in entries if entry.topic in topics)


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
