"""Opening sealed words for someone who may read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from contracts.sealed import is_sealed
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


def texts(value: Any) -> Iterator[str]:
    """Every text in a record's state, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def with_seals(value: Any, change: Callable[[str], str]) -> Any:
    """The same state with each sealed text changed, such as opened or veiled."""
    if isinstance(value, str):
        return change(value) if is_sealed(value) else value
    if isinstance(value, dict):
        return {name: with_seals(each, change) for name, each in value.items()}
    return [with_seals(each, change) for each in value] if isinstance(value, list) else value
