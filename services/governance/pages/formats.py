"""Tables written as CSV, JSON and Parquet, each with its definition."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import IO, Any

import orjson

from services.governance.projection.dictionary import Column, Table

Batches = AsyncIterator[list[tuple[Any, ...]]]

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
CSVW = {
    "uuid": "string", "text": "string", "text[]": "string", "jsonb": "json", "timestamptz": "dateTime", "date": "date",
    "int": "integer", "smallint": "integer", "bigint": "integer", "boolean": "boolean", "double precision": "double",
    "tsvector": "string",
}  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would run. An apostrophe before it keeps it a text."""


def definition(table: Table) -> dict[str, Any]:
    """The table's definition as CSV on the Web metadata (W3C Recommendation, 17 December 2015)."""
    columns = [
        {"name": c.name, "titles": c.name, "datatype": CSVW[c.kind], "dc:description": c.about}
        | ({"separator": "|"} if c.kind == "text[]" else {})
        for c in table.taken
    ]
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{table.name}.csv",
        "dc:title": table.name,
        "dc:description": table.about,
        "tableSchema": {"columns": columns},
    }


async def written(kind: str, table: Table, batches: Batches, file: IO[bytes]) -> None:
    """Write the table to a file in one of KINDS."""
    await {"csv": _csv, "json": _json, "parquet": _parquet}[kind](table, batches, file)


async def _csv(table: Table, batches: Batches, file: IO[bytes]) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.name for column in table.taken])
    async for rows in batches:
        writer.writerows([[_cell(value) for value in row] for row in rows])
    text.detach()  # the file stays open for whoever sends it


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = "|".join(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


async def _json(table: Table, batches: Batches, file: IO[bytes]) -> None:
    names = [column.name for column in table.taken]
    file.write(b'{"definition":' + orjson.dumps(definition(table)) + b',"rows":[')
    first = True
    async for rows in batches:
        for row in rows:
            file.write((b"\n" if first else b",\n") + orjson.dumps(dict(zip(names, row, strict=True))))
            first = False
    file.write(b"\n]}\n")


async def _parquet(table: Table, batches: Batches, file: IO[bytes]) -> None:
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    kinds = {
        "timestamptz": pa.timestamp("us", "UTC"), "date": pa.date32(), "int": pa.int64(), "smallint": pa.int64(),
        "bigint": pa.int64(), "boolean": pa.bool_(), "double precision": pa.float64(), "text[]": pa.list_(pa.string()),
    }  # fmt: skip

    def field(column: Column) -> Any:
        return pa.field(column.name, kinds.get(column.kind, pa.string()), metadata={"description": column.about})

    schema = pa.schema([field(column) for column in table.taken], {"description": table.about})
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        async for rows in batches:
            columns: Sequence[Any] = list(zip(*rows, strict=True))
            arrays = [pa.array(list(values), each.type) for values, each in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
