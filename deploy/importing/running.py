"""Taking a file in: all of it checked first, then row by row through intake and governance, from where it was left."""

from __future__ import annotations

import asyncio
import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from deploy.house import Platform
from deploy.importing.mapping import MapFile, Target
from deploy.importing.reading import Fault, Row, digest, rows
from deploy.importing.taking import Taker, taker
from libs.deciding import Act
from libs.domain import Refused
from services.intake.application import Rows

CHUNK = 500
AT_ONCE = 64
MOST_FAULTS_TOLD = 100_000
IMPORTER = Act("system:import", "administrator")

Told = Callable[[int], None]


class RowsAtFault(Refused):
    """Some rows cannot be taken, so none was. They are listed with their reasons; mend them, or take the others."""


@dataclass
class Outcome:
    """What became of the rows of a file, by line."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def add(self, line: int, outcome: str, note: str = "") -> None:
        """Count a row; keep its note, if there is something to check about it."""
        self.counts[outcome] += 1
        if note:
            self.notes.append(Fault(line, note))


class Import:
    """One file, read by one mapping, into an opened platform."""

    def __init__(self, platform: Platform, path: Path, mapping: MapFile) -> None:
        self.platform, self.path, self.mapping = platform, path, mapping
        self.taker: Taker = taker(platform, mapping)

    async def check(self, told: Told = lambda _: None) -> tuple[int, list[Fault]]:
        """Read every row without taking any: how many there are, and which cannot be taken.

        Raises a Refused where the file as a whole cannot be read.
        """
        known = await self.taker.known_sites()
        faults: list[Fault] = []
        count = 0
        for number, row in enumerate(rows(self.path, self.mapping), start=1):
            fault = row if isinstance(row, Fault) else _unknown_site(row, self.mapping, known)
            if fault and len(faults) < MOST_FAULTS_TOLD:
                faults.append(fault)
            count = number
            if number % CHUNK == 0:
                told(CHUNK)
                await asyncio.sleep(0)
        return count, faults

    async def dry_run(self) -> Outcome:
        """What would become of each row, with nothing taken."""
        outcome = Outcome()
        _, outcome.faults = await self.check()
        bad = {fault.line for fault in outcome.faults}
        good = (r for r in rows(self.path, self.mapping) if isinstance(r, Row) and r.line not in bad)
        while chunk := list(islice(good, CHUNK)):
            for row in chunk:
                outcome.add(row.line, *await self.taker.would(row.fields))
        return outcome

    async def take(self, *, skip_bad_rows: bool = False, told: Told = lambda _: None) -> Outcome:
        """Take every row. The same file and mapping again go on where they were left, or do nothing.

        Raises RowsAtFault (unless told to take the others), with nothing taken.
        """
        count, faults = await self.check()
        if faults and not skip_bad_rows:
            raise RowsAtFault(f"{len(faults)} of {count} rows cannot be taken, so none was taken.")
        outcome = Outcome(faults=faults)
        intake = self.platform.service("intake")
        name = f"{self.mapping.source}/{self.mapping.target}/{self.mapping.version}"
        opened = await intake.open_batch(IMPORTER, self.mapping.provider, digest(self.path), name, count)
        batch = await intake.batch(opened.id)
        outcome.counts["taken before"] = batch.rows_done
        told(batch.rows_done)
        bad = {fault.line for fault in faults}
        remaining = islice(enumerate(rows(self.path, self.mapping), start=1), batch.rows_done, None)
        while chunk := list(islice(remaining, CHUNK)):
            good = [row for _, row in chunk if isinstance(row, Row) and row.line not in bad]
            counts = Counter(await self._take_chunk(good, outcome))
            repeated = counts["known"]
            refused = [number for number, row in chunk if isinstance(row, Fault) or row.line in bad]
            marks = Rows(chunk[-1][0], counts.total() - repeated, repeated, refused)
            await intake.record_progress(IMPORTER, opened.id, marks)
            told(len(chunk))
        await intake.end_batch(IMPORTER, opened.id)
        return outcome

    async def _take_chunk(self, chunk: Sequence[Row], outcome: Outcome) -> list[str]:
        """Rows about the same record one after the other, others beside them."""
        lanes: dict[Any, list[Row]] = {}
        for row in chunk:
            lanes.setdefault(self.taker.record(row.fields), []).append(row)
        room, results = asyncio.Semaphore(AT_ONCE), []

        async def walk(lane: list[Row]) -> None:
            async with room:
                for row in lane:
                    result, note = await self.taker.take(IMPORTER, row.fields)
                    outcome.add(row.line, result, note)
                    results.append(result)

        await asyncio.gather(*(walk(lane) for lane in lanes.values()))
        return results


def _unknown_site(row: Row, mapping: MapFile, known: set[str]) -> Fault | None:
    if mapping.target == Target.SITE or row.fields["site"] in known:
        return None
    return Fault(row.line, f"There is no site {row.fields['site']!r}. Import the sites first, or mend the row.")


def write_faults(path: Path, faults: Sequence[Fault]) -> Path:
    """The rows to look at, beside the file they are of: line and reason."""
    beside = path.with_name(f"{path.stem}.errors.csv")
    with beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason"])
        writer.writerows((fault.line, fault.reason) for fault in faults)
    return beside


def told_in_words(outcome: Outcome) -> Iterator[str]:
    """What became of the file, a line each."""
    for name, count in outcome.counts.items():
        if count:
            yield f"{count:,} rows {name}"
    if outcome.faults:
        yield f"{len(outcome.faults):,} rows could not be taken"
    if outcome.notes:
        yield f"{len(outcome.notes):,} rows were taken and have something to check"
