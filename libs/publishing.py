"""What leaves a service: its own words for its neighbours, and the whole record, sealed, for audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from hashlib import sha1
from typing import Any
from uuid import UUID, SafeUUID

from pydantic import ValidationError

from contracts.envelope import Envelope, PublishedEvent
from contracts.sealed import ERASED, Seal
from contracts.wire import encode
from libs.domain import Event
from libs.mapper import Mapper
from libs.relay import Message
from libs.store import Recorded

ABOUT = Seal().subject
ENVELOPE = set(Envelope.model_fields)
"""An envelope is frozen, so that all may share what says that every field was given."""
UNMARKED, FIFTH = ~(0xF000 << 64 | 0xC000 << 48), 5 << 76 | 0x8000 << 48
"""Where an id says which version and variant of id it is, and what the fifth says there (RFC 9562, section 5.5)."""
UNSURE = SafeUUID.unknown
Line = tuple[int, UUID, str, int, str, bytes]
"""A stored event as it stands in the log: its position, its aggregate (and that as text), version, topic and what is
written."""
Publication = Callable[[Any], PublishedEvent | None]


@cache
def sealed_fields(kind: type[PublishedEvent]) -> dict[str, str]:
    """The fields of a published event that leave only under seal, each with the field that says whose key seals it."""
    return {
        name: mark.subject
        for name, field in kind.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Seal)
    }


def words(fact: PublishedEvent, about: UUID) -> Iterator[UUID]:
    """Whose keys seal the personal words of a fact that are still there. What was erased gets no new key to be sealed under."""
    for name, subject in sealed_fields(type(fact)).items():
        if (text := getattr(fact, name)) and text != ERASED:
            yield about if subject == ABOUT else getattr(fact, subject)


def identity(event: Event) -> UUID:
    """A published event's id follows from the stored event's, so that a resend is recognised."""
    # What uuid5 makes, without its detours: once for each event.
    digest = sha1(event.originator_id.bytes + b"%d" % event.originator_version, usedforsecurity=False).digest()
    return id_of(int.from_bytes(digest[:16], "big") & UNMARKED | FIFTH)


def id_of(number: int) -> UUID:
    """As `UUID(int=number)`, which asks six times over what it was given."""
    made = object.__new__(UUID)
    object.__setattr__(made, "int", number)
    object.__setattr__(made, "is_safe", UNSURE)
    return made


def _enveloped(values: dict[str, Any]) -> Envelope:
    """What `Envelope.model_construct` makes of values for every field, in a fifth of its time: once for each event."""
    made = Envelope.__new__(Envelope)
    object.__setattr__(made, "__dict__", values)
    object.__setattr__(made, "__pydantic_fields_set__", ENVELOPE)
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


class Publisher:
    """Makes envelopes of a service's stored events."""

    def __init__(self, service: str, mapper: Mapper, publish: Publication) -> None:
        self.service, self.mapper, self.publish = service, mapper, publish
        self._cases: dict[str, Publication | None] = {}

    async def envelopes(self, rows: Sequence[Recorded]) -> list[Envelope | None]:
        """An envelope for each stored event, or None for what stays at home."""
        events = await self.mapper.read(row.stored for row in rows)
        said = [(row, event, self.publish(event)) for row, event in zip(rows, events, strict=True)]
        await self.mapper.keys.ready({key for _, e, fact in said if fact for key in words(fact, e.about)}, make=True)
        return [self._enclose(row, event, fact) if fact else None for row, event, fact in said]

    def facts(self, lines: Iterable[Line], wanted: AbstractSet[type]) -> Iterator[PublishedEvent | Line]:
        """What stored events say to others, as a view would meet it, but with words under the seal of the store.

        A line whose words are too long under that seal is given back as it is, to be read by `envelopes`.
        """
        cases, told, enclosed, private = self._cases, self.mapper.told, self._around, object.__setattr__
        for line in lines:
            position, aggregate, spelled, version, topic, written = line
            case = cases[topic] if topic in cases else self._case(topic)
            if case is None:
                continue
            event = told(topic, aggregate, version, written)
            try:
                fact = case(event)
            except ValidationError:
                yield line
                continue
            if type(fact) in wanted and fact is not None:
                around = enclosed(position, spelled, event, fact, identity(event), {})
                # As `fact._envelope = around`, which pydantic takes a detour for.
                private(fact, "__pydantic_private__", {"_envelope": around})
                yield fact

    def unsaid(self) -> list[str]:
        """The topics of stored events that nobody else ever hears of."""
        return [topic for topic in self.mapper.shapes if self._case(topic) is None]

    def _case(self, topic: str) -> Publication | None:
        """What says such events to others, if anything; where cases cannot be told apart, it may. Raises UnknownTopic."""
        if topic not in self._cases:
            kind = self.mapper.kind_of(topic)
            case_of: Callable[[type], Publication] | None = getattr(self.publish, "dispatch", None)
            case = case_of(kind) if case_of else self.publish
            self._cases[topic] = None if case_of and case is case_of(object) else case
        return self._cases[topic]

    def _enclose(self, row: Recorded, event: Event, fact: PublishedEvent) -> Envelope:
        unique = identity(event)
        data = fact.model_dump(mode="json")
        for name, subject in sealed_fields(type(fact)).items():
            if data[name] and data[name] != ERASED:
                key = event.about if subject == ABOUT else getattr(fact, subject)
                data[name] = self.mapper.keys.seal(key, data[name], f"{fact.name}|{unique.hex}|{name}")
        return self._around(row.position, str(event.originator_id), event, fact, unique, data)

    def _around(
        self, position: int, subject: str, event: Event, fact: PublishedEvent, unique: UUID, data: dict[str, Any]
    ) -> Envelope:
        by = event.by
        values = {
            "specversion": "1.0",
            "id": unique,
            "type": fact.name,
            "source": self.service,
            "subject": subject,
            "time": event.occurred,
            "datacontenttype": "application/json",
            "dataschema": None,
            "recordedtime": event.timestamp,
            "sequence": position,
            "provider": event.provider,
            "site": event.site,
            "journey": event.journey,
            "about": event.about,
            "actor": by.actor,
            "role": by.role,
            "causationid": by.causation,
            "traceparent": by.trace,
            "data": data,
        }
        return _enveloped(values)

    async def for_neighbours(self, rows: Sequence[Recorded]) -> list[Message | None]:
        """What the neighbours hear: subject, headers, body."""
        return [self._message(envelope) if envelope else None for envelope in await self.envelopes(rows)]

    def _message(self, envelope: Envelope) -> Message:
        kind = PublishedEvent.catalogue[envelope.type]
        own = kind.model_construct(**envelope.data).address() if kind.address is not PublishedEvent.address else ""
        subject = own or f"events.{envelope.type}.{envelope.partition}"
        return subject, *encode(envelope)

    async def for_audit(self, rows: Sequence[Recorded]) -> list[Message | None]:
        """The stored record as it stands, byte for byte, which only audit may read."""
        return [self._record(row) for row in rows]

    def _record(self, row: Recorded) -> Message:
        stored = row.stored
        headers = {
            "Candour-Aggregate": str(stored.originator_id),
            "Candour-Version": str(stored.originator_version),
            "Candour-Topic": stored.topic,
            "Nats-Msg-Id": f"{self.service}:{row.position}",
        }
        return f"audit.{self.service}.{stored.topic}", headers, stored.state
