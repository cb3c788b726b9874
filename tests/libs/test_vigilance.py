"""Audit tools, signs and triggers are read as they were agreed, and nonsense is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from libs.vigilance import AuditTool, Sought, Trigger

CHECK = {"id": "clear", "title": "The note is clear", "sources": ["S4-040"]}
TOOL: dict[str, Any] = {
    "id": "notes", "version": "1", "title": "Notes", "recorded_in": "visit_notes", "sample": 5, "checks": [CHECK],
    "reviewed_on": "2026-11-22",
}  # fmt: skip
TRIGGER: dict[str, Any] = {
    "id": "vague", "title": "Notes are vague", "kind": "early_warning", "any_of": [{"sign": "vague"}],
    "must_follow": "Screen them", "owed_by": "registered_manager", "working_days": 5, "sources": ["S4-030"],
}  # fmt: skip


def test_a_fact_that_is_sought_has_one_name() -> None:
    assert Sought(theme="falls").key == "theme:falls"  # type: ignore[arg-type]
    assert Sought(late="action").key == "late:action"


@pytest.mark.parametrize("fields", [{}, {"theme": "falls", "sign": "vague"}, {"theme": "gossip"}, {"late": "lunch"}])
def test_a_fact_that_names_none_or_two_or_nonsense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sought(**fields)


@pytest.mark.parametrize(
    "fields", [{"sample": 0}, {"checks": []}, {"checks": [CHECK, CHECK]}, {"rated_twice_in": 0}, {"colour": "red"}]
)
def test_a_tool_that_cannot_be_used_is_refused(fields: dict[str, Any]) -> None:
    assert AuditTool(**TOOL).rated_twice_in == 5
    with pytest.raises(ValidationError):
        AuditTool(**TOOL | fields)


@pytest.mark.parametrize("fields", [{"any_of": []}, {"at_least": 0}, {"owed_by": "nobody"}, {"kind": "hunch"}])
def test_a_trigger_that_asks_nothing_of_nobody_is_refused(fields: dict[str, Any]) -> None:
    assert Trigger(**TRIGGER).at_least == 1
    with pytest.raises(ValidationError):
        Trigger(**TRIGGER | fields)
