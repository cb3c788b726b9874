"""A pack for a reader who is given no small numbers, held against itself and against all that was told before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from deploy.packs import agreeing, tables
from deploy.packs.agreeing import Count, Scope
from deploy.packs.counting import NOT_SAID


@dataclass
class Careful:
    """What is told, beside what was told `before`, by so many packs and outside tables."""

    scope: Scope
    before: Sequence[Count]
    sources: int
    never: set[int] = field(default_factory=set)
    """Larger numbers that a table of the pack must not say; nothing else in it says them either."""
    told: list[Count] = field(default_factory=list)
    taken: int = 0

    def tables(self, given: Sequence[tables.Table]) -> list[tables.Table]:
        """The tables as they may be given."""
        careful = {
            each.name: agreeing.Table(each.name, each.true, _shown(each), "site" in list(each.columns)[:1])
            for each in given
            if each.true is not None
        }
        before = sum(number == NOT_SAID for table in careful.values() for _, number in table.shown)
        self.never = agreeing.agree(list(careful.values()), self.scope, self.before)
        self.taken += sum(number == NOT_SAID for table in careful.values() for _, number in table.shown) - before
        self.told += [count for table in careful.values() for _, count in table.counts(self.scope)]
        return [
            replace(each, rows=[[*key, number] for key, number in careful[each.name].shown])
            if each.name in careful
            else each
            for each in given
        ]

    def figures(
        self, section: str, true: Sequence[tuple[str, str]], shown: Sequence[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """A section's figures as they may be told."""
        found, counts = agreeing.figures(section, true, shown, self.scope, self.before, self.never)
        self.taken += sum(a != b for a, b in zip(found, shown, strict=True))
        self.told += counts
        return found

    def framework(self, true: dict[str, Any], shown: dict[str, Any]) -> dict[str, Any]:
        """A framework's mapping as it may be told."""
        rows = [_numbers(each) for each in (true, shown)]
        found = iter(self.figures(f"framework/{shown['id']}", *rows))
        for statement in shown["statements"]:
            for evidence in statement["evidence"]:
                evidence["number"] = next(found)[1]
        return shown

    def stated(self) -> list[str]:
        """What is said of it in the pack."""
        if not self.taken:
            return []
        others = f" or beside one of the {self.sources} packs and tables given earlier" if self.sources else ""
        where = f"Numbers in {self.taken} places, because beside another number of this pack{others}"
        return [f"{where} they would let a small one be worked out."]

    @property
    def remembered(self) -> list[dict[str, Any]]:
        """What is kept of what was told."""
        return agreeing.remembered(self.told)


def _shown(table: tables.Table) -> agreeing.Shown:
    return [(tuple(str(part) for part in row[:-1]), str(row[-1])) for row in table.rows]


def _numbers(framework: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"{statement['id']}/{evidence['category']}", evidence["number"])
        for statement in framework["statements"]
        for evidence in statement["evidence"]
    ]
