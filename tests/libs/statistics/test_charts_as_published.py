"""Charts agree with published examples and with what the reference implementations print for their own test data.

Figures from: NHSRplotthedots 0.2.2 (tests and vignette); qicharts2 0.8.1 (tests; tables of Montgomery, Introduction to
Statistical Quality Control; NHS accident and emergency weeks of Mohammed and others, Qual Saf Health Care 17 (2008)).
"""

from __future__ import annotations

import pytest

from libs.statistics.control import Chart, counts_alone, few_rates, rates, shares
from libs.statistics.quantiles import NotCalculable
from libs.statistics.rare import counts_between, times_between
from libs.statistics.runs import Runs
from libs.statistics.signals import Signal
from libs.statistics.xmr import assurance, xmr

TWENTY = [
    -0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285,
    -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716,
    0.70135590, -0.47279141,
]  # fmt: skip
ONE_OUTLIER = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
COSTS = [
    310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304, 305, 282, 305,
    296, 314, 295, 287, 301, 298, 311, 310, 292, 305, 299, 304, 310, 304, 305, 333, 328,
]  # fmt: skip
ORANGE_JUICE = [
    12,
    15,
    8,
    10,
    4,
    7,
    16,
    9,
    14,
    10,
    5,
    6,
    17,
    12,
    22,
    8,
    10,
    5,
    13,
    11,
    20,
    18,
    24,
    15,
    9,
    12,
    7,
    13,
    9,
    6,
]
PURCHASES = (
    [12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9],
    [100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80, 80, 90, 100, 100, 100, 100, 90, 90],
)
BOARDS = [
    21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15, 16, 18, 12,
    15, 24, 21, 28, 20, 25, 19, 18, 21, 16, 22, 19, 12, 14, 9, 16, 21,
]  # fmt: skip
CLOTH = ([14, 12, 20, 11, 7, 10, 21, 16, 19, 23], [500, 400, 650, 500, 475, 500, 600, 525, 600, 625])
HOURS = [286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96]
WEEKS = (
    [
        266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320, 267923, 271478, 255353, 256820,
        261835, 259144, 255910, 260863, 264465, 260989,
    ],
    [
        280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529, 279618, 283932, 266629, 268091,
        276803, 271578, 266005, 273520, 278574, 273772,
    ],
)  # fmt: skip


def test_individual_values_agree_with_the_reference_screened_or_not() -> None:
    plain = xmr(TWENTY).lines
    assert (plain.mean, plain.lower, plain.upper) == pytest.approx((0.1416238, -3.01138, 3.294627), abs=5e-6)
    wild = [*TWENTY[:14], 10.0, *TWENTY[15:]]
    screened, kept = xmr(wild).lines, xmr(wild, screened=False).lines
    assert (screened.mean, screened.lower, screened.upper) == pytest.approx((0.6694159, -2.383666, 3.722497), abs=5e-6)
    assert (kept.lower, kept.upper) == pytest.approx((-4.596625, 5.935457), abs=5e-6)


def test_one_outlier_is_screened_from_the_ranges_and_still_a_signal() -> None:
    found, workbook = xmr(ONE_OUTLIER), xmr(ONE_OUTLIER, screened=False)
    assert [round(x, 2) for x in (found.mean, found.lines.lower, found.lines.upper)] == [1.94, -0.72, 4.6]
    assert [round(x, 2) for x in (workbook.lines.lower, workbook.lines.upper)] == [-3.06, 6.95]
    assert [signal for signal in found.signals if signal] == [Signal.ABOVE]
    assert found.screened_out == 2


def test_a_frozen_baseline_gives_the_limits_of_its_own_points_to_all() -> None:
    found = xmr(COSTS, screened=False, freeze=20)
    # The reference divides by 1.128 where the published factor 2.66 is rounded.
    assert (found.mean, found.lines.lower, found.lines.upper) == pytest.approx(
        (300.5, 279.783315, 321.216685), abs=0.005
    )
    assert found.signals[38:] == (Signal.ABOVE, Signal.ABOVE)
    assert found.baseline == 20


def lines(chart: Chart, point: int) -> tuple[float, float, float]:
    at = chart.points[point - 1]
    return at.centre, at.lower, at.upper


def test_shares_without_two_excluded_samples_agree() -> None:
    found = shares(ORANGE_JUICE, [50] * 30, exclude={15, 23})
    assert lines(found, 1) == pytest.approx((0.215, 0.040703, 0.389297), abs=5e-7)
    assert found.runs == Runs(28, 5, 8, 13, 9)
    assert found.baseline == 28
    assert not found.points[14].included
    assert found.points[14].beyond == 1


def test_shares_of_samples_of_different_sizes_have_limits_of_their_own_cut_at_nought() -> None:
    found = shares(*PURCHASES)
    assert lines(found, 1) == pytest.approx((0.09551, 0.007335, 0.183686), abs=5e-7)
    assert lines(found, 2) == pytest.approx((0.09551, 0, 0.194093), abs=5e-7)
    assert lines(found, 25) == pytest.approx((0.09551, 0.002565, 0.188455), abs=5e-7)
    assert found.runs == Runs(25, 5, 8, 10, 8)


def test_counts_frozen_and_with_exclusions_agree_and_their_crossings_are_too_few() -> None:
    found = counts_alone(BOARDS, freeze=26, exclude={6, 20})
    assert lines(found, 46) == pytest.approx((19.666667, 6.362532, 32.970801), abs=5e-7)
    assert found.runs == Runs(44, 8, 8, 14, 16)
    assert found.runs.signal


def test_rates_over_different_exposures_agree() -> None:
    found = rates(*CLOTH)
    per_fifty = [tuple(50 * x for x in lines(found, point)) for point in (1, 2, 3, 10)]
    assert per_fifty[0] == pytest.approx((1.423256, 0.291474, 2.555038), abs=5e-7)
    assert per_fifty[1] == pytest.approx((1.423256, 0.157885, 2.688626), abs=5e-7)
    assert per_fifty[2] == pytest.approx((1.423256, 0.430617, 2.415894), abs=5e-7)
    assert per_fifty[3] == pytest.approx((1.423256, 0.410959, 2.435552), abs=5e-7)
    assert found.runs == Runs(10, 4, 6, 3, 2)


def test_times_between_failures_agree() -> None:
    found = times_between(HOURS)
    assert lines(found, 1) == pytest.approx((430.040952, 0, 6937.933488), abs=5e-7)
    assert found.runs == Runs(20, 5, 7, 10, 6)


def test_large_numbers_are_adjusted_for_more_variation_than_chance() -> None:
    plain, adjusted = shares(*WEEKS), shares(*WEEKS, adjusted=True)
    assert any(point.beyond for point in plain.points)
    assert not any(point.beyond for point in adjusted.points)
    # The first week by hand: mean 0.9529, sigma 0.0004000, z moving ranges of 12.0 on average.
    assert adjusted.sigma_z == pytest.approx(10.6404, abs=5e-5)
    assert lines(adjusted, 1) == pytest.approx((0.952900, 0.940130, 0.965670), abs=5e-7)


def test_cases_between_rare_events_stand_about_their_median_with_limits_about_their_mean() -> None:
    found = counts_between([20, 5, 11, 2, 40, 9, 13, 0, 7, 33])
    assert found.mean == 14
    assert lines(found, 1) == pytest.approx((10, 0, 14 + 3 * (14 * 15) ** 0.5))


@pytest.mark.parametrize(
    ("target", "more_is_better", "said"),
    [
        (4, True, "consistently missed"), (0.5, True, "consistently met"), (2, True, "hit and miss"),
        (4, False, "consistently met"), (0.5, False, "consistently missed"), (3, False, "hit and miss"),
    ],
)  # fmt: skip
def test_a_target_outside_the_limits_is_always_or_never_met(target: float, more_is_better: bool, said: str) -> None:
    assert assurance(1, 3, target, more_is_better=more_is_better) == said


def test_what_cannot_be_drawn_is_said_and_not_guessed() -> None:
    for ask in (
        lambda: xmr([1.0]),
        lambda: xmr([1.0, 2.0], freeze=3),
        lambda: counts_alone([1, 2, 3], exclude={4}),
        lambda: counts_alone([1, 2], exclude={1}),
        lambda: times_between([3, 0, 2]),
        lambda: shares([0, 0, 0], [5, 5, 5], adjusted=True),
    ):
        with pytest.raises(NotCalculable):
            ask()


def test_limits_of_few_events_are_exact_and_wider_than_three_sigma_would_have_them() -> None:
    """Of 0.4 expected, 0.99865 of months have at most 3 (poisson.ppf); three sigma would call the third more than chance."""
    found = few_rates([1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 3, 4], [100] * 12, freeze=10)
    assert [point.upper for point in found.points] == [0.03] * 12
    assert [point.beyond for point in found.points][-2:] == [0, 1]
    assert rates([1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 3, 4], [100] * 12, freeze=10).points[-2].beyond == 1
