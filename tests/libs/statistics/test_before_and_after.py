"""Rates are compared exactly; samples and agreement say no more than they can.

Figures from: R's poisson.test (the eba1977 example of its documentation) and rateratio.test (its documentation);
hypergeometric sample sizes of audit tables; the worked example of Cohen's kappa with 50 grant proposals.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb, inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from libs.statistics.agreement import kappa
from libs.statistics.quantiles import NotCalculable
from libs.statistics.rates import compare_rates
from libs.statistics.sampling import failures_contrary, sample_size


def test_two_rates_agree_with_the_exact_test_of_r() -> None:
    found = compare_rates(21, 3011, 11, 800)
    assert found.ratio == pytest.approx(1.971488, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((0.8584264, 4.2772659), abs=5e-8)
    assert found.p_minlike == pytest.approx(0.07967, abs=5e-6)


def test_two_rates_agree_with_the_rate_ratio_test() -> None:
    found = compare_rates(9, 16660, 2, 17877)
    assert (found.ratio, found.p_central) == pytest.approx((0.20709, 0.05011), abs=5e-6)
    assert found.high is not None
    assert found.high > 1  # the central p-value and its interval say the same; the other p-value would not
    assert found.p_minlike < 0.05 < found.p_central


def test_none_before_has_no_ratio_and_none_at_all_is_no_change() -> None:
    grown = compare_rates(0, 100, 4, 100)
    assert (grown.ratio, grown.high) == (None, None)
    assert grown.low > 0
    still = compare_rates(0, 100, 0, 100)
    assert (still.ratio, still.low, still.high, still.p_central, still.p_minlike, still.mid_p) == (
        None,
        0,
        None,
        1,
        1,
        1,
    )


def test_equal_exposure_and_none_after_needs_six_before() -> None:
    assert compare_rates(5, 100, 0, 100).p_central == pytest.approx(2 * 0.5**5)
    assert compare_rates(6, 100, 0, 100).p_central < 0.05


counts = some.integers(0, 40)
exposures = some.floats(0.5, 5000)


@settings(max_examples=60)
@given(counts, exposures, counts, exposures)
def test_a_comparison_turned_round_is_the_same_the_other_way(a: int, of_a: float, b: int, of_b: float) -> None:
    here, there = compare_rates(a, of_a, b, of_b), compare_rates(b, of_b, a, of_a)
    assert here.p_central == pytest.approx(there.p_central, abs=1e-9)
    assert here.mid_p <= here.p_central + 1e-12
    assert here.p_minlike <= 1
    assert here.low * (there.high if there.high is not None else inf) == pytest.approx(1) or here.low == 0
    outside = here.low > 1 or (here.high is not None and here.high < 1)
    assert outside == (here.p_central < 0.05) or here.p_central == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize("wrong", [(-1, 1, 0, 1), (1, 0, 1, 1), (1, 1, 1, float("nan"))])
def test_fewer_than_none_or_no_exposure_is_refused(wrong: tuple[int, float, int, float]) -> None:
    with pytest.raises(NotCalculable):
        compare_rates(*wrong)


@pytest.mark.parametrize(
    ("of", "n"), [(20, 16), (40, 25), (60, 31), (100, 39), (200, 47), (500, 54), (None, 59), (1, 1), (2, 2)]
)
def test_samples_for_a_claim_of_95_in_100_agree_with_audit_tables(of: int | None, n: int) -> None:
    assert sample_size(Fraction("0.95"), of) == n


def test_the_claim_is_counted_exactly() -> None:
    assert failures_contrary(10, Fraction("0.9")) == 2  # in floating point it would be 1
    assert [sample_size(Fraction(claim)) for claim in ("0.9", "0.99")] == [29, 299]
    with pytest.raises(NotCalculable, match="look at all"):
        sample_size(Fraction(1))


@settings(max_examples=40)
@given(some.integers(1, 400), some.fractions(Fraction(1, 2), 1, max_denominator=100))
def test_a_sample_is_the_smallest_that_would_miss_too_many_failures_rarely(of: int, claim: Fraction) -> None:
    n, failures = sample_size(claim, of), min(of, failures_contrary(of, claim))
    assert 20 * comb(of - n, failures) <= comb(of, failures)
    assert n == 1 or 20 * comb(of - n + 1, failures) > comb(of, failures)


def test_agreement_beyond_chance_is_that_of_the_worked_example() -> None:
    first, second = ["yes"] * 25 + ["no"] * 25, ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = kappa(first, second)
    assert (found.observed, found.expected, found.kappa) == pytest.approx((0.7, 0.5, 0.4))
    assert found.table == ((15, 10), (5, 20))
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.4 < found.high


def test_one_word_throughout_says_nothing_of_agreement() -> None:
    found = kappa(["yes", "yes"], ["yes", "yes"])
    assert (found.kappa, found.observed) == (None, 1)
    with pytest.raises(NotCalculable):
        kappa([], [])
