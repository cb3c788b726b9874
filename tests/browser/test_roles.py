"""Each role that can sign in has its main task, and a test that does it in a browser as that role."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.taxonomy import Role
from deploy.demo.telling import stories

GROUPS: dict[str, list[str]] = yaml.safe_load(Path("deploy/access/groups.yaml").read_text())["groups"]
SIGN_IN = {role for group, roles in GROUPS.items() if group != "unasked" for role in roles}
ROLES: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("roles.yaml").read_text())
TOGETHER = {each for said in ROLES.values() for each in said["tests"]}
"""Every test that is named."""
Made = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def text_of(path: str) -> str:
    """A module, and those of the tests that it imports."""
    text = Path(path).read_text()
    imported = {each.module for each in ast.parse(text).body if isinstance(each, ast.ImportFrom) and each.module}
    files = [f"{module.replace('.', '/')}.py" for module in imported if module.startswith("tests.")]
    return "\n".join((text, *(Path(file).read_text() for file in files)))


@cache
def made(path: str) -> dict[str, Made]:
    """The functions at the top of a module, by name."""
    return {each.name: each for each in ast.parse(Path(path).read_text()).body if isinstance(each, Made)}


def drives_a_browser(path: str, name: str) -> bool:
    """Whether a function asks for the browser, or for something in its module that does."""
    wanted = {each.arg for each in made(path)[name].args.args} if name in made(path) else set()
    return "browser" in wanted or any(drives_a_browser(path, each) for each in wanted if each in made(path))


def speaks_of(path: str, role: str) -> bool:
    """Whether somebody in this role takes part: in the module or those of the tests it imports, or in the story it plays."""
    text = text_of(path)
    played = {line.who for story in stories() if f'"{story.id}"' in text for line in story.steps}
    return role in played or f'"{role}"' in text or f"Role.{Role(role).name}" in text


def test_every_role_that_can_sign_in_has_a_task() -> None:
    assert set(ROLES) == SIGN_IN
    assert [role for role, said in ROLES.items() if not said["task"].startswith("I ") or not said["tests"]] == []


@pytest.mark.parametrize("test", sorted(TOGETHER))
def test_the_test_of_a_task_exists_and_drives_a_browser(test: str) -> None:
    path, _, name = test.partition("::")
    assert name.startswith("test_")
    assert drives_a_browser(path, name)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_of_its_tests_is_done_as_that_role(role: str) -> None:
    assert [each for each in ROLES[role]["tests"] if not speaks_of(each.partition("::")[0], role)] == []
