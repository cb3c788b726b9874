"""The promises as a page to read: service by service, each event in a sentence, and what each field means."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from contracts.envelope import Envelope
from contracts.written.promises import (
    OUTSIDE,
    Promises,
    Schema,
    address_of,
    alternatives,
    publisher_of,
    schema_of,
)

_OPENING = """# What the services tell each other

Every event below is a fact that its publisher will not take back. Its name is kept for ever: a field may be
added if readers can do without it, and anything else is a new name. Written by `candour contracts` from the
models; do not edit.
"""


def catalogue(promises: Promises, heard_by: Mapping[str, list[str]]) -> str:
    """The page, in Markdown. `heard_by` says which services listen to a name."""
    lines = [
        _OPENING,
        "## On every event\n",
        _sentence(Envelope),
        "",
        *_table(schema_of("envelope", Envelope)),
    ]
    publisher = ""
    for name, model in promises.items():
        if publisher_of(name) != publisher:
            publisher = publisher_of(name)
            lines += [
                "",
                f"## {'from outside' if publisher == OUTSIDE else publisher}",
                "",
                _opening_of(model),
            ]
        lines += ["", f"### {name}", "", _sentence(model), "", f"Travels on `{address_of(name, model)}`."]
        if listening := heard_by.get(name):
            lines += [f"Heard by {', '.join(listening)}."]
        schema = schema_of(name, model)
        lines += ["", *_table(schema)]
        for part in schema.get("$defs", {}).values():
            lines += [
                "",
                f"Each {part['title']}: {_flat(part.get('description', ''))}",
                "",
                *_table(part, schema),
            ]
    return "\n".join(lines) + "\n"


def _opening_of(model: type[BaseModel]) -> str:
    return _flat(sys.modules[model.__module__].__doc__ or "")


def _sentence(model: type[BaseModel]) -> str:
    return "\n\n".join(_flat(paragraph) for paragraph in (model.__doc__ or "").split("\n\n"))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _table(schema: Schema, root: Schema | None = None) -> list[str]:
    rows = list(_rows(schema, root or schema))
    if not rows:
        return ["It carries nothing but its envelope."]
    return ["| field | holds | meaning |", "|---|---|---|", *rows]


def _rows(schema: Schema, root: Schema) -> Iterator[str]:
    needed = schema.get("required", [])
    for field, inner in schema.get("properties", {}).items():
        holds = " or ".join(_holds(option, root) for option in alternatives(inner, root))
        meaning = _flat(str(inner.get("description", ""))).replace("|", "\\|")
        may = "" if field in needed else "; may be left out"
        yield f"| `{field}` | {holds}{may} | {meaning} |"


def _holds(option: Schema, root: Schema) -> str:
    if option.get("x-sealed"):
        return "sealed text"
    if "properties" in option:
        return str(option["title"])
    if option.get("type") == "array":
        inner = " or ".join(_holds(each, root) for each in alternatives(option.get("items", {}), root))
        return f"list of {inner}"
    words = {
        "string": "text",
        "boolean": "yes or no",
        "integer": "whole number",
        "null": "nothing",
        "object": "mapping",
    }
    formats = {"date-time": "moment", "date": "day", "uuid": "id"}
    word = formats.get(str(option.get("format")), words.get(str(option.get("type")), option.get("type", "anything")))
    return f"{word}{_limit(option)}"


def _limit(option: Mapping[str, Any]) -> str:
    if "const" in option:
        return f", always {option['const']}"
    if "maxLength" in option:
        return f", at most {option['maxLength']} characters"
    low, high = option.get("minimum"), option.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    return f", {low} or more" if low is not None else ""
