"""What became of a file, in plain sentences and in a file of the rows to look at."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.importing.reading import Fault
from deploy.importing.running import Outcome

SENTENCES = {
    "taken before": "had been taken before; nothing of that was done again",
    "registered": "became a site",
    "stated": "stated the beds of a month",
    "raised": "put something to learn from on record",
    "corrected": "corrected what was on record, since the source says it anew",
    "restated": "stated a regulator's total",
    "known": "told nothing new and changed nothing",
    "older": "told less than what is on record already and changed nothing",
    "would be new": "would be new",
    "would be taken": "would be taken; what is known already changes nothing",
    "would be known": "would change nothing, being known already",
    "would be corrected": "would correct what is on record",
}


def told_in_words(outcome: Outcome, *, dry_run: bool = False) -> Iterator[str]:
    """What became of the file, a sentence each."""
    for name, count in outcome.counts.items():
        if count:
            yield f"{_rows(count)} {SENTENCES.get(name, name)}."
    if not outcome.counts.total() and not outcome.faults:
        yield "The file has a header and no row that says anything."
    if outcome.faults:
        yield f"{_rows(len(outcome.faults))} could not be taken."
    if outcome.notes:
        yield f"{_rows(len(outcome.notes))} could be taken and have something to check."
    if dry_run:
        yield "Nothing was taken: this was a dry run."


def write_faults(path: Path, faults: Sequence[Fault], folder: Path) -> Path:
    """The rows to look at, each with its line and reason, in `folder`: where the file lies, we may have no leave to write,
    and nobody expects us to."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / f"{path.stem}.errors.csv"
    with listed.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason"])
        writer.writerows((fault.line, fault.reason) for fault in faults)
    return listed


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
