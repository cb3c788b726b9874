"""An audit looks at a sample that nobody chose, counts what applies, and turns what is amiss into findings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from libs.deciding import Act, deciding
from libs.domain import Refused
from libs.vigilance import AuditTool
from services.assurance.domain import refusals
from services.assurance.domain.audit_round import AuditRound
from services.assurance.domain.sampling import claim_words, drawn, seed_of
from tests.assurance.told import month
from tests.given import NOW
from tests.house import rules

TOOL = next(AuditTool.model_validate(each) for each in rules()["audit_tools"] if each["id"] == "early-signs")
CHECKS = [each.id for each in TOOL.checks]
ANN, BO, CY = (Act(f"person:{name}", "registered_manager") for name in ("ann", "bo", "cy"))
ALL_WELL = dict.fromkeys(CHECKS, "yes")


def opened(many: int = 12, period: date = date(2026, 2, 1)) -> AuditRound:
    """A round over so many cases."""
    with deciding(ANN, NOW):
        return AuditRound.draw("acme", "elm", TOOL, "1", period, {f"R-{n:03}": UUID(int=n) for n in range(1, many + 1)})


def asked(found: AuditRound, who: Act, ask: Callable[[], None]) -> list[Any]:
    """What is new after someone asks for something."""
    list(found.collect_events())
    with deciding(who, NOW):
        ask()
    return list(found.collect_events())


def looked(found: AuditRound, who: Act, reference: str, **amiss: str) -> list[Any]:
    answers = ALL_WELL | {name.replace("_", "-"): said for name, said in amiss.items()}
    return asked(found, who, lambda: found.look_at(reference, answers, ""))


def all_looked_at(found: AuditRound, **amiss: str) -> None:
    for reference, each in found.sample.items():
        looked(found, ANN, reference, **amiss)
        if each.twice:
            looked(found, BO, reference, **amiss)


def refused(found: AuditRound, who: Act, rule: type[Refused], ask: Callable[[], None]) -> None:
    with pytest.raises(rule) as said:
        asked(found, who, ask)
    assert str(said.value)


def test_a_sample_is_drawn_by_a_seed_that_anyone_can_work_out_again() -> None:
    found, again = opened(80), opened(80)
    assert list(found.sample) == list(again.sample)
    assert len(found.sample) == TOOL.sample
    event: Any = next(iter(found.collect_events()))
    population = sorted(f"R-{n:03}" for n in range(1, 81))
    assert event.seed == seed_of("early-signs/2026.1", "elm", "2026-02", population)
    assert drawn(population, event.seed, 30) == list(found.sample)
    assert list(opened(81).sample) != list(found.sample)


@settings(max_examples=30)
@for_all(
    some.sets(some.text(min_size=1, max_size=8), min_size=1, max_size=60), some.text(max_size=5), some.integers(1, 80)
)
def test_what_is_drawn_is_of_the_population_each_once_whatever_its_order(
    population: set[str], seed: str, size: int
) -> None:
    sample = drawn(population, seed, size)
    assert set(sample) <= population
    assert len(sample) == len(set(sample)) == min(size, len(population))
    assert drawn(sorted(population, reverse=True), seed, size) == sample


def test_each_of_the_population_is_drawn_about_as_often() -> None:
    many = [f"R-{n}" for n in range(20)]
    times = dict.fromkeys(many, 0)
    for seed in range(2000):
        for each in drawn(many, str(seed), 5):
            times[each] += 1
    assert all(420 < each < 580 for each in times.values())


def test_nothing_is_drawn_from_nothing_or_from_the_future() -> None:
    with pytest.raises(refusals.NothingToSample):
        opened(0)
    with pytest.raises(refusals.MonthToCome):
        opened(3, month(4))


def test_every_check_is_answered() -> None:
    found = opened()
    reference = next(iter(found.sample))
    refused(found, ANN, refusals.AnswerEveryCheck, lambda: found.look_at(reference, {CHECKS[0]: "yes"}, ""))
    refused(found, ANN, refusals.AnswerEveryCheck, lambda: found.look_at(reference, ALL_WELL | {CHECKS[0]: "so"}, ""))
    refused(found, ANN, refusals.NotInTheSample, lambda: found.look_at("R-999", ALL_WELL, ""))


def test_the_second_look_is_someone_elses() -> None:
    found = opened()
    twice = next(each.reference for each in found.sample.values() if each.twice)
    once = next(each.reference for each in found.sample.values() if not each.twice)
    assert [each.second for each in looked(found, ANN, twice)] == [False]
    assert [each.second for each in looked(found, ANN, twice, note_is_clear="no")] == [False]
    assert [each.second for each in looked(found, BO, twice)] == [True]
    refused(found, CY, refusals.SecondLookByAnother, lambda: found.look_at(twice, ALL_WELL, ""))
    looked(found, ANN, once)
    refused(found, BO, refusals.NotRatedTwice, lambda: found.look_at(once, ALL_WELL, ""))


def test_a_round_is_closed_when_all_was_looked_at_and_then_stays() -> None:
    found = opened()
    refused(found, ANN, refusals.StillToLookAt, found.close)
    all_looked_at(found)
    (closed,) = asked(found, ANN, found.close)
    assert [(each.kept, each.of) for each in closed.figures] == [(12, 12)] * len(CHECKS)
    assert closed.figures[0].claim == "All there are were looked at, and all are as they should be."
    assert closed.kappa is None
    refused(found, ANN, refusals.RoundIsClosed, found.close)
    refused(found, ANN, refusals.RoundIsClosed, lambda: found.look_at("R-001", ALL_WELL, ""))


def test_what_does_not_apply_is_in_neither_figure() -> None:
    found = opened()
    all_looked_at(found, supervision_followed="not_applicable", note_is_clear="no")
    *findings, closed = asked(found, ANN, found.close)
    counted = {each.check_id: (each.kept, each.of, each.not_applicable) for each in closed.figures}
    assert (counted["supervision-followed"], counted["note-is-clear"]) == ((0, 0, 12), (0, 12, 0))
    assert [(each.check_id, each.exceptions, each.of, each.themes) for each in findings] == [
        ("note-is-clear", 12, 12, ["recording"])
    ]
    assert len(findings[0].journeys) == 12


def test_how_far_two_people_see_the_same_is_told() -> None:
    found = opened()
    all_looked_at(found)
    twice = [each.reference for each in found.sample.values() if each.twice]
    looked(found, ANN, twice[0], note_is_clear="no", passed_on_in_time="no")
    looked(found, BO, twice[0], note_is_clear="no")
    *_, closed = asked(found, ANN, found.close)
    assert 0.5 < closed.kappa < 1


def test_a_claim_says_what_a_sample_shows_of_the_whole_and_what_would_show_more() -> None:
    assert claim_words(30, 30, 100) == (
        "30 of 30 without exception show with 95 % confidence that at least 92 % of all 100 are;"
        " 39 of 39 are needed to claim 95 %."
    )
    assert claim_words(29, 30, 100).startswith("1 of 30 are not as they should be; 39 of 39 are needed")
    assert claim_words(0, 0, 100) == ""


def test_a_finished_round_is_read_again_from_its_events() -> None:
    found = opened()
    events = list(found.collect_events())
    for reference, each in found.sample.items():
        events += looked(found, ANN, reference)
        events += looked(found, BO, reference) if each.twice else []
    events += asked(found, ANN, found.close)
    again: Any = None
    for happened in events:
        again = happened.mutate(again)
    assert (again.closed, again.waiting, again.looks) == (True, [], found.looks)
