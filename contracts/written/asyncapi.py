"""The promises as an AsyncAPI 3.0.0 document: where each event travels, what it carries, who may send it."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from contracts.envelope import PARTITIONS, Envelope
from contracts.wire import encode
from contracts.written.promises import OUTSIDE, Promises, Schema, address_of, publisher_of, schema_of

BINDINGS = {"nats": {"bindingVersion": "0.1.0"}}
_PARAMETERS = {
    "partition": {
        "enum": [str(lane) for lane in range(PARTITIONS)],
        "description": "The lane of the journey; everything of one journey travels in one lane, in order.",
    },
    "source": {"description": "The outside system, by the name it was registered under: a-z, 0-9 and _."},
}


def asyncapi(promises: Promises, examples: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The document. `examples` holds the newest example of each name, as a structured CloudEvent."""
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {"headers": _headers(), "foreignHeaders": _foreign_headers()}
    for name, model in promises.items():
        schemas |= _schemas(name, model)
        messages |= _messages(name, model, examples[name])
    return {
        "asyncapi": "3.0.0",
        "id": "urn:candour",
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": {name: _channel(name, model) for name, model in promises.items()},
        "operations": {_verb(name) + name: _operation(name) for name in promises},
        "components": {"messages": messages, "schemas": schemas, "securitySchemes": _security()},
    }


def _info() -> dict[str, Any]:
    return {
        "title": "Candour",
        "version": "1",
        "description": (
            "What the services tell each other, and what outside systems may tell them: CloudEvents 1.0 on NATS "
            "JetStream, in binary mode. A name is kept for ever; a change that a reader could notice is a new name."
        ),
        "license": {"name": "Apache-2.0"},
    }


def _servers() -> dict[str, Any]:
    host = {"host": {"default": "localhost", "description": "where NATS listens"}}
    return {
        "services": {
            "host": "{host}:4222",
            "protocol": "nats",
            "description": "For the services; each may publish under its own name alone.",
            "variables": host,
            "security": [{"$ref": "#/components/securitySchemes/service"}],
        },
        "outside": {
            "host": "{host}:4222",
            "protocol": "nats",
            "description": "For outside systems; each may send on its own subject and read its own answers.",
            "variables": host,
            "security": [{"$ref": "#/components/securitySchemes/outsideSystem"}],
        },
    }


def _security() -> dict[str, Any]:
    return {
        "service": {"type": "userPassword", "description": "One NATS user for each service."},
        "outsideSystem": {
            "type": "userPassword",
            "description": "One NATS user for each registered outside system, over TLS.",
        },
    }


def _channel(name: str, model: type[BaseModel]) -> dict[str, Any]:
    address = address_of(name, model)
    outside = "{source}" in address
    channel: dict[str, Any] = {
        "address": address,
        "title": model.__name__,
        "description": model.__doc__,
        "servers": [
            {"$ref": f"#/servers/{server}"} for server in (("services", "outside") if outside else ("services",))
        ],
        "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in _message_names(name)},
    }
    if parameters := re.findall(r"\{(\w+)\}", address):
        channel["parameters"] = {parameter: _PARAMETERS[parameter] for parameter in parameters}
    return channel


def _operation(name: str) -> dict[str, Any]:
    received = publisher_of(name) == OUTSIDE
    return {
        "action": "receive" if received else "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": "intake takes it in and answers it" if received else f"{publisher_of(name)} publishes it",
        "messages": [{"$ref": f"#/channels/{name}/messages/{key}"} for key in _message_names(name)],
        "bindings": BINDINGS,
    }


def _verb(name: str) -> str:
    return "receive." if publisher_of(name) == OUTSIDE else "publish."


def _message_names(name: str) -> list[str]:
    return [name, f"{name}.structured"] if publisher_of(name) == OUTSIDE else [name]


def _messages(name: str, model: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    outside = publisher_of(name) == OUTSIDE
    binary = {
        "name": name,
        "title": model.__name__,
        "summary": model.__doc__,
        "contentType": "application/json",
        "headers": {"$ref": f"#/components/schemas/{'foreignHeaders' if outside else 'headers'}"},
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "bindings": BINDINGS,
        "examples": [{"headers": _sent_headers(example), "payload": example["data"]}],
    }
    if not outside:
        journey = {"location": "$message.header#/ce-journey", "description": "the journey it belongs to"}
        return {name: {**binary, "correlationId": journey}}
    structured = {
        **{key: binary[key] for key in ("name", "title", "summary", "bindings")},
        "contentType": "application/cloudevents+json",
        "payload": _whole(name),
        "examples": [{"payload": example}],
    }
    return {name: binary, f"{name}.structured": structured}


def _sent_headers(example: dict[str, Any]) -> dict[str, str]:
    if publisher_of(example["type"]) == OUTSIDE:
        return {f"ce-{key}": str(value) for key, value in example.items() if key != "data"}
    return encode(Envelope.model_validate(example))[0]


def _whole(name: str) -> Schema:
    """A structured CloudEvent: attributes and data in one object."""
    attributes = {
        key.removeprefix("ce-"): schema
        for key, schema in _foreign_headers()["properties"].items()
        if key.startswith("ce-")
    }
    required = ["specversion", "id", "source", "type", "data"]
    data = {"$ref": f"#/components/schemas/{name}"}
    return {"type": "object", "required": required, "properties": {**attributes, "data": data}}


def _headers() -> Schema:
    """The `ce-` headers of our own events, from the envelope itself; all are text, percent-encoded."""
    envelope = schema_of("envelope", Envelope)
    always = {*envelope["required"], "specversion", "datacontenttype"}
    properties = {
        f"ce-{name}": {"type": "string"} | {key: schema[key] for key in ("format", "const") if key in schema}
        for name, schema in envelope["properties"].items()
        if name != "data"
    }
    properties["ce-sequence"] |= {"pattern": "^[0-9]{20}$", "description": "padded, so that it sorts as text"}
    properties["Nats-Msg-Id"] = {
        "type": "string",
        "description": "the event's id, by which a repeat is dropped",
    }
    required = [name for name in properties if name.removeprefix("ce-") in always]
    return {"type": "object", "description": Envelope.__doc__, "required": required, "properties": properties}


def _foreign_headers() -> Schema:
    words = {"type": "string", "minLength": 1, "maxLength": 1024}
    return {
        "type": "object",
        "description": "CloudEvents attributes; names in any case, values percent-encoded where need be.",
        "required": ["ce-specversion", "ce-id", "ce-source", "ce-type"],
        "properties": {
            "ce-specversion": {"type": "string", "const": "1.0"},
            "ce-id": {
                **words,
                "description": "the sender's id of this message; sent again, it is answered as a repeat",
            },
            "ce-source": {**words, "format": "uri-reference"},
            "ce-type": words,
            "ce-time": {"type": "string", "format": "date-time", "description": "RFC 3339, with an offset"},
            "ce-datacontenttype": {"type": "string"},
        },
    }


def _schemas(name: str, model: type[BaseModel]) -> dict[str, Any]:
    """A promise's schema and those it is made of, each a component of the document."""
    schema = schema_of(name, model)
    parts = schema.pop("$defs", {})
    for key in ("$schema", "$id"):
        schema.pop(key)
    return {key: _relinked(part) for key, part in {name: schema, **parts}.items()}


def _relinked(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _relinked(value)
            for key, value in part.items()
        }
    return [_relinked(inner) for inner in part] if isinstance(part, list) else part
