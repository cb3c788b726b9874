"""Whatever is asked of a plan and its actions, in whatever order: every history replays, and practice changes only
when every factor is answered and every action that was kept has been seen by someone else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from libs.deciding import Act, deciding
from libs.domain import Refused
from services.action.domain.action import Action, State, Terms
from services.action.domain.plan import Factor, Plan
from tests.given import NOW, PLACE

FACTORS = [Factor(UUID(int=n), "handover", "tasks") for n in range(1, 5)]
PEOPLE = [Act(f"person:{name}", "registered_manager") for name in ("ann", "bo", "cy")]
KINDS = ["handover", "briefing", "environment"]
people, reasons = st.sampled_from(PEOPLE), st.sampled_from(["", "It was needed."])


class History(RuleBasedStateMachine):
    """A plan, its actions, and everything they were asked; what a rule refused left no trace."""

    kept = Bundle("kept")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.events: dict[UUID, list[Any]] = {}
        self.actions: dict[UUID, Action] = {}
        self.implementers: dict[UUID, str] = {}

    @initialize(factors=st.lists(st.sampled_from(FACTORS), min_size=1, unique=True))
    def review_is_signed_off(self, factors: list[Factor]) -> None:
        with deciding(PEOPLE[0], self.now):
            self.plan = Plan(
                **PLACE, review_id=UUID(int=31), factors=factors, learning_statement="Say it aloud.", themes=[]
            )
        self._keep(self.plan)

    def _keep(self, *aggregates: Any) -> None:
        for aggregate in aggregates:
            new = list(aggregate.collect_events())
            self.events.setdefault(aggregate.id, []).extend(new)
            for event in new:
                if isinstance(event, Plan.PracticeChanged):
                    self._practice_may_change(event)

    def _practice_may_change(self, event: Any) -> None:
        kept = {each.id: each for each in self.actions.values() if each.state != State.WITHDRAWN}
        assert kept
        assert set(event.action_ids) == set(kept)
        assert all(each.state == State.VERIFIED for each in kept.values())
        assert not self.plan.unanswered
        assert self.plan.weakness_accepted or not self.plan.weak

    def _ask(self, who: Act, ask: Callable[[], Any]) -> Any:
        self.now += timedelta(minutes=1)
        with deciding(who, self.now):
            try:
                return ask() or True
            except Refused:
                assert not self.plan.pending_events
                assert not any(each.pending_events for each in self.actions.values())
                return None

    @rule(target=kept, who=people, factor=st.sampled_from([*FACTORS, None]), kind=st.sampled_from(KINDS))
    def agree(self, who: Act, factor: Factor | None, kind: str) -> UUID | None:
        terms = Terms(
            "Two people check.", kind, "elm.registered_manager", self.now.date() + timedelta(days=7),
            factor.factor_id if factor else None, why_no_measure="Nothing counts this.",
        )  # fmt: skip
        action = self._ask(who, lambda: self.plan.agree(terms))
        if action is None:
            return None
        self.actions[action.id] = action
        self._keep(action, self.plan)
        return UUID(str(action.id))

    @rule(who=people, factor=st.sampled_from(FACTORS), because=reasons)
    def leave(self, who: Act, factor: Factor, because: str) -> None:
        self._ask(who, lambda: self.plan.leave_factor(factor.factor_id, because))
        self._keep(self.plan)

    @rule(who=people, because=reasons)
    def accept_weakness(self, who: Act, because: str) -> None:
        self._ask(who, lambda: self.plan.agree_weak(because))
        self._keep(self.plan)

    @rule(who=people, because=reasons)
    def reopen(self, who: Act, because: str) -> None:
        self._ask(who, lambda: self.plan.reopen(because))
        self._keep(self.plan)

    @rule(factors=st.lists(st.sampled_from(FACTORS), unique=True), statement=st.sampled_from(["Say it aloud.", "Ask."]))
    def review_is_signed_off_again(self, factors: list[Factor], statement: str) -> None:
        before = set(self.plan.factors)
        self._ask(PEOPLE[0], lambda: self.plan.extend(factors, statement, []))
        assert set(self.plan.factors) == before | {each.factor_id for each in factors}
        self._keep(self.plan)

    @rule(id_=kept, who=people)
    def see_through(self, id_: UUID | None, who: Act) -> None:
        """The whole way to the day the change was made, as far as it is allowed."""
        if action := self.actions.get(id_ or UUID(int=0)):
            self._ask(who, action.start)
            self._keep(action)
            self._implement(action, who, self.now.date())
            self._keep(action)

    def _implement(self, action: Action, who: Act, on: date) -> None:
        if self._ask(who, lambda: action.implement(on, "audit", "Sheet 4")):
            self.implementers[action.id] = who.actor

    @rule(id_=kept, who=people, step=st.sampled_from(["start", "block", "unblock", "send_back", "implement"]))
    def step(self, id_: UUID | None, who: Act, step: str) -> None:
        action = self.actions.get(id_ or UUID(int=0))
        if action is None:
            return
        asked: dict[str, Callable[[], Any]] = {
            "start": action.start,
            "block": lambda: action.block("The supplier is late."),
            "unblock": action.unblock,
            "send_back": lambda: action.send_back("Not yet.", by_owner=False),
        }
        if step == "implement":
            self._implement(action, who, self.now.date())
        else:
            self._ask(who, asked[step])
        self._keep(action)

    @rule(id_=kept, days=st.integers(-3, 20), by_owner=st.booleans())
    def extend(self, id_: UUID | None, days: int, by_owner: bool) -> None:
        if action := self.actions.get(id_ or UUID(int=0)):
            due = action.due + timedelta(days=days)
            if self._ask(PEOPLE[1], lambda: action.extend(due, "Parts are late.", by_owner=by_owner)):
                assert not by_owner
                assert days > 0
            self._keep(action)

    @rule(days=st.integers(1, 10))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        for action in self.actions.values():
            self._ask(PEOPLE[0], action.fall_overdue)
            self._ask(PEOPLE[0], action.fall_overdue)
            self._keep(action)

    @rule(id_=kept, who=people, by_owner=st.booleans())
    def verify(self, id_: UUID | None, who: Act, by_owner: bool) -> None:
        action = self.actions.get(id_ or UUID(int=0))
        if action and self._ask(who, lambda: action.verify("Seen.", by_owner=by_owner)):
            assert not by_owner
            assert self.implementers[action.id] != who.actor
            self._ask(who, lambda: self.plan.note_verified(action.id))
            self._keep(action, self.plan)

    @rule(id_=kept, because=reasons)
    def withdraw(self, id_: UUID | None, because: str) -> None:
        action = self.actions.get(id_ or UUID(int=0))
        if action and self._ask(PEOPLE[0], lambda: action.withdraw(because)):
            self._ask(PEOPLE[0], lambda: self.plan.note_withdrawn(action.id))
            self._keep(action, self.plan)

    @invariant()
    def every_history_replays_to_the_same_state(self) -> None:
        for aggregate in [*([self.plan] if self.events else []), *self.actions.values()]:
            again: Any = None
            for event in self.events[aggregate.id]:
                again = event.mutate(again)
            assert _state(again) == _state(aggregate)

    @invariant()
    def an_action_is_overdue_at_most_once_for_each_due_date(self) -> None:
        for id_ in self.actions:
            late = [event.due for event in self.events[id_] if isinstance(event, Action.Overdue)]
            assert len(late) == len(set(late))

    @invariant()
    def a_finished_plan_has_nothing_left_to_see(self) -> None:
        if self.events and self.plan.finished:
            states = {each.state for each in self.actions.values()}
            assert State.VERIFIED in states
            assert states <= {State.VERIFIED, State.WITHDRAWN}


def _state(aggregate: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(aggregate).items() if not isinstance(value, datetime)} | {
        "pending_events": None,
        "_pending_events": None,
    }


TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
