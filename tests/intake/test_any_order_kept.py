"""What outside systems send, totals, files, holds, erasures and disposals: asked in whatever order, what must hold holds."""

from __future__ import annotations

import inspect
import re
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.deciding import Act, deciding
from libs.domain import Aggregate
from services.intake.application import Intake
from services.intake.domain import (
    Disposal,
    Erasure,
    ExternalMessage,
    ExternalSource,
    ImportBatch,
    LegalHold,
    RegulatorCount,
)
from services.intake.domain.disposal import Ended, next_look
from services.intake.domain.erasure import Weighed
from tests.given import JOURNEY, NOW, PLACE, SOMEONE, led_here
from tests.intake.asked import asked

WORDS = st.sampled_from(["", " ", "It was asked for."])
DAYS = st.integers(-3, 40).map(lambda n: NOW.date() + timedelta(days=n))
KEYS = st.integers(1, 3).map(lambda n: UUID(int=n))
PEOPLE = st.sampled_from([SOMEONE, Act("person:other", "nominated_individual", rationale="because it was weighed")])
ROWS = 6


class Kept(RuleBasedStateMachine):
    """The records that stand beside no opportunity, or outlive it."""

    def __init__(self) -> None:
        super().__init__()
        with deciding(SOMEONE, NOW):
            self.message = ExternalMessage(**PLACE, source="careplan", message_id="7")
            self.source = ExternalSource(**PLACE, source="careplan")
            self.total = RegulatorCount(**PLACE, count_kind="complaint_upheld", financial_year="2025-26")
            self.batch = ImportBatch(**PLACE, file_digest="ab", mapping="sites/1", rows=ROWS)
            self.hold = LegalHold(**PLACE)
            self.disposal = Disposal(**PLACE, next_on=next_look(NOW.date()))
            self.erasure = Erasure.ask(
                provider="acme", site="elm", identity=JOURNEY, journeys=[JOURNEY], asked_by="person",
                ground="consent_withdrawn", employment=False, reason="They asked.", received_on=NOW.date(),
                answer_by=NOW.date(),
            )  # fmt: skip

    ask = staticmethod(asked)

    @property
    def all(self) -> list[Aggregate]:
        return [self.message, self.source, self.total, self.batch, self.hold, self.disposal, self.erasure]

    @rule(digest=st.sampled_from(["aa", "bb"]), reason=st.sampled_from(["unknown-site", "not-json"]))
    def keep_apart(self, digest: str, reason: str) -> None:
        self.ask(lambda: self.message.quarantine(digest, reason, "It cannot be taken.", headers="{}", payload="e30="))

    @rule(how=st.sampled_from(["accept", "repeat", "overtaken"]), digest=st.sampled_from(["aa", "bb"]))
    def take(self, how: str, digest: str) -> None:
        if how == "accept":
            self.ask(lambda: self.message.accept(digest, JOURNEY, "K7M4-2QXB"))
        else:
            self.ask(lambda: getattr(self.message, how)(digest, "It is known."))
        assert how == "repeat" or self.message.outcome != "quarantined", "what could be read waits for nobody"

    @rule(why=WORDS, time_is_over=st.booleans())
    def let_go(self, why: str, *, time_is_over: bool) -> None:
        self.ask(self.message.expire if time_is_over else lambda: self.message.set_aside(why))

    @rule(part=st.sampled_from(["site", "shoe"]), ours=st.sampled_from(["elm", "oak"]))
    def explain(self, part: str, ours: str) -> None:
        self.ask(lambda: self.source.map_code(part, "ELM-1", ours))
        assert self.source.ours("site", "OAK-1") == "OAK-1"

    @rule(total=st.integers(-1, 4), day=DAYS)
    def count(self, total: int, day: date) -> None:
        self.ask(lambda: self.total.restate(total, day))

    @rule(upto=st.integers(0, ROWS + 1), refused=st.integers(0, 2), miscounted=st.booleans())
    def bring_in(self, upto: int, refused: int, *, miscounted: bool) -> None:
        taken = upto - self.batch.rows_done - refused + miscounted
        self.ask(lambda: self.batch.take_rows(upto, taken, 0, list(range(refused))))

    @rule()
    def come_to_the_end(self) -> None:
        self.ask(self.batch.end)

    @rule(why=WORDS, day=DAYS, stands=st.booleans())
    def hold_back(self, why: str, day: date, *, stands: bool) -> None:
        self.ask(lambda: self.hold.place(why, day) if stands else self.hold.lift(why))

    @rule(who=PEOPLE, why=WORDS, held=st.booleans(), rules=st.booleans(), overruling=st.booleans())
    def decide(self, who: Act, why: str, *, held: bool, rules: bool, overruling: bool) -> None:
        before = self.erasure.state
        weighed = Weighed((JOURNEY,), (JOURNEY,) if held else (), ("keep-8-years",) if rules else ())
        self.ask(lambda: self.erasure.approve(why, weighed, overruling=overruling), who)
        if (before, self.erasure.state) == ("asked", "approved"):
            assert who is not SOMEONE
            assert not held
            assert overruling or not rules

    @rule(who=PEOPLE, why=WORDS)
    def say_no(self, who: Act, why: str) -> None:
        self.ask(lambda: self.erasure.decline(why), who)

    @rule(files=st.integers(0, 2))
    def destroyed(self, files: int) -> None:
        self.ask(lambda: self.erasure.certify(files))

    @rule(keys=st.lists(KEYS, max_size=3, unique=True))
    def a_month_begins(self, keys: list[UUID]) -> None:
        ended = [Ended(key, [JOURNEY], ["keep-8-years"], NOW.date()) for key in keys]
        self.ask(lambda: self.disposal.look(ended))

    @rule(key=KEYS, why=WORDS, until=DAYS, stays=st.booleans())
    def dispose(self, key: UUID, why: str, until: date, *, stays: bool) -> None:
        if stays:
            self.ask(lambda: self.disposal.keep_longer(key, until, why))
        else:
            self.ask(lambda: self.disposal.give_to_erase(key, UUID(int=9), why))

    @invariant()
    def every_history_leads_to_where_it_stands(self) -> None:
        for aggregate in self.all:
            led_here(aggregate)

    @invariant()
    def what_is_taken_back_was_counted_before(self) -> None:
        said = [each for each in self.total.pending_events if isinstance(each, RegulatorCount.Restated)]
        assert sum(each.delta for each in said) == self.total.running_total >= 0

    @invariant()
    def no_row_counts_twice_and_none_is_lost(self) -> None:
        assert self.batch.accepted + self.batch.repeated + len(self.batch.refused) == self.batch.rows_done <= ROWS
        assert not self.batch.ended or self.batch.rows_done == ROWS

    @invariant()
    def nobody_is_asked_about_what_was_given_to_erase(self) -> None:
        assert self.disposal.given.isdisjoint(self.disposal.proposed)

    @invariant()
    def what_is_gone_is_not_kept(self) -> None:
        assert self.message.outcome != "expired" or not self.message.payload


TestWhateverIsAskedOfWhatIsKept = Kept.TestCase
TestWhateverIsAskedOfWhatIsKept.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_every_command_of_intake_is_asked_in_some_order() -> None:
    here = Path(__file__)
    machines = "".join(here.with_name(f"test_any_{each}.py").read_text() for each in ("history", "order", "order_kept"))
    asked = {name for both in re.findall(r"\"([a-z_]+)\"|\.([a-z_]+)\b", machines) for name in both}
    for kind in Intake.aggregates:
        if not kind.__module__.startswith("services.intake"):  # every room has these, and libs' own tests ask them
            continue
        commands = {
            name
            for name, member in vars(kind).items()
            if not name.startswith("_")
            if inspect.isfunction(member) and "trigger_event" in inspect.getsource(member)
        }
        assert commands <= asked, (kind.__name__, commands - asked)
