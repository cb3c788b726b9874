"""Erasing what is kept about a person: asked for, weighed against what must be kept, decided by a second person, certified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.taxonomy import AskedBy, ErasureGround
from libs.calendar import local_day
from libs.deciding import Decided, circumstances
from libs.domain import Aggregate, Created, Event, Refused, Sealed, event

FORGOTTEN_WITHIN = timedelta(seconds=60)
"""How long another process may still rely on a key it holds in memory (libs.keys.TRUSTED)."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What stands against an erasure on the day it is decided, and what it would destroy."""

    keys: tuple[UUID, ...]
    held: tuple[UUID, ...] = ()
    """Journeys under a legal hold."""
    asked_to_keep: tuple[str, ...] = ()
    """Rules of retention whose time has not ended."""
    kept_until: date | None = None


class Erasure(Aggregate):
    """One request to erase. Its own words name nobody, since they stay when the person is forgotten."""

    TOPIC = "intake.Erasure"

    class Asked(Created):
        TOPIC = "intake.Erasure.Asked"
        journeys: list[UUID]
        requested_by: str
        asked_by: str
        ground: str
        employment: bool
        reason: Sealed
        received_on: date
        answer_by: date

    class Declined(Event):
        TOPIC = "intake.Erasure.Declined"

    class Approved(Event):
        TOPIC = "intake.Erasure.Approved"
        keys: list[UUID]
        journeys: list[UUID]
        overruled: list[str]
        kept_until: date | None

    class Certified(Event):
        TOPIC = "intake.Erasure.Certified"
        keys: list[UUID]
        journeys: list[UUID]
        files: int
        opens_nowhere_from: datetime

    @event(Asked)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, journeys: list[UUID], requested_by: str,
        asked_by: str, ground: str, employment: bool, reason: str, received_on: date, answer_by: date,
    ) -> None:  # fmt: skip
        self.journeys, self.asked_by, self.ground, self.employment = journeys, asked_by, ground, employment
        self.reason, self.received_on, self.answer_by = reason, received_on, answer_by
        self.requested_by = requested_by
        self.state = "asked"
        self.keys: list[UUID] = []
        self.overruled: list[str] = []
        self.decided_at: datetime | None = None
        self.decided_because = self.decided_by_role = ""
        self.files = 0
        self.certified_at: datetime | None = None
        self.opens_nowhere_from: datetime | None = None

    @classmethod
    def ask(
        cls, *, provider: str, site: str, identity: UUID, journeys: list[UUID], asked_by: str, ground: str,
        employment: bool, reason: str, received_on: date, answer_by: date,
    ) -> Erasure:  # fmt: skip
        """Ask for what is kept on these journeys to be erased. Raises ErasureNeedsReason, ReceivedLater."""
        if not reason.strip():
            raise ErasureNeedsReason
        if received_on > local_day(circumstances().now):
            raise ReceivedLater
        return cls(
            provider=provider, site=site, journey=identity, about=identity, journeys=journeys,
            requested_by=circumstances().actor, asked_by=AskedBy(asked_by).value,
            ground=ErasureGround(ground).value, employment=employment,
            reason=reason.strip(), received_on=received_on, answer_by=answer_by,
        )  # fmt: skip

    def decline(self, rationale: str) -> None:
        """Decide that it is not erased, with the reason that the person is told."""
        self._decidable(rationale)
        self.trigger_event(self.Declined)

    @event(Declined)
    def _(self, by: Decided, timestamp: datetime) -> None:
        self.state, self.decided_at, self.decided_because, self.decided_by_role = (
            "declined", timestamp, by.rationale, by.role,
        )  # fmt: skip

    def approve(self, rationale: str, weighed: Weighed, *, overruling: bool) -> None:
        """A second person decides that it is erased. The keys are destroyed after this, and nothing brings them back.

        Raises UnderLegalHold; MustStillBeKept unless `overruling`, which keeps on record the rules that were overruled.
        """
        self._decidable(rationale)
        if weighed.held:
            raise UnderLegalHold
        if weighed.asked_to_keep and not overruling:
            raise MustStillBeKept
        self.trigger_event(
            self.Approved, keys=list(weighed.keys), journeys=self.journeys, overruled=list(weighed.asked_to_keep),
            kept_until=weighed.kept_until,
        )  # fmt: skip

    @event(Approved)
    def _(self, keys: list[UUID], overruled: list[str], by: Decided, timestamp: datetime) -> None:
        self.state, self.keys, self.overruled = "approved", keys, overruled
        self.decided_at, self.decided_because, self.decided_by_role = timestamp, by.rationale, by.role

    def certify(self, files: int) -> None:
        """The keys are destroyed: say which, when, and from when on no process can still open a word."""
        if self.state != "approved":
            return
        self.trigger_event(
            self.Certified, keys=self.keys, journeys=self.journeys, files=files,
            opens_nowhere_from=circumstances().now + FORGOTTEN_WITHIN,
        )  # fmt: skip

    @event(Certified)
    def _(self, files: int, opens_nowhere_from: datetime, timestamp: datetime) -> None:
        self.state, self.files = "certified", files
        self.certified_at, self.opens_nowhere_from = timestamp, opens_nowhere_from

    def _decidable(self, rationale: str) -> None:
        if self.state != "asked":
            raise ErasureDecided
        if circumstances().actor == self.requested_by:
            raise SecondPersonDecides
        if not rationale.strip():
            raise ErasureNeedsReason


class ErasureNeedsReason(Refused):
    """Give the reason, in a sentence that someone else will understand later and that names nobody."""


class ReceivedLater(Refused):
    """The day on which it was asked for cannot lie ahead. Enter the day on which the request reached you."""


class ErasureDecided(Refused):
    """This request has been decided already. Nothing was changed."""


class SecondPersonDecides(Refused):
    """Whoever put this request on record does not decide it. Nothing was erased; ask a colleague who may."""


class UnderLegalHold(Refused):
    """A record of this person is under a legal hold, so nothing was erased. Lift the hold first, with its reason."""


class MustStillBeKept(Refused):
    """A rule of retention asks for these records to be kept for longer, so nothing was erased. Decline, or say that you
    decide against the rule, and why."""


class OtherSitesHoldRecords(Refused):
    """Sites that your post does not cover keep records of the same person under the same key. Nothing was changed; ask a
    post over the whole provider."""


class NothingToErase(Refused):
    """Choose at least one of the records that are about this person."""
