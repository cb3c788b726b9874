"""Reading somebody's CSV file: every row checked before the first is taken, and each fault named with its line."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from deploy.importing.mapping import MapFile
from deploy.importing.targets import Fields, RowRefused
from libs.domain import Refused

LONGEST_FIELD = 200_000
LONGEST_LINE = 1_000_000
MOST_ROWS = 5_000_000


class WrongEncoding(Refused):
    """The file is not written in the encoding that its mapping names. Nothing was imported."""


class ColumnsMissing(Refused):
    """The file does not have the columns that its mapping reads. Nothing was imported."""


class NotATable(Refused):
    """The file is not a table with a header line. Nothing was imported."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be taken: the line of the file where it begins, and our fields."""

    line: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be taken, and why."""

    line: int
    reason: str


def digest(path: Path) -> str:
    """The SHA-256 of the file: the same file is the same import. Raises NotATable where it cannot be opened."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise NotATable(f"{path} cannot be read: {fault.strerror}. Nothing was imported.") from None


def rows(path: Path, mapping: MapFile) -> Iterator[Row | Fault]:
    """Every row of the file in order, read or refused; rows that say nothing are passed over.

    Holds one row at a time. Raises WrongEncoding, ColumnsMissing or NotATable for the file as a whole.
    """
    csv.field_size_limit(LONGEST_FIELD)
    encoding = "utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        # Strict, since a quote that is never closed would otherwise swallow every row after it without a word.
        table = csv.reader(_lines(path, file), delimiter=mapping.delimiter, strict=True)
        try:
            header = next(table, None)
            _require_columns(path, header, mapping)
            assert header is not None
            before = table.line_num
            for count, values in enumerate(table, start=1):
                if count > MOST_ROWS:
                    raise NotATable(f"{path} has more than {MOST_ROWS:,} rows. Split it; nothing was imported.")
                if read := _row(before + 1, header, values, mapping):
                    yield read
                before = table.line_num
        except UnicodeDecodeError:
            raise WrongEncoding(
                f"{path}, line {_undecodable(path, mapping.encoding)}, is not {mapping.encoding} text. Nothing was"
                " imported. Save it as 'CSV UTF-8', or name its encoding in the mapping, and try again."
            ) from None
        except csv.Error as fault:
            raise NotATable(f"{path}, near line {table.line_num}: {fault}. Nothing was imported.") from None


def _lines(path: Path, file: TextIO) -> Iterator[str]:
    """Lines of a length that a table has; a file without line ends is not read into memory whole."""
    for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE + 1), ""), start=1):
        if len(line) > LONGEST_LINE:
            raise NotATable(f"{path}, line {number}, is longer than {LONGEST_LINE:,} characters. Nothing was imported.")
        yield line


def _undecodable(path: Path, encoding: str) -> int:
    """The line at fault: text is decoded in blocks, so that the reader itself knows only the block."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE * 4), b""), start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return 1


def _require_columns(path: Path, header: Sequence[str] | None, mapping: MapFile) -> None:
    if not header:
        raise NotATable(f"{path} is empty. Nothing was imported.")
    if missing := sorted(mapping.columns() - set(header)):
        raise ColumnsMissing(
            f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. Nothing was imported."
            " Check that file and mapping belong together."
        )
    if twice := sorted(name for name, count in Counter(header).items() if count > 1 and name in mapping.columns()):
        raise ColumnsMissing(
            f"{path} has two columns called {', '.join(twice)}, so it is not clear which is meant. Nothing was imported."
        )


def _row(line: int, header: Sequence[str], values: Sequence[str], mapping: MapFile) -> Row | Fault | None:
    if not any(value.strip() for value in values):
        return None
    if len(values) != len(header):
        return Fault(line, f"The line has {len(values)} fields where the header has {len(header)}.")
    if any("\0" in value for value in values):
        return Fault(line, "The line holds a NUL byte, which no text has.")
    row = dict(zip(header, values, strict=True))
    if mapping.says_nothing(row):
        return None
    try:
        return Row(line, mapping.read(row))
    except RowRefused as refusal:
        return Fault(line, str(refusal))
