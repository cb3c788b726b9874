"""What every service stores: each kind of event by its name, and what its fields mean, as JSON Schema."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, get_type_hints

import orjson
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from deploy.nats.topology import services
from libs.domain import Event
from libs.mapper import UNSTORED, events_of
from libs.service import Service


@cache
def kinds() -> dict[str, type[Event]]:
    """Every stored event of every service, by its name in the store."""
    found: dict[str, type[Event]] = {}
    for name in services():
        module = importlib.import_module(f"services.{name}.application")
        classes = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Service)]
        for aggregate in {aggregate for each in classes for aggregate in getattr(each, "aggregates", ())}:
            found |= {kind.TOPIC: kind for kind in events_of(aggregate)}  # type: ignore[attr-defined]
    return found


@cache
def state_schema(topic: str) -> dict[str, Any]:
    """What the state of an event holds, field by field; personal words are marked `x-sealed`. Raises KeyError."""
    kind = kinds()[topic]
    hints = get_type_hints(kind, include_extras=True)
    form: Any = TypedDict("State", {name: hints[name] for name in kind.__dataclass_fields__ if name not in UNSTORED})  # type: ignore[misc]
    said: dict[str, Any] = TypeAdapter(form).json_schema()
    return said | {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": topic}


def line_schema() -> bytes:
    """What a line of events.jsonl holds: an event word for word, or its leaf hash; and its audit path."""
    text, whole = {"type": "string"}, {"type": "integer", "minimum": 1}
    base64 = {"type": "string", "contentEncoding": "base64"}
    said = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One event of the pack",
        "type": "object",
        "properties": {
            "ledger": text | {"description": "Whose ledger holds it"},
            "place": whole | {"description": "Its entry there, from 1"},
            "position": whole | {"description": "Its position in the service's log"},
            "aggregate": {"type": "string", "format": "uuid", "description": "The record that it belongs to"},
            "version": whole | {"description": "Which event of that record it is"},
            "topic": text | {"description": "What happened"},
            "state": text | {"description": "Its bytes as stored: JSON, as schemas/events says for its topic"},
            "leaf": base64 | {"description": "Its leaf hash, where the event itself is not shown to this reader"},
            "path": {"type": "array", "items": base64, "description": "Its audit path (RFC 6962) to the signed root"},
        },
        "required": ["ledger", "place", "path"],
        "oneOf": [{"required": ["position", "aggregate", "version", "topic", "state"]}, {"required": ["leaf"]}],
    }
    return orjson.dumps(said, option=orjson.OPT_INDENT_2)
