"""An allegation about a member of staff: the matters of employment, kept apart from what the service learns."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.taxonomy import EmploymentStep
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.intake.domain.refusals import (
    AllegationConcluded,
    NotItsSubject,
    NotYetHappened,
    RationaleMissing,
    SubjectNamedAlready,
    SubjectNeedsName,
)


class StaffAllegation(Aggregate):
    """One on each journey at most. Its words are sealed under a key of its own, so that they can be forgotten apart."""

    TOPIC = "intake.StaffAllegation"

    class Opened(Created):
        TOPIC = "intake.StaffAllegation.Opened"

    class SubjectNamed(Event):
        TOPIC = "intake.StaffAllegation.SubjectNamed"
        subject: str
        person: str
        name: Sealed

    class SubjectStruckOut(Event):
        TOPIC = "intake.StaffAllegation.SubjectStruckOut"
        subject: str
        person: str

    class StepTaken(Event):
        TOPIC = "intake.StaffAllegation.StepTaken"
        step: str
        taken_on: date
        words: Sealed

    class Concluded(Event):
        TOPIC = "intake.StaffAllegation.Concluded"
        outcome: str

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("intake.StaffAllegation", journey)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.subjects: dict[str, str] = {}
        self.persons: dict[str, str] = {}
        self.steps: list[tuple[str, date, str]] = []
        self.outcome = ""

    def shuts_out(self, subject: str) -> bool:
        """Whether somebody, by pseudonym, is a subject of it."""
        return subject in self.subjects

    def name_subject(self, subject: str, person: str, name: str) -> None:
        """Say who it is about. `subject` and `person` are pseudonyms of their sign-in and of their name."""
        if not name.strip():
            raise SubjectNeedsName
        if subject in self.subjects:
            raise SubjectNamedAlready
        self.trigger_event(self.SubjectNamed, subject=subject, person=person, name=name)

    @event(SubjectNamed)
    def _(self, subject: str, person: str, name: str) -> None:
        self.subjects[subject], self.persons[subject] = name, person

    def strike_out(self, subject: str, rationale: str) -> None:
        """It turned out not to be about this person."""
        if not rationale.strip():
            raise RationaleMissing
        if subject not in self.subjects:
            raise NotItsSubject
        self.trigger_event(self.SubjectStruckOut, subject=subject, person=self.persons[subject])

    @event(SubjectStruckOut)
    def _(self, subject: str) -> None:
        del self.subjects[subject], self.persons[subject]

    def take_step(self, step: str, taken_on: date, words: str) -> None:
        """Record a matter of employment, such as a move to other duties."""
        if self.outcome:
            raise AllegationConcluded
        if taken_on > local_day(circumstances().now):
            raise NotYetHappened
        self.trigger_event(self.StepTaken, step=EmploymentStep(step).value, taken_on=taken_on, words=words)

    @event(StepTaken)
    def _(self, step: str, taken_on: date, words: str) -> None:
        self.steps.append((step, taken_on, words))

    def conclude(self, outcome: str, rationale: str) -> None:
        """Say how the matter of employment ended. What the service learns goes on by itself."""
        if not rationale.strip():
            raise RationaleMissing
        if self.outcome:
            raise AllegationConcluded
        self.trigger_event(self.Concluded, outcome=outcome)

    @event(Concluded)
    def _(self, outcome: str) -> None:
        self.outcome = outcome
