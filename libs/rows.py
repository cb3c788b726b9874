"""The changes that a batch of events makes to a view's tables, gathered so that the database hears of them in few words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, LiteralString

LOOK_BACK = 32
"""How many runs of one statement are looked back over for one that a further row may join."""


class Rows:
    """The changes one batch of events makes, in order, sent to the database together."""

    def __init__(self) -> None:
        self.statements: list[tuple[LiteralString, Sequence[Any]]] = []

    def execute(self, statement: LiteralString, parameters: Sequence[Any] = ()) -> None:
        """Write; there is nothing to read back, since a row is made from events alone."""
        self.statements.append((statement, parameters))

    def runs(self, tables: tuple[str, ...]) -> Iterator[tuple[LiteralString, list[Sequence[Any]]]]:
        """The changes as runs of one statement each. Only what speaks of other tables is ever overtaken."""
        found: list[tuple[LiteralString, list[Sequence[Any]], frozenset[str]]] = []
        for statement, parameters in self.statements:
            touched = speaks_of(statement, tables)
            for earlier, run, others in reversed(found[-LOOK_BACK:]):
                if earlier == statement:
                    run.append(parameters)
                    break
                if touched & others:
                    found.append((statement, [parameters], touched))
                    break
            else:
                found.append((statement, [parameters], touched))
        return ((statement, run) for statement, run, _ in found)


@cache
def speaks_of(statement: LiteralString, tables: tuple[str, ...]) -> frozenset[str]:
    """Which of a view's tables a statement may read or write; all, where it names none."""
    return frozenset(tables).intersection(re.findall(r"\w+", statement)) or frozenset(tables)
