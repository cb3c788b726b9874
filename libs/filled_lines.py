"""Rows as lines that COPY reads, each made by one call of the JSON writer.

A JSON array without its brackets is a line of CSV whose quotes are escaped by a backslash, but for three things: what
JSON spells out after a backslash (a line break, a tab) stands in CSV as it is; a list is spelled as PostgreSQL spells
an array; and a float that is no number has a name in PostgreSQL alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, LiteralString

import orjson
from psycopg.adapt import PyFormat, Transformer

OPTIONS: LiteralString = "FORMAT csv, NULL 'null', ESCAPE '\\'"
"""How COPY is to read the lines."""
QUOTE = b'\\"'
ARRAY, FLOAT = "array", "float"
_SPELLED = re.compile(rb"\\(u[0-9a-f]{4}|.)")
_MEANT = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f"}
_NO_NUMBER = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


class Lines:
    """Makes the lines of one table; `kinds` says of each column whether it is an `ARRAY`, a `FLOAT` or neither."""

    def __init__(self, kinds: Sequence[str]) -> None:
        spelled = {ARRAY: _array, FLOAT: _float}
        self._apart: list[tuple[int, Callable[[Any], Any]]] = [
            (place, spelled[kind]) for place, kind in enumerate(kinds) if kind
        ]
        self._adapted = Transformer()

    def of(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """The lines of rows, each ended by a line break."""
        if self._apart:
            rows = map(self._spelled_out, rows)
        dumps, default, passed = orjson.dumps, self._as_text, orjson.OPT_PASSTHROUGH_SUBCLASS
        return b"".join(
            [line if b"\\" not in line.replace(QUOTE, b"") else _plain(line) for line in
             [dumps(row, default, passed)[1:-1] + b"\n" for row in rows]]
        )  # fmt: skip

    def _spelled_out(self, row: Sequence[Any]) -> list[Any]:
        made = list(row)
        for place, spelled in self._apart:
            if made[place] is not None:
                made[place] = spelled(made[place])
        return made

    def _as_text(self, value: Any) -> str:
        """What the JSON writer does not know, as the driver spells it."""
        spelled = self._adapted.get_dumper(value, PyFormat.TEXT).dump(value)
        return bytes(spelled or b"").decode()


def _plain(line: bytes) -> bytes:
    """A line in which what JSON spells out after a backslash stands as it is; a quote and a backslash stay escaped."""
    return _SPELLED.sub(_said, line)


def _said(found: re.Match[bytes]) -> bytes:
    what = found[1]
    if what in (b'"', b"\\"):
        return found[0]
    return _MEANT.get(what) or chr(int(what[1:], 16)).encode()


def _array(value: Sequence[Any]) -> str:
    return "{" + ",".join(map(_member, value)) + "}"


def _member(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return _array(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _float(value: Any) -> Any:
    spelled = repr(float(value))
    return _NO_NUMBER.get(spelled, spelled)
