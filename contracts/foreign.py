"""How an event of another organisation's system is read: as a CloudEvent from a stranger, and no further.

Binary and structured mode are read, header names in any case. Batches are refused by name.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from contracts.unreadable import (
    MAX_ATTRIBUTE,
    MAX_ATTRIBUTES,
    MAX_PAYLOAD,
    BadTime,
    BatchNotAccepted,
    FutureVersion,
    NotACloudEvent,
    NotJson,
    TooLarge,
    UnknownType,
    Unreadable,
    json_object,
    storable,
)

STRUCTURED = "application/cloudevents+json"

_forbidden = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]").search
_attribute_name = re.compile(r"[a-z0-9]+").fullmatch
_versioned = re.compile(r"(.+)\.v([1-9][0-9]{0,8})").fullmatch
_json_type = re.compile(r"(application|text)/([a-z0-9.\-]+\+)?json").fullmatch
_timestamp = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d{1,6})?\d*([Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
).fullmatch


@dataclass(frozen=True, slots=True)
class Foreign:
    """An event another organisation's system sent: a CloudEvent, and nothing more is known of it yet."""

    id: str
    source: str
    type: str
    time: datetime | None
    subject: str
    datacontenttype: str
    dataschema: str
    data: dict[str, Any]
    extensions: dict[str, str | int | bool]


def decode_foreign(headers: Mapping[str, str] | None, payload: bytes, *, types: Collection[str]) -> Foreign:
    """An outside system's event, in binary or structured mode, of one of the `types` this door takes.

    A payload with no `ce-` header beside it is structured: the 1.0.2 binding knew no other mode.
    Raises a subclass of Unreadable.
    """
    if len(payload) > MAX_PAYLOAD:
        raise TooLarge(f"The message is larger than {MAX_PAYLOAD:,} bytes. Nothing was read.")
    named = _case_folded(headers or {})
    mode = _media_type(named.get("content-type", ""))
    if mode.startswith("application/cloudevents-batch"):
        raise BatchNotAccepted("Several events came in one message. Send each event in a message of its own.")
    if mode.startswith("application/cloudevents") and mode != STRUCTURED:
        raise NotJson("Only the JSON format of CloudEvents is read here.")
    binary = {name[3:]: _percent_decoded(name[3:], value) for name, value in named.items() if name.startswith("ce-")}
    attributes: dict[str, Any] = dict(binary)
    body: Any = payload or {}
    if mode == STRUCTURED or not binary:
        attributes = json_object(payload)
        body = _carried(attributes)
    else:
        attributes.setdefault("datacontenttype", named.get("content-type", "application/json"))
    try:
        return _foreign(attributes, body, types)
    except Unreadable as refusal:
        sender_id = attributes.get("id")
        if isinstance(sender_id, str) and len(sender_id) <= MAX_ATTRIBUTE and not _forbidden(sender_id):
            refusal.message_id = sender_id
        raise


def _foreign(attributes: dict[str, Any], body: Any, types: Collection[str]) -> Foreign:
    known = _attributes(attributes)
    if known.pop("specversion", None) != "1.0":
        raise NotACloudEvent("specversion", "The attribute 'specversion' must be 1.0.")
    kind = _text(known, "type")
    identity, source = _text(known, "id"), _text(known, "source")
    _refuse_other_types(kind, types)
    content_type = _text(known, "datacontenttype", "application/json")
    if not _json_type(_media_type(content_type)):
        raise NotJson("The attribute 'datacontenttype' names something other than JSON.")
    return Foreign(
        id=identity,
        source=source,
        type=kind,
        time=_time(known.pop("time")) if "time" in known else None,
        subject=_text(known, "subject", ""),
        datacontenttype=content_type,
        dataschema=_text(known, "dataschema", ""),
        data=storable(json_object(body) if isinstance(body, bytes) else body),
        extensions=known,
    )


def _case_folded(headers: Mapping[str, str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for name, value in headers.items():
        folded = name.lower().strip()
        if not folded.startswith("ce-") and folded != "content-type":
            continue
        if named.setdefault(folded, value) != value:
            raise NotACloudEvent(
                folded.removeprefix("ce-")[:60],
                "The same header came twice, with different values.",
            )
    return named


def _percent_decoded(name: str, value: str) -> str:
    try:
        return unquote(value, errors="strict") if "%" in value else value
    except UnicodeDecodeError:
        raise NotACloudEvent(name[:60], "A header is percent-encoded, but not as UTF-8.") from None


def _attributes(given: dict[str, Any]) -> dict[str, Any]:
    """The attributes that are set, each checked against the type system of CloudEvents 1.0.2."""
    given = {name: value for name, value in given.items() if value is not None}
    if len(given) > MAX_ATTRIBUTES:
        raise TooLarge(f"The event has more than {MAX_ATTRIBUTES} attributes.")
    for name, value in given.items():
        if len(name) > MAX_ATTRIBUTE or (isinstance(value, str) and len(value) > MAX_ATTRIBUTE):
            raise TooLarge(f"An attribute is longer than {MAX_ATTRIBUTE:,} characters.")
        if not _attribute_name(name):
            raise NotACloudEvent(
                "name",
                "An attribute's name has characters other than lower-case letters and digits.",
            )
        if not isinstance(value, str | int) or (isinstance(value, str) and _forbidden(value)):
            raise NotACloudEvent(
                name,
                f"The attribute '{name[:60]}' is not plain text, a whole number or true/false.",
            )
    return given


def _text(attributes: dict[str, Any], name: str, otherwise: str | None = None) -> str:
    value = attributes.pop(name, otherwise)
    if not isinstance(value, str) or (not value and otherwise is None):
        raise NotACloudEvent(name)
    return value


def _refuse_other_types(kind: str, types: Collection[str]) -> None:
    if kind in types:
        return
    if asked := _versioned(kind):
        known = [int(had[2]) for had in map(_versioned, types) if had and had[1] == asked[1]]
        if known and int(asked[2]) > max(known):
            raise FutureVersion(
                f"Version {asked[2]} of this type is newer than version {max(known)}, the last we read."
            )
    raise UnknownType("Events of this type are not accepted here.")


def _media_type(text: str) -> str:
    return text.partition(";")[0].strip().lower()


def _time(text: object) -> datetime:
    found = _timestamp(text) if isinstance(text, str) else None
    if not found:
        raise BadTime
    day, clock, fraction, offset = found.groups()
    try:
        return datetime.fromisoformat(f"{day}T{clock}{fraction or ''}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadTime from None


def _carried(attributes: dict[str, Any]) -> Any:
    """The data of a structured event, taken out from among its attributes."""
    encoded, data = attributes.pop("data_base64", None), attributes.pop("data", None)
    if encoded is None:
        return {} if data is None else data
    if data is not None or not isinstance(encoded, str):
        raise NotACloudEvent("data_base64", "Data came twice, or its base64 form is not text.")
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise NotJson("The member 'data_base64' is not base64.") from None
