"""How the answers of `candour stats` are written: the same keys for the same thing, null for what has no value."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from libs.statistics.agreement import Agreement
from libs.statistics.control import Chart, Point
from libs.statistics.dispersion import Overdispersion
from libs.statistics.funnel import Funnel, LimitKind, Limits, Unit
from libs.statistics.proportions import wilson
from libs.statistics.quantiles import normal_quantile
from libs.statistics.rates import RateRatio
from libs.statistics.runs import Runs
from libs.statistics.sampling import failures_contrary
from libs.statistics.signals import Signal
from libs.statistics.xmr import Xmr, assurance


def xmr(found: Xmr, target: float | None, *, more_is_better: bool) -> dict[str, Any]:
    """A chart of individual values."""
    lines = found.lines
    will_be = assurance(lines.lower, lines.upper, target, more_is_better=more_is_better) if target is not None else None
    return {
        "kind": "xmr",
        "points_total": len(found.values),
        "baseline_points": found.baseline,
        "trial_limits": found.is_trial,
        "screened": found.screened,
        "moving_ranges_screened_out": found.screened_out,
        "mean": lines.mean,
        "lower": lines.lower,
        "upper": lines.upper,
        "near_lower": lines.near_lower,
        "near_upper": lines.near_upper,
        "mean_moving_range": found.mean_range,
        "moving_range_upper": found.range_upper,
        "target": target,
        "assurance": will_be,
        "points": [
            {"index": i, "value": value, "moving_range": found.ranges[i - 1], "signal": found.signals[i - 1]}
            for i, value in enumerate(found.values, start=1)
        ],
        "signals": [{"index": i, "signal": signal} for i, signal in enumerate(found.signals, start=1) if signal],
    }


def chart(found: Chart, counts: list[float], of: list[float] | None) -> dict[str, Any]:
    """A chart of counts, shares, rates, or of what lies between rare events."""
    points = [_point(i, point, counts, of) for i, point in enumerate(found.points, start=1)]
    return {
        "kind": found.kind,
        "points_total": len(points),
        "baseline_points": found.baseline,
        "trial_limits": found.is_trial,
        "mean": found.mean,
        "centre": found.points[0].centre,
        "sigma_z": found.sigma_z,
        "points": points,
        "signals": [{"index": p["index"], "signal": p["signal"]} for p in points if p["signal"]],
        "runs": _runs(found.runs),
    }


def _point(i: int, point: Point, counts: list[float], of: list[float] | None) -> dict[str, Any]:
    signal = {1: Signal.ABOVE, -1: Signal.BELOW}.get(point.beyond)
    return {
        "index": i,
        "count": counts[i - 1],
        "exposure": of[i - 1] if of else None,
        "value": point.value,
        "centre": point.centre,
        "lower": point.lower,
        "upper": point.upper,
        "near_lower": point.near_lower,
        "near_upper": point.near_upper,
        "included": point.included,
        "signal": signal,
    }


def _runs(runs: Runs) -> dict[str, Any]:
    return {
        "useful_points": runs.useful,
        "longest_run": runs.longest_run,
        "longest_run_max": runs.longest_run_max,
        "crossings": runs.crossings,
        "crossings_min": runs.crossings_min,
        "signal": runs.signal,
    }


def funnel(
    found: Funnel, names: list[str] | None, overdispersion: Overdispersion, limits: LimitKind
) -> dict[str, Any]:  # fmt: skip
    """Units about their target; with what they were without the spread between units, where that was allowed for."""
    return {
        "kind": found.kind,
        "units_total": len(found.units),
        "target": found.target,
        "phi": found.phi,
        "tau2": found.tau2,
        "overdispersion": overdispersion,
        "adjusted": found.is_adjusted,
        "limits": limits,
        "note": found.note,
        "units": [
            _unit(i, unit, names[i - 1] if names else str(i), found) for i, unit in enumerate(found.units, start=1)
        ],
    }


def _unit(i: int, unit: Unit, name: str, found: Funnel) -> dict[str, Any]:
    return {
        "index": i,
        "unit": name,
        "count": unit.count,
        "denominator": unit.denominator,
        "expected": unit.expected,
        "value": unit.value,
        "limits": _limits(unit.limits),
        "class": unit.placed,
    } | ({"class_without_overdispersion": unit.exactly} if found.is_adjusted else {})


def _limits(limits: Limits) -> dict[str, float]:
    return {
        "low.001": limits.low_far,
        "low.025": limits.low_near,
        "high.025": limits.high_near,
        "high.001": limits.high_far,
    }


def rate_ratio(found: RateRatio, level: float) -> dict[str, Any]:
    """Rates before and after."""
    return {
        "rate_before": found.rate_before,
        "rate_after": found.rate_after,
        "rate_ratio": found.ratio,
        "interval": {"level": level, "low": found.low, "high": found.high},
        "p_central": found.p_central,
        "p_minlike": found.p_minlike,
        "mid_p": found.mid_p,
    }


def score(seen: int, of: int, level: float) -> dict[str, Any]:
    """A proportion with its score interval."""
    interval = wilson(seen, of, normal_quantile(0.5 + level / 2))
    return {"k": seen, "n": of, "share": seen / of, "level": level, "low": interval.low, "high": interval.high}


def sample(n: int, claim: Fraction, population: int | None, confidence: Fraction) -> dict[str, Any]:
    """How many to look at, and what it would show."""
    return {
        "n": n,
        "claim": float(claim),
        "population": population,
        "confidence": float(confidence),
        "contrary_failures": min(population, failures_contrary(population, claim)) if population else None,
    }


def agreement(found: Agreement) -> dict[str, Any]:
    """How far two people agree."""
    return {
        "cases": found.cases,
        "kappa": found.kappa,
        "standard_error": found.standard_error,
        "interval": {"level": 0.95, "low": found.low, "high": found.high},
        "observed_agreement": found.observed,
        "expected_agreement": found.expected,
        "categories": found.categories,
        "table": found.table,
    }
