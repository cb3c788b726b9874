"""Everything that was ever signed about a ledger, from wherever it is kept, and what the stream still says of an event."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

import orjson
import psycopg

from services.audit.ledger.book import Entry
from services.audit.ledger.comparing import Checked, Signed
from services.audit.ledger.findings import REWRITTEN, Fault
from services.audit.ledger.note import NotSigned
from services.audit.ledger.outside import Outside
from services.audit.ledger.succession import Trusted, opened_by_any

SIGNED, SUCCEEDED = "audit.Checkpoint.Signed", "audit.SigningKey.Succeeded"
BATCH = 1_000

Records = Callable[[str, int, int], AsyncIterator[Entry]]
"""The entries that a ledger's stream gives for the places from one number to another, both included."""


def stored(auditor: str, topic: str, field: str) -> list[tuple[str, str]]:
    """What audit's own store holds in a field of its events of one kind, each with the ledger it names. Blocks."""
    with psycopg.connect(auditor, autocommit=True) as connection:
        rows = connection.execute("SELECT state FROM audit.events WHERE topic = %s ORDER BY notification_id", (topic,))
        said = [orjson.loads(state) for (state,) in rows]
    return [(each.get("ledger", ""), each[field]) for each in said]


def signatures(
    ledger: str, places: Iterable[tuple[str, Iterable[str]]], keys: Sequence[Trusted]
) -> tuple[list[Signed], list[str]]:
    """The checkpoints whose signatures hold, and a sentence for each note that is none.

    `places` are where notes were found, and the notes found there; one that is in several places counts once.
    """
    found: dict[tuple[int, bytes], Signed] = {}
    faults = []
    for place, notes in places:
        for number, note in enumerate(notes, start=1):
            try:
                named, size, root = opened_by_any(note, keys)
            except NotSigned:
                faults.append(f"checkpoint {number} of {place} bears no signature that counts")
                continue
            if named == ledger:
                found.setdefault((size, root), Signed(size, root, place))
            else:
                faults.append(f"checkpoint {number} of {place} is one of {named}")
    return list(found.values()), faults


def outside_notes(outside: Outside | None, ledger: str) -> list[str]:
    """The notes in the folder, or none where there is no folder."""
    return list(outside.notes(ledger)) if outside else []


async def name_rewritten(checked: Checked, auditor: str, records: Records) -> None:
    """Hold what no checkpoint vouches for against the stream, which only its server's owner could alter as well."""
    result = checked.comparison
    if checked.agreed >= result.size:
        return
    async with await psycopg.AsyncConnection.connect(auditor, autocommit=True) as connection:
        place, leaves = checked.agreed, {}
        async for record in records(result.ledger, checked.agreed + 1, result.size):
            if record.place not in leaves:
                leaves = await _leaves(connection, result.ledger, record.place)
            place = record.place
            if leaves.get(place) != record.leaf:
                result.add(Fault(REWRITTEN, record.position, record.topic, record.aggregate, record.version))
    if place < result.size:
        result.problems.append(f"the stream holds {place} records, and the ledger {result.size} entries")


async def _leaves(connection: psycopg.AsyncConnection[Any], ledger: str, first: int) -> dict[int, bytes]:
    rows = await connection.execute(
        "SELECT place, leaf FROM audit.ledger_entry WHERE service = %s AND place >= %s AND place < %s",
        (ledger, first, first + BATCH),
    )
    return {place: bytes(leaf) for place, leaf in await rows.fetchall()}
