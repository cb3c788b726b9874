"""Whatever is gathered for a review and put to it, in whatever order, each history tells the same record again."""

from __future__ import annotations

import inspect
import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.deciding import Act, deciding
from libs.domain import Aggregate, Refused
from services.review.domain import Access, Material, Review, Sample, Scrutiny
from services.review.domain.gaps import gaps
from services.review.domain.sample import Query
from tests.given import NOW, PLACE

PEOPLE = st.sampled_from([Act("person:ann", "registered_manager"), Act("person:bo", "deputy_manager")])
WORDS = st.sampled_from(["", "It was dark.", "Two were off sick."])
POSTS = st.sampled_from(["elm.nurse", "elm.cook", "elm.deputy_manager"])
DAYS = st.sampled_from([date(2026, 2, 1), date(2026, 3, 2), date(2027, 1, 1)])
CASES = [uuid5(UUID(int=0), str(n)) for n in range(6)]
QUERY = Query(date(2026, 2, 1), date(2026, 2, 28), ("elm",))


class Beside(RuleBasedStateMachine):
    """Material, scrutiny, sample and access of one review, asked for anything at all."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.histories: dict[type[Aggregate], list[Any]] = {}
        self.records: dict[type[Aggregate], Any] = {}
        for kind in (Material, Scrutiny, Sample, Access):
            with deciding(Act("policy:review", "system"), self.now):
                self.records[kind] = kind(**PLACE)
            self.histories[kind] = list(self.records[kind].collect_events())

    def ask(self, kind: type[Aggregate], who: Act, what: str, *args: Any) -> bool:
        """Whether it was done; what is refused leaves no trace."""
        self.now += timedelta(minutes=1)
        with deciding(who, self.now), suppress(Refused):
            getattr(self.records[kind], what)(*args)
        new = self.records[kind].collect_events()
        self.histories[kind] += new
        return bool(new)

    def some(self, among: Any, pick: int) -> UUID:
        known: list[UUID] = [*among, uuid5(UUID(int=0), "nowhere")]
        return known[pick % len(known)]

    @rule(who=PEOPLE, post=POSTS, words=WORDS, what=st.sampled_from(["invite", "record_contribution"]))
    def take_part(self, who: Act, post: str, words: str, what: str) -> None:
        self.ask(Material, who, what, post)
        self.ask(Material, who, "record_could_not", post, words)
        self.ask(Material, who, "ask_specialist", words, words)

    @rule(who=PEOPLE, posts=st.lists(POSTS, max_size=2), day=DAYS)
    def meet(self, who: Act, posts: list[str], day: date) -> None:
        if self.ask(Material, who, "hold_session", "swarm", day, posts):
            assert day <= self.now.date()
            assert all(self.records[Material].participants[post] == "contributed" for post in posts)

    @rule(who=PEOPLE, words=WORDS, day=DAYS, source=st.sampled_from(["audit", "feedback"]), pick=st.integers(0, 5))
    def see(self, who: Act, words: str, day: date, source: str, pick: int) -> None:
        self.ask(Material, who, "add_evidence", source, day, words)
        self.ask(Material, who, "add_timeline_entry", datetime.combine(day, time(9), UTC), source, words)
        self.ask(Material, who, "make_finding", words, [self.some(self.records[Material].evidence, pick)])
        self.ask(Material, who, "withdraw_finding", self.some(self.records[Material].findings, pick), words)

    @rule(who=PEOPLE, words=WORDS, pick=st.integers(0, 5))
    def challenge(self, who: Act, words: str, pick: int) -> None:
        self.ask(Scrutiny, who, "challenge", words)
        challenges = dict(self.records[Scrutiny].challenges)
        which = self.some(challenges, pick)
        if self.ask(Scrutiny, who, "answer_challenge", which, words):
            assert challenges[which].actor != who.actor

    @rule(who=PEOPLE, words=WORDS, pick=st.integers(0, 3), decision=st.sampled_from(["accepted", "not_accepted"]))
    def advise(self, who: Act, words: str, pick: int, decision: str) -> None:
        self.ask(Scrutiny, who, "receive_advice", CASES[pick], "finding", "police", words)
        self.ask(Scrutiny, who, "decide", self.some(self.records[Scrutiny].advice, pick), decision, words)

    @rule(who=PEOPLE)
    def pass_on(self, who: Act) -> None:
        if self.ask(Scrutiny, who, "pass_on"):
            assert all(each.answered for each in self.records[Scrutiny].challenges.values())
            assert not self.records[Scrutiny].undecided

    @rule(who=PEOPLE, size=st.integers(0, 4), many=st.integers(0, 6), words=WORDS)
    def draw(self, who: Act, size: int, many: int, words: str) -> None:
        stood = list(self.records[Sample].cases)
        if self.ask(Sample, who, "draw", QUERY, CASES[:many], size, words):
            assert words or not stood, "nobody draws again without a reason"

    @rule(who=PEOPLE, pick=st.integers(0, 6), words=WORDS, what=st.sampled_from(["read_case", "leave_out"]))
    def read(self, who: Act, pick: int, words: str, what: str) -> None:
        self.ask(Sample, who, what, self.some(self.records[Sample].cases, pick), words)

    @rule(who=PEOPLE, subject=st.sampled_from(["7d1f", "90ab"]), what=st.sampled_from(["bar", "lift_bar"]))
    def shut(self, who: Act, subject: str, what: str) -> None:
        self.ask(Access, who, what, subject)
        assert (subject in self.records[Access].barred) is (what == "bar")

    @invariant()
    def each_history_tells_the_same_record(self) -> None:
        for kind, history in self.histories.items():
            again: Any = None
            for event in history:
                again = event.mutate(again)
            assert vars(again) == vars(self.records[kind])

    @invariant()
    def what_is_missing_can_always_be_said(self) -> None:
        assert gaps(self.records[Material], "multidisciplinary") is not None

    @invariant()
    def findings_rest_on_evidence_and_what_is_settled_was_drawn(self) -> None:
        material, sample = self.records[Material], self.records[Sample]
        assert all(set(basis) <= material.evidence.keys() for basis in material.findings.values())
        assert sample.settled <= set(sample.cases)


TestBeside = Beside.TestCase
TestBeside.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)


def test_every_command_of_a_review_and_of_what_stands_beside_it_is_asked_in_some_order() -> None:
    machines = Path(__file__).read_text() + Path(__file__).with_name("test_any_order.py").read_text()
    asked = {name for both in re.findall(r"\"([a-z_]+)\"|\.([a-z_]+)\(", machines) for name in both}
    for kind in (Review, Material, Scrutiny, Sample, Access):
        commands = {
            name
            for ours in kind.__mro__
            for name, member in vars(ours).items()
            if ours.__module__.startswith("services.") and not name.startswith("_")
            if inspect.isfunction(member) and "trigger_event" in inspect.getsource(member)
        }
        assert commands <= asked, (kind.__name__, commands - asked)
