"""The duty of candour towards one relevant person, as a record of its own: from whether it applies to what was learned.

The steps are those of regulation 20 of the Health and Social Care Act 2008 (Regulated Activities) Regulations 2014:
told in person, (2)(a) and (3); in writing, with the results of further enquiries, (4); and, where the person cannot be
reached or declines, a written record of every attempt instead, (5). That the learning is told is the provider's policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from libs.domain import Aggregate, Created, Event, Refused, Sealed, event, follows

BASIS = "candour-told-in-person"
"""The rule whose weighing says whether the duty applies."""
ATTEMPTS = "candour-attempts-recorded"
"""The rule that asks for every attempt to be on record where the person is not reached or declines."""
UNLESS_REACHED = ("candour-told-in-person", "candour-support", "candour-written-account", "learning-relevant-person")
"""Rules whose duty falls away, paragraph (5), for as long as the person cannot be reached or declines."""


class Step(StrEnum):
    """What is done for the relevant person, in the order of the regulation."""

    TOLD_IN_PERSON = "told_in_person"
    SUPPORT_GIVEN = "support_given"
    WRITTEN_FOLLOW_UP = "written_follow_up"
    ENQUIRY_NEWS = "enquiry_news"
    OUTCOME_LETTER = "outcome_letter"
    LEARNING_TOLD = "learning_told"


RULE_OF: Mapping[Step, str] = {
    Step.TOLD_IN_PERSON: BASIS,
    Step.SUPPORT_GIVEN: "candour-support",
    Step.WRITTEN_FOLLOW_UP: "candour-written-account",
    Step.LEARNING_TOLD: "learning-relevant-person",
}
"""The rule whose duty a step discharges. News of the enquiry and its outcome belong to the written account's rule."""
STEP_OF: Mapping[str, Step] = {rule: step for step, rule in RULE_OF.items()}
NEEDS: Mapping[Step, Step] = {
    Step.WRITTEN_FOLLOW_UP: Step.TOLD_IN_PERSON,
    Step.ENQUIRY_NEWS: Step.TOLD_IN_PERSON,
    Step.OUTCOME_LETTER: Step.WRITTEN_FOLLOW_UP,
    Step.LEARNING_TOLD: Step.TOLD_IN_PERSON,
}
"""What has to be on record before a step: the letter confirms what was said in person, the outcome follows the letter."""


class Candour(Aggregate):
    """One for each journey that was ever proposed to fall under the duty."""

    TOPIC = "notification.Candour"

    class Assessed(Created):
        TOPIC = "notification.Candour.Assessed"
        applies: bool
        because: list[str]

    class AssessedAnew(Event):
        TOPIC = "notification.Candour.AssessedAnew"
        applies: bool
        because: list[str]

    class StepTaken(Event):
        TOPIC = "notification.Candour.StepTaken"
        step: str
        note: Sealed
        apologised: bool = False

    class ContactTried(Event):
        TOPIC = "notification.Candour.ContactTried"
        note: Sealed

    class FoundUnreachable(Event):
        TOPIC = "notification.Candour.FoundUnreachable"
        note: Sealed

    class Declined(Event):
        TOPIC = "notification.Candour.Declined"
        note: Sealed

    class ContactResumed(Event):
        TOPIC = "notification.Candour.ContactResumed"
        note: Sealed

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("notification.Candour", journey)

    @event(Assessed)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, applies: bool, because: list[str]
    ) -> None:
        self.applies = applies
        self.taken: list[str] = []
        self.attempts = 0
        self.contact = "open"
        self.told = ""

    def assess(self, because: list[str], *, applies: bool) -> None:
        """It was weighed again. The same answer is no news."""
        if applies != self.applies:
            self.trigger_event(self.AssessedAnew, applies=applies, because=because)

    @event(AssessedAnew)
    def _(self, applies: bool) -> None:
        self.applies = applies

    def take(self, step: Step, note: str, *, apologised: bool = False) -> None:
        """A step was taken. Only news of the enquiry may come more than once, and nobody is told without an apology."""
        self._open(note)
        if step in self.taken and step is not Step.ENQUIRY_NEWS:
            raise StepTakenAlready
        needed = NEEDS.get(step)
        if needed and needed not in self.taken:
            raise StepBeforeItsTime
        if step in {Step.TOLD_IN_PERSON, Step.WRITTEN_FOLLOW_UP} and not apologised:
            raise ApologyMissing
        self.trigger_event(self.StepTaken, step=step, note=note, apologised=apologised)

    @event(StepTaken)
    def _(self, step: str, note: str) -> None:
        self.taken.append(step)
        if step == Step.TOLD_IN_PERSON:
            self.told = note

    def try_contact(self, note: str) -> None:
        """Someone tried to reach the relevant person and did not. It stays to be tried."""
        self._open(note)
        self.trigger_event(self.ContactTried, note=note)

    @event(ContactTried)
    def _(self) -> None:
        self.attempts += 1

    def find_unreachable(self, note: str) -> None:
        """The relevant person cannot be contacted; each attempt is on record, and there was at least one."""
        self._open(note)
        if not self.attempts:
            raise NobodyTried
        self.trigger_event(self.FoundUnreachable, note=note)

    @event(FoundUnreachable)
    def _(self) -> None:
        self.contact = "unreachable"

    def decline(self, note: str) -> None:
        """The relevant person does not wish to speak with the service about it."""
        self._open(note)
        self.trigger_event(self.Declined, note=note)

    @event(Declined)
    def _(self) -> None:
        self.contact = "declined"

    def resume(self, note: str) -> None:
        """They were found, or wish to hear after all: what was not done yet is owed again."""
        self._said(note)
        if self.contact == "open":
            raise InContactAlready
        self.trigger_event(self.ContactResumed, note=note)

    @event(ContactResumed)
    def _(self) -> None:
        self.contact = "open"

    def _open(self, note: str) -> None:
        self._said(note)
        if not self.applies:
            raise CandourDoesNotApply
        if self.contact != "open":
            raise ContactIsClosed

    def _said(self, note: str) -> None:
        if not note.strip():
            raise CandourNeedsWords


class CandourNeedsWords(Refused):
    """Say in a sentence or two what was said, sent or tried. It is kept under the person's own key."""


class CandourDoesNotApply(Refused):
    """This was weighed as not falling under the duty of candour. Weigh it again in intake if that was wrong."""


class ContactIsClosed(Refused):
    """It is on record that the person cannot be reached or does not wish to hear. First record that contact resumed."""


class InContactAlready(Refused):
    """Nothing on record says that contact had ended, so there is nothing to resume."""


class StepTakenAlready(Refused):
    """This step is on record already. Use "news of the enquiry" for what came later."""


class StepBeforeItsTime(Refused):
    """An earlier step is not on record yet: first in person, then in writing, then the outcome. Record that one first."""


class ApologyMissing(Refused):
    """An apology is part of this step. It is an expression of sorrow or regret, and admits no fault."""


class NobodyTried(Refused):
    """Record at least one attempt first, and how it was made; then that the person cannot be reached."""
