"""The history of decisions beside a ledger: whether each of its lines says what the event in the store says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, LiteralString

import orjson

from services.audit.ledger.history import marks_of

LINES: LiteralString = (
    "SELECT place, position, uuid_send(aggregate), version, convert_to(topic, 'UTF8'),"
    " convert_to(journey::text, 'UTF8'), provider, site, actor, role, rules, reasoned, recorded, occurred"
    " FROM audit.decision WHERE service = %s ORDER BY place"
)
Row = tuple[Any, ...]


class Lines:
    """Lines of the history as they come, held against entries and events in the same order; what differs is counted."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows, self._next = rows, next(rows, None)
        self._begun = self._next is not None  # one that was never begun is made at audit's next start
        self._strange, self._first = 0, 0

    def hold(self, entry: Row, state: bytes | None) -> None:
        """The next entry of the ledger, and its event's state where that is what was recorded."""
        place, line = entry[5], self._next
        if not self._begun:
            return
        while line is not None and line[0] < place:
            self._differs(line[0])
            line = self._next = next(self._rows, None)
        if line is None or line[0] != place:
            self._differs(place)
            return
        self._next = next(self._rows, None)
        if (
            line[1] != entry[0]
            or line[2:5] != entry[1:4]
            or line[5] != entry[6]
            or not (state is None or _said(line, state))
        ):
            self._differs(place)

    def _differs(self, place: int) -> None:
        self._strange += 1
        self._first = self._first or place

    def told(self) -> list[str]:
        """What is wrong with the history, once every entry was held against it."""
        if self._next is not None:
            self._differs(self._next[0])
            self._strange += sum(1 for _ in self._rows)
        if not self._strange:
            return []
        return [
            f"lines of the history of decisions ({self._strange}, from entry {self._first} on) are not those of the ledger"
        ]


def _said(line: Row, state: bytes) -> bool:
    """Whether the event says what the line does."""
    marks = marks_of(orjson.loads(state))
    recorded, occurred, moment = marks[6], marks[7], datetime.fromisoformat
    if marks[:6] != line[6:12] or moment(recorded) != line[12]:
        return False
    happened: datetime = line[13]
    return happened == (line[12] if occurred is recorded else moment(occurred))
