"""Funnels place every area as the public health tools do, and widen only where a spread can be told from chance.

Figures from PHEindicatormethods 2.1.0 (its own test data, with the classes it expects) and FunnelPlotR 0.6.0 (tests).
"""

from __future__ import annotations

import csv
from importlib import import_module
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from libs.statistics.dispersion import Overdispersion, of_ratios
from libs.statistics.funnel import Kind, LimitKind, Limits, drawn, funnel, own_class

FIGURES = Path(__file__).parent / "figures"
OBSERVED = [14, 9, 30, 6, 22, 11, 41, 8, 17, 25, 3, 19]
EXPECTED = [10.2, 9.9, 18.4, 11.0, 15.1, 13.3, 20.6, 12.5, 16.2, 14.8, 9.1, 17.7]


def figures(name: str) -> tuple[list[float], list[float], list[str]]:
    with (FIGURES / name).open() as file:
        rows = list(csv.DictReader(file))
    return [float(r["count"]) for r in rows], [float(r["denominator"]) for r in rows], [r["class"] for r in rows]


@pytest.mark.parametrize(
    ("name", "kind", "of"),
    [("proportions.csv", Kind.PROPORTION, 303), ("ratios.csv", Kind.RATIO, 300), ("rates.csv", Kind.RATE, 40)],
)
@pytest.mark.parametrize("limits", list(LimitKind))
def test_every_area_has_the_class_the_reference_gives_it(name: str, kind: Kind, of: int, limits: LimitKind) -> None:
    counts, denominators, classes = figures(name)
    found = funnel(kind, counts, denominators, limits=limits)
    assert [unit.placed for unit in found.units] == classes
    assert len(classes) == of


def test_the_dispersion_of_six_units_is_that_of_the_reference_and_the_limits_stay_exact() -> None:
    counts, expected = [100, 150, 180, 80, 120, 225], [108, 112, 165, 95, 100, 220]
    found = funnel(Kind.RATIO, counts, expected, Overdispersion.SHMI)
    assert found.phi == pytest.approx(2.948033, abs=5e-7)
    assert found.tau2 is None
    assert "too few" in found.note
    assert [u.limits for u in found.units] == [u.limits for u in funnel(Kind.RATIO, counts, expected).units]


def test_limits_of_a_ratio_are_the_published_chi_square_quantiles_at_the_expected_count() -> None:
    chi2 = import_module("scipy.stats").chi2
    found = drawn(Kind.RATIO, 12.5, 1.0)
    assert (found.low_near, found.high_near) == pytest.approx((chi2.ppf(0.025, 25) / 25, chi2.ppf(0.975, 27) / 25))
    assert (found.low_far, found.high_far) == pytest.approx((chi2.ppf(0.001, 25) / 25, chi2.ppf(0.999, 27) / 25))


def numpy() -> Any:
    return import_module("numpy")


def test_the_log_method_agrees_with_a_reckoning_of_its_own() -> None:
    """A tenth of twelve ranks at each end is one unit; phi and tau2 of the ten that are left, by hand."""
    z = sorted((sqrt(e) * log(o / e), e) for o, e in zip(OBSERVED, EXPECTED, strict=True))[1:-1]
    phi = sum(value**2 for value, _ in z) / 10
    weights = [e for _, e in z]
    tau2 = (10 * phi - 9) / (sum(weights) - sum(w**2 for w in weights) / sum(weights))
    found = funnel(Kind.RATIO, OBSERVED, EXPECTED, Overdispersion.SHMI)
    assert (found.phi, found.tau2) == pytest.approx((phi, tau2))
    first = found.units[0].limits
    assert (first.low_near, first.high_far) == pytest.approx(
        (exp(-1.959964 * sqrt(1 / 10.2 + tau2)), exp(3.090232 * sqrt(1 / 10.2 + tau2))), rel=1e-6
    )


def test_the_square_root_method_agrees_with_a_reckoning_of_its_own() -> None:
    np = numpy()
    o, e = np.array(OBSERVED, float), np.array(EXPECTED)
    s = 1 / (2 * np.sqrt(e))
    z = (np.sqrt(o / e) - 1) / s
    z = np.clip(z, np.quantile(z, 0.1), np.quantile(z, 0.9))
    phi, w = float((z**2).mean()), 1 / s**2
    tau2 = (12 * phi - 11) / (w.sum() - (w**2).sum() / w.sum())
    found = funnel(Kind.RATIO, OBSERVED, EXPECTED, Overdispersion.CQC)
    assert (found.phi, found.tau2) == pytest.approx((phi, float(tau2)))
    wide = 1.959964 * float(np.sqrt(s[0] ** 2 + tau2))
    assert (found.units[0].limits.low_near, found.units[0].limits.high_near) == pytest.approx(
        (1 - wide, 1 + wide), rel=1e-6
    )


def test_a_unit_without_any_event_does_not_stop_the_log_method() -> None:
    spread = of_ratios([0, *OBSERVED[1:]], EXPECTED, Overdispersion.SHMI)
    assert spread.phi > 0


def test_widened_classes_keep_what_they_were_beside_them() -> None:
    found = funnel(Kind.RATIO, OBSERVED, EXPECTED, Overdispersion.SHMI)
    assert found.is_adjusted
    assert sum(u.placed != "ns" for u in found.units) < sum(u.exactly != "ns" for u in found.units)


def test_shares_of_all_or_none_have_nothing_to_allow_for() -> None:
    for counts in ([0] * 12, [5] * 12):
        found = funnel(Kind.PROPORTION, counts, [5] * 12, Overdispersion.CQC)
        assert (found.phi, found.tau2) == (None, None)
        assert {unit.placed for unit in found.units} == {"ns"}


def ordered(limits: Limits) -> bool:
    lines = [limits.low_far, limits.low_near, limits.high_near, limits.high_far]
    return lines == sorted(lines) and lines[0] >= 0


units = some.lists(some.tuples(some.integers(0, 30), some.integers(30, 3000)), min_size=1, max_size=25)


@settings(max_examples=60)
@given(
    units, some.sampled_from(list(Kind)), some.sampled_from(list(Overdispersion)), some.sampled_from(list(LimitKind))
)
def test_limits_are_in_order_about_the_target_and_never_below_nought(
    units: list[tuple[int, int]], kind: Kind, method: Overdispersion, how: LimitKind
) -> None:
    counts, of = [c for c, _ in units], [n for _, n in units]
    found = funnel(kind, counts, of, method, how)
    assert all(ordered(unit.limits) for unit in found.units)
    assert all(u.limits.low_near <= found.target + 1e-9 <= u.limits.high_near + 2e-9 for u in found.units)
    if kind is Kind.PROPORTION:
        assert all(unit.limits.high_far <= 1 for unit in found.units)
    assert (found.tau2 is None) == (found.phi is None or len(units) < 10)


@settings(max_examples=80)
@given(some.integers(0, 60), some.integers(1, 80))
def test_class_by_the_own_interval_agrees_with_the_exact_tail_probability(count: int, expected: int) -> None:
    law = import_module("scipy.stats").poisson(expected)
    placed = own_class(Kind.RATIO, count, expected, 1.0)
    above, below = law.sf(count - 1), law.cdf(count)
    by_tail = (
        "high.001" if above < 0.001 else "high.025" if above < 0.025
        else "low.001" if below < 0.001 else "low.025" if below < 0.025 else "ns"
    )  # fmt: skip
    assert placed == by_tail


def test_the_hospitals_of_the_reference_example_are_25_outside_and_nine_once_their_spread_is_allowed_for() -> None:
    """Days of stay at 54 hospitals (medpar, in COUNT) over what FunnelPlotR's example model expects, and what it prints."""
    with (FIGURES / "stays.csv").open() as file:
        rows = list(csv.DictReader(file))
    stays, expected = [float(row["count"]) for row in rows], [float(row["denominator"]) for row in rows]
    plain = funnel(Kind.RATIO, stays, expected)
    assert sum(unit.limits.place(unit.value).endswith(".001") for unit in plain.units) == 25
    adjusted = funnel(Kind.RATIO, stays, expected, Overdispersion.SHMI)
    assert sum(unit.placed.endswith(".001") for unit in adjusted.units) == 9
    assert (adjusted.phi, adjusted.tau2) == pytest.approx((8.532, 0.02841), rel=1e-3)
