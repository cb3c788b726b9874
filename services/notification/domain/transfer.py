"""Learning carried from one site to another: asked whether it applies there, decided, and followed until it is seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.domain import Aggregate, Created, Event, Refused, Sealed, event, follows
from services.notification.domain.briefing import Change


class Decision(StrEnum):
    """What a site makes of another's learning."""

    ADOPTED = "adopted"
    ADAPTED = "adapted"
    NOT_APPLICABLE = "not_applicable"


class Whereabouts(Aggregate):
    """Where one kind of contributing factor has been found, across a provider's sites."""

    TOPIC = "notification.Whereabouts"

    class Opened(Created):
        TOPIC = "notification.Whereabouts.Opened"
        category: str

    class FactorFound(Event):
        TOPIC = "notification.Whereabouts.FactorFound"
        where: str
        found: datetime

    @staticmethod
    def create_id(provider: str, category: str) -> UUID:
        return follows("notification.Whereabouts", f"{provider}/{category}")

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, category: str) -> None:
        self.sites: dict[str, datetime] = {}

    def find(self, where: str, found: datetime, news: timedelta) -> None:
        """A review at a site named it. Found again sooner than `news`, it says nothing new."""
        known = self.sites.get(where)
        if known is None or found - known >= news:
            self.trigger_event(self.FactorFound, where=where, found=found)

    @event(FactorFound)
    def _(self, where: str, found: datetime) -> None:
        self.sites[where] = found

    def lately(self, now: datetime, recent: timedelta) -> set[str]:
        """The sites where it was found lately."""
        return {where for where, found in self.sites.items() if now - found <= recent}


class Transfer(Aggregate):
    """One change of one site, put to one other site. It says what was learned, and not where.

    What is said here may still tell of the person from whom was learned, so it is sealed under the key of that journey and
    forgotten with it.
    """

    TOPIC = "notification.Transfer"

    class Asked(Created):
        TOPIC = "notification.Transfer.Asked"
        source: UUID
        change: Change
        factors: list[str]

    class Decided(Event):
        TOPIC = "notification.Transfer.Decided"
        decision: str
        because: Sealed

    class PutIntoEffect(Event):
        TOPIC = "notification.Transfer.PutIntoEffect"
        note: Sealed
        done_by: str

    class SeenInEffect(Event):
        TOPIC = "notification.Transfer.SeenInEffect"
        note: Sealed

    @staticmethod
    def create_id(site: str, source: UUID, change: Change) -> UUID:
        return follows("notification.Transfer", f"{source}/{change.plan_id}/{change.number}/{site}")

    @event(Asked)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, source: UUID, change: Change, factors: list[str]
    ) -> None:
        self.source, self.decision, self.state, self.done_by = source, "", "asked", ""

    def decide(self, decision: Decision, because: str) -> None:
        """Adopted as it is, adapted, or not applicable; each with its reason. It may be decided anew until it is done."""
        _said(because)
        if self.state not in {"asked", "decided"}:
            raise TransferDone
        self.trigger_event(self.Decided, decision=decision, because=because)

    @event(Decided)
    def _(self, decision: str) -> None:
        self.decision, self.state = decision, "decided"

    def put_into_effect(self, note: str, actor: str) -> None:
        """Staff of this site now work that way."""
        _said(note)
        if self.state != "decided" or self.decision == Decision.NOT_APPLICABLE:
            raise NothingAdopted
        self.trigger_event(self.PutIntoEffect, note=note, done_by=actor)

    @event(PutIntoEffect)
    def _(self, done_by: str) -> None:
        self.state, self.done_by = "in_effect", done_by

    def see(self, note: str, actor: str) -> None:
        """Someone other than who said it was done has seen it done."""
        _said(note)
        if self.state != "in_effect":
            raise NotYetInEffect
        if actor == self.done_by:
            raise SeenByAnother
        self.trigger_event(self.SeenInEffect, note=note)

    @event(SeenInEffect)
    def _(self) -> None:
        self.state = "seen"


def _said(words: str) -> None:
    if not words.strip():
        raise TransferNeedsWords


class TransferNeedsWords(Refused):
    """Say why, or what was done or seen, in a sentence."""


class TransferDone(Refused):
    """This is in effect here already, so it is not decided anew."""


class NothingAdopted(Refused):
    """Decide first that it is adopted or adapted here."""


class NotYetInEffect(Refused):
    """Nobody has said yet that it is in effect here, or it was seen already."""


class SeenByAnother(Refused):
    """Someone other than who put it into effect says that they have seen it."""
