"""A view built anew: folded and never event by event, whatever its cases say, and with the rows it was kept with."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import LiteralString, cast

import pytest

from libs.folding import Folded
from libs.rebuild import rebuild
from libs.statements import compiled
from libs.telling import Sources
from libs.views import View
from tests.governance.test_overview_tables import tables_of


async def built_anew(view: View, sources: Sources, *cases: ModuleType) -> dict[str, list[str]]:
    """What the tables say, which is the same after the view was built anew; each statement of its cases can be folded."""
    kept, begun, begin = await _said_by(view), list[str](), view.begin_anew

    async def noted() -> None:
        begun.append(view.name)
        await begin()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(view, "begin_anew", noted)
        await rebuild(view, sources)
    assert await _said_by(view) == kept
    assert begun == [view.name], "what cannot be folded is begun once more, event by event"
    await view.begin_anew()
    async with Folded(view) as folded:
        for statement in (each for module in cases for each in _statements(module)):
            compiled(statement, folded.columns, folded.held)
    return kept


async def _said_by(view: View) -> dict[str, list[str]]:
    """What the tables say; words of neighbours are sealed anew each time they are told."""
    tables = await tables_of(view, view.live)
    return {table: sorted(re.sub(r"sealed:[^\"]+", "sealed", row) for row in rows) for table, rows in tables.items()}


def _statements(module: ModuleType) -> Iterator[LiteralString]:
    """Every statement that a projection writes."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "execute":
            (statement, *_) = node.args
            assert isinstance(statement, ast.Constant), ast.unparse(node)
            yield cast("LiteralString", statement.value)
