"""What other services may say of journeys, put straight before the overview as if it had come over the wire."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import HealthCheck, Phase, settings

from contracts.envelope import Envelope, PublishedEvent

ON_A_DATABASE = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example asks a real database, so none is made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""For histories that nobody thought of."""
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMESPACE = UUID(int=7)


class Saying:
    """Encloses facts: each publisher's sequence counts up, and every fact is a minute after the one before."""

    def __init__(self, begin: datetime = BEGIN) -> None:
        self.now = begin
        self.sequences: dict[str, int] = defaultdict(int)
        self.said: dict[str, list[PublishedEvent]] = defaultdict(list)

    def say(
        self, fact: PublishedEvent, journey: UUID, *, site: str = "elm", actor: str = "", role: str = "system"
    ) -> PublishedEvent:
        """The fact as its readers meet it."""
        source = fact.publisher()
        self.sequences[source] += 1
        self.now += timedelta(minutes=1)
        envelope = Envelope(
            id=uuid5(NAMESPACE, f"{source}/{self.sequences[source]}"),
            type=fact.name,
            source=source,
            time=self.now,
            recordedtime=self.now,
            sequence=self.sequences[source],
            provider="acme",
            site=site,
            journey=journey,
            about=journey,
            actor=actor,
            role=role,
            data=fact.model_dump(mode="json"),
        )
        spoken = fact.enclosed(envelope)
        self.said[source].append(spoken)
        return spoken
