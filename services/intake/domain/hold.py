"""A legal hold: while it stands, nothing on the journey is erased or disposed of, whatever the rules say."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Refused, Sealed, event, follows


class LegalHold(Aggregate):
    """At most one stands on a journey; it can be placed again after it was lifted."""

    TOPIC = "intake.LegalHold"

    class Opened(Created):
        TOPIC = "intake.LegalHold.Opened"

    class Placed(Event):
        TOPIC = "intake.LegalHold.Placed"
        reason: Sealed
        review_on: date

    class Lifted(Event):
        TOPIC = "intake.LegalHold.Lifted"

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("intake.LegalHold", journey)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.stands = False
        self.reason = ""
        self.review_on: date | None = None

    def place(self, reason: str, review_on: date) -> None:
        """Hold everything on this journey, and say when somebody looks whether that is still needed."""
        if not reason.strip():
            raise HoldNeedsReason
        if self.stands:
            raise HeldAlready
        if review_on <= local_day(circumstances().now):
            raise ReviewLiesAhead
        self.trigger_event(self.Placed, reason=reason.strip(), review_on=review_on)

    @event(Placed)
    def _(self, reason: str, review_on: date) -> None:
        self.stands, self.reason, self.review_on = True, reason, review_on

    def lift(self, rationale: str) -> None:
        """It is no longer needed, for the reason given."""
        if not self.stands:
            raise NotHeld
        if not rationale.strip():
            raise HoldNeedsReason
        self.trigger_event(self.Lifted)

    @event(Lifted)
    def _(self) -> None:
        self.stands, self.reason, self.review_on = False, "", None


class HoldNeedsReason(Refused):
    """Give the reason: which claim, inquiry or order it is for, without naming anybody."""


class HeldAlready(Refused):
    """This is under a legal hold already. Nothing was changed."""


class NotHeld(Refused):
    """There is no legal hold on this. Nothing was changed."""


class ReviewLiesAhead(Refused):
    """Choose a day ahead on which somebody looks whether the hold is still needed."""
