"""Whatever is asked of an opportunity in whatever order, what must hold holds, and its history can be replayed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.deciding import deciding
from services.intake.domain import Opportunity
from tests.given import JOURNEY, NOW, PLACE, SOMEONE
from tests.intake.asked import asked
from tests.intake.happened import WHY, decide, raised, ruled


class Opportunities(RuleBasedStateMachine):
    """Whatever is asked in whatever order, some things never come to pass."""

    def __init__(self) -> None:
        super().__init__()
        with deciding(SOMEONE, NOW):
            self.it = Opportunity(**PLACE, **raised("professional_update")[1])
        self.said: list[Any] = list(self.it.pending_events)

    def ask(self, decide: Any) -> None:
        asked(lambda: decide(self.it))
        self.said = list(self.it.pending_events)

    @rule(words=st.sampled_from(["", "The floor was dried."]))
    def safety(self, words: str) -> None:
        self.ask(lambda it: it.confirm_safety(words))

    @rule(response=st.sampled_from(["none", "swarm"]), why=st.sampled_from(["", WHY]))
    def weigh(self, response: str, why: str) -> None:
        self.ask(lambda it: it.triage(response=response, weighed=[], facts={}, rationale=why, themes=[]))

    @rule(agreed=st.booleans(), proposed=st.booleans(), reason=st.sampled_from(["", "It was weighed up."]))
    def weigh_a_rule(self, *, agreed: bool, proposed: bool, reason: str) -> None:
        self.ask(lambda it: decide(it, ruled(agreed=agreed, proposed=proposed), candour=reason))

    @rule(decision=st.sampled_from(["pending", "no_further_action"]))
    def hear_from_others(self, decision: str) -> None:
        self.ask(lambda it: it.refer("local_authority", "LA-7"))
        self.ask(lambda it: it.receive_decision("local_authority", decision, ""))

    @rule(kind=st.sampled_from(["near_miss", "professional_update", "compliment"]))
    def reclassify(self, kind: str) -> None:
        self.ask(lambda it: it.reclassify(kind, [], WHY))

    @rule()
    def close(self) -> None:
        self.ask(lambda it: it.close_without_review(WHY))

    @rule(step=st.sampled_from(["action_update", "communicate_update"]))
    def step(self, step: str) -> None:
        self.ask(lambda it: getattr(it, step)())

    @rule()
    def review(self) -> None:
        self.ask(lambda it: it.review_update("Half the dose."))

    @rule(words=st.sampled_from(["One.", "Two."]), hours=st.integers(-3, 3))
    def say_anew(self, words: str, hours: int) -> None:
        self.ask(lambda it: it.say_anew(kind=it.kind, summary=words, said_at=NOW + timedelta(hours=hours)))

    @invariant()
    def nothing_is_weighed_or_closed_before_it_is_safe(self) -> None:
        safe, kind = False, "professional_update"
        for each in self.said:
            safe = safe or isinstance(each, Opportunity.ImmediateSafetyConfirmed)
            kind = each.kind if isinstance(each, Opportunity.Reclassified) else kind
            if isinstance(each, Opportunity.Triaged | Opportunity.ClosedWithoutReview):
                assert safe or kind == "compliment"

    @invariant()
    def nobody_went_another_way_without_saying_why(self) -> None:
        said = [each for each in self.said if isinstance(each, Opportunity.ProposalOverruled)]
        own = [
            rule
            for each in self.said
            if isinstance(each, Opportunity.Triaged)
            for rule in each.weighed
            if rule.is_own_way
        ]
        assert len(said) == len(own)
        assert all(each.reason.strip() for each in said)

    @invariant()
    def it_is_weighed_once_between_reclassifications(self) -> None:
        weighed = 0
        for each in self.said:
            weighed = 0 if isinstance(each, Opportunity.Reclassified) else weighed
            weighed += isinstance(each, Opportunity.Triaged)
            assert weighed <= 1

    @invariant()
    def steps_are_recorded_once_and_reading_comes_first(self) -> None:
        steps = [type(each).__name__ for each in self.said if type(each).__name__.startswith("Update")]
        assert len(steps) == len(set(steps))
        assert not steps or steps[0] == "UpdateReviewed"

    @invariant()
    def what_the_source_said_never_goes_back_in_time(self) -> None:
        times = [each.said_at for each in self.said if isinstance(each, Opportunity.Corrected) and each.said_at]
        assert times == sorted(times)

    @invariant()
    def its_history_leads_to_where_it_stands(self) -> None:
        again: Any = None
        for each in self.said:
            again = each.mutate(again)
        assert vars(again) | {"_pending_events": ()} == vars(self.it) | {"_pending_events": ()}
        assert again.journey == JOURNEY


TestWhateverIsAsked = Opportunities.TestCase
TestWhateverIsAsked.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
