"""To whom a review is shut: whoever an allegation on its journey is about, known here by a pseudonym alone."""

from __future__ import annotations

from uuid import UUID

from libs.domain import Aggregate, Created, Event, event, follows
from services.review.domain.refusals import SubjectOfAllegation


class Access(Aggregate):
    """Apart from the review's own record, since it may be shut to somebody before it is opened."""

    TOPIC = "review.Access"

    class Begun(Created):
        TOPIC = "review.Access.Begun"

    class Barred(Event):
        TOPIC = "review.Access.Barred"
        subject: str

    class BarLifted(Event):
        TOPIC = "review.Access.BarLifted"
        subject: str

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("review.Access", journey)

    @event(Begun)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.barred: set[str] = set()

    def bar(self, subject: str) -> None:
        """Shut the review to the subject of an allegation. Barred twice is barred once."""
        if subject not in self.barred:
            self.trigger_event(self.Barred, subject=subject)

    @event(Barred)
    def _(self, subject: str) -> None:
        self.barred.add(subject)

    def lift_bar(self, subject: str) -> None:
        """Open the review again to somebody who turned out not to be the subject."""
        if subject in self.barred:
            self.trigger_event(self.BarLifted, subject=subject)

    @event(BarLifted)
    def _(self, subject: str) -> None:
        self.barred.discard(subject)

    def require_admitted(self, pseudonym: str) -> None:
        """Raises SubjectOfAllegation for somebody to whom the review is shut."""
        if pseudonym in self.barred:
            raise SubjectOfAllegation
