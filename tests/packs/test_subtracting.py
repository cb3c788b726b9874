"""Who is given two packs, or a pack and a table for outsiders, can subtract nothing small; nor within one pack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.packs.agreeing import Count, Scope, Table, agree, figures, recalled, remembered
from deploy.packs.counting import ALL, NOT_SAID, Key, counted
from deploy.packs.earlier import outside
from deploy.packs.heeding import Careful
from deploy.packs.query import query_of
from libs.disclosure import LEAST, MOST, rounded, span

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SITES, KINDS = ("elm", "oak", "ash"), ("complaint", "near_miss")
DAYS = tuple(date(2026, 2, day) for day in (1, 10, 20, 28))
Case = tuple[str, str, date]
cases = st.lists(
    st.tuples(st.sampled_from(SITES), st.sampled_from(KINDS), st.sampled_from(DAYS)), min_size=5, max_size=60
)
scopes = st.builds(
    lambda sites, first, last: Scope(
        frozenset(sites) if sites else None, min(first, last), max(first, last), frozenset(), NOON
    ),
    st.sets(st.sampled_from(SITES)), st.sampled_from(DAYS), st.sampled_from(DAYS),
)  # fmt: skip


def told(found: list[Case], scope: Scope, before: list[Count]) -> Careful:
    """The pack of a scope: opportunities by site and kind, the same by kind alone, and a figure of all of them."""
    mine = [c for c in found if (scope.sites is None or c[0] in scope.sites) and scope.since <= c[2] <= scope.until]
    by_site: Counter[Key] = Counter((site, kind) for site, kind, _ in mine)
    by_kind: Counter[Key] = Counter((kind,) for _, kind, _ in mine)
    careful = Careful(scope, before, 1)
    tables = [
        Table("opportunities", by_site, counted(by_site), by_site=True),
        Table("decisions", by_kind, counted(by_kind), by_site=False),
    ]
    careful.never = agree(tables, scope, before)
    careful.told = [count for table in tables for _, count in table.counts(scope)]
    shown = str(rounded(len(mine))) if rounded(len(mine)) is not None else "fewer than 5"
    careful.figures("analysis", [("On record", str(len(mine)))], [("On record", shown)])
    return careful


def worked_out(part: Count, whole: Count) -> bool:
    """Whether subtracting what is said of two counts leaves a small number fewer than its four values. Tried one by one."""
    difference = whole.number - part.number
    if not LEAST <= difference <= MOST:
        return False
    (low, high), (least, most) = span(rounded(part.number)), span(rounded(whole.number))
    possible = {w - p for p in range(low, int(min(high, 200)) + 1) for w in range(least, int(min(most, 200)) + 1)}
    return not set(range(LEAST, MOST + 1)) <= possible


@settings(max_examples=40, deadline=None)
@given(cases, scopes, scopes, st.booleans())
def test_nothing_small_is_worked_out_by_subtracting_one_pack_from_another(
    found: list[Case], one: Scope, other: Scope, later: bool
) -> None:
    first = told(found, one, [])
    kept = list(recalled(remembered(first.told), one))
    if later:
        found, other = [*found, ("elm", "complaint", DAYS[0])], replace(other, as_of=NOON + timedelta(days=1))
    second = told(found, other, kept)
    for new in second.told:
        for old in kept:
            if new.said and new.name == old.name and new.scope != old.scope:
                for part, whole in ((new, old), (old, new)):
                    assert not (part.scope.within(whole.scope) and worked_out(part, whole)), (part, whole)


@settings(max_examples=40, deadline=None)
@given(cases, scopes)
def test_a_number_that_one_table_must_not_say_is_said_by_no_other_part_of_the_pack(
    found: list[Case], scope: Scope
) -> None:
    pack = told(found, scope, [])
    unsaid = {each.number for each in pack.told if not each.said and each.number > MOST}
    assert not [each for each in pack.told if each.said and each.number in unsaid]


def pack(numbers: Mapping[Any, int], scope: Scope, before: list[Count]) -> dict[Key, str]:
    table = Table("opportunities", dict(numbers), counted(numbers), by_site=True)
    agree([table], scope, before)
    return dict(table.shown)


def scope(*sites: str, **more: object) -> Scope:
    return replace(Scope(frozenset(sites), date(2026, 1, 1), date(2026, 3, 31), frozenset(), NOON), **more)  # type: ignore[arg-type]


def test_one_more_case_within_the_same_rounding_is_not_told() -> None:
    """Five were said on Monday. Of six on Tuesday "5" would be said again: whoever subtracts knows that it was one or two."""
    monday = [Count("opportunities/complaint", scope("elm"), 5, said=True)]
    tuesday = {("elm", "complaint"): 6, ("elm", "near_miss"): 20}
    assert pack(tuesday, scope("elm"), [])["elm", "complaint"] == "5"
    shown = pack(tuesday, scope("elm", as_of=NOON + timedelta(days=1)), monday)
    assert (shown["elm", "complaint"], shown["elm", ALL], shown[ALL, ALL]) == (NOT_SAID,) * 3
    assert shown["elm", "near_miss"] == "20"


def test_what_is_not_a_part_of_the_other_takes_nothing_away() -> None:
    before = [Count("opportunities/complaint", scope("elm", since=date(2026, 2, 1)), 5, said=True)]
    numbers = {("oak", "complaint"): 6, ("oak", "near_miss"): 20}
    assert pack(numbers, scope("oak"), before)["oak", "complaint"] == "5"
    earlier = [Count("opportunities/complaint", scope("elm", until=date(2026, 1, 31)), 5, said=True)]
    later = scope("elm", since=date(2026, 2, 1))
    assert pack({("elm", "complaint"): 6, ("elm", "near_miss"): 20}, later, earlier)["elm", "complaint"] == "5"


def test_a_table_for_outsiders_is_held_against_too() -> None:
    began = {"table": "kinds", "since": "2026-02-01", "until": "2026-03-01"}
    said = {"timestamp": NOON.isoformat(), "groups": {"Elm": ["elm"], "Oak": ["oak"]}, "columns": ["complaint", "near_miss"],
            "cells": {"Elm": [5, 20], "Oak": [9, 20]}}  # fmt: skip
    before = list(outside(began, said))
    assert Count("opportunities/complaint", replace(scope("elm", "oak"), since=date(2026, 2, 1), until=date(2026, 2, 28)), 14,
                 said=True) in before  # fmt: skip
    numbers = {("elm", "complaint"): 7, ("elm", "near_miss"): 20}
    assert pack(numbers, scope("elm", as_of=NOON + timedelta(days=1)), before)["elm", "complaint"] == NOT_SAID


def test_a_total_and_its_parts_go_together() -> None:
    before = [Count("action/Actions agreed", scope("elm"), 5, said=True)]
    true = [("Actions agreed", "6"), ("Of these, strong", "6"), ("Not yet done", "15")]
    shown = [("Actions agreed", "5"), ("Of these, strong", "5"), ("Not yet done", "15")]
    found, counts = figures("action", true, shown, scope("elm", as_of=NOON + timedelta(days=1)), before, set())
    assert [number for _, number in found] == [NOT_SAID, NOT_SAID, "15"]
    assert [each.said for each in counts] == [False, False, True]


def test_a_pack_s_scope_is_that_of_its_query_and_its_contract() -> None:
    contract = {"reference": "C1", "commissioner": "County", "sites": ["elm", "oak"], "since": "2026-02-01"}
    hidden = uuid4()
    query = query_of(sites=["elm"], until=date(2026, 3, 1), contract=contract, without=[hidden])
    made = Scope.of(query, NOON)
    assert (made.sites, made.since, made.until) == (frozenset({"elm"}), date(2026, 2, 1), date(2026, 3, 1))
    assert made.without == {str(hidden)}
    assert Scope.of(query_of(since=date(2026, 1, 1)), NOON).sites is None
    assert made.within(Scope.of(query_of(since=date(2026, 1, 1)), NOON))


def test_what_was_taken_is_stated() -> None:
    assert Careful(scope("elm"), [], 0).stated() == []
    [sentence] = Careful(scope("elm"), [], 2, taken=3).stated()
    assert "3 places" in sentence
    assert "2 packs and tables given earlier" in sentence
