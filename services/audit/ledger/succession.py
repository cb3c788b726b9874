"""Which keys have signed, one after the other, and up to where each is believed.

When the key changes, old and new sign one statement together: which follows which, and how large every ledger was. Trust
starts with the key in use and goes back from statement to statement; an old key is believed up to the sizes stated, so
that whoever gets hold of it later signs nothing that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.audit.ledger.note import NotSigned, Signer, opened, signed_text

KEYS = "candour/keys"


class NotTheSuccessor(Exception):
    """A statement about keys is not signed by both the old and the new one, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """A key that signed. `until` names the size of each ledger up to which it counts; None: it is in use."""

    verifier: str
    since: datetime | None = None
    retired: datetime | None = None
    until: Mapping[str, int] | None = None


def statement_of(old: Signer, new: Signer, when: datetime, sizes: Mapping[str, int]) -> str:
    """The signed statement that one key follows another."""
    told = [KEYS, f"old {old.verifier}", f"new {new.verifier}", f"on {when.isoformat()}"]
    told += [f"until {ledger} {size}" for ledger, size in sorted(sizes.items())]
    text = "\n".join(told) + "\n"
    return f"{text}\n{old.line(text)}{new.line(text)}"


def trusted(current: str, statements: Iterable[str]) -> list[Trusted]:
    """The keys to believe, newest first, beginning with the one in use. Raises NotTheSuccessor."""
    by_new = {read[1]: read for read in map(_read, statements)}
    keys = [Trusted(current)]
    while keys[-1].verifier in by_new and len(keys) <= len(by_new):
        old, _, when, until = by_new[keys[-1].verifier]
        newer = keys.pop()
        keys += [Trusted(newer.verifier, when, newer.retired, newer.until), Trusted(old, None, when, until)]
    return keys


def opened_by_any(note: str, keys: Iterable[Trusted]) -> tuple[str, int, bytes]:
    """Ledger, size and root of a note signed by a key that counted at that size. Raises NotSigned."""
    for key in keys:
        try:
            ledger, size, root = opened(note, key.verifier)
        except NotSigned:
            continue
        if key.until is None or size <= key.until.get(ledger, 0):
            return ledger, size, root
    raise NotSigned(NotSigned.__doc__)


def _read(statement: str) -> tuple[str, str, datetime, dict[str, int]]:
    try:
        first, old, new, when, *until = statement.rpartition("\n\n")[0].splitlines()
        old, new = old.removeprefix("old "), new.removeprefix("new ")
        sizes = {ledger: int(size) for _, ledger, size in (line.split(" ") for line in until)}
        if first != KEYS or signed_text(statement, old) != signed_text(statement, new):
            raise NotTheSuccessor(NotTheSuccessor.__doc__)
        return old, new, datetime.fromisoformat(when.removeprefix("on ")), sizes
    except (ValueError, NotSigned):
        raise NotTheSuccessor(NotTheSuccessor.__doc__) from None
