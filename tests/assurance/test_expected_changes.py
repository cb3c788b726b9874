"""What the rules that ship promise to notice is noticed: rounds nobody holds, and each change that lessons are to bring about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.assurance import EarlySignNoted
from libs.deadlines import DeadlineReached, Due
from libs.deciding import deciding
from libs.rules import pack_of
from libs.vigilance import AuditTool
from services.assurance.domain import Cadence, Watch
from services.assurance.domain.audit_round import AuditRound
from services.assurance.domain.follow_up import FollowUp
from services.assurance.domain.inspection import Standing, triangle
from services.assurance.policy import dates
from tests.assurance.shelf import Shelf, pack, site
from tests.assurance.test_audit_round import ANN, BO
from tests.assurance.test_follow_up import BRIEFED, CHANGE, DONE, OPENED, PRACTISED, reached
from tests.assurance.told import month
from tests.given import NOW, event, given, heard
from tests.house import rules

PACK = pack_of(rules())
KINDS = ("homecare", "supported_living", "care_home_residential")


@pytest.fixture(scope="module")
def provider() -> tuple[Shelf, list[Any]]:
    """Three sites of different kinds under the rules that ship, and every round that is set for them."""
    shelf = Shelf()
    new = [each for kind in KINDS for each in shelf.hear(site(kind, kind))] + shelf.hear(pack())
    return shelf, [each for each in new if isinstance(each, Cadence.CadenceSet)]


@pytest.mark.parametrize("cadence", PACK.cadences, ids=lambda each: each.id)
def test_each_round_that_ships_is_set_and_is_missed_by_its_role_where_nobody_holds_it(
    provider: tuple[Shelf, list[Any]], cadence: Any
) -> None:
    shelf, every = provider
    mine = [each for each in every if each.cadence_id == cadence.id]
    assert mine, "it is set nowhere"
    for one in mine:
        (due,) = [each for each in dates(one) if isinstance(each, Due)]
        reached = DeadlineReached(due.name, one.originator_id, due.at, "acme", one.site, one.journey, one.about)
        (missed,) = shelf.hear(reached, due.at)
        assert (type(missed), missed.role, missed.slot) == (Cadence.Missed, cadence.role, one.starts)
        assert missed.next_due > due.at
        assert shelf.hear(reached, due.at + timedelta(seconds=1)) == []


@pytest.mark.parametrize("check", ["note-is-clear", "plan-has-controls", "decision-in-care-notes"])
def test_clearer_records_and_stronger_plans_are_counted_in_an_audit(check: str) -> None:
    (tool,) = [AuditTool.model_validate(each) for each in rules()["audit_tools"] if check in str(each["checks"])]
    cases = {f"R-{n:03}": UUID(int=n) for n in range(1, 11)}
    with deciding(ANN, NOW):
        found = AuditRound.draw("acme", "elm", tool, "1", month(2), cases)
    well = dict.fromkeys([each.id for each in tool.checks], "yes")
    for number, (reference, each) in enumerate(found.sample.items()):
        for who in (ANN, BO) if each.twice else (ANN,):
            with deciding(who, NOW):
                found.look_at(reference, well | {check: "no" if number < 3 else "yes"}, "")
    with deciding(ANN, NOW):
        found.close()
    (closed,) = [each for each in found.collect_events() if isinstance(each, AuditRound.Closed)]
    figures = {each.check_id: (each.kept, each.of) for each in closed.figures}
    assert figures[check] == (7, 10)
    assert {figure for name, figure in figures.items() if name != check} <= {(10, 10)}


@pytest.mark.parametrize("sign", ["is-it-serious-enough", "felt-unsupported"])
def test_staff_who_are_unsure_are_counted_until_something_must_follow(sign: str) -> None:
    shelf = Shelf()
    for fact in (site(), pack()):
        shelf.hear(fact)
    trigger = next(each for each in PACK.triggers if f"sign:{sign}" in {sought.key for sought in each.any_of})
    said = EarlySignNoted(sign=sign, title="Unsure", times=1, noted_on=NOW.date())
    told = [shelf.hear(heard(said)) for _ in range(trigger.at_least)]
    assert not [each for some in told[:-1] for each in some if isinstance(each, Watch.Fired)]
    (fired,) = told[-1]
    assert (fired.trigger_id, fired.definition["owed_by"]) == (trigger.id, trigger.owed_by)
    assert sum(each.times for each in fired.facts) == trigger.at_least


@pytest.mark.parametrize("source", ["feedback", "staff_feedback", "professional_feedback"])
def test_what_people_staff_and_professionals_say_shows_a_change_or_takes_it_back(source: str) -> None:
    said, holds = f"Asked {source}.", [OPENED, CHANGE, *reached(DONE, BRIEFED)]
    well = event(FollowUp.PracticeObserved, seen=20, of=20, source_kind=source, practised=True)
    given(FollowUp, *holds).when(lambda f: f.observe(20, 20, source, said)).then(
        well, event(FollowUp.Proven, state=PRACTISED), event(FollowUp.StateReached, state=PRACTISED)
    )
    given(FollowUp, *holds, *reached(PRACTISED)).when(lambda f: f.observe(14, 20, source, said)).then(
        event(FollowUp.PracticeObserved, seen=14, of=20, practised=False),
        event(FollowUp.StateLost, state=PRACTISED, because="Seen in practice: 14 of 20 (70 %)."),
    )
    side = "What staff say" if source == "staff_feedback" else "What people and professionals say"
    assert [each.title for each in triangle(Standing((), False, False, (), {source: 1})) if each.shown] == [side]
