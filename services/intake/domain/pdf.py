"""Whether a PDF runs something, fetches something or carries another file when it is opened, wherever it says so."""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from services.intake.domain.refusals import FileActive, FileShut


def _names(*words: str) -> re.Pattern[bytes]:
    """These names, however their letters are written: as they are, or by their codes (ISO 32000-2, 7.3.5)."""
    spelled = ("".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in word) for word in words)
    return re.compile(f"/(?:{'|'.join(spelled)})(?![A-Za-z])".encode())


_ACTIVE = _names(
    "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "SubmitForm", "ImportData"
)  # fmt: skip
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_OF_OBJECTS = _names("ObjStm")
_UNUSUAL = _names("RunLengthDecode", "RL")
"""After this filter words may be cut in two, and still begin as objects do."""
_OBJECTS = re.compile(rb"[\s\x00]*+(?:\d++\s++\d++\s++)++[\d\s.+-]*+[<\[(/tn]")
"""How the objects of a stream begin: the number and place of each, then the first of them (ISO 32000-2, 7.5.7)."""
PEEK, PART, MOST = 4096, 64 * 1024, 50 * 1024 * 1024
"""Bytes by which such a stream is known, that are read of it at once, and in all of a file that are unpacked."""
MOST_STREAMS = 50_000
"""So many pieces has no file that people hand in; each costs a look."""


def require_still(content: bytes) -> None:
    """Raises FileActive where a PDF names an action that runs or carries another file (ISO 32000-2, 12.6.4 and 7.11.4), also
    where it is packed; FileShut where something packed cannot be read, such
    as under a password, or where there is more than can be looked into."""
    if _ACTIVE.search(content):
        raise FileActive
    streams = [stream.span() for stream in islice(_STREAM.finditer(content), MOST_STREAMS + 1)]
    if len(streams) > MOST_STREAMS:
        raise FileShut
    left, packed = MOST, set()
    for _, begin in streams:
        objects = _unpacked(content, begin, left)
        if objects:
            left -= len(objects)
            packed.add(begin)
            if _ACTIVE.search(objects):
                raise FileActive
        if left <= 0:
            raise FileShut
    _require_all_read(content, streams, packed, usual=_UNUSUAL.search(content) is None)


def _require_all_read(content: bytes, streams: Sequence[tuple[int, int]], packed: set[int], *, usual: bool) -> None:
    """Each stream that says that it holds objects was read. Raises FileShut."""
    starts = [start for start, _ in streams]
    for name in _OF_OBJECTS.finditer(content):
        its = bisect_left(starts, name.end())
        if not usual or its == len(streams) or streams[its][1] not in packed:
            raise FileShut


def _unpacked(content: bytes, begin: int, most: int) -> bytes:
    """The objects that a stream holds, about so many bytes at most; nothing where it holds something else, or is packed
    otherwise."""
    if int.from_bytes(content[begin : begin + 2]) % 31 or content[begin : begin + 1] == b"":  # RFC 1950, 2.2
        return b""
    unpacking = zlib.decompressobj()
    try:
        first = unpacking.decompress(content[begin : begin + 2 * PEEK], PEEK)
        if not _OBJECTS.match(first) and not re.fullmatch(rb"[\d\s]{4096}", first):
            return b""
        return first + b"".join(_more(unpacking, content, begin + 2 * PEEK, most - len(first)))
    except zlib.error:
        return b""


def _more(unpacking: zlib._Decompress, content: bytes, place: int, most: int) -> Iterator[bytes]:
    """The rest of a stream, part by part: what lies behind its end is not touched, however many streams there are."""
    fed = unpacking.unconsumed_tail
    while most > 0 and not unpacking.eof and (fed or place < len(content)):
        if not fed:
            fed, place = content[place : place + PART], place + PART
        part = unpacking.decompress(fed, most)
        fed, most = unpacking.unconsumed_tail, most - len(part)
        yield part
