"""A challenge: oversight asks a post to account for a figure or a site, and the post answers, both on the record."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from contracts.taxonomy import Role
from libs.domain import Aggregate, Created, Event, Refused, event
from libs.names import find

OVERSIGHT = frozenset(
    {
        Role.PROVIDER_QUALITY_LEAD,
        Role.PROVIDER_REPRESENTATIVE,
        Role.NOMINATED_INDIVIDUAL,
        Role.REGISTERED_PERSON,
        Role.BOARD,
    }
)
"""Who may ask others to account for how a site stands."""

LONGEST = 4_000
"""Characters of a challenge or an answer."""


class Challenge(Aggregate):
    """Its words are read widely, so they name nobody."""

    TOPIC = "governance.Challenge"

    class Raised(Created):
        TOPIC = "governance.Challenge.Raised"
        post_id: str
        measure_id: str | None
        words: str

    class Answered(Event):
        TOPIC = "governance.Challenge.Answered"
        words: str

    @classmethod
    def put(
        cls, *, provider: str, site: str, journey: UUID, post_id: str, measure_id: str | None, words: str,
        role: str, known_names: Iterable[str],
    ) -> Challenge:  # fmt: skip
        """Ask a post to account for something. Raises NotForThisPost, WordsMissing or NamesSomeone."""
        if role not in OVERSIGHT:
            raise NotForThisPost
        words = nameless(words, known_names)
        return cls(
            provider=provider, site=site, journey=journey, about=journey, post_id=post_id, measure_id=measure_id,
            words=words,
        )  # fmt: skip

    @event(Raised)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, post_id: str, measure_id: str | None, words: str
    ) -> None:
        self.post_id, self.words = post_id, words
        self.answered = False

    def answer(self, words: str, acting_in: Collection[str], known_names: Iterable[str]) -> None:
        """The post that was asked accounts for it. `acting_in` are the posts the answer is given in."""
        if self.answered:
            raise AlreadyAnswered
        if self.post_id not in acting_in:
            raise NotYoursToAnswer
        self.trigger_event(self.Answered, words=nameless(words, known_names))

    @event(Answered)
    def _(self) -> None:
        self.answered = True


def nameless(words: str, known_names: Iterable[str]) -> str:
    """The words, trimmed, in which nothing tells who somebody is. Raises WordsMissing or NamesSomeone."""
    words = words.strip()
    if not words or len(words) > LONGEST:
        raise WordsMissing
    found = dict.fromkeys(each.kind for each in find(words, known_names))
    if found:
        raise NamesSomeone(f"These words are read widely. Take out {', '.join(found)}, then send it again.")
    return words


class NotForThisPost(Refused):
    """Only posts that oversee sites ask others to account for them."""


class WordsMissing(Refused):
    """Say it in a sentence or more, and in at most 4,000 characters."""


class NamesSomeone(Refused):
    """These words are read widely. Take out what tells who somebody is, then send it again."""


class NotYoursToAnswer(Refused):
    """A challenge is answered by the post that was asked. Change to that post, or pass it to its holder."""


class AlreadyAnswered(Refused):
    """This challenge has been answered already. Raise a new one if there is more to ask."""
