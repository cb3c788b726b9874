"""What the rules that ship ask of assurance: each check, sign, round and target is there, and leads somewhere."""

from __future__ import annotations

import pytest

from contracts.taxonomy import FactorCategory
from libs.rules import pack_of
from tests.house import rules

PACK = pack_of(rules())
CHECKS = {each.id: each for tool in PACK.audit_tools for each in tool.checks}
SIGNS = {each.id: each for each in PACK.early_signs}
SOUGHT = {sought.key for trigger in PACK.triggers for sought in trigger.any_of}
CADENCES = {each.id: each for each in PACK.cadences}


@pytest.mark.parametrize("row", [*range(39, 44), *range(68, 73), *range(97, 102)])
def test_each_check_of_an_audit_ships_in_a_tool(row: int) -> None:
    (check,) = [each for each in CHECKS.values() if f"S4-{row:03}" in each.sources]
    assert check.title
    assert check.themes


@pytest.mark.parametrize("row", [30, 31, 32, 59, 60, 61, 88, 89, 90])
def test_each_early_sign_can_be_noted_and_is_sought_by_a_trigger(row: int) -> None:
    (sign,) = [each for each in SIGNS.values() if f"S4-{row:03}" in each.sources]
    assert f"sign:{sign.id}" in SOUGHT


@pytest.mark.parametrize("row", [46, 47, 48, 49, 75, 76, 77, 78, 104, 105, 106, 107])
def test_each_trigger_says_what_must_follow_by_whom_and_when(row: int) -> None:
    (trigger,) = [each for each in PACK.triggers if f"S4-{row:03}" in each.sources]
    assert trigger.must_follow
    assert trigger.owed_by
    assert 1 <= trigger.working_days <= 20


def test_what_a_trigger_seeks_exists() -> None:
    measures = {each.id for each in PACK.measures}
    for key in SOUGHT:
        kind, _, name = key.partition(":")
        known = {"check": set(CHECKS), "sign": set(SIGNS), "missed": set(CADENCES), "breach": measures}.get(kind)
        assert known is None or name in known, key


@pytest.mark.parametrize(
    ("cadence", "every", "role"),
    [
        ("daily-indicator-screen", "daily", "registered_manager"),
        ("weekly-documentation-audit", "weekly", "senior_staff"),
        ("monthly-delayed-escalation-sample", "monthly", "safeguarding_lead"),
        ("monthly-learning-review", "monthly", "registered_manager"),
        ("monthly-escalation-trends", "monthly", "nominated_individual"),
        ("monthly-finance-concerns", "monthly", "registered_manager"),
        ("quarterly-finance-themes", "quarterly", "provider_quality_lead"),
        ("monthly-information-sharing-delays", "monthly", "registered_manager"),
        ("monthly-update-sample", "monthly", "provider_representative"),
        ("monthly-safeguarding-trends", "monthly", "service_manager"),
        ("quarterly-board-dashboard", "quarterly", "board"),
    ],
)
def test_each_round_is_held_as_often_and_by_whom_it_was_agreed(cadence: str, every: str, role: str) -> None:
    assert (CADENCES[cadence].every, CADENCES[cadence].role) == (every, role)
    assert CADENCES[cadence].recorded_in


def test_the_changes_that_are_expected_can_each_be_measured() -> None:
    """Faster escalation, clearer records, staff who are sure, stronger plans, and people who feel safe."""
    assert {each.id for each in PACK.measures} >= {"indicator-reviewed-in-one-working-day"}
    assert {"note-is-clear", "plan-has-controls", "decision-in-care-notes"} <= set(CHECKS)
    assert {"is-it-serious-enough", "felt-unsupported"} <= set(SIGNS)


def test_what_lies_behind_can_be_behaviour_judgement_or_culture() -> None:
    assert {FactorCategory.STAFF_JUDGEMENT, FactorCategory.CULTURE, FactorCategory.STAFF_UNDERSTANDING} <= set(
        FactorCategory
    )
