"""The parts of a pack for machines: events with their proofs as lines of JSON, tables as CSV and Parquet, and schemas."""

from __future__ import annotations

import csv
from base64 import b64encode
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from deploy.packs.gathering import Gathered
from deploy.packs.profile import Profile, Shown
from deploy.packs.spool import Entry
from deploy.packs.tables import Cell, Kind, Table

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
GROUP = 10_000
"""Rows that are in memory at once."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula; a quote before it keeps it a text."""


def write_events(found: Gathered, profile: Profile, path: Path) -> None:
    """Every event in the order of the record, a line each, with its audit path; by its hash alone where not shown."""
    with path.open("wb") as file:
        for entry in found.entries if profile.events is not Shown.NONE else ():
            file.write(orjson.dumps(_line(entry, found, profile), option=orjson.OPT_APPEND_NEWLINE))


def _line(entry: Entry, found: Gathered, profile: Profile) -> dict[str, Any]:
    said: dict[str, Any] = {"ledger": entry.ledger, "place": entry.place}
    if profile.shows_event(entry.topic):
        said |= {
            "position": entry.position, "aggregate": str(entry.aggregate), "version": entry.version,
            "topic": entry.topic, "state": entry.state.decode(),
        }  # fmt: skip
    else:
        said |= {"leaf": b64encode(entry.leaf).decode()}
    return said | {"path": found.entries.path(entry)}


def write_csv(table: Table, path: Path) -> None:
    """A table for a spreadsheet, with a byte order mark so that every one reads it as UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        writer.writerows([_safe(cell) for cell in row] for row in table.rows)


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def write_parquet(table: Table, path: Path) -> None:
    """A table for a program, typed, with each column's title as its description."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    kinds: dict[Kind, Any] = {
        "string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
        "date": pa.date32(), "datetime": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    fields = [
        pa.field(name, kinds[kind], metadata={"description": title}) for name, (title, kind) in table.columns.items()
    ]
    schema = pa.schema(fields, metadata={"title": table.title})
    rows = iter(table.rows)
    with pq.ParquetWriter(path, schema) as writer:
        while some := list(islice(rows, GROUP)):
            columns = [
                [_typed(row[place], kind) for row in some] for place, (_, kind) in enumerate(table.columns.values())
            ]
            arrays = [pa.array(values, type=field.type) for values, field in zip(columns, fields, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _typed(cell: Cell, kind: Kind) -> Any:
    if not isinstance(cell, str):
        return cell if kind != "string" or cell is None else str(cell)
    if kind == "date":
        return date.fromisoformat(cell)
    return datetime.fromisoformat(cell) if kind == "datetime" else cell


def schema_of(table: Table) -> bytes:
    """What each column of a table means, as JSON Schema of one row."""
    formats = {"date": {"format": "date"}, "datetime": {"format": "date-time"}}
    kinds = {"date": "string", "datetime": "string"}
    properties = {
        name: {"type": [kinds.get(kind, kind), "null"], "description": title, **formats.get(kind, {})}
        for name, (title, kind) in table.columns.items()
    }
    said = {"$schema": SCHEMA, "title": table.title, "type": "object", "properties": properties}
    return orjson.dumps(said, option=orjson.OPT_INDENT_2)
