"""A letter on paper to somebody outside: written under one rule, sent once, and never kept but as the words it was made of."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from libs.domain import Aggregate, Created, Event, Refused, Sealed, event, follows
from libs.reaching import LetterTemplate


class How(StrEnum):
    """How a letter left. Candour sends no letter itself: it is printed, or handed on as a file."""

    POST = "post"
    BY_HAND = "by_hand"
    OTHER = "other"


class Letter(Aggregate):
    """One letter of a kind on a journey; the next of its kind begins when this one was sent.

    `words` are everything written for it, as JSON under the key of whoever the journey is about. The page itself is made
    anew whenever somebody asks for it, from these words and the template of that version: the same words, the same bytes.
    A draft stays of the version it was begun with, whatever rules are adopted meanwhile, until a person moves it on.
    """

    TOPIC = "notification.Letter"

    class Written(Created):
        TOPIC = "notification.Letter.Written"
        template: str
        number: int
        template_version: str
        pack: str
        recipient: str
        rules: list[str]
        step: str
        apologises: bool
        words: Sealed

    class Rewritten(Event):
        TOPIC = "notification.Letter.Rewritten"
        words: Sealed

    class MovedOn(Event):
        TOPIC = "notification.Letter.MovedOn"
        template_version: str
        pack: str
        recipient: str
        rules: list[str]
        step: str
        apologises: bool

    class Sent(Event):
        TOPIC = "notification.Letter.Sent"
        template: str
        template_version: str
        recipient: str
        how: str
        dated: date
        sha256: str

    @staticmethod
    def create_id(journey: UUID, template: str, number: int) -> UUID:
        return follows("notification.Letter", f"{journey}/{template}/{number}")

    @event(Written)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, template: str, number: int,
        template_version: str, pack: str, recipient: str, rules: list[str], step: str, apologises: bool, words: str,
    ) -> None:  # fmt: skip
        self.template, self.template_version, self.pack, self.recipient = template, template_version, pack, recipient
        self.rules, self.step, self.apologises = rules, step, apologises
        self.words, self.state = words, "written"
        self.dated: date | None = None
        self.sha256, self.how = "", ""

    def rewrite(self, words: str) -> None:
        """Other words, before it leaves. The same words are no news."""
        self._still_here()
        if words != self.words:
            self.trigger_event(self.Rewritten, words=words)

    @event(Rewritten)
    def _(self, words: str) -> None:
        self.words = words

    def move_on(self, kind: LetterTemplate, pack: str) -> None:
        """From now on it is of its kind as these rules have it; what was written for it stays. The same kind is no news."""
        self._still_here()
        if (pack, kind.version) != (self.pack, self.template_version):
            self.trigger_event(
                self.MovedOn, template_version=kind.version, pack=pack, recipient=kind.recipient,
                rules=list(kind.rules), step=kind.step, apologises=bool(kind.apology),
            )  # fmt: skip

    @event(MovedOn)
    def _(
        self, template_version: str, pack: str, recipient: str, rules: list[str], step: str, apologises: bool
    ) -> None:
        self.template_version, self.pack, self.recipient = template_version, pack, recipient
        self.rules, self.step, self.apologises = rules, step, apologises

    def send(self, how: How, dated: date, sha256: str) -> None:
        """It left, on this day, as just these bytes."""
        self._still_here()
        self.trigger_event(
            self.Sent, template=self.template, template_version=self.template_version, recipient=self.recipient,
            how=how, dated=dated, sha256=sha256,
        )  # fmt: skip

    @event(Sent)
    def _(self, how: str, dated: date, sha256: str) -> None:
        self.state, self.how, self.dated, self.sha256 = "sent", how, dated, sha256

    def _still_here(self) -> None:
        if self.state == "sent":
            raise LetterSentAlready


class LetterSentAlready(Refused):
    """This letter was sent already, so it stays as it was. Write another one if there is more to say."""


class LetterNotInForce(Refused):
    """The rules in force have no letter of this kind. Ask whoever adopts the rules for your provider."""


class LetterErased(Refused):
    """What this letter said was erased together with the person's key. That it was sent, when and how, is still on record."""


class WordsOfAnotherVersion(Refused):
    """The rules have another wording of this letter since you opened the page. What you wrote stands below where the new
    wording has a place for it: look it over, then keep it."""
