"""Whatever is asked of the records beside an opportunity in whatever order, what must hold holds and history replays."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.deciding import deciding
from libs.domain import Aggregate
from services.intake.domain import BlindSample, Evidence, Link, OutsideFindings, Pattern, StaffAllegation, Talk
from services.intake.domain.evidence import File
from tests.given import NOW, PLACE, SOMEONE, led_here
from tests.intake.asked import asked

WORDS = st.sampled_from(["", " ", "It was seen.", "It was heard."])
WHO = st.sampled_from(["ann", "bo", "cy"])
NUMBERS = st.integers(0, 3).map(lambda n: UUID(int=n))
DAYS = st.integers(-3, 3).map(lambda n: NOW.date() + timedelta(days=n))
BEGUN = date(2026, 1, 1)


class Beside(RuleBasedStateMachine):
    """All the records of one journey."""

    def __init__(self) -> None:
        super().__init__()
        with deciding(SOMEONE, NOW):
            self.allegation = StaffAllegation(**PLACE)
            self.findings = OutsideFindings(**PLACE)
            self.evidence = Evidence(**PLACE)
            self.pattern = Pattern(**PLACE, rule_id="boundaries", shared="site", value="elm")
            self.talk = Talk(**PLACE)
            self.link = Link.between(**{k: v for k, v in PLACE.items() if k != "about"}, other=UUID(int=7))
            self.sample = BlindSample(
                **PLACE, sites=["elm"], since=BEGUN, until=NOW.date(), seed=7, population=4,
                chosen=[UUID(int=0), UUID(int=1)], first_weighers={str(UUID(int=0)): "ann", str(UUID(int=1)): "bo"},
            )  # fmt: skip

    ask = staticmethod(asked)

    @property
    def all(self) -> list[Aggregate]:
        return [self.allegation, self.findings, self.evidence, self.pattern, self.sample, self.talk, self.link]

    @rule(who=WHO, name=WORDS)
    def name(self, who: str, name: str) -> None:
        self.ask(lambda: self.allegation.name_subject(who, who, name))

    @rule(who=WHO, why=WORDS)
    def strike_out(self, who: str, why: str) -> None:
        self.ask(lambda: self.allegation.strike_out(who, why))

    @rule(day=DAYS)
    def step(self, day: date) -> None:
        self.ask(lambda: self.allegation.take_step("heard", day, ""))

    @rule(why=WORDS)
    def conclude(self, why: str) -> None:
        self.ask(lambda: self.allegation.conclude("unfounded", why))

    @rule(words=WORDS)
    def find(self, words: str) -> None:
        self.ask(lambda: self.findings.receive_findings("police", "", None, words))

    @rule(words=WORDS, place=NUMBERS)
    def recommend(self, words: str, place: UUID) -> None:
        known = [*self.findings.findings, place]
        self.ask(lambda: self.findings.receive_recommendation("police", words, None, known[place.int % len(known)]))

    @rule(which=st.sampled_from(["aa", "bb"]), day=DAYS)
    def attach(self, which: str, day: date) -> None:
        self.ask(lambda: self.evidence.attach(File(which * 32, "application/pdf", 9), day, "Body map"))

    @rule(evidence=st.lists(NUMBERS, max_size=3), why=WORDS, is_one=st.booleans())
    def decide(self, evidence: list[UUID], why: str, *, is_one: bool) -> None:
        if is_one:
            self.ask(lambda: self.pattern.recognise("Boundaries", "pack/1", evidence, why))
        else:
            self.ask(lambda: self.pattern.set_aside("pack/1", evidence, why))

    @rule(which=NUMBERS, who=WHO, why=WORDS)
    def weigh_again(self, which: UUID, who: str, why: str) -> None:
        self.ask(lambda: self.sample.weigh_again(which, who, "swarm", [], {}, why))

    @rule(words=WORDS, which=NUMBERS, how=st.sampled_from(["ask", "answer", "read"]))
    def talk_back(self, words: str, which: UUID, how: str) -> None:
        known = [*self.talk.open, None, which]
        if how == "read":
            self.ask(self.talk.read_answers)
        elif how == "ask":
            self.ask(lambda: self.talk.ask(words))
        else:
            self.ask(lambda: self.talk.answer(words, known[which.int % len(known)]))

    @rule(how=st.sampled_from(["same_person", "duplicate"]), why=WORDS, is_one=st.booleans())
    def join(self, how: str, why: str, *, is_one: bool) -> None:
        self.ask(lambda: (self.link.make if is_one else self.link.undo)(how, why))

    @invariant()
    def nothing_that_was_said_is_lost_and_no_question_is_answered_twice(self) -> None:
        answered = [each.answers for each in self.talk.said if each.answers]
        assert len(answered) == len(set(answered))
        assert len(self.talk.said) == sum(isinstance(e, Talk.Asked | Talk.Answered) for e in self.talk.pending_events)

    @invariant()
    def every_history_leads_to_where_it_stands(self) -> None:
        for aggregate in self.all:
            led_here(aggregate)

    @invariant()
    def nothing_is_of_a_day_to_come(self) -> None:
        assert all(day <= NOW.date() for _, day, _ in self.allegation.steps)
        assert all(file.evidence_date <= NOW.date() for file in self.evidence.files.values())

    @invariant()
    def nobody_weighs_their_own_again(self) -> None:
        for which, second in self.sample.second.items():
            assert self.sample.first_weighers[str(which)] != second.weigher

    @invariant()
    def each_pattern_that_was_recognised_began_one_journey(self) -> None:
        assert len(set(self.pattern.opportunities)) == len(self.pattern.opportunities)


TestWhateverIsAskedBeside = Beside.TestCase
TestWhateverIsAskedBeside.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
