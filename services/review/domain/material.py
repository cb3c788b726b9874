"""What was gathered for a review: who took part, what happened when, where it can be seen, and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from contracts.taxonomy import EvidenceSource, ResponseKind
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.review.domain import refusals as no

SPECIALIST = "specialist:"
"""What the id of a specialist asked in begins with; other participants go by the id of their post."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence as rules see it: what kind of source it is, and the post that wrote it, if that is known."""

    source: str
    written_by: str = ""


class Material(Aggregate):
    """Kept beside the review, so that people can add to it while others write; what arrives late still counts."""

    TOPIC = "review.Material"

    class Begun(Created):
        TOPIC = "review.Material.Begun"

    class Invited(Event):
        TOPIC = "review.Material.Invited"
        post_id: str

    class SpecialistAsked(Event):
        TOPIC = "review.Material.SpecialistAsked"
        post_id: str
        discipline: Sealed
        because: Sealed

    class Contributed(Event):
        TOPIC = "review.Material.Contributed"
        post_id: str

    class CouldNotContribute(Event):
        TOPIC = "review.Material.CouldNotContribute"
        post_id: str
        because: Sealed

    class SessionHeld(Event):
        TOPIC = "review.Material.SessionHeld"
        session_id: UUID
        form: str
        held_on: date
        present: list[str]
        words: Sealed

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
        written_by: str = ""

    class FindingMade(Event):
        TOPIC = "review.Material.FindingMade"
        finding_id: UUID
        rests_on: list[UUID]
        kinds: list[str]
        words: Sealed

    class FindingWithdrawn(Event):
        TOPIC = "review.Material.FindingWithdrawn"
        finding_id: UUID
        because: Sealed

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("review.Material", journey)

    @event(Begun)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.participants: dict[str, str] = {}
        self.evidence: dict[UUID, Piece] = {}
        self.findings: dict[UUID, list[UUID]] = {}
        self.entries = 0

    def invite(self, post_id: str) -> None:
        """Ask whoever holds a post to take part. Asking twice is asking once."""
        if post_id not in self.participants:
            self.trigger_event(self.Invited, post_id=post_id)

    @event(Invited)
    def _(self, post_id: str) -> None:
        self.participants[post_id] = "invited"

    def ask_specialist(self, discipline: str, because: str) -> None:
        """Ask somebody from outside the team to support the learning: which discipline, and what for."""
        no.require_words(discipline)
        no.require_words(because)
        post_id = f"{SPECIALIST}{uuid4()}"
        self.trigger_event(self.SpecialistAsked, post_id=post_id, discipline=discipline, because=because)

    @event(SpecialistAsked)
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

    def hold_session(self, form: str, held_on: date, present: Sequence[str], words: str = "") -> None:
        """People met to learn, as a whole team, a small group or two of them: on which day, and who was there."""
        if not present:
            raise no.NobodyPresent
        for post_id in present:
            self._require_invited(post_id)
        if held_on > local_day(circumstances().now):
            raise no.NotHappenedYet
        kind = str(ResponseKind(form))
        self.trigger_event(
            self.SessionHeld, session_id=uuid4(), form=kind, held_on=held_on, present=list(present), words=words
        )

    @event(SessionHeld)
    def _(self, present: list[str]) -> None:
        self.participants |= dict.fromkeys(present, "contributed")

    def require_all_voices(self) -> None:
        """Raises VoicesMissing where someone was asked, and neither took part nor has a reason on record."""
        if "invited" in self.participants.values():
            raise no.VoicesMissing

    def add_timeline_entry(self, happened: datetime, source: str, words: str) -> None:
        """Say what happened when, and what kind of source says so."""
        no.require_words(words)
        if happened > circumstances().now:
            raise no.NotHappenedYet
        self.trigger_event(self.TimelineEntryAdded, entry_id=uuid4(), happened=happened, source=source, words=words)

    @event(TimelineEntryAdded)
    def _(self) -> None:
        self.entries += 1

    def add_evidence(self, source: str, dated: date, words: str, written_by: str = "") -> None:
        """Say where something can be seen. `dated` is the day the evidence is from, not the day it is recorded.

        `written_by` is the post that wrote it, where that is known: what somebody writes about their own change
        does not count as independent.
        """
        no.require_words(words)
        if dated > local_day(circumstances().now):
            raise no.NotHappenedYet
        kind = str(EvidenceSource(source))
        self.trigger_event(
            self.EvidenceAdded, evidence_id=uuid4(), source=kind, dated=dated, words=words, written_by=written_by
        )

    @event(EvidenceAdded)
    def _(self, evidence_id: UUID, source: str, written_by: str) -> None:
        self.evidence[evidence_id] = Piece(source, written_by)

    def make_finding(self, words: str, rests_on: Sequence[UUID]) -> None:
        """Say what is now known to have been so, and on which evidence that rests."""
        no.require_words(words)
        if not rests_on:
            raise no.NothingToRestOn
        if set(rests_on) - self.evidence.keys():
            raise no.UnknownEvidence
        kinds = sorted({self.evidence[each].source for each in rests_on})
        self.trigger_event(self.FindingMade, finding_id=uuid4(), rests_on=list(rests_on), kinds=kinds, words=words)

    @event(FindingMade)
    def _(self, finding_id: UUID, rests_on: list[UUID]) -> None:
        self.findings[finding_id] = rests_on

    def withdraw_finding(self, finding_id: UUID, because: str) -> None:
        """Take a finding back, with the reason. Both stay in the history."""
        if finding_id not in self.findings:
            raise no.UnknownFinding
        no.require_words(because)
        self.trigger_event(self.FindingWithdrawn, finding_id=finding_id, because=because)

    @event(FindingWithdrawn)
    def _(self, finding_id: UUID) -> None:
        del self.findings[finding_id]
