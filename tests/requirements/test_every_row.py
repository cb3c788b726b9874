"""Every row of what the rooms must do is shown by a test that exists, or says why not."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
ROOMS = ("intake", "review", "action", "notification", "assurance", "governance")
ROWS = {"S0": 24, "S1": 31, "S2": 26, "S3": 63, "S4": 136}
"""How many rows each source has; they are numbered from 1."""

ANSWERS = {"tests", "not_software", "open"}


@cache
def answers(room: str) -> dict[str, Any]:
    content = yaml.safe_load((HERE / f"{room}.yaml").read_text())
    assert set(content) == {"complete", "rows"}
    return dict(content)


@cache
def named_in(path: str) -> frozenset[str]:
    """The tests of a module, by name, those of a class as `Class::test`."""
    try:
        tree = ast.parse(Path(path).read_text())
    except FileNotFoundError:
        return frozenset()
    named: set[str] = set()
    for part in tree.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            named.add(part.name)
        elif isinstance(part, ast.ClassDef):
            named |= {f"{part.name}::{each.name}" for each in part.body if isinstance(each, ast.FunctionDef)}
        elif isinstance(part, ast.Assign):  # a hypothesis state machine: TestThis = Machine.TestCase
            named |= {name.id for name in part.targets if isinstance(name, ast.Name)}
    return frozenset(name for name in named if name.rpartition("::")[2].lower().startswith("test"))


def test_every_row_belongs_to_a_room() -> None:
    expected = {f"{source}-{n:03}" for source, many in ROWS.items() for n in range(1, many + 1)}
    assert {row for room in ROOMS for row in answers(room)["rows"]} == expected


@pytest.mark.parametrize("room", ROOMS)
def test_every_row_has_one_answer(room: str) -> None:
    unclear = [row for row, said in answers(room)["rows"].items() if len(ANSWERS & set(said)) != 1 or not said["asks"]]
    assert unclear == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_test_that_a_row_names_exists(room: str) -> None:
    gone = [
        f"{row}: {test}"
        for row, said in answers(room)["rows"].items()
        for test in said.get("tests", ())
        if test.partition("[")[0].partition("::")[2] not in named_in(test.partition("::")[0])
    ]
    assert gone == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_that_is_complete_leaves_no_row_open(room: str) -> None:
    if answers(room)["complete"]:
        shown = {row for row, said in answers(room)["rows"].items() if said.get("tests") or said.get("not_software")}
        assert set(answers(room)["rows"]) - shown == set()
