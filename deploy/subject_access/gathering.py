"""Finding a person's records, and taking what every room holds on them from its store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.sql import SQL, Identifier

from deploy.nats.topology import services

RAISED, ACCEPTED = "intake.Opportunity.Raised", "intake.ExternalMessage.Accepted"
APART = (
    "intake.StaffAllegation.", "intake.Erasure.", "intake.LegalHold.", "notification.Subscribers.",
    "notification.Briefing.Answered", "action.Roll.",
)  # fmt: skip
"""Records about somebody else, or about how records are kept: they are not what is held on the person."""

SAME_PERSON = """
    SELECT e.state FROM (
        SELECT position FROM audit.subject WHERE journey = %(journey)s
        UNION SELECT o.position FROM audit.subject it JOIN audit.subject o ON (o.provider, o.about) = (it.provider, it.about)
            WHERE it.journey = %(journey)s
        UNION SELECT o.position FROM audit.subject it JOIN audit.subject o ON (o.provider, o.person) = (it.provider, it.person)
            WHERE it.journey = %(journey)s AND o.person <> ''
    ) AS found JOIN intake.events e ON e.notification_id = found.position
"""
BESIDE = """
    SELECT b.service, b.position, l.topic, l.journey FROM audit.beside b
    JOIN audit.ledger_entry l ON (l.service, l.position) = (b.service, b.position) WHERE b.journey = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One journey that is, or may be, about the person."""

    journey: UUID
    provider: str
    site: str
    kind: str
    reference: str
    occurred: datetime
    certain: bool


@dataclass(frozen=True, slots=True)
class Held:
    """One stored event as it stands, words under seal."""

    service: str
    topic: str
    body: dict[str, Any]

    @property
    def recorded(self) -> datetime:
        return datetime.fromisoformat(self.body["timestamp"])


def of_same_person(auditor: str, journey: UUID) -> list[Record]:
    """The journey, and every other of the provider that may be about the same person, the oldest first.

    Certain is what is sealed under the same key; the others carry the same name. Empty where there is no such journey.
    """
    with psycopg.connect(auditor) as connection:
        raised = [orjson.loads(state) for (state,) in connection.execute(SAME_PERSON, {"journey": journey})]
    it = next((each for each in raised if each["journey"] == str(journey)), None)
    if it is None:
        return []
    found = [
        Record(
            UUID(each["journey"]), each["provider"], each["site"], each["kind"], each["reference"],
            datetime.fromisoformat(each["by"].get("occurred") or each["timestamp"]), each["about"] == it["about"],
        )
        for each in raised
    ]  # fmt: skip
    return sorted(found, key=lambda record: record.occurred)


def held(auditor: str, journeys: Sequence[UUID], *, apart: bool = False) -> list[Held]:
    """Every stored event on these journeys, of every room, in the order in which it was recorded; with the messages that
    led to them, and what was noted elsewhere on these records.

    With `apart`, those too that are not held on the person: to know who else is named in them.
    """
    with psycopg.connect(auditor) as connection:
        beside = connection.execute(BESIDE, (list(journeys),)).fetchall()
        messages = [other for _, _, topic, other in beside if topic == ACCEPTED]
        found = [
            each
            for service in services()
            if service != "audit"
            for each in _of_journeys(
                connection, service, [*journeys, *messages], [place for name, place, _, _ in beside if name == service]
            )
            if apart or not each.topic.startswith(APART)
        ]
    return sorted(found, key=lambda each: each.recorded)


def _of_journeys(
    connection: psycopg.Connection[Any], service: str, journeys: Sequence[UUID], positions: Sequence[int]
) -> Iterator[Held]:
    statement = SQL(
        "SELECT e.topic, e.state FROM audit.ledger_entry l JOIN {}.events e ON e.notification_id = l.position"
        " WHERE l.service = %s AND (l.journey = ANY(%s) OR l.position = ANY(%s)) ORDER BY l.place"
    ).format(Identifier(service))
    for topic, state in connection.execute(statement, (service, list(journeys), list(positions))):
        yield Held(service, topic, orjson.loads(state))
