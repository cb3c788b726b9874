"""Taking a file in: all of it checked first, then row by row through intake and governance, from where it was left."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.house import Platform
from deploy.importing.mapping import MapFile
from deploy.importing.reading import Fault, NotATable, Row, digest, rows
from deploy.importing.taking import Taker, taker
from libs.deciding import Act
from libs.domain import Refused
from services.intake.application import Intake, Rows
from services.intake.domain.refusals import BatchEnded

CHUNK = 200
AT_ONCE = 64
MOST_FAULTS = 10_000
MOST_NOTES = 10_000
"""More rows than this to look at are counted, no longer listed."""
IMPORTER = Act("system:import", "administrator")

FileState = tuple[int, int, int]
Told = Callable[[int], None]
Numbered = tuple[int, Row | Fault]


class RowsAtFault(Refused):
    """Some rows cannot be taken, so none was. They are listed with their reasons; mend them, or take the others."""


class TooManyFaults(Refused):
    """So many rows cannot be taken that file and mapping hardly belong together. Nothing was taken."""


class FileChanged(Refused):
    """The file was changed while it was read. What was taken so far is kept; give the command again to check it anew."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What reading every row showed: how many there are, and those that cannot be taken, the first of them listed."""

    digest: str
    state: FileState
    count: int
    at_fault: int
    faults: Sequence[Fault]


@dataclass
class Outcome:
    """What became of the rows of a file, by line."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def add(self, line: int, outcome: str, note: str = "") -> None:
        """Count a row; keep its note, if there is something to check about it."""
        self.counts[outcome] += 1
        if note and len(self.notes) < MOST_NOTES:
            self.notes.append(Fault(line, note))

    def in_order(self) -> Outcome:
        """The same, told in the order of the file: rows are taken side by side, and end as they end."""
        return Outcome(self.counts, sorted(self.faults, key=_line), sorted(self.notes, key=_line))


class Import:
    """One file, read by one mapping, into an opened platform."""

    def __init__(self, platform: Platform, path: Path, mapping: MapFile) -> None:
        self.path, self.mapping = path, mapping
        self.intake: Intake = platform.service("intake")
        self.taker: Taker[Any] = taker(platform, mapping)

    async def check(self, told: Told = lambda _: None) -> Checked:
        """Read every row without taking any.

        Raises a Refused where the file as a whole cannot be read.
        """
        await self.taker.look_around()
        known, unchanged = digest(self.path), _state(self.path)
        faults: list[Fault] = []
        at_fault = count = 0
        for count, row in self._numbered():
            if isinstance(row, Fault):
                at_fault += 1
                if at_fault <= MOST_FAULTS:
                    faults.append(row)
            if count % CHUNK == 0:
                told(CHUNK)
                await asyncio.sleep(0)
        return Checked(known, unchanged, count, at_fault, faults)

    async def dry_run(self, checked: Checked) -> Outcome:
        """What would become of each row, with nothing taken."""
        outcome = Outcome(faults=list(checked.faults))
        for _, row in self._numbered():
            if isinstance(row, Row):
                outcome.add(row.line, *await self.taker.would(row.fields))
        return outcome

    async def take(self, checked: Checked, *, skip_bad_rows: bool = False, told: Told = lambda _: None) -> Outcome:
        """Take every row. The same file and mapping again go on where they were left, or do nothing.

        Raises RowsAtFault (unless told to take the others), or TooManyFaults, with nothing taken.
        """
        if checked.at_fault > MOST_FAULTS:
            raise TooManyFaults(
                f"{checked.at_fault:,} of {checked.count:,} rows cannot be taken. {TooManyFaults.__doc__}"
            )
        if checked.faults and not skip_bad_rows:
            raise RowsAtFault(f"{checked.at_fault:,} of {checked.count:,} rows cannot be taken, so none was taken.")
        outcome = Outcome(faults=list(checked.faults))
        if not checked.count:
            return outcome
        await self.taker.begin(IMPORTER)
        provider, name = self.mapping.provider, self._name()
        opened = await self.intake.open_batch(IMPORTER, provider, checked.digest, name, checked.count)
        batch = await self.intake.batch(opened.id)
        outcome.counts["taken before"] = batch.rows_done - len(batch.refused)
        if batch.refused:
            await self._take_mended(frozenset(batch.refused), outcome)
        told(batch.rows_done)
        await self._take_from(batch.id, islice(self._numbered(), batch.rows_done, None), checked.state, outcome, told)
        return outcome.in_order()

    def _name(self) -> str:
        return f"{self.mapping.source}/{self.mapping.target}/{self.mapping.version}/{self.mapping.digest[:16]}"

    def _numbered(self) -> Iterator[Numbered]:
        """Rows by their number among those that say anything; what cannot be taken is a fault, each time by the same test."""
        for number, row in enumerate(rows(self.path, self.mapping), start=1):
            if isinstance(row, Row) and (reason := self.taker.fault(row.fields)):
                yield number, Fault(row.line, reason)
            else:
                yield number, row

    async def _take_mended(self, refused: frozenset[int], outcome: Outcome) -> None:
        """Rows that were refused when the others were taken, and can be taken now, such as once their site is known."""
        again = (each for each in self._numbered() if each[0] in refused and isinstance(each[1], Row))
        while chunk := list(islice(again, CHUNK)):
            await self._take_chunk(chunk, outcome)

    async def _take_from(
        self, batch: UUID, remaining: Iterator[Numbered], unchanged: FileState, outcome: Outcome, told: Told
    ) -> None:
        """Take what is left, and note after each chunk how far it has come."""
        try:
            while chunk := list(islice(remaining, CHUNK)):
                if _state(self.path) != unchanged:
                    raise FileChanged
                marks = await self._take_chunk(chunk, outcome)
                await self.intake.record_progress(IMPORTER, batch, marks)
                told(len(chunk))
                if len(outcome.faults) > MOST_FAULTS:
                    raise TooManyFaults(
                        "So many rows were refused that nothing more was taken. What was taken is kept."
                    )
            await self.intake.end_batch(IMPORTER, batch)
        except BatchEnded:
            # Another import of the same file came to its end first; what both took was taken once.
            return

    async def _take_chunk(self, chunk: Sequence[Numbered], outcome: Outcome) -> Rows:
        """Rows about the same record one after the other, others beside them. What was begun is ended, or nothing is noted."""
        lanes: dict[Any, list[tuple[int, Row]]] = {}
        refused = [number for number, row in chunk if isinstance(row, Fault)]
        for number, row in chunk:
            if isinstance(row, Row):
                lanes.setdefault(self.taker.record(row.fields), []).append((number, row))
        room, results = asyncio.Semaphore(AT_ONCE), Counter[str]()

        async def walk(lane: Sequence[tuple[int, Row]]) -> None:
            async with room:
                for number, row in lane:
                    try:
                        result, note = await self.taker.take(IMPORTER, row.fields)
                    except Refused as refusal:
                        refused.append(number)
                        outcome.faults.append(Fault(row.line, str(refusal)))
                    else:
                        results["known" if result in {"known", "older"} else "news"] += 1
                        outcome.add(row.line, result, note)

        try:
            async with asyncio.TaskGroup() as group:
                for lane in lanes.values():
                    group.create_task(walk(lane))
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        return Rows(chunk[-1][0], results["news"], results["known"], sorted(refused))


def _line(fault: Fault) -> int:
    return fault.line


def _state(path: Path) -> FileState:
    try:
        found = path.stat()
    except OSError:
        raise NotATable(f"{path} is no longer there. What was taken so far is kept.") from None
    return found.st_ino, found.st_size, found.st_mtime_ns
