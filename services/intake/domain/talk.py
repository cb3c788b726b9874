"""Talking with somebody who gave no name: their way back to the record, what they are asked, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.intake.domain.refusals import AnsweredAlready, NothingNewToRead, NothingSaid, QuestionNotKnown, TalkFull

MOST = 50
"""How many times both sides together may say something; whoever has more to say raises it anew."""


class WayBack(Aggregate):
    """Where a receipt number leads whoever has its secret word. Neither is kept: its id follows from a keyed digest of the
    number, and of the word only that is kept by which it can be known again, slowly."""

    TOPIC = "intake.WayBack"

    class Given(Created):
        TOPIC = "intake.WayBack.Given"
        door: str
        verifier: str = ""
        """Empty where words still followed from the form that was sent: `door` then followed from both."""

    @staticmethod
    def create_id(door: str) -> UUID:
        return follows("intake.WayBack", door)

    @event(Given)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, door: str, verifier: str = "") -> None:
        self.door, self.verifier = door, verifier


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said, by the service where `asks`. `answers` is the question that an answer belongs to."""

    asks: bool
    when: datetime
    words: str
    answers: UUID | None = None


class Talk(Aggregate):
    """One for each journey that somebody began without a name."""

    TOPIC = "intake.Talk"

    class Opened(Created):
        TOPIC = "intake.Talk.Opened"

    class Asked(Event):
        TOPIC = "intake.Talk.Asked"
        question_id: UUID
        words: Sealed

    class Answered(Event):
        TOPIC = "intake.Talk.Answered"
        question_id: UUID | None
        words: Sealed

    class AnswersRead(Event):
        TOPIC = "intake.Talk.AnswersRead"

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("intake.Talk", journey)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.said: list[Said] = []
        self.open: dict[UUID, str] = {}
        self.unread = 0

    def ask(self, words: str) -> UUID:
        """The service asks. The question waits until whoever reported it comes back; nobody can be reminded.

        Who asks again has read what was answered.
        """
        self._require_room(words)
        if self.unread:
            self.trigger_event(self.AnswersRead)
        here = uuid4()
        self.trigger_event(self.Asked, question_id=here, words=words)
        return here

    @event(Asked)
    def _(self, question_id: UUID, words: str, timestamp: datetime) -> None:
        self.said.append(Said(True, timestamp, words))
        self.open[question_id] = words

    def answer(self, words: str, question: UUID | None = None) -> None:
        """Whoever reported it answers a question that is open, or adds something of their own."""
        self._require_room(words)
        if question is not None and question not in self.open:
            raise AnsweredAlready if self._was_asked(question) else QuestionNotKnown
        self.trigger_event(self.Answered, question_id=question, words=words)

    @event(Answered)
    def _(self, question_id: UUID | None, words: str, timestamp: datetime) -> None:
        self.said.append(Said(False, timestamp, words, question_id))
        if question_id is not None:
            self.open.pop(question_id, None)
        self.unread += 1

    def read_answers(self) -> None:
        """The service has read what was answered. With nothing new there is nothing to read."""
        if not self.unread:
            raise NothingNewToRead
        self.trigger_event(self.AnswersRead)

    @event(AnswersRead)
    def _(self) -> None:
        self.unread = 0

    def _was_asked(self, question: UUID) -> bool:
        return any(each.answers == question for each in self.said)

    def _require_room(self, words: str) -> None:
        if not words.strip():
            raise NothingSaid
        if len(self.said) >= MOST:
            raise TalkFull
