"""Who may see a journey, besides what their post reaches: not its subject, and only those who need to know."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from libs.domain import Aggregate, Created, Event, Refused, event, follows


class Admission(Aggregate):
    """One on each journey at most."""

    TOPIC = "governance.Admission"

    class Opened(Created):
        TOPIC = "governance.Admission.Opened"

    class SubjectShutOut(Event):
        TOPIC = "governance.Admission.SubjectShutOut"
        subject: str

    class SubjectLetIn(Event):
        TOPIC = "governance.Admission.SubjectLetIn"
        subject: str

    class Restricted(Event):
        TOPIC = "governance.Admission.Restricted"
        posts: list[str]

    class RestrictionLifted(Event):
        TOPIC = "governance.Admission.RestrictionLifted"

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("governance.Admission", journey)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.subjects: set[str] = set()
        self.posts: list[str] = []

    def shut_out(self, subject: str) -> None:
        """Shut the journey to whom an allegation in it is about, by the pseudonym of their sign-in."""
        if subject not in self.subjects:
            self.trigger_event(self.SubjectShutOut, subject=subject)

    @event(SubjectShutOut)
    def _(self, subject: str) -> None:
        self.subjects.add(subject)

    def let_in(self, subject: str) -> None:
        """It turned out not to be about them."""
        if subject in self.subjects:
            self.trigger_event(self.SubjectLetIn, subject=subject)

    @event(SubjectLetIn)
    def _(self, subject: str) -> None:
        self.subjects.remove(subject)

    def restrict(self, posts: Iterable[str], because: str) -> None:
        """Let only these posts see the journey, and those who lead on safeguarding."""
        _require_reason(because)
        wanted = sorted(set(posts))
        if not wanted:
            raise SomebodyNeedsToKnow
        if wanted == self.posts:
            raise RestrictedLikeThat
        self.trigger_event(self.Restricted, posts=wanted)

    @event(Restricted)
    def _(self, posts: list[str]) -> None:
        self.posts = posts

    def lift_restriction(self, because: str) -> None:
        """Let every post that reaches the site see it again."""
        _require_reason(because)
        if not self.posts:
            raise NotRestricted
        self.trigger_event(self.RestrictionLifted)

    @event(RestrictionLifted)
    def _(self) -> None:
        self.posts = []


def _require_reason(because: str) -> None:
    if not because.strip():
        raise RestrictionNeedsReason


class RestrictionNeedsReason(Refused):
    """Say why, in a sentence that someone else will understand later."""


class SomebodyNeedsToKnow(Refused):
    """Choose at least one post that needs to know. A journey that nobody sees is learned from by nobody."""


class RestrictedLikeThat(Refused):
    """Just these posts see it already."""


class NotRestricted(Refused):
    """It is not restricted: every post that reaches the site sees it."""
