"""Everything that was ever signed about a ledger, from wherever it is kept, and whether all these places say the same."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import psycopg

from services.audit.ledger.book import Entry
from services.audit.ledger.comparing import Signed
from services.audit.ledger.note import NotSigned
from services.audit.ledger.outside import Outside
from services.audit.ledger.succession import Trusted, opened_by_any

SIGNED, SUCCEEDED = "audit.Checkpoint.Signed", "audit.SigningKey.Succeeded"
ON_RECORD, IN_FOLDER, ON_WIRE = "on record", "in the folder", "on the wire"
BATCH = 1_000
ON_ITS_WAY = timedelta(hours=1)
"""How long, by the platform's clock, a checkpoint may be on record and nowhere else yet."""

Records = Callable[[str, int, int], AsyncIterator[Entry]]
"""The entries that a ledger's stream gives for the places from one number to another, both included."""
Note = tuple[int, str]
"""A signed note, and the size under which it is kept."""
Said = tuple[str, int, bytes]
"""What a note says: ledger, size and root."""


class StreamGone(Exception):
    """The stream with a ledger's records is not there any more."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What the message server still holds: the records that a ledger was made of, and the notes about it.

    Each raises StreamGone, or OSError where the server cannot be reached.
    """

    records: Records
    last: Callable[[str], Awaitable[int]]
    """The number of the last record of a ledger's stream."""
    notes: Callable[[str], Awaitable[list[Note]]]


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that notes are kept. It is `whole` up to the largest: what is smaller and not there was taken away."""

    name: str
    notes: Iterable[Note]
    kept_up: bool = True
    """Whether what is signed is still brought there; somebody's older copy may end where it was made."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What all places say: the checkpoints whose signatures hold, a sentence for each note that is none, is missing or is
    out of place, and one for each that should have been brought elsewhere by now."""

    signed: list[Signed]
    faults: list[str]
    late: list[str]


def stored(auditor: str, topic: str) -> list[dict[str, str]]:
    """What audit's own store holds in its events of one kind. Blocks."""
    with psycopg.connect(auditor, autocommit=True) as connection:
        rows = connection.execute("SELECT state FROM audit.events WHERE topic = %s ORDER BY notification_id", (topic,))
        return [orjson.loads(state) for (state,) in rows]


def settled(auditor: str, ledger: str) -> int:
    """The largest size that was signed so long ago, before what was last recorded, that it is everywhere by now. Blocks."""
    with psycopg.connect(auditor, autocommit=True) as connection:
        last = connection.execute("SELECT state FROM audit.events ORDER BY notification_id DESC LIMIT 1").fetchone()
    if last is None:
        return 0
    before = datetime.fromisoformat(orjson.loads(last[0])["timestamp"]) - ON_ITS_WAY
    said = (each for each in _checkpoints(auditor, ledger) if datetime.fromisoformat(each["timestamp"]) <= before)
    return max((int(each["size"]) for each in said), default=0)


def on_record(auditor: str, ledger: str) -> Place:
    """The notes of a ledger in audit's own store, read as they are asked for. Blocks."""
    return Place(ON_RECORD, ((int(each["size"]), each["note"]) for each in _checkpoints(auditor, ledger)))


def _checkpoints(auditor: str, ledger: str) -> Iterator[dict[str, str]]:
    query = (
        "SELECT state FROM audit.events WHERE topic = %s AND position(convert_to(%s, 'UTF8') IN state) > 0"
        " ORDER BY notification_id"
    )
    with psycopg.connect(auditor) as connection, connection.cursor("checkpoints", binary=True) as cursor:
        cursor.itersize = BATCH
        cursor.execute(query, (SIGNED, f'"ledger":"{ledger}"'))
        for (state,) in cursor:
            said = orjson.loads(state)
            if said["ledger"] == ledger:
                yield said


def in_folder(outside: Outside, ledger: str, *, kept_up: bool) -> Place:
    """The notes outside, read as they are asked for. Blocks."""
    return Place(IN_FOLDER, outside.kept(ledger), kept_up)


def signatures(ledger: str, places: Sequence[Place], keys: Sequence[Trusted], settled: int) -> Heard:
    """What is to be made of the notes of all places. Blocks.

    The last of the places is the record; one checkpoint that is in several places counts once.
    """
    found: dict[tuple[int, bytes], Signed] = {}
    known: dict[bytes, Said | None] = {}
    faults: list[str] = []
    held: dict[str, set[int]] = {}
    there: dict[str, set[int]] = {}
    for place in places:
        sizes = held[place.name] = set()
        names = there[place.name] = set()
        for kept_as, note in place.notes:
            names.add(kept_as)
            said = _opened(note, keys, known)
            if wrong := _wrong(ledger, kept_as, said):
                faults.append(wrong.format(at=f"the checkpoint at {kept_as} {place.name}"))
            if said is not None and said[0] == ledger:
                sizes.add(said[1])
                found.setdefault(said[1:], Signed(*said[1:], place.name))
    *others, record = places
    late: list[str] = []
    for other in others:
        only = sorted(held[other.name] - there[record.name])
        faults += [f"the checkpoint at {size} is {other.name} and not {record.name}" for size in only]
        largest = max(there[other.name], default=0)
        for size in sorted(held[record.name] - there[other.name]):
            sentence = f"the checkpoint at {size} is {record.name} and not {other.name}"
            if size < largest:
                faults.append(sentence)
            elif other.kept_up and size <= settled:
                late.append(sentence)
    return Heard(list(found.values()), faults, late)


def _wrong(ledger: str, kept_as: int, said: Said | None) -> str:
    """What is wrong with a note as it is kept, or empty."""
    if said is None:
        return "{at} bears no signature that counts"
    if said[0] != ledger:
        return f"{{at}} is one of {said[0]}"
    return f"what is kept as {{at}} is the one at {said[1]}" if said[1] != kept_as else ""


def _opened(note: str, keys: Sequence[Trusted], known: dict[bytes, Said | None]) -> Said | None:
    """What a note says, or None where it bears no signature that counts; the same note is looked at once."""
    digest = hashlib.sha256(note.encode()).digest()
    if digest not in known:
        try:
            known[digest] = opened_by_any(note, keys)
        except NotSigned:
            known[digest] = None
    return known[digest]
