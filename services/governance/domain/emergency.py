"""Reading in an emergency what one's post does not reach: for a time, with a reason, noticed and looked at afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Refused, Sealed, event
from libs.emergencies import SAME_READING, EmergencyIsOver

SHORTEST = 15
"""Letters that a reason has at least: enough for who is at risk of what."""


class EmergencyAccess(Aggregate):
    """One reader, one journey, a few hours. Each page that was read under it is on record."""

    TOPIC = "governance.EmergencyAccess"

    class Granted(Created):
        TOPIC = "governance.EmergencyAccess.Granted"
        reader: str
        role: str
        because: Sealed
        until: datetime
        rule: str

    class RecordRead(Event):
        TOPIC = "governance.EmergencyAccess.RecordRead"
        what: str
        at: datetime | None = None
        """When another room showed it; None where governance did, which is when it was recorded."""

    class Reviewed(Event):
        TOPIC = "governance.EmergencyAccess.Reviewed"
        justified: bool
        words: Sealed

    @classmethod
    def ask(
        cls, *, provider: str, site: str, journey: UUID, reader: str, role: str, because: str, minutes: int | None,
        rule: str,
    ) -> EmergencyAccess:  # fmt: skip
        """Let somebody in for as long as the rules say. Raises EmergencyNeedsReason, EmergencyHasNoLength."""
        if len(because.strip()) < SHORTEST:
            raise EmergencyNeedsReason
        if not minutes:
            raise EmergencyHasNoLength
        return cls(
            provider=provider, site=site, journey=journey, about=journey, reader=reader, role=role,
            because=because.strip(), until=circumstances().now + timedelta(minutes=minutes), rule=rule,
        )  # fmt: skip

    @event(Granted)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, reader: str, role: str, because: str,
        until: datetime, rule: str,
    ) -> None:  # fmt: skip
        self.reader, self.because, self.until = reader, because, until
        self.justified: bool | None = None
        self.last_read: dict[str, datetime] = {}

    def read(self, reader: str, what: str) -> None:
        """Put on record what is read, before it is shown. Raises EmergencyIsOver."""
        over = circumstances().now >= self.until or self.justified is False
        if reader != self.reader or over:
            raise EmergencyIsOver
        now = circumstances().now
        if what not in self.last_read or now - self.last_read[what] >= SAME_READING:
            self.trigger_event(self.RecordRead, what=what)

    def was_read(self, what: str, at: datetime) -> None:
        """Another room showed a page under it, and had that on its own record first."""
        self.trigger_event(self.RecordRead, what=what, at=at)

    @event(RecordRead)
    def _(self, what: str, timestamp: datetime) -> None:
        self.last_read[what] = timestamp

    def review(self, reviewer: str, words: str, *, justified: bool) -> None:
        """Say whether it was right to look. What was not justified ends at once."""
        if reviewer == self.reader:
            raise NotYourOwnToReview
        if not words.strip():
            raise ReviewNeedsWords
        if self.justified is not None:
            raise ReviewedAlready
        self.trigger_event(self.Reviewed, justified=justified, words=words.strip())

    @event(Reviewed)
    def _(self, justified: bool) -> None:
        self.justified = justified


class EmergencyNeedsReason(Refused):
    """Say in a sentence who may come to harm and why you need to look now. Nothing was opened."""


class EmergencyHasNoLength(Refused):
    """The rules in force do not say how long such access lasts, so none can be given. Ask the safeguarding lead, who sees the
    record."""


class NotYourOwnToReview(Refused):
    """Somebody else looks at what you read in an emergency."""


class ReviewNeedsWords(Refused):
    """Say in a sentence what you found, so that whoever reads this later understands it."""


class ReviewedAlready(Refused):
    """This has been looked at already. What was said then stays on record."""
