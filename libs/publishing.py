"""What leaves a service: its own words for its neighbours, and the whole record, sealed, for audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from hashlib import sha1
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from contracts.envelope import Envelope, PublishedEvent
from contracts.sealed import ERASED, Seal
from contracts.wire import encode
from libs.domain import Event
from libs.mapper import Mapper
from libs.relay import Message
from libs.store import Recorded

ABOUT = Seal().subject
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
    # What uuid5 makes, without its detour over text: once for each event.
    digest = sha1(event.originator_id.bytes + b"%d" % event.originator_version, usedforsecurity=False).digest()
    return UUID(bytes=digest[:16], version=5)


def _enveloped(values: dict[str, Any]) -> Envelope:
    """What `Envelope.model_construct` makes of values for every field, in a fifth of its time: once for each event."""
    made = Envelope.__new__(Envelope)
    object.__setattr__(made, "__dict__", values)
    object.__setattr__(made, "__pydantic_fields_set__", set(values))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


class Publisher:
    """Makes envelopes of a service's stored events."""

    def __init__(self, service: str, mapper: Mapper, publish: Publication) -> None:
        self.service, self.mapper, self.publish = service, mapper, publish
        self._speaks: dict[str, bool] = {}

    async def envelopes(self, rows: Sequence[Recorded]) -> list[Envelope | None]:
        """An envelope for each stored event, or None for what stays at home."""
        events = await self.mapper.read(row.stored for row in rows)
        said = [(row, event, self.publish(event)) for row, event in zip(rows, events, strict=True)]
        await self.mapper.keys.ready({key for _, e, fact in said if fact for key in words(fact, e.about)}, make=True)
        return [self._enclose(row, event, fact) if fact else None for row, event, fact in said]

    def facts(self, rows: Sequence[Recorded], wanted: AbstractSet[type]) -> Iterator[PublishedEvent | Recorded]:
        """What stored events say to others, as a view would meet it, but with words under the seal of the store.

        A record whose words are too long under that seal is given back as it is, to be read by `envelopes`.
        """
        said = [row for row in rows if self._speaks_under(row.stored.topic)]
        for row, event in zip(said, self.mapper.sealed(row.stored for row in said), strict=True):
            try:
                fact = self.publish(event)
            except ValidationError:
                yield row
                continue
            if type(fact) in wanted and fact is not None:
                around = self._around(row, event, fact, identity(event), {})
                # As `fact._envelope = around`, which pydantic takes a detour for.
                object.__setattr__(fact, "__pydantic_private__", {"_envelope": around})
                yield fact

    def _speaks_under(self, topic: str) -> bool:
        """Whether there is a case for such events; where cases cannot be told, there may be one. Raises UnknownTopic."""
        known = self._speaks.get(topic)
        if known is None:
            kind = self.mapper.kind_of(topic)
            case_of: Callable[[type], object] | None = getattr(self.publish, "dispatch", None)
            known = self._speaks[topic] = case_of is None or case_of(kind) is not case_of(object)
        return known

    def _enclose(self, row: Recorded, event: Event, fact: PublishedEvent) -> Envelope:
        unique = identity(event)
        data = fact.model_dump(mode="json")
        for name, subject in sealed_fields(type(fact)).items():
            if data[name] and data[name] != ERASED:
                key = event.about if subject == ABOUT else getattr(fact, subject)
                data[name] = self.mapper.keys.seal(key, data[name], f"{fact.name}|{unique.hex}|{name}")
        return self._around(row, event, fact, unique, data)

    def _around(
        self, row: Recorded, event: Event, fact: PublishedEvent, unique: UUID, data: dict[str, Any]
    ) -> Envelope:
        values = {
            "specversion": "1.0",
            "id": unique,
            "type": fact.name,
            "source": self.service,
            "subject": str(event.originator_id),
            "time": event.occurred,
            "datacontenttype": "application/json",
            "dataschema": None,
            "recordedtime": event.timestamp,
            "sequence": row.position,
            "provider": event.provider,
            "site": event.site,
            "journey": event.journey,
            "about": event.about,
            "actor": event.by.actor,
            "role": event.by.role,
            "causationid": event.by.causation,
            "traceparent": event.by.trace,
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
