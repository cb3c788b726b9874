"""What a message is refused for at the door, each reason a sentence its sender can act on."""

from __future__ import annotations

from typing import Any

import orjson

MAX_PAYLOAD = 1024 * 1024
MAX_ATTRIBUTES = 40
MAX_ATTRIBUTE = 1024
MAX_DEPTH = 20


class Unreadable(Exception):
    """A message that is not accepted, with the reason in a sentence a sender can act on.

    No sentence repeats what was sent. `message_id` is the sender's own id, where a usable one was given.
    """

    message_id: str = ""


class TooLarge(Unreadable):
    """More than the door lets through: bytes, attributes, or the length of one attribute."""


class NotJson(Unreadable):
    """The content is not a JSON object, or is JSON that no record can keep."""


class TooDeep(Unreadable):
    """Lists and objects are nested further than any real incident needs."""


class NotACloudEvent(Unreadable):
    """An attribute is missing or malformed; `attribute` says which."""

    def __init__(self, attribute: str, sentence: str = "") -> None:
        super().__init__(sentence or f"The CloudEvents attribute '{attribute}' is missing or empty.")
        self.attribute = attribute


class BadTime(NotACloudEvent):
    """The time is not an RFC 3339 timestamp with an offset."""

    def __init__(self) -> None:
        super().__init__(
            "time",
            "The attribute 'time' is not an RFC 3339 time with an offset, such as 2026-03-02T14:05:00Z.",
        )


class UnknownType(Unreadable):
    """This door does not take events of that type."""


class FutureVersion(Unreadable):
    """The type is known, but only in an earlier version."""


class BatchNotAccepted(Unreadable):
    """Several events came in one message; each must come in its own."""


def json_object(payload: bytes) -> dict[str, Any]:
    """The JSON object that a payload spells. Raises NotJson for anything else, NaN and infinity included."""
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        if "depth" in str(error) or "recursion" in str(error).lower():
            raise _too_deep() from None
        raise NotJson("The content is not JSON text in UTF-8.") from None
    if not isinstance(value, dict):
        raise NotJson("The content is JSON, but not an object with named members.")
    return value


def storable(value: object) -> dict[str, Any]:
    """The object itself. Raises TooDeep or, where no record could keep it, NotJson."""
    if not isinstance(value, dict):
        raise NotJson("The content is JSON, but not an object with named members.")
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _members(outer)]
        if not level:
            return value
    raise _too_deep()


def _members(outer: dict[str, Any] | list[Any]) -> list[Any]:
    """What an object or list holds that itself holds something."""
    inside = list(outer.values()) if isinstance(outer, dict) else outer
    words = [*outer, *inside] if isinstance(outer, dict) else inside
    if any("\x00" in word for word in words if isinstance(word, str)):
        raise NotJson("The content holds a NUL character, which no record can keep.")
    return [inner for inner in inside if isinstance(inner, dict | list)]


def _too_deep() -> TooDeep:
    return TooDeep(f"Lists and objects are nested more than {MAX_DEPTH} deep.")
