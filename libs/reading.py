"""Opening sealed words for someone who may read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from libs.keys import KeyRing


async def opened(keys: KeyRing, rows: Iterable[dict[str, Any]], *columns: str) -> list[dict[str, Any]]:
    """The rows with these columns opened; what was erased reads '[erased]'."""
    rows = list(rows)
    tokens = [row[column] for row in rows for column in columns if row.get(column)]
    await keys.ready({subject for token in tokens if (subject := KeyRing.subject_of(token))})
    return [row | {column: keys.open(row[column]) for column in columns if row.get(column)} for row in rows]


async def opened_one(keys: KeyRing, text: str) -> str:
    """One sealed text, opened."""
    return (await opened(keys, [{"text": text}], "text"))[0]["text"] if text else ""
