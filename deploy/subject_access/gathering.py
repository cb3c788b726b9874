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
        raised = [orjson.loads(state) for (state,) in _events(connection, RAISED)]
    it = next((each for each in raised if each["journey"] == str(journey)), None)
    if it is None:
        return []
    found = [
        Record(
            UUID(each["journey"]), each["provider"], each["site"], each["kind"], each["reference"],
            datetime.fromisoformat(each["by"].get("occurred") or each["timestamp"]), each["about"] == it["about"],
        )
        for each in raised
        if each["provider"] == it["provider"]
        and (each["about"] == it["about"] or (it.get("person") and each.get("person") == it["person"]))
    ]  # fmt: skip
    return sorted(found, key=lambda record: record.occurred)


def held(auditor: str, journeys: Sequence[UUID], *, apart: bool = False) -> list[Held]:
    """Every stored event on these journeys, of every room, in the order in which it was recorded.

    With `apart`, those too that are not held on the person: to know who else is named in them.
    """
    with psycopg.connect(auditor) as connection:
        wanted = {str(journey) for journey in journeys}
        messages = [
            UUID(said["journey"])
            for said in (orjson.loads(state) for (state,) in _events(connection, ACCEPTED))
            if said["opportunity"] in wanted
        ]
        found = [
            each
            for service in services()
            if service != "audit"
            for each in _of_journeys(connection, service, [*journeys, *messages])
            if apart or not each.topic.startswith(APART)
        ]
    return sorted(found, key=lambda each: each.recorded)


def _of_journeys(connection: psycopg.Connection[Any], service: str, journeys: Sequence[UUID]) -> Iterator[Held]:
    statement = SQL(
        "SELECT e.topic, e.state FROM audit.ledger_entry l JOIN {}.events e ON e.notification_id = l.position"
        " WHERE l.service = %s AND l.journey = ANY(%s) ORDER BY l.place"
    ).format(Identifier(service))
    for topic, state in connection.execute(statement, (service, list(journeys))):
        yield Held(service, topic, orjson.loads(state))


def _events(connection: psycopg.Connection[Any], topic: str) -> list[Any]:
    return connection.execute("SELECT state FROM intake.events WHERE topic = %s", (topic,)).fetchall()
