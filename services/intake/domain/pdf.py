"""Whether a PDF runs something, fetches something or carries another file when it is opened, wherever it says so."""

from __future__ import annotations

import re
import zlib

from services.intake.domain.refusals import FileActive, FileShut

_ESCAPED = re.compile(rb"#([0-9a-fA-F]{2})")
_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z])")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_OF_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z])")
_UNUSUAL = re.compile(rb"/(?:RunLengthDecode|RL)(?![A-Za-z])")
"""After this filter words may be cut in two, and still begin as objects do."""
_NAME = re.compile(rb"/[!-~]+")
_OBJECTS = re.compile(rb"[\s\x00]*(?:\d+\s+\d+\s+)+[\d\s.+-]*[<\[(/tn]")
"""How the objects of a stream begin: the number and place of each, then the first of them (ISO 32000-2, 7.5.7)."""
PEEK, MOST = 4096, 50 * 1024 * 1024
"""Bytes by which such a stream is known, and in all of a file that are unpacked."""


def require_still(content: bytes) -> None:
    """Raises FileActive where a PDF names an action that runs or carries another file (ISO 32000-2, 12.6.4 and 7.11.4),
    however its names are written (7.3.5), also where they are packed; FileShut where something packed cannot be read, such
    as under a password."""
    plain = _written_out(content)
    if _ACTIVE.search(plain):
        raise FileActive
    left, packed = MOST, set()
    for stream in _STREAM.finditer(content):
        objects = _unpacked(content, stream.end(), left)
        if objects:
            left -= len(objects)
            packed.add(stream.end())
            if _ACTIVE.search(_written_out(objects)):
                raise FileActive
        if left <= 0:
            raise FileShut
    _require_all_read(content, packed)


def _require_all_read(content: bytes, packed: set[int]) -> None:
    """Each stream that says that it holds objects was read. Raises FileShut."""
    for name in _NAME.finditer(content):
        if b"ObjStm" in name[0] or b"#" in name[0]:
            if not _OF_OBJECTS.search(_written_out(name[0])):
                continue
            begins = _STREAM.search(content, name.end())
            if _UNUSUAL.search(_written_out(content)) or not begins or begins.end() not in packed:
                raise FileShut


def _written_out(content: bytes) -> bytes:
    return _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), content)


def _unpacked(content: bytes, begin: int, most: int) -> bytes:
    """The objects that a stream holds, at most so many bytes; nothing where it holds something else, or is packed otherwise."""
    unpacking = zlib.decompressobj()
    try:
        first = unpacking.decompress(content[begin : begin + 2 * PEEK], PEEK)
        if not _OBJECTS.match(first) and not re.fullmatch(rb"[\d\s]{4096}", first):
            return b""
        rest = unpacking.unconsumed_tail + content[begin + 2 * PEEK :]
        return first + unpacking.decompress(rest, most)
    except zlib.error:
        return b""
