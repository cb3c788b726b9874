"""Whatever people do in whatever order, a briefing is reached exactly when everyone there has understood."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from libs.deciding import deciding
from libs.domain import Refused
from services.notification.domain.briefing import Briefing, Listener, Standing
from tests.given import NOW, PLACE, SOMEONE
from tests.notification.samples import change

PEOPLE = [UUID(int=n) for n in range(1, 5)]
people = st.sampled_from(PEOPLE)
parts = st.sampled_from(["day", "night", "agency", "new_starter"])


class AnyOrder(RuleBasedStateMachine):
    """A model beside the real thing: who is there, who has read, and who has understood since they came."""

    def __init__(self) -> None:
        super().__init__()
        self.there: dict[UUID, str] = {}
        self.readers: set[UUID] = set()
        self.understood: set[UUID] = set()
        self.missed: set[UUID] = set()
        self.choice = False

    @initialize(audience=st.dictionaries(people, parts))
    def issue(self, audience: dict[UUID, str]) -> None:
        with deciding(SOMEONE, NOW):
            self.briefing = Briefing(
                **PLACE, change=change(), audience=[Listener(person, part) for person, part in audience.items()]
            )
        self.there = dict(audience)

    def decide(self, act: Any) -> bool:
        """Whether it was accepted."""
        with deciding(SOMEONE, NOW + timedelta(minutes=1)):
            try:
                act(self.briefing)
            except Refused:
                return False
        return True

    @rule(person=people, part=parts)
    def join(self, person: UUID, part: str) -> None:
        assert self.decide(lambda b: b.grow(Listener(person, part)))
        self.there[person] = part
        self.missed.discard(person)

    @rule(gone=st.sets(people, min_size=1))
    def leave(self, gone: set[UUID]) -> None:
        assert self.decide(lambda b: b.leave(*sorted(gone)))
        gone &= self.there.keys()
        self.missed |= gone - self.understood
        self.understood -= gone
        self.there = {person: part for person, part in self.there.items() if person not in gone}

    @rule(person=people)
    def read(self, person: UUID) -> None:
        assert self.decide(lambda b: b.read(person)) == (person in self.there)
        if person in self.there:
            self.readers.add(person)

    @rule(choice=st.booleans())
    def ask(self, choice: bool) -> None:
        options = ["One", "Two"] if choice else []
        assert self.decide(lambda b: b.ask("Who checks?", options, 1 if choice else None, "team_leader"))
        self.choice = choice

    @rule(person=people, option=st.sampled_from([None, 0, 1, 2]), words=st.sampled_from(["", "Two of us."]))
    def answer(self, person: UUID, option: int | None, words: str) -> None:
        may = person in self.there and person in self.readers and person not in self.understood
        fits = option in {0, 1} if self.choice else bool(words)
        assert self.decide(lambda b: b.answer(person, option, words)) == (may and fits)
        if may and self.choice and option == 1:
            self.understood.add(person)

    @rule(person=people, by=people)
    def mark(self, person: UUID, by: UUID) -> None:
        may = person in self.there and person in self.readers and by != person
        assert self.decide(lambda b: b.mark_understood(person, f"person:{by}", "team_leader")) == may
        if may:
            self.understood.add(person)

    @invariant()
    def reached_exactly_when_everyone_there_has_understood(self) -> None:
        if hasattr(self, "briefing"):
            assert self.briefing.is_reached == (bool(self.there) and self.understood >= self.there.keys())

    @invariant()
    def every_reach_on_record_named_the_whole_audience(self) -> None:
        if hasattr(self, "briefing"):
            for event in self.briefing.pending_events:
                if isinstance(event, Briefing.Reached):
                    assert event.understood == event.audience >= 1

    @invariant()
    def what_was_said_when_somebody_came_or_went_is_how_it_stood_then(self) -> None:
        if hasattr(self, "briefing"):
            assert self.briefing.missed == self.missed
            event = self.briefing.pending_events[-1]
            if isinstance(event, Briefing.AudienceGrew | Briefing.AudienceLeft):
                assert event.standing == Standing(len(self.there), len(self.understood), len(self.missed))


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyOrder = AnyOrder.TestCase
