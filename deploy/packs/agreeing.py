"""What readers who are given no small numbers could work out by subtracting: one part of a pack from another, or one pack or
outside table from another. What would give a small number away is not said in the newer one.

Two counts can be subtracted where all that the one counts is counted by the other: the same thing, at sites, on days and
on themes that lie within the other's, as known then or later. What a reader can tell of the difference is computed as
`libs.disclosure` does. More than two at a time are not looked at: rounding stands against these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any

from deploy.packs.counting import ALL, NOT_SAID, Key
from deploy.packs.query import Query
from libs.disclosure import LEAST, MOST, Release, between

Shown = list[tuple[Key, str]]
"""Counts of a table by their keys, each as it is said."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a count is of: at which sites (None: all), on which days, on which themes (none: all), as known when."""

    sites: frozenset[str] | None
    since: date
    until: date
    themes: frozenset[str]
    as_of: datetime
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, query: Query, as_of: datetime) -> Scope:
        """That of a pack as a whole."""
        contract = query.contract
        starts = [day for day in (query.since, contract and contract.since) if day]
        ends = [day for day in (query.until, contract and contract.until) if day]
        sites = query.wanted_sites if query.sites or contract else None
        without = frozenset(str(journey) for journey in query.without)
        return cls(
            sites, max(starts, default=date.min), min(ends, default=date.max), query.wanted_themes, as_of, without
        )

    def at(self, site: str) -> Scope:
        """The same at one site."""
        return Scope(frozenset({site}), self.since, self.until, self.themes, self.as_of, self.without)

    def within(self, other: Scope) -> bool:
        """Whether all that this counts is counted by the other as well."""
        sites = other.sites is None or (self.sites is not None and self.sites <= other.sites)
        themes = not other.themes or bool(self.themes and self.themes <= other.themes)
        days = other.since <= self.since and self.until <= other.until
        return sites and themes and days and self.without >= other.without and self.as_of <= other.as_of


@dataclass(frozen=True, slots=True)
class Count:
    """A count as it was said: what it counts, of what, the true number, and whether it was said at all."""

    name: str
    scope: Scope
    number: int
    said: bool

    def gives_away(self, other: Count) -> bool:
        """Whether a reader of both could tell a small number that lies between them."""
        if self.name != other.name or not (self.said and other.said) or self.scope == other.scope:
            return False
        return any(
            part.scope.within(whole.scope) and _narrow(part.number, whole.number)
            for part, whole in ((self, other), (other, self))
        )


def _narrow(part: int, whole: int) -> bool:
    return bool(between([Release("part", frozenset("a"), part)], [Release("whole", frozenset("ab"), whole)]))


def said_before(new: Iterable[Count], earlier: Sequence[Count]) -> set[Count]:
    """The new counts that give a small number away beside one that was said before."""
    by_name: dict[str, list[Count]] = {}
    for each in earlier:
        by_name.setdefault(each.name, []).append(each)
    return {each for each in new if any(each.gives_away(old) for old in by_name.get(each.name, ()))}


def counts_of(
    table: str, true: Mapping[Key, int], shown: Shown, scope: Scope, *, by_site: bool
) -> list[tuple[Key, Count]]:
    """The counts of a table as they are said, totals included."""
    found = []
    for key, told in shown:
        number = true[key] if key in true else _total(true, key)
        here = scope.at(key[0]) if by_site and key[0] != ALL else scope
        name = "/".join([table, *(key[1:] if by_site else key)])
        found.append((key, Count(name, here, number, told != NOT_SAID)))
    return found


def _total(true: Mapping[Key, int], key: Key) -> int:
    return sum(n for each, n in true.items() if all(a in (ALL, b) for a, b in zip(key, each, strict=True)))


def hidden(shown: Shown, keys: set[Key]) -> Shown:
    """The table without these counts, and without the totals from which they could be worked out."""
    rows = {key[0] for key in keys}
    return (
        [
            (key, NOT_SAID if key in keys or (ALL in key and (key[0] == ALL or key[0] in rows)) else told)
            for key, told in shown
        ]
        if keys
        else shown
    )


def unsaid(found: Iterable[tuple[Key, Count]]) -> set[int]:
    """The larger numbers that a table does not say because a small one could be worked out from them."""
    return {count.number for _, count in found if not count.said and not LEAST <= count.number <= MOST and count.number}


@dataclass
class Table:
    """A counted table on its way into a pack."""

    name: str
    true: Mapping[Key, int]
    shown: Shown
    by_site: bool

    def counts(self, scope: Scope) -> list[tuple[Key, Count]]:
        """Its counts as they are said now."""
        return counts_of(self.name, self.true, self.shown, scope, by_site=self.by_site)


def agree(tables: Sequence[Table], scope: Scope, earlier: Sequence[Count]) -> set[int]:
    """Take from the tables what gives a small number away; the larger numbers that may be said nowhere in the pack.

    A number that one table must not say is said by no other, so this is gone through until nothing more is taken.
    """
    never: set[int] = set()
    while True:
        before = [list(table.shown) for table in tables], set(never)
        for table in tables:
            found = table.counts(scope)
            away = said_before((count for _, count in found), earlier)
            away |= {count for _, count in found if count.said and count.number in never}
            table.shown = hidden(table.shown, {key for key, count in found if count in away})
            never |= unsaid(table.counts(scope))
        if before == ([table.shown for table in tables], never):
            return never


def figures(
    section: str, true: Sequence[tuple[str, str]], shown: Sequence[tuple[str, str]], scope: Scope, earlier: Sequence[Count],
    never: set[int],
) -> tuple[list[tuple[str, str]], list[Count]]:  # fmt: skip
    """Figures of the pages as they may be said, and the counts that they are; where one is taken, so are those beside it
    that are said to be parts of it, or of which it is one."""
    counts = [
        Count(f"{section}/{words}", scope, int(number), told != NOT_SAID)
        for (words, number), (_, told) in zip(true, shown, strict=True)
    ]
    away = said_before(counts, earlier)
    taken = {n for n, count in enumerate(counts) if count in away or (count.number in never and count.said)}
    groups = _groups([words for words, _ in shown])
    taken |= {n for n, m in product(range(len(counts)), taken) if groups[n] == groups[m]}
    told = [(words, NOT_SAID if n in taken else said) for n, (words, said) in enumerate(shown)]
    return told, [Count(c.name, c.scope, c.number, c.said and n not in taken) for n, c in enumerate(counts)]


def _groups(words: Sequence[str]) -> list[int]:
    """Which figures belong together: a total and the parts of it that follow."""
    found, group = [], 0
    for each in words:
        group += not each.startswith("Of these")
        found.append(group)
    return found


def remembered(counts: Iterable[Count]) -> list[dict[str, Any]]:
    """What is kept of a pack's counts: those that were said, and the true numbers. Only what was said can be subtracted."""
    return [{"name": each.name, "number": each.number, "site": _one(each.scope)} for each in counts if each.said]


def recalled(kept: Iterable[Mapping[str, Any]], scope: Scope) -> Iterator[Count]:
    """The counts of a pack from what was kept of them."""
    for each in kept:
        yield Count(each["name"], scope.at(each["site"]) if each["site"] else scope, each["number"], said=True)


def _one(scope: Scope) -> str:
    return next(iter(scope.sites)) if scope.sites is not None and len(scope.sites) == 1 else ""
