"""An account that somebody is owed, under one rule: given, declined, late, or no longer owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.domain import Aggregate, Created, Event, Refused, Sealed, event, follows


@dataclass(frozen=True, slots=True)
class Owing:
    """What a rule asks: of whom, towards whom, what to say and how, and by when where the rule counts days.

    `clock` is the rule's own words; `due` is None unless it gives a number. `confirmed` is false where nobody has
    checked the rule against its source yet.
    """

    rule_id: str
    recipient: str
    title: str
    rule_kind: str
    citation: str
    confirmed: bool
    owner_role: str
    content: list[str]
    means: str
    clock: str = ""
    starts_at: str = ""
    counted_from: datetime | None = None
    due: datetime | None = None
    calendar: str = ""


class Duty(Aggregate):
    """One rule's duty on one journey."""

    TOPIC = "notification.Duty"

    class Owed(Created):
        TOPIC = "notification.Duty.Owed"
        owing: Owing

    class OwedAgain(Event):
        TOPIC = "notification.Duty.OwedAgain"
        owing: Owing

    class Discharged(Event):
        TOPIC = "notification.Duty.Discharged"
        channel: str
        note: Sealed

    class ContactAttempted(Event):
        TOPIC = "notification.Duty.ContactAttempted"
        note: Sealed

    class Declined(Event):
        TOPIC = "notification.Duty.Declined"
        note: Sealed

    class FellOverdue(Event):
        TOPIC = "notification.Duty.FellOverdue"
        due: datetime

    class Lifted(Event):
        TOPIC = "notification.Duty.Lifted"
        because: str

    @staticmethod
    def create_id(journey: UUID, owing: Owing) -> UUID:
        return duty_id(journey, owing.rule_id)

    @event(Owed)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, owing: Owing) -> None:
        self.owing, self.state, self.is_overdue = owing, "owed", False

    def owe_again(self, owing: Owing) -> None:
        """It applies again: after it had been lifted, or because practice changed once more. Owed still is no news."""
        if self.state != "owed":
            self.trigger_event(self.OwedAgain, owing=owing)

    @event(OwedAgain)
    def _(self, owing: Owing) -> None:
        self.owing, self.state, self.is_overdue = owing, "owed", False

    def discharge(self, channel: str, note: str) -> None:
        """The account was given; late is better than never and is recorded as late."""
        self._still_owed()
        if not note.strip():
            raise TellingNeedsWords
        self.trigger_event(self.Discharged, channel=channel, note=note)

    @event(Discharged)
    def _(self) -> None:
        self.state = "discharged"

    def attempt(self, note: str) -> None:
        """Someone tried to reach them and could not. The duty stays owed; every attempt is on the record."""
        self._still_owed()
        if not note.strip():
            raise AttemptNeedsWords
        self.trigger_event(self.ContactAttempted, note=note)

    def decline(self, note: str) -> None:
        """They did not wish to be told. That settles the duty, and the record says how it was asked."""
        self._still_owed()
        if not note.strip():
            raise AttemptNeedsWords
        self.trigger_event(self.Declined, note=note)

    @event(Declined)
    def _(self) -> None:
        self.state = "declined"

    def fall_overdue(self) -> None:
        """The rule's time passed and no account is on record. Said once."""
        if self.state == "owed" and self.owing.due and not self.is_overdue:
            self.trigger_event(self.FellOverdue, due=self.owing.due)

    @event(FellOverdue)
    def _(self) -> None:
        self.is_overdue = True

    def lift(self, because: str) -> None:
        """It does not apply after all. An account that was given stays given."""
        if self.state == "owed":
            self.trigger_event(self.Lifted, because=because)

    @event(Lifted)
    def _(self) -> None:
        self.state = "lifted"

    def _still_owed(self) -> None:
        if self.state == "lifted":
            raise NoLongerOwed
        if self.state != "owed":
            raise AlreadySettled


def duty_id(journey: UUID, rule_id: str) -> UUID:
    """The identity of a rule's duty on a journey: there is one."""
    return follows("notification.Duty", f"{journey}/{rule_id}")


class TellingNeedsWords(Refused):
    """Say in a sentence what they were told, so that someone else can see later that it was done."""


class AttemptNeedsWords(Refused):
    """Say in a sentence how contact was tried and what came of it."""


class AlreadySettled(Refused):
    """This is settled already: the account was given, or they did not wish to be told."""


class NoLongerOwed(Refused):
    """This no longer applies, since the opportunity was weighed differently. There is nothing to record."""
