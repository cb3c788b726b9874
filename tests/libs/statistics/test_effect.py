"""A change is judged against what was to be expected anyway, and against sites where nothing was changed."""

from __future__ import annotations

from math import inf, isclose
from random import Random

import pytest
from scipy import stats  # type: ignore[import-untyped]

from libs.statistics import compare
from libs.statistics.effect import FEWEST_SITES, Share, Spread, _chances, difference, expected_after, spread_of


@pytest.mark.parametrize(("mean", "weight"), [(0.4, 8.0), (0.05, 40.0), (0.9, 3.0)])
def test_the_chances_are_those_of_the_beta_binomial(mean: float, weight: float) -> None:
    known = stats.betabinom(20, mean * weight, (1 - mean) * weight)
    assert all(isclose(p, known.pmf(k), rel_tol=1e-9) for k, p in enumerate(_chances(20, mean, weight)))


def test_sites_that_do_not_differ_beyond_chance_share_one_rate() -> None:
    spread = spread_of([Share(2, 20)] * 12)
    assert spread == Spread(0.1, inf)
    found = expected_after(Share(10, 20), Share(1, 20), Spread(0.1, inf))
    assert isclose(found.p, 2 * stats.binom(20, 0.1).cdf(1))
    assert (found.share, found.lower) == (0.1, True)


def test_how_far_sites_differ_is_found_again_from_what_they_show() -> None:
    chance, mean, weight = Random(7), 0.3, 12.0
    sites = []
    for _ in range(4000):
        true = chance.betavariate(mean * weight, (1 - mean) * weight)
        sites.append(Share(sum(chance.random() < true for _ in range(25)), 25))
    spread = spread_of(sites)
    assert spread
    assert abs(spread.mean - mean) < 0.01
    assert abs(spread.weight - weight) < 1.2


def test_how_far_sites_differ_is_not_told_from_few_or_from_none() -> None:
    assert spread_of([Share(3, 20)] * (FEWEST_SITES - 1)) is None
    assert spread_of([Share(0, 20)] * 30) is None
    assert spread_of([Share(0, 0)] * 30) is None


def test_an_extreme_site_is_expected_to_come_back() -> None:
    found = expected_after(Share(15, 20), Share(8, 20), Spread(0.3, 20.0))
    assert isclose(found.share, (0.3 * 20 + 15) / 40)
    assert found.p > 0.2
    assert compare(15, 20, 8, 20).is_lower(0.1)


def test_nothing_measured_afterwards_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="afterwards"):
        expected_after(Share(1, 2), Share(0, 0), Spread(0.3, 20.0))
    with pytest.raises(ValueError, match="share"):
        Share(3, 2)


def test_the_worst_sites_seem_to_improve_by_themselves_and_are_not_believed() -> None:
    """200 sites, nothing changes anywhere; acted on are the worst tenth."""
    chance, naive, corrected, acted = Random(11), 0, 0, 0
    for _ in range(60):
        true = [chance.betavariate(6.0, 24.0) for _ in range(200)]
        before = [Share(sum(chance.random() < p for _ in range(20)), 20) for p in true]
        spread = spread_of(before)
        assert spread
        worst = sorted(range(200), key=lambda n: -before[n].events)[:20]
        for n in worst:
            after = Share(sum(chance.random() < true[n] for _ in range(20)), 20)
            acted += 1
            naive += compare(before[n].events, 20, after.events, 20).is_lower(0.05)
            found = expected_after(before[n], after, spread)
            corrected += found.p < 0.05 and found.lower
    assert naive / acted > 2 * 0.025  # one side of a test at 0.05 ought to be wrong in 0.025
    assert corrected / acted < 0.025


def test_the_difference_in_differences_is_that_of_log_rates() -> None:
    found = difference((Share(20, 100), Share(5, 100)), (Share(60, 300), Share(40, 300)))
    assert found
    assert isclose(found.ratio, (5 / 20) / (40 / 60))
    assert found.low < found.ratio < found.high
    assert isclose(found.high / found.ratio, found.ratio / found.low)


def test_the_difference_asks_enough_of_untouched_sites() -> None:
    assert difference((Share(20, 100), Share(5, 100)), (Share(4, 300), Share(40, 300))) is None
    none_left = difference((Share(9, 10), Share(0, 10)), (Share(60, 300), Share(40, 300)))
    assert none_left
    assert 0 < none_left.low < none_left.ratio < 1
