"""Reading somebody's CSV file: every row checked before the first is taken, and each fault named with its line."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.importing.mapping import MapFile, RowRefused
from libs.domain import Refused

LONGEST_FIELD = 200_000
MOST_ROWS = 5_000_000


class WrongEncoding(Refused):
    """The file is not written in the encoding that its mapping names. Nothing was imported."""


class ColumnsMissing(Refused):
    """The file does not have the columns that its mapping reads. Nothing was imported."""


class NotATable(Refused):
    """The file is not a table with a header line. Nothing was imported."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be taken: its line in the file and our fields."""

    line: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be taken, and why."""

    line: int
    reason: str


def digest(path: Path) -> str:
    """The SHA-256 of the file: the same file is the same import."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rows(path: Path, mapping: MapFile) -> Iterator[Row | Fault]:
    """Every row of the file in order, read or refused; rows that say nothing are passed over.

    Raises WrongEncoding, ColumnsMissing or NotATable for the file as a whole.
    """
    csv.field_size_limit(LONGEST_FIELD)
    encoding = "utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        table = csv.reader(file, delimiter=mapping.delimiter)
        line = 1
        try:
            header = next(table, None)
            _require_columns(path, header, mapping)
            assert header is not None
            for line, values in enumerate(table, start=2):
                if line > MOST_ROWS:
                    raise NotATable(f"{path} has more than {MOST_ROWS:,} rows. Split it; nothing was imported.")
                if read := _row(line, header, values, mapping):
                    yield read
        except UnicodeDecodeError:
            raise WrongEncoding(
                f"{path}, near line {line + 1}, is not {mapping.encoding} text. Nothing was imported."
                " Save it as 'CSV UTF-8', or name its encoding in the mapping, and try again."
            ) from None
        except csv.Error as fault:
            raise NotATable(f"{path}, near line {line + 1}: {fault}. Nothing was imported.") from None


def _require_columns(path: Path, header: list[str] | None, mapping: MapFile) -> None:
    if not header:
        raise NotATable(f"{path} is empty. Nothing was imported.")
    if missing := sorted(mapping.columns() - set(header)):
        raise ColumnsMissing(
            f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. Nothing was imported."
            " Check that file and mapping belong together."
        )


def _row(line: int, header: list[str], values: list[str], mapping: MapFile) -> Row | Fault | None:
    if not any(value.strip() for value in values):
        return None
    if len(values) != len(header):
        return Fault(line, f"The line has {len(values)} fields where the header has {len(header)}.")
    row = dict(zip(header, values, strict=True))
    if mapping.says_nothing(row):
        return None
    try:
        return Row(line, mapping.read(row))
    except RowRefused as refusal:
        return Fault(line, str(refusal))
