"""The parts of a pack for machines: events with their proofs as lines of JSON, tables as CSV and Parquet, and schemas."""

from __future__ import annotations

import csv
from base64 import b64encode
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import orjson

from deploy.packs.gathering import Entry, Gathered
from deploy.packs.profile import Profile, Shown
from deploy.packs.tables import Cell, Kind, Table

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula; a quote before it keeps it a text."""


def events_of(found: Gathered, profile: Profile) -> bytes:
    """Every event in the order of the record, a line each, with its audit path; by its hash alone where not shown."""
    if profile.events is Shown.NONE:
        return b""
    return b"".join(
        orjson.dumps(_line(entry, found, profile), option=orjson.OPT_APPEND_NEWLINE) for entry in found.entries
    )


def _line(entry: Entry, found: Gathered, profile: Profile) -> dict[str, Any]:
    path = [b64encode(step).decode() for step in found.paths[entry.ledger, entry.place]]
    said: dict[str, Any] = {"ledger": entry.ledger, "place": entry.place}
    if profile.shows_event(entry.topic):
        said |= {
            "position": entry.position, "aggregate": str(entry.aggregate), "version": entry.version,
            "topic": entry.topic, "state": entry.state.decode(),
        }  # fmt: skip
    else:
        said |= {"leaf": b64encode(entry.leaf).decode()}
    return said | {"path": path}


def csv_of(table: Table) -> bytes:
    """A table for a spreadsheet, with a byte order mark so that every one reads it as UTF-8."""
    written = StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(table.columns)
    writer.writerows([_safe(cell) for cell in row] for row in table.rows)
    return written.getvalue().encode("utf-8-sig")


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def parquet_of(table: Table) -> bytes:
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
    columns = [
        [_typed(row[place], kind) for row in table.rows] for place, (_, kind) in enumerate(table.columns.values())
    ]
    arrays = [pa.array(values, type=field.type) for values, field in zip(columns, fields, strict=True)]
    made = BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata={"title": table.title})), made)
    return made.getvalue()


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
