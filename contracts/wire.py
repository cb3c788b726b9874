"""How an event travels: CloudEvents 1.0 on NATS.

We publish in binary mode: each attribute is a `ce-` header, percent-encoded as the CloudEvents NATS binding
says, and the payload is the data alone. What strangers send is read by `decode_foreign`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

import orjson
from pydantic import ValidationError

from contracts.envelope import Envelope
from contracts.foreign import Foreign, decode_foreign
from contracts.unreadable import NotACloudEvent, Unreadable, json_object

__all__ = ["Foreign", "Unreadable", "decode", "decode_foreign", "encode"]

JSON = "application/json"

_BARE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
_OPTIONAL = [
    (name, f"ce-{name}")
    for name in (
        "subject",
        "dataschema",
        "site",
        "actor",
        "role",
        "causationid",
        "traceparent",
    )
]


def encode(envelope: Envelope) -> tuple[dict[str, str], bytes]:
    """Headers and payload of one of our own events, in binary mode.

    `Nats-Msg-Id` is the event's id, so that the stream drops what is sent twice. The sequence is
    padded, since the CloudEvents sequence extension asks for numbers that sort as text.
    """
    identity, journey, about, time, recorded = _spelled(
        [
            envelope.id,
            envelope.journey,
            envelope.about,
            envelope.time,
            envelope.recordedtime,
        ]
    )
    headers = {
        "ce-specversion": "1.0",
        "ce-id": identity,
        "ce-type": envelope.type,
        "ce-source": envelope.source,
        "ce-time": time,
        "ce-datacontenttype": JSON,
        "ce-recordedtime": recorded,
        "ce-sequence": f"{envelope.sequence:020d}",
        "ce-provider": envelope.provider,
        "ce-journey": journey,
        "ce-about": about,
        "content-type": JSON,
        "Nats-Msg-Id": identity,
    }
    words = envelope.type + envelope.source + envelope.provider
    for name, header in _OPTIONAL:
        if value := getattr(envelope, name):
            headers[header] = value
            words += value
    if envelope.traceparent:
        headers["traceparent"] = envelope.traceparent
    if not _is_bare(words):
        headers = {name: quote(value, safe=_BARE) for name, value in headers.items()}
    return headers, orjson.dumps(envelope.data)


def _spelled(values: list[object]) -> list[str]:
    """Ids and times as text, in one go: a fifth of the time that `str` and `isoformat` take for each."""
    return orjson.dumps(values).decode().split('"')[1::2]


def _is_bare(text: str) -> bool:
    """Whether text may stand in a header as it is: printable ASCII but space, quotation mark and percent."""
    return text.isascii() and text.isprintable() and " " not in text and '"' not in text and "%" not in text


def decode(headers: Mapping[str, str] | None, payload: bytes) -> Envelope:
    """One of our own events, as `encode` sent it.

    Raises NotACloudEvent where an attribute is missing or malformed, NotJson where the payload is no object.
    """
    attributes: dict[str, Any] = {
        name[3:]: unquote(value) if "%" in value else value
        for name, value in (headers or {}).items()
        if name.startswith("ce-")
    }
    if "specversion" not in attributes:
        raise NotACloudEvent("specversion")
    attributes["data"] = json_object(payload)
    try:
        return Envelope.model_validate(attributes)
    except ValidationError as error:
        attribute = str(error.errors(include_input=False)[0]["loc"][0])
        raise NotACloudEvent(attribute, f"The attribute '{attribute}' is missing or malformed.") from None
