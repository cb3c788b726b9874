"""Between decisions and their stored form: stable names, an allow-list, old shapes brought up to date, words sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import MISSING
from dataclasses import fields as dataclass_fields
from functools import cache
from typing import Any, Generic, NotRequired, TypeVar, get_type_hints
from uuid import UUID

import orjson
from eventsourcing.persistence import StoredEvent
from pydantic import TypeAdapter
from pydantic_core import CoreConfig, SchemaValidator
from typing_extensions import TypedDict

from contracts.sealed import Seal
from libs.domain import Aggregate, Event, Refused
from libs.keys import KeyRing

T = TypeVar("T")
NULL = b"\\u0000"
"""How JSON writes the character that no view could store; one such word would stop a view for everyone."""
UNSTORED = frozenset({"originator_id", "originator_version"})


class UnknownTopic(LookupError):
    """The store holds an event that this version of the service does not know."""


class UnkeepableText(Refused):
    """The text holds a null character, which cannot be kept. Nothing was saved; take it out, then send it again."""


class Shape(Generic[T]):
    """How one class of event is written and read: its typed fields and which of them are sealed."""

    def __init__(self, kind: type[Event]) -> None:
        hints = get_type_hints(kind, include_extras=True)
        fields = {name: hints[name] for name in kind.__dataclass_fields__ if name not in UNSTORED}
        self.kind = kind
        self.version: int = getattr(kind, "class_version", 1)
        self.ending = b'"class_version":%d}' % self.version if self.version > 1 else b""
        """How what was written of today's shape ends."""
        self.sealed = tuple(
            (name, seal.subject)
            for name, hint in fields.items()
            for seal in getattr(hint, "__metadata__", ())
            if isinstance(seal, Seal)
        )
        # A field that came later has a default, which stands for it in what was stored before.
        later = [f for f in dataclass_fields(kind) if f.default is not MISSING or f.default_factory is not MISSING]
        self.later = tuple((f.name, f.default, f.default_factory) for f in later if f.name in fields)
        self.fields = len(fields)
        fields |= {name: NotRequired[fields[name]] for name, *_ in self.later}
        form: Any = TypedDict("State", fields)  # type: ignore[misc]  # the fields of each class are its own
        adapter: TypeAdapter[Any] = TypeAdapter(form)
        # Opened words are no part of what is said of an error.
        reader = SchemaValidator(adapter.core_schema, CoreConfig(hide_input_in_errors=True))
        self.read: Callable[[Any], dict[str, Any]] = reader.validate_python
        self.read_written: Callable[[bytes], dict[str, Any]] = reader.validate_json
        """The same of what is written, in three quarters of the time that parsing it first takes."""

    def today(self, state: dict[str, Any]) -> None:
        """Bring a state of an older shape up to date."""
        version = state.pop("class_version", 1)
        while version < self.version:
            getattr(self.kind, f"upcast_v{version}_v{version + 1}")(state)
            version += 1

    def made(self, values: dict[str, Any], aggregate: UUID, version: int) -> Event:
        """The event that has these values; it keeps them."""
        if len(values) < self.fields:
            self.fill(values)
        values["originator_id"], values["originator_version"] = aggregate, version
        event: Event = object.__new__(self.kind)
        object.__setattr__(event, "__dict__", values)
        return event

    def fill(self, values: dict[str, Any]) -> None:
        """Give each field that was not there yet when the event was stored its default."""
        for name, default, factory in self.later:
            if name not in values:
                values[name] = default if factory is MISSING else factory()


def place(topic: str, aggregate: UUID, version: int, field: str) -> str:
    """Where a sealed text belongs; it opens nowhere else."""
    return f"{topic}|{aggregate.hex}|{version}|{field}"


class Mapper:
    """Maps the events of the aggregates it was told of, and no others: the store cannot name a class to import."""

    def __init__(self, aggregates: Iterable[type[Aggregate]], keys: KeyRing) -> None:
        self.keys = keys
        self.shapes: dict[str, Shape[Event]] = {}
        for aggregate in aggregates:
            for kind in events_of(aggregate):
                self.shapes[kind.TOPIC] = shape_of(kind)  # type: ignore[attr-defined]

    async def store(self, events: Iterable[Event]) -> list[StoredEvent]:
        """The stored form of events, personal words sealed under the key of whom they are about."""
        events = list(events)
        await self.keys.ready({subject for e in events for subject in self._subjects(e)}, make=True)
        return [self._to_stored(event) for event in events]

    def _subjects(self, event: Event) -> Iterable[UUID]:
        shape = self._shape(type(event).TOPIC)  # type: ignore[attr-defined]
        for _, subject in shape.sealed:
            yield getattr(event, subject)
        if event.by.rationale:
            yield event.about

    def _to_stored(self, event: Event) -> StoredEvent:
        topic: str = type(event).TOPIC  # type: ignore[attr-defined]
        shape = self._shape(topic)
        state = {k: v for k, v in vars(event).items() if k not in UNSTORED}
        shape.read(state)  # what could not be read back must not be kept
        here = (topic, event.originator_id, event.originator_version)
        for name, subject in shape.sealed:
            if state[name]:
                state[name] = self.keys.seal(state[subject], state[name], place(*here, name))
        if event.by.rationale:
            by = {name: getattr(event.by, name) for name in event.by.__slots__}
            by["rationale"] = self.keys.seal(event.about, event.by.rationale, place(*here, "by"))
            state["by"] = by
        if shape.version > 1:
            state["class_version"] = shape.version
        written = orjson.dumps(state)
        if NULL in written:
            raise UnkeepableText
        return StoredEvent(event.originator_id, event.originator_version, topic, written)

    def kind_of(self, topic: str) -> type[Event]:
        """The class of the events under a topic. Raises UnknownTopic."""
        return self._shape(topic).kind

    def sealed(self, stored: Iterable[StoredEvent]) -> list[Event]:
        """The events in today's shape with personal words still under seal: for views, which never hold words."""
        return [self._to_event(s, orjson.loads(s.state), opened=False) for s in stored]

    def told(self, topic: str, aggregate: UUID, version: int, written: bytes) -> Event:
        """One event as `sealed` gives it, by the parts of what is stored: the way for very many."""
        shape = self._shape(topic)
        if written.endswith(shape.ending):
            return shape.made(shape.read_written(written), aggregate, version)
        state = orjson.loads(written)
        shape.today(state)
        return shape.made(shape.read(state), aggregate, version)

    async def read(self, stored: Iterable[StoredEvent]) -> list[Event]:
        """The events as they were decided, in today's shape, opened where their key still exists."""
        parsed = [(s, orjson.loads(s.state)) for s in stored]
        await self.keys.ready({subject for s, state in parsed for subject in self._needed(s, state)})
        return [self._to_event(s, state) for s, state in parsed]

    def _needed(self, stored: StoredEvent, state: dict[str, Any]) -> Iterable[UUID]:
        texts = [state.get(name) for name, _ in self._shape(stored.topic).sealed]
        for text in (*texts, state.get("by", {}).get("rationale")):
            subject = KeyRing.subject_of(text) if text else None
            if subject:
                yield subject

    def _to_event(self, stored: StoredEvent, state: dict[str, Any], *, opened: bool = True) -> Event:
        shape = self._shape(stored.topic)
        shape.today(state)
        identity = UUID(str(stored.originator_id)) if isinstance(stored.originator_id, str) else stored.originator_id
        here = (stored.topic, identity, stored.originator_version)
        for name, _ in shape.sealed if opened else ():
            if state.get(name):
                state[name] = self.keys.open(state[name], place(*here, name))
        if opened and state["by"].get("rationale"):
            state["by"]["rationale"] = self.keys.open(state["by"]["rationale"], place(*here, "by"))
        return shape.made(shape.read(state), identity, stored.originator_version)

    def _shape(self, topic: str) -> Shape[Event]:
        try:
            return self.shapes[topic]
        except KeyError:
            raise UnknownTopic(topic) from None


@cache
def shape_of(kind: type[Event]) -> Shape[Event]:
    """A class's shape, worked out once: its types are read and their checks compiled."""
    return Shape(kind)


@cache
def events_of(aggregate: type[Aggregate]) -> tuple[type[Event], ...]:
    """Every event class of an aggregate that has a name of its own in the store."""
    return tuple(
        kind
        for kind in vars(aggregate).values()
        if isinstance(kind, type) and issubclass(kind, Event) and hasattr(kind, "TOPIC")
    )
