"""What was gathered for a review: who took part, what happened when, and where it can be seen."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.review.domain import refusals as no


class Material(Aggregate):
    """Kept beside the review, so that people can add to it while others write; what arrives late still counts."""

    TOPIC = "review.Material"

    class Begun(Created):
        TOPIC = "review.Material.Begun"

    class Invited(Event):
        TOPIC = "review.Material.Invited"
        post_id: str

    class Contributed(Event):
        TOPIC = "review.Material.Contributed"
        post_id: str

    class CouldNotContribute(Event):
        TOPIC = "review.Material.CouldNotContribute"
        post_id: str
        because: Sealed

    class TimelineEntryAdded(Event):
        TOPIC = "review.Material.TimelineEntryAdded"
        entry_id: UUID
        happened: datetime
        source: str
        words: Sealed

    class EvidenceAdded(Event):
        TOPIC = "review.Material.EvidenceAdded"
        evidence_id: UUID
        source: str
        dated: date
        words: Sealed

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("review.Material", journey)

    @event(Begun)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.participants: dict[str, str] = {}

    def invite(self, post_id: str) -> None:
        """Ask whoever holds a post to take part. Asking twice is asking once."""
        if post_id not in self.participants:
            self.trigger_event(self.Invited, post_id=post_id)

    @event(Invited)
    def _(self, post_id: str) -> None:
        self.participants[post_id] = "invited"

    def record_contribution(self, post_id: str) -> None:
        """Whoever holds the post took part."""
        self._require_invited(post_id)
        if self.participants[post_id] != "contributed":
            self.trigger_event(self.Contributed, post_id=post_id)

    @event(Contributed)
    def _(self, post_id: str) -> None:
        self.participants[post_id] = "contributed"

    def record_could_not(self, post_id: str, because: str) -> None:
        """Whoever holds the post could not take part, and why: a gap that readers should know of."""
        self._require_invited(post_id)
        no.require_words(because)
        self.trigger_event(self.CouldNotContribute, post_id=post_id, because=because)

    @event(CouldNotContribute)
    def _(self, post_id: str) -> None:
        self.participants[post_id] = "could_not"

    def _require_invited(self, post_id: str) -> None:
        if post_id not in self.participants:
            raise no.NotInvited

    def add_timeline_entry(self, happened: datetime, source: str, words: str) -> None:
        """Say what happened when, and what kind of source says so."""
        no.require_words(words)
        if happened > circumstances().now:
            raise no.NotHappenedYet
        self.trigger_event(self.TimelineEntryAdded, entry_id=uuid4(), happened=happened, source=source, words=words)

    def add_evidence(self, source: str, dated: date, words: str) -> None:
        """Say where something can be seen. `dated` is the day the evidence is from, not the day it is recorded."""
        no.require_words(words)
        if dated > local_day(circumstances().now):
            raise no.NotHappenedYet
        self.trigger_event(self.EvidenceAdded, evidence_id=uuid4(), source=source, dated=dated, words=words)
