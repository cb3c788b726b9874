"""Words under seal that a pack comes upon: which its reader is given, and which are erased or stay sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from contracts.sealed import ERASED, is_sealed
from deploy.packs.gathering import BATCH
from deploy.packs.profile import Profile
from deploy.packs.spool import Entry
from libs.keys import KeyRing


@dataclass
class Words:
    """How many words under seal a pack comes upon: opened for its reader, erased since, and left as they are."""

    opened: int = 0
    erased: int = 0
    left: int = 0


async def sealed_words(entries: Iterable[Entry], profile: Profile, keys: KeyRing) -> Words:
    """Have the keys at hand that the profile needs, and count; what was erased says so."""
    words, every = Words(), iter(entries)
    while some := list(islice(every, BATCH)):
        found = [(entry.topic, name, text) for entry in some for name, text in _sealed(entry)]
        tokens = [text for topic, name, text in found if profile.opens_words(topic, name)]
        await keys.ready({subject for token in tokens if (subject := KeyRing.subject_of(token))})
        words.opened += len(tokens)
        words.left += len(found) - len(tokens)
        words.erased += sum(keys.open(token) == ERASED for token in tokens)
    return words


def _sealed(entry: Entry) -> list[tuple[str, str]]:
    fields = {**entry.body, "by.rationale": entry.body.get("by", {}).get("rationale")}
    return [(name, text) for name, text in fields.items() if is_sealed(text)]
