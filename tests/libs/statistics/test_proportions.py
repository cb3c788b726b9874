"""Counts are compared exactly, intervals are honest, and a claim is no larger than what was seen."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from libs.statistics import Comparison, compare, shown_without_failure, wilson

proportions = some.integers(1, 60).flatmap(lambda of: some.tuples(some.integers(0, of), some.just(of)))


@pytest.mark.parametrize(
    ("seen", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (14, 20, 0.4810, 0.8545), (95, 100, 0.8882, 0.9785)],
)
def test_the_score_interval_agrees_with_published_values(seen: int, of: int, low: float, high: float) -> None:
    found = wilson(seen, of)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


@given(proportions)
def test_an_interval_holds_its_share_and_stays_within_none_and_all(proportion: tuple[int, int]) -> None:
    seen, of = proportion
    found = wilson(seen, of)
    assert 0 <= found.low <= seen / of + 1e-12
    assert seen / of - 1e-12 <= found.high <= 1


@pytest.fixture(scope="module")
def stats() -> Any:
    """Takes seconds to load, so that only who asks for it waits."""
    return import_module("scipy.stats")


@given(before=proportions, after=proportions)
def test_tails_agree_with_an_independent_implementation(
    stats: Any, before: tuple[int, int], after: tuple[int, int]
) -> None:
    (x1, n1), (x2, n2) = before, after
    law = stats.hypergeom(n1 + n2, x1 + x2, n1)
    central = min(1.0, 2 * min(law.cdf(x1), law.sf(x1 - 1)))
    assert compare(x1, n1, x2, n2).p == pytest.approx(central, abs=1e-9)


@given(proportions, proportions)
def test_a_comparison_turned_round_has_the_same_p_and_the_other_direction(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    here, there = compare(*before, *after), compare(*after, *before)
    assert here.p == pytest.approx(there.p)
    assert here.mid_p == pytest.approx(there.mid_p)
    assert here.mid_p <= here.p <= 1
    assert not (here.is_lower(0.05) and there.is_lower(0.05))
    assert (here.ratio or 1) == pytest.approx(1 / (there.ratio or 1))


def test_fewer_events_are_lower_only_beyond_chance() -> None:
    assert compare(12, 40, 1, 40).is_lower(0.05)
    assert not compare(3, 40, 1, 40).is_lower(0.05)
    assert not compare(1, 40, 12, 40).is_lower(0.05)
    assert not compare(0, 40, 12, 40).is_lower(0.05)


def test_what_no_outcome_could_show_is_known_from_the_events_before_alone() -> None:
    """With equal numbers and none afterwards, 0.5 to the power of the events before is what rare events approach."""
    few, enough = compare(3, 1000, 0, 1000), compare(7, 1000, 7, 1000)
    assert few.attainable == pytest.approx(2 * 0.5**3, rel=0.01)
    assert enough.attainable == pytest.approx(2 * 0.5**7, rel=0.02)
    assert few.attainable > 0.05 > enough.attainable


def test_nothing_before_and_nothing_after_is_no_change() -> None:
    assert compare(0, 20, 0, 20) == Comparison(p=1.0, mid_p=1.0, ratio=1.0, attainable=1.0)


@pytest.mark.parametrize(("seen", "share"), [(29, 0.90), (59, 0.95), (299, 0.99)])
def test_the_claim_of_a_round_without_exception_agrees_with_the_published_sample_sizes(seen: int, share: float) -> None:
    assert shown_without_failure(seen) >= share
    assert shown_without_failure(seen - 1) < share


@pytest.mark.parametrize("wrong", [(0, 0), (-1, 3), (4, 3)])
def test_more_than_all_or_some_of_none_is_no_proportion(wrong: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        wilson(*wrong)
    with pytest.raises(ValueError, match="at least one"):
        compare(*wrong, 1, 2)
    with pytest.raises(ValueError, match="Nothing"):
        shown_without_failure(0)
