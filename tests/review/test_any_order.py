"""Whatever is asked of a review, in whatever order, its history tells the same review again."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from hypothesis import event as note
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from libs.deciding import Act, deciding
from libs.domain import Refused
from services.review.domain import Review
from services.review.domain.values import Reply, lead_of, only_about_people
from tests.given import NOW, PLACE
from tests.review.history import QUESTIONS

PEOPLE = st.sampled_from(
    [
        Act("person:ann", "registered_manager"),
        Act("person:bo", "deputy_manager"),
        Act("person:cy", "care_worker"),
    ]
)
WORDS = st.sampled_from(["", "It was dark.", "Two were off sick.", "Mrs Okafor slipped."])
CATEGORIES = st.sampled_from(["training", "layout", "policy", "staff_judgement"])


class AnyOrder(RuleBasedStateMachine):
    """People ask for anything at all; what is refused leaves no trace."""

    def __init__(self) -> None:
        super().__init__()
        self.history: list[Any] = []
        self.now = NOW

    @initialize()
    def open(self) -> None:
        with deciding(Act("policy:review", "system"), self.now):
            self.review = Review(
                **PLACE,
                kind="near_miss",
                response="swarm",
                lead_role=lead_of("swarm"),
                themes=[],
                rules="england/1",
                template="five/1",
                questions=QUESTIONS,
                signers=(),
            )
        self.history += self.review.collect_events()

    def ask(self, who: Act, what: str, *args: Any) -> None:
        self.now += timedelta(minutes=1)
        with deciding(who, self.now), suppress(Refused):
            getattr(self.review, what)(*args)
        self.history += self.review.collect_events()

    def some(self, among: Any, pick: int) -> UUID:
        """One of those that stand, or one that never did."""
        known: list[UUID] = [*among, uuid5(UUID(int=0), "nowhere")]
        return known[pick % len(known)]

    @rule(
        who=PEOPLE,
        question=st.sampled_from([*QUESTIONS, "nonsense"]),
        words=WORDS,
        seen=st.integers(0, 3),
        own=st.booleans(),
    )
    def answer(self, who: Act, question: str, words: str, seen: int, own: bool) -> None:
        before = {voice: dict(said) for voice, said in self.review.answers.own.items() if voice != who.actor}
        self.ask(who, "answer", QUESTIONS.get(question, 1), [Reply(question, words, seen, own)])
        now = {voice: said for voice, said in self.review.answers.own.items() if voice != who.actor}
        assert now == before, "nobody answers for another"

    @rule(who=PEOPLE, step=st.integers(0, 6), words=WORDS)
    def add_question(self, who: Act, step: int, words: str) -> None:
        self.ask(who, "add_question", step, words)

    @rule(who=PEOPLE, what=st.sampled_from(["state_learning", "give_example"]), words=WORDS, seen=st.integers(0, 3))
    def share(self, who: Act, what: str, words: str, seen: int) -> None:
        section = "learning" if what == "state_learning" else "example"
        stood = self.review.shared.get(section)
        self.ask(who, what, words, (), seen)
        stands = self.review.shared.get(section)
        assert stands == stood or stood is None or stood.number == seen, "no text is written over unseen"

    @rule(who=PEOPLE)
    def answer_every_step(self, who: Act) -> None:
        for question, step in QUESTIONS.items():
            number = self.review.answers.number(question)
            self.ask(who, "answer", step, [Reply(question, f"By {who.actor}.", number)])

    @rule(who=PEOPLE, step=st.integers(0, 6), words=WORDS)
    def pass_over(self, who: Act, step: int, words: str) -> None:
        self.ask(who, "pass_over", step, words)

    @rule(who=PEOPLE, category=CATEGORIES, words=WORDS, pick=st.integers(0, 5), stands_alone=st.booleans())
    def identify(self, who: Act, category: str, words: str, pick: int, stands_alone: bool) -> None:
        behind = None if stands_alone else self.some(self.review.factors, pick)
        self.ask(who, "identify_factor", category, words, behind)

    @rule(who=PEOPLE, words=WORDS, pick=st.integers(0, 5))
    def withdraw(self, who: Act, words: str, pick: int) -> None:
        self.ask(who, "withdraw_factor", self.some(self.review.factors, pick), words)

    @rule(
        who=PEOPLE,
        what=st.sampled_from(["find_no_factor", "question_system", "recommend", "reopen"]),
        words=WORDS,
    )
    def say(self, who: Act, what: str, words: str) -> None:
        self.ask(who, what, words)

    @rule(who=PEOPLE, words=WORDS, pick=st.integers(0, 5))
    def withdraw_recommendation(self, who: Act, words: str, pick: int) -> None:
        self.ask(who, "withdraw_recommendation", self.some(self.review.recommendations, pick), words)

    @rule(who=PEOPLE, category=CATEGORIES, system=st.booleans())
    def understand_it_all(self, who: Act, category: str, system: bool) -> None:
        self.answer_every_step(who)
        self.ask(who, "identify_factor", category, "It was dark.")
        if system:
            self.ask(who, "question_system", "The rota.")
        stands = self.review.shared.get("learning")
        self.ask(who, "state_learning", f"Said by {who.role}.", (), stands.number if stands else 0)

    @rule(who=PEOPLE, response=st.sampled_from(["none", "swarm", "thematic"]))
    def weigh_anew(self, who: Act, response: str) -> None:
        self.ask(who, "weigh_anew", "near_miss", response, [])

    @rule(who=PEOPLE, challenged=st.booleans())
    def sign_off(self, who: Act, challenged: bool) -> None:
        before = len(self.history)
        with deciding(who, self.now), suppress(Refused):
            self.review.sign_off(challenged=challenged)
        self.history += self.review.collect_events()
        note("signed off" if len(self.history) > before else "not signed off")
        if len(self.history) > before:
            self.holds_what_a_sign_off_promises(who, challenged)

    def holds_what_a_sign_off_promises(self, who: Act, challenged: bool) -> None:
        review = self.review
        assert who.role in review.signers
        assert challenged or not only_about_people(review.factors.values())
        assert review.author not in {"", who.actor}
        assert not review.answers.steps_left
        assert review.factors or review.without_factor
        assert review.system_questioned or not only_about_people(review.factors.values())
        assert "Okafor" not in review.learning + "".join(review.recommendations.values())

    @invariant()
    def the_history_tells_the_same_review(self) -> None:
        again: Any = None
        for event in self.history:
            again = event.mutate(again)
        if again is not None:
            assert vars(again) == vars(self.review)

    @invariant()
    def it_waits_for_a_sign_off_only_while_it_can_have_one(self) -> None:
        if self.history and self.review.awaited:
            assert not self.review.answers.steps_left
            assert not self.review.signed_off
            assert not self.review.set_aside
            assert self.review.learning

    @invariant()
    def no_why_hangs_in_the_air(self) -> None:
        if self.history:
            factors = self.review.factors
            assert all(each.behind is None or each.behind in factors for each in factors.values())

    @invariant()
    def a_review_is_never_signed_off_and_set_aside(self) -> None:
        if self.history:
            assert not (self.review.signed_off and self.review.set_aside)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
