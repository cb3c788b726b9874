"""What is on record, in a reader's words: names of decisions, of fields, and of what was done to an event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from contracts.taxonomy import Role
from libs.web.phrases import LONDON, local_time

CODE = re.compile(r"[a-z]+(_[a-z]+)+")
"""How closed lists write their entries: near_miss."""
DONE = {
    "altered": "Altered", "removed": "Removed", "inserted": "Slipped in", "moved": "Moved", "replaced": "Replaced",
    "rewritten": "Altered in store and ledger alike",
}  # fmt: skip


LISTED = {
    "journey": "journey", "actor": "person", "role": "role", "site": "site", "service": "room", "rules": "rules",
    "since": "day", "until": "day", "by_people": "people",
}  # fmt: skip
"""By what a list of decisions can be narrowed."""
RECORDS = {
    "Cadence": "Regular round", "FollowUp": "Follow-up", "Measure": "Target", "Programme": "What sites are held to",
    "RuleBook": "Rules", "Verification": "Comparison",
}  # fmt: skip
"""Records whose own names are ours and nobody else's."""


def plain(topic: str) -> str:
    """A stored event's name in words: intake.Opportunity.ClosedWithoutReview → Opportunity: closed without review."""
    *_, record, happened = f" .{topic}".split(".")
    name = _words(record)
    return f"{RECORDS.get(record, name.capitalize())}: {_words(happened).removeprefix(f'{name} ')}"


def _words(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def sentence_of(fault: Mapping[str, Any]) -> str:
    """What was done to an event."""
    was = f" (its own place is {fault['was']})" if fault.get("was") is not None else ""
    there = " in the ledger; the store is as it was" if fault.get("part") == "ledger" else ""
    return DONE[fault["kind"]] + there + was


def who(actor: str, role: str) -> str:
    """Who decided, by role; people are named by their id, since names are under seal."""
    if not actor.startswith(("person:", "client:")) or role == Role.SYSTEM:
        return "Candour, by rule"
    known = Role(role).label if role in {each.value for each in Role} else role
    return f"{known} ({actor.partition(':')[2][:8]})"


def listing(filters: Iterable[str]) -> str:
    """Which list of decisions was read, by what it was narrowed; what was typed is not repeated, it may name somebody."""
    named = set(filters)
    narrowed = ", ".join(dict.fromkeys(words for name, words in LISTED.items() if name in named))
    return f"the list of decisions, by {narrowed}" if narrowed else "the list of decisions"


def field_of(name: str) -> str:
    """A field's name in words."""
    return name.replace("_", " ").capitalize()


def shown(value: Any) -> str:
    """A value as a reader would write it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        return "; ".join(f"{field_of(str(name)).lower()}: {shown(each)}" for name, each in value.items() if each)
    if isinstance(value, list):
        return ", ".join(shown(each) for each in value) or "none"
    if isinstance(value, str) and len(value) > len("2026-03-02T") and value[4:5] == "-" and value[10:11] == "T":
        try:
            return local_time(datetime.fromisoformat(value), LONDON)
        except ValueError:
            return value
    return value.replace("_", " ") if isinstance(value, str) and CODE.fullmatch(value) else str(value)
