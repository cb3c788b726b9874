"""Everything that was ever signed about a ledger, from wherever it is kept, and whether all these places say the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import psycopg

from services.audit.ledger.book import Entry
from services.audit.ledger.comparing import Signed
from services.audit.ledger.note import NotSigned
from services.audit.ledger.outside import Outside
from services.audit.ledger.succession import Trusted, opened_by_any

SIGNED, SUCCEEDED = "audit.Checkpoint.Signed", "audit.SigningKey.Succeeded"
ON_RECORD, IN_FOLDER, ON_WIRE = "on record", "in the folder", "on the wire"

Records = Callable[[str, int, int], AsyncIterator[Entry]]
"""The entries that a ledger's stream gives for the places from one number to another, both included."""
Note = tuple[int, str]
"""A signed note, and the size under which it is kept."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What the message server still holds: the records that a ledger was made of, and the notes about it."""

    records: Records
    notes: Callable[[str], Awaitable[list[Note]]]


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that notes are kept. It is `whole` up to the largest: what is smaller and not there was taken away."""

    name: str
    notes: Sequence[Note]


def stored(auditor: str, topic: str) -> list[dict[str, str]]:
    """What audit's own store holds in its events of one kind. Blocks."""
    with psycopg.connect(auditor, autocommit=True) as connection:
        rows = connection.execute("SELECT state FROM audit.events WHERE topic = %s ORDER BY notification_id", (topic,))
        return [orjson.loads(state) for (state,) in rows]


def on_record(auditor: str, ledger: str) -> Place:
    """The notes of a ledger in audit's own store. Blocks."""
    said = [each for each in stored(auditor, SIGNED) if each["ledger"] == ledger]
    return Place(ON_RECORD, [(int(each["size"]), each["note"]) for each in said])


def in_folder(outside: Outside | None, ledger: str) -> Place:
    """The notes in the folder, or none where there is no folder. Blocks."""
    paths: list[Path] = outside.files(ledger) if outside else []
    return Place(IN_FOLDER, [(int(path.stem) if path.stem.isdigit() else 0, path.read_text()) for path in paths])


def signatures(ledger: str, places: Sequence[Place], keys: Sequence[Trusted]) -> tuple[list[Signed], list[str]]:
    """The checkpoints whose signatures hold, and a sentence for each note that is none, is missing or is out of place.

    The first of the places is the record; one checkpoint that is in several places counts once.
    """
    found: dict[tuple[int, bytes], Signed] = {}
    faults, held = [], {}
    for place in places:
        sizes: set[int] = set()
        for kept_as, note in place.notes:
            try:
                named, size, root = opened_by_any(note, keys)
            except NotSigned:
                faults.append(f"the checkpoint at {kept_as} {place.name} bears no signature that counts")
                continue
            if named != ledger:
                faults.append(f"the checkpoint at {kept_as} {place.name} is one of {named}")
                continue
            if size != kept_as:
                faults.append(f"what is kept as the checkpoint at {kept_as} {place.name} is the one at {size}")
            sizes.add(size)
            found.setdefault((size, root), Signed(size, root, place.name))
        held[place.name] = sizes
    return list(found.values()), [*faults, *_missing(places, held)]


def _missing(places: Sequence[Place], held: dict[str, set[int]]) -> Iterator[str]:
    """What one place holds and another should. Everything is on record first, and goes elsewhere in order of size."""
    record, *others = places
    for other in others:
        known = {kept_as for kept_as, _ in record.notes}
        for size in sorted(held[other.name] - known):
            yield f"the checkpoint at {size} is {other.name} and not {record.name}"
        there = {kept_as for kept_as, _ in other.notes}
        for size in sorted(size for size in held[record.name] - there if size < max(there, default=0)):
            yield f"the checkpoint at {size} is {record.name} and not {other.name}"
