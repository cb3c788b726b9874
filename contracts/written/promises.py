"""Every promise there is: the events each service publishes, and what outside systems may send."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from contracts.envelope import PublishedEvent
from contracts.external import IncidentReported

PUBLISHERS = (
    "intake",
    "review",
    "action",
    "notification",
    "assurance",
    "governance",
    "audit",
)
OUTSIDE = "care"
"""The first word of the names that outside systems send under."""

Promises = Mapping[str, type[BaseModel]]
Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def promises() -> dict[str, type[BaseModel]]:
    """Each name ever promised and its model, publishers in the order a journey meets them."""
    for publisher in PUBLISHERS:
        importlib.import_module(f"contracts.{publisher}")
    ours = {name: kind for name, kind in PublishedEvent.catalogue.items() if kind.__module__.startswith("contracts.")}
    order = {publisher: place for place, publisher in enumerate(PUBLISHERS)}
    kept = dict(sorted(ours.items(), key=lambda item: order[publisher_of(item[0])]))
    return {**kept, IncidentReported.name: IncidentReported}


def publisher_of(name: str) -> str:
    """The service, or `care` for outside systems, that sends under this name."""
    return name.partition(".")[0]


def schema_of(name: str, model: type[BaseModel]) -> Schema:
    """The JSON Schema (2020-12) of one promise, under an id that never changes."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:candour:{name}",
        **_said_by(model),
    }


@cache
def _said_by(model: type[BaseModel]) -> Schema:
    """A model's own words, asked of it once: what is written out and what it is held against both need them."""
    return model.model_json_schema()


def resolved(schema: Schema, root: Schema) -> Schema:
    """The schema a reference points to, with what stands beside the reference; any other schema as it is."""
    if "$ref" not in schema:
        return schema
    target: Schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}


def alternatives(schema: Schema, root: Schema) -> list[Schema]:
    """What a value may be: one schema, or each of several."""
    schema = resolved(schema, root)
    return [resolved(option, root) for option in schema["anyOf"]] if "anyOf" in schema else [schema]


def address_of(name: str, model: type[BaseModel]) -> str:
    """The subject an event travels on, with its parameters in braces."""
    if not issubclass(model, PublishedEvent):
        return "external.incidents.{source}"
    blanks: dict[str, Any] = {field: f"{{{field}}}" for field in model.model_fields}
    blank = model.model_construct(None, **blanks)
    return blank.address() or f"events.{name}.{{partition}}"
