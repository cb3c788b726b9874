"""Who a change is meant for that is made person by person: who took part, and who need not, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.action.domain import rules
from services.action.domain.terms import today


class Roll(Aggregate):
    """One for an action. People are added and accounted for; nobody is ever struck off without a reason."""

    TOPIC = "action.Roll"

    class Opened(Created):
        TOPIC = "action.Roll.Opened"
        action_id: UUID
        people: list[UUID]

    class Added(Event):
        TOPIC = "action.Roll.Added"
        people: list[UUID]

    class TookPart(Event):
        TOPIC = "action.Roll.TookPart"
        person: UUID
        on: date

    class Excused(Event):
        TOPIC = "action.Roll.Excused"
        person: UUID
        because: Sealed

    @staticmethod
    def create_id(action_id: UUID) -> UUID:
        return follows("action.Roll", action_id)

    @event(Opened)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, action_id: UUID, people: list[UUID]
    ) -> None:
        self.action_id = action_id
        self.people = dict.fromkeys(people, "")

    def add(self, people: Iterable[UUID]) -> None:
        """Others whom it is meant for too, such as someone who began since, or who was excused and is back."""
        new = [each for each in dict.fromkeys(people) if self.people.get(each, "excused") == "excused"]
        if new:
            self.trigger_event(self.Added, people=new)

    @event(Added)
    def _(self, people: list[UUID]) -> None:
        self.people |= dict.fromkeys(people, "")

    def take_part(self, person: UUID, on: date, *, own_word: bool = False) -> None:
        """Someone was trained, coached, observed or found competent on a day.

        `own_word`: they say so themselves of what somebody else has to see. Raises SeenBySomeoneElse.
        """
        if on > today():
            raise rules.ImplementedInTheFuture
        self._must_be_outstanding(person, "took part")
        if own_word:
            raise rules.SeenBySomeoneElse
        self.trigger_event(self.TookPart, person=person, on=on)

    @event(TookPart)
    def _(self, person: UUID) -> None:
        self.people[person] = "took part"

    def excuse(self, person: UUID, because: str) -> None:
        """Someone need not take part, such as one who left; the reason stays."""
        if not because.strip():
            raise rules.ReasonMissing
        self._must_be_outstanding(person, "excused")
        self.trigger_event(self.Excused, person=person, because=because)

    @event(Excused)
    def _(self, person: UUID) -> None:
        self.people[person] = "excused"

    @property
    def outstanding(self) -> list[UUID]:
        """Those who neither took part nor were excused."""
        return [person for person, state in self.people.items() if not state]

    def _must_be_outstanding(self, person: UUID, as_what: str) -> None:
        if person not in self.people:
            raise rules.NotOnTheList
        if self.people[person] in {"took part", as_what}:
            raise rules.OnRecordAlready
