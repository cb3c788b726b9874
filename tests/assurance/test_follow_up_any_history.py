"""Whatever comes to a follow-up, in whatever order, its history tells the same state again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.taxonomy import ClosureState
from libs.deciding import deciding
from services.assurance.domain import FollowUp
from services.assurance.domain.figures import month_after
from tests.assurance.test_follow_up import EFFECTIVE, SUSTAINED, TIED, Lost, Reached, found
from tests.assurance.told import month
from tests.given import JOURNEY, NOW, SOMEONE


class FollowUpMachine(RuleBasedStateMachine):
    """Whatever comes, in whatever order: a state is reached only with all earlier ones, and events tell the state."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.period = month(1)
        self.events: list[Any] = []

    @initialize()
    def open(self) -> None:
        with deciding(SOMEONE, self.now):
            self.it = FollowUp(provider="acme", site="elm", journey=JOURNEY, about=JOURNEY)
        self.held: set[str] = set()
        self._listen()

    def _do(self, ask: Callable[[], None]) -> None:
        with deciding(SOMEONE, self.now):
            ask()

    def _listen(self) -> None:
        for happened in self.it.collect_events():
            self.events.append(happened)
            if isinstance(happened, Reached):
                order = list(ClosureState)
                assert set(order[: order.index(ClosureState(happened.state))]) <= self.held
                assert happened.state not in self.held
                assert len(happened.proof) <= 400
                self.held.add(happened.state)
            if isinstance(happened, Lost):
                assert happened.state in self.held
                self.held.remove(happened.state)

    def _ask(self, ask: Callable[[], None]) -> None:
        self._do(ask)
        self._listen()

    @rule(days=some.integers(1, 60))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(measured=some.booleans())
    def practice_changes(self, measured: bool) -> None:
        names = ["indicator"] if measured else []
        self._ask(lambda: self.it.make_change("Another way", self.now.date(), names))
        if measured:
            self._ask(lambda: self.it.tie(TIED, []))

    @rule(change=some.integers(0, 4))
    def all_understand(self, change: int) -> None:
        self._ask(lambda: self.it.brief(5, 5, change))

    @rule(change=some.integers(0, 4))
    def a_briefing_goes_out(self, change: int) -> None:
        self._ask(lambda: self.it.brief_anew(change))

    @rule(seen=some.integers(0, 3))
    def someone_looks(self, seen: int) -> None:
        if self.it.changed_on:
            self._ask(lambda: self.it.observe(seen, 3, "audit", ""))

    @rule(missed=some.integers(0, 3), of=some.sampled_from([0, 20]))
    def a_month_is_checked(self, missed: int, of: int) -> None:
        self.period = month_after(self.period)
        self._ask(lambda: self.it.hear("indicator", found(self.period, max(0, of - missed), of)))

    @rule(state=some.sampled_from(ClosureState))
    def someone_says_it_slipped(self, state: ClosureState) -> None:
        if state in self.it.held:
            self._ask(lambda: self.it.report_lapse(state, "I saw it"))

    @invariant()
    def what_was_told_is_what_holds(self) -> None:
        if self.events:
            assert self.held == self.it.held
            assert self.it.held <= set(self.it.proofs) == set(self.it.proven_since)

    @invariant()
    def nothing_lasts_that_does_not_work(self) -> None:
        if self.events:
            assert SUSTAINED not in self.held or EFFECTIVE in self.held

    @invariant()
    def its_history_tells_the_same(self) -> None:
        if self.events:
            again: Any = None
            for happened in self.events:
                again = happened.mutate(again)
            assert (again.held, again.proofs, again.figures) == (self.it.held, self.it.proofs, self.it.figures)
            assert (again.changes, again.understood) == (self.it.changes, self.it.understood)


TestWhateverComes = FollowUpMachine.TestCase
TestWhateverComes.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
