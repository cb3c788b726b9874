"""A briefing: what changed, put to everyone who must now work differently, until each has understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from contracts.taxonomy import Role
from libs.domain import Aggregate, Created, Event, Seal, event, follows
from services.notification.domain.briefing_refusals import (
    AnswerMissing,
    AnswersAlike,
    NotASupervisor,
    NothingToMark,
    NotInTheAudience,
    OwnAnswer,
    QuestionMissing,
    ReadFirst,
    RightAnswerMissing,
    UnderstoodAlready,
)

OPEN_QUESTION = "In your own words, what will you do differently from now on?"
"""Asked where nobody composed a question: a person who knows the work marks the answers, no list of guesses does."""

SUPERVISORS = frozenset(
    {
        Role.TEAM_LEADER, Role.FIELD_SUPERVISOR, Role.SENIOR_STAFF, Role.NURSE_OR_SENIOR_CARER, Role.CARE_COORDINATOR,
        Role.DEPUTY_MANAGER, Role.SERVICE_MANAGER, Role.REGISTERED_MANAGER, Role.REGISTERED_PERSON,
        Role.SAFEGUARDING_LEAD, Role.PROVIDER_QUALITY_LEAD,
    }
)  # fmt: skip
"""Who may put the question and read the answers: those who lead the work, never a colleague on the same shift."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Someone the briefing is for, the part of the team and the unit or round they work in by the rota; `close` where they
    support the person whom it is about."""

    person_id: UUID
    part: str
    group: str = ""
    close: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a briefing says: what staff now do differently, what was learned, and an example of it. It names nobody."""

    plan_id: UUID
    number: int
    title: str
    what_changed: str
    learning: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far it reached once somebody came or went: people it is for now, those of them who understood, and those who
    left before they did."""

    audience: int
    understood: int
    left: int


class Briefing(Aggregate):
    """Reading is not understanding: only an answer as the new practice asks counts, one for each person."""

    TOPIC = "notification.Briefing"

    class Issued(Created):
        TOPIC = "notification.Briefing.Issued"
        change: Change
        audience: list[Listener]

    class QuestionAsked(Event):
        TOPIC = "notification.Briefing.QuestionAsked"
        question: str
        options: list[str]
        right: int | None

    class AudienceGrew(Event):
        TOPIC = "notification.Briefing.AudienceGrew"
        person_id: UUID
        part: str
        group: str = ""
        close: bool = False
        standing: Standing | None = None

    class AudienceLeft(Event):
        TOPIC = "notification.Briefing.AudienceLeft"
        person_id: UUID
        part: str = ""
        understood: bool = False
        standing: Standing | None = None

    class Read(Event):
        TOPIC = "notification.Briefing.Read"
        person_id: UUID
        part: str

    class Answered(Event):
        TOPIC = "notification.Briefing.Answered"
        person_id: UUID
        option: int | None
        words: Annotated[str, Seal("person_id")]

    class NotYetUnderstood(Event):
        TOPIC = "notification.Briefing.NotYetUnderstood"
        person_id: UUID

    class Understood(Event):
        TOPIC = "notification.Briefing.Understood"
        person_id: UUID
        part: str

    class Reached(Event):
        TOPIC = "notification.Briefing.Reached"
        audience: int
        understood: int
        left: int = 0
        number: int = 0

    @staticmethod
    def create_id(journey: UUID, change: Change) -> UUID:
        return follows("notification.Briefing", f"{journey}/{change.plan_id}/{change.number}")

    @event(Issued)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, change: Change, audience: list[Listener]
    ) -> None:
        self.change = change
        self.audience = {each.person_id: each.part for each in audience}
        self.question, self.options = OPEN_QUESTION, list[str]()
        self.right: int | None = None
        self.readers: set[UUID] = set()
        self.waiting: set[UUID] = set()
        self.understood: set[UUID] = set()
        self.missed: set[UUID] = set()
        self.is_reached = False

    def ask(self, question: str, options: list[str], right: int | None, role: str) -> None:
        """Put a question about a situation in place of the open one. Who understood already stays understood."""
        if role not in SUPERVISORS:
            raise NotASupervisor
        options = [option.strip() for option in options if option.strip()]
        if not question.strip():
            raise QuestionMissing
        if options and (len(options) < 2 or right is None or not 0 <= right < len(options)):  # noqa: PLR2004 a choice
            raise RightAnswerMissing
        if len(set(options)) < len(options):
            raise AnswersAlike
        new = (question.strip(), options, right if options else None)
        if new != (self.question, self.options, self.right):
            self.trigger_event(self.QuestionAsked, question=new[0], options=new[1], right=new[2])

    @event(QuestionAsked)
    def _(self, question: str, options: list[str], right: int | None) -> None:
        self.question, self.options, self.right = question, options, right

    def grow(self, listener: Listener) -> None:
        """Someone joined the team, came back to it, or moved to another part of it."""
        person, part = listener.person_id, listener.part
        if self.audience.get(person) != part:
            standing = Standing(len({*self.audience, person}), len(self.understood), len(self.missed - {person}))
            self.trigger_event(
                self.AudienceGrew, person_id=person, part=part, group=listener.group, close=listener.close,
                standing=standing,
            )  # fmt: skip

    @event(AudienceGrew)
    def _(self, person_id: UUID, part: str) -> None:
        self.audience[person_id] = part
        self.missed.discard(person_id)
        self.is_reached = self.is_reached and person_id in self.understood

    def leave(self, *people: UUID) -> None:
        """These no longer work here, so they need not be reached. Whom it had not reached stays on record."""
        gone = [each for each in people if each in self.audience]
        for person in gone:
            understood = person in self.understood
            standing = Standing(
                len(self.audience) - 1, len(self.understood) - understood, len(self.missed) + (not understood)
            )
            self.trigger_event(
                self.AudienceLeft, person_id=person, part=self.audience[person], understood=understood,
                standing=standing,
            )  # fmt: skip
        if gone:
            self._reach()

    @event(AudienceLeft)
    def _(self, person_id: UUID) -> None:
        del self.audience[person_id]
        self.waiting.discard(person_id)
        if person_id not in self.understood:
            self.missed.add(person_id)
        self.understood.discard(person_id)
        self.is_reached = self.is_reached and bool(self.audience)

    def read(self, person_id: UUID) -> None:
        """Someone opened it and says they have read it. Once is enough."""
        self._for(person_id)
        if person_id not in self.readers:
            self.trigger_event(self.Read, person_id=person_id, part=self.audience[person_id])

    @event(Read)
    def _(self, person_id: UUID) -> None:
        self.readers.add(person_id)

    def answer(self, person_id: UUID, option: int | None = None, words: str = "") -> None:
        """Answer the question. A choice is judged at once and may be tried again; words wait for someone to read them."""
        self._for(person_id)
        if person_id not in self.readers:
            raise ReadFirst
        if person_id in self.understood:
            raise UnderstoodAlready
        if self.options:
            self._choose(person_id, option)
        else:
            self._write(person_id, words)

    def _choose(self, person_id: UUID, option: int | None) -> None:
        if option is None or not 0 <= option < len(self.options):
            raise AnswerMissing
        self.trigger_event(self.Answered, person_id=person_id, option=option, words="")
        if option == self.right:
            self._understand(person_id)
        else:
            self.trigger_event(self.NotYetUnderstood, person_id=person_id)

    def _write(self, person_id: UUID, words: str) -> None:
        if not words.strip():
            raise AnswerMissing
        self.trigger_event(self.Answered, person_id=person_id, option=None, words=words)

    @event(Answered)
    def _(self, person_id: UUID, option: int | None) -> None:
        if option is None:
            self.waiting.add(person_id)

    def mark_understood(self, person_id: UUID, by: str, role: str) -> None:
        """Someone else read the answer, or spoke with them, and is satisfied that they will do as the change asks."""
        self._someone_else(person_id, by, role)
        if person_id not in self.understood:
            self._understand(person_id)

    def mark_not_yet(self, person_id: UUID, by: str, role: str) -> None:
        """Someone else read the answer and will talk it through with them; then they answer again."""
        self._someone_else(person_id, by, role)
        if person_id not in self.waiting:
            raise NothingToMark
        self.trigger_event(self.NotYetUnderstood, person_id=person_id)

    @event(NotYetUnderstood)
    def _(self, person_id: UUID) -> None:
        self.waiting.discard(person_id)

    def _understand(self, person_id: UUID) -> None:
        self.trigger_event(self.Understood, person_id=person_id, part=self.audience[person_id])
        self._reach()

    @event(Understood)
    def _(self, person_id: UUID) -> None:
        self.understood.add(person_id)
        self.waiting.discard(person_id)

    def _reach(self) -> None:
        """An audience of nobody is not a team that understood."""
        if self.audience and not self.is_reached and self.understood >= self.audience.keys():
            self.trigger_event(
                self.Reached, audience=len(self.audience), understood=len(self.understood), left=len(self.missed),
                number=self.change.number,
            )  # fmt: skip

    @event(Reached)
    def _(self) -> None:
        self.is_reached = True

    def _for(self, person_id: UUID) -> None:
        if person_id not in self.audience:
            raise NotInTheAudience

    def _someone_else(self, person_id: UUID, by: str, role: str) -> None:
        self._for(person_id)
        if role not in SUPERVISORS:
            raise NotASupervisor
        if by == f"person:{person_id}":
            raise OwnAnswer
        if person_id not in self.readers:
            raise ReadFirst
