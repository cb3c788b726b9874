"""What an inspector asks of a journey, answered by what is on record: what is shown, and what is missing."""

from __future__ import annotations

from contracts.taxonomy import EvidenceSource
from services.assurance.domain.inspection import SIDES, Standing, four, is_triangulated, standing_of, triangle

NOTHING = Standing(states=(), reviewed=False, understood=False, verdicts=(), looked={})


def shown(known: Standing) -> dict[str, bool]:
    return {each.title: each.shown for each in four(known)}


def sides(known: Standing) -> list[str]:
    return [each.title for each in triangle(known) if each.shown]


def test_analysis_action_communication_and_follow_up_are_each_shown_or_missing() -> None:
    assert set(shown(NOTHING).values()) == {False}
    all_four = Standing({"done", "briefed"}, True, True, (), {"audit": 1})
    assert set(shown(all_four).values()) == {True}
    assert shown(Standing({"done"}, True, False, (), {})) == {
        "Analysis": True, "Action": True, "Communication": False, "Follow-up": False,
    }  # fmt: skip
    assert shown(Standing((), False, False, ("improved",), {}))["Follow-up"]
    assert shown(Standing((), False, False, (), {}, checked=True))["Follow-up"]
    assert all(each.missing and each.by for each in four(NOTHING))


def test_one_kind_of_source_however_often_is_not_believed() -> None:
    assert not is_triangulated(Standing((), True, False, (), {"audit": 9, "care_records": 3, "incident_log": 1}))
    assert is_triangulated(Standing((), True, False, (), {"audit": 1, "practice_observation": 1}))


def test_records_practice_staff_people_and_figures_are_sides_of_their_own() -> None:
    assert sides(NOTHING) == []
    assert sides(Standing((), False, True, (), {})) == ["What staff say"]
    assert sides(Standing((), False, False, ("no_evidence",), {})) == ["What the figures say"]
    assert sides(Standing((), False, False, (), {"feedback": 1})) == ["What people and professionals say"]
    assert {each.missing for each in triangle(NOTHING)} == {missing for _, _, missing in SIDES.values()}


def test_every_source_of_evidence_belongs_to_one_side() -> None:
    kinds = [kind for _, of, _ in SIDES.values() for kind in of]
    assert sorted(kinds) == sorted(EvidenceSource)


def test_what_was_seen_with_exceptions_was_checked_and_shows_nothing() -> None:
    row = {
        "states": [{"state": "done", "held": True}, {"state": "briefed", "held": False}],
        "observations": [{"source_kind": "audit", "seen": 8, "looked": 10}],
        "verdicts": [{"verdict": "too_little_data"}],
    }
    known = standing_of(row, {"learning_recorded"})
    assert (known.states, known.reviewed, known.understood, known.checked) == ({"done"}, True, False, True)
    assert sides(known) == []
