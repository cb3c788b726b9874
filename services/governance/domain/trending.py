"""What a trend says: the chart that fits how much is expected, and each signal in a sentence.

Plain reckoning, without a clock or a store, so that the same figures always say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from statistics import fmean

from libs.statistics.control import Kind as ChartKind
from libs.statistics.control import Point, few_rates, rates, shares
from libs.statistics.rare import times_between
from libs.statistics.signals import Lines, Signal, signals
from libs.statistics.xmr import assurance

BASELINE = 12
"""Limits rest on the first twelve months; they are set anew by a recorded decision alone."""
OFTEN, SELDOM, VERY_OFTEN = 5, 1, 50
"""Events expected in a month: from 5 on a u chart, from 50 on a u' chart; below 1 a T chart, where events allow one."""
ENOUGH_TIMES = 8
"""Times between events in the baseline that a T chart needs."""
ENOUGH_EVENTS = 3
"""Events in the first twelve months without which no limits can be made of them."""
LATEST = 3
"""Points at the end by which it is told whether a process still is what its limits were made of."""
LEAST = 3
"""Months below which nothing is drawn."""
THOUSAND = 1000
SHORTEST = 1 / 24
"""Two events within an hour count as an hour apart; a time between events is never none."""


@dataclass(frozen=True, slots=True)
class Month:
    """How many in a month, of how much: exposure for a rate, cases for a share."""

    month: date
    count: int
    of: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """One point as it is drawn: in the unit of the chart, with its lines and its signal."""

    label: str
    value: float
    lines: Lines | None
    signal: Signal | None
    baseline: int
    month: date | None = None
    count: int = 0
    of: float = 0.0


@dataclass(frozen=True, slots=True)
class Trended:
    """A trend ready to be drawn and told. `drawn_as` says which chart and why; `is_times` where points are days between."""

    points: tuple[Drawn, ...]
    drawn_as: str
    sentences: tuple[str, ...]
    is_times: bool = False
    assurance: str = ""
    months_in_baseline: int = 0

    @property
    def has_outgrown(self) -> bool:
        """Whether the last points are more than chance explains, so that the limits no longer say what will come."""
        return any(point.signal for point in self.points[-LATEST:])


def stretches(months: Sequence[Month], resets: Sequence[date]) -> list[list[Month]]:
    """The months between the decisions that set limits anew, in order."""
    starts = sorted(set(resets))
    found = groupby(months, key=lambda each: sum(start <= each.month for start in starts))
    return [list(group) for _, group in found]


def trend_of_rates(
    months: Sequence[Month], times: Sequence[datetime] = (), resets: Sequence[date] = ()
) -> Trended | None:
    """Events over exposure, month by month, per 1,000; None for fewer than three months.

    `times`: when each event happened, for the chart of times between them where they are rare.
    """
    if len(months) < LEAST:
        return None
    parts = stretches(months, resets)
    expected = fmean(each.count for each in _judged(parts)[:BASELINE])
    if expected < SELDOM and (rare := _times(months, times, resets, expected)):
        return rare
    kind, words = _kind(expected)
    points: list[Drawn] = []
    for number, part in enumerate(parts):
        points += _drawn(part, number, kind, THOUSAND)
    return Trended(tuple(points), words, tuple(tell(points, "months")), months_in_baseline=in_baseline(parts[-1]))


def trend_of_shares(
    months: Sequence[Month], target: float | None = None, resets: Sequence[date] = (), *, more_is_better: bool = True
) -> Trended | None:
    """Cases of all cases, month by month; months without a case say nothing. None for fewer than three months.

    `target` is a share; whether it will be met is judged by the limits of the last month.
    """
    kept = [each for each in months if each.of]
    if len(kept) < LEAST:
        return None
    points: list[Drawn] = []
    parts = stretches(kept, resets)
    for number, part in enumerate(parts):
        points += _drawn(part, number, ChartKind.SHARE, 1)
    lines = points[-1].lines
    will_be = (
        assurance(lines.lower, lines.upper, target, more_is_better=more_is_better)
        if lines and target is not None
        else ""
    )
    words = "Drawn as a p chart: each month's limits fit the number of its cases."
    told = tuple(tell(points, "months"))
    return Trended(tuple(points), words, told, assurance=will_be, months_in_baseline=min(BASELINE, len(parts[-1])))


def _judged(parts: list[list[Month]]) -> list[Month]:
    """The months whose number decides which chart fits: the latest stretch that is long enough."""
    return next((part for part in reversed(parts) if len(part) >= LEAST), parts[0])


def in_baseline(part: Sequence[Month]) -> int:
    """How many months the limits rest on: the first twelve, or all where those hold too few events to make limits of."""
    first = part[:BASELINE]
    return len(first) if sum(each.count for each in first) >= ENOUGH_EVENTS else len(part)


def _kind(expected: float) -> tuple[ChartKind | None, str]:
    about = f"about {expected:.{0 if expected >= OFTEN else 1}f} are expected in a month"
    if expected >= VERY_OFTEN:
        return ChartKind.RATE_ADJUSTED, f"Drawn as a u′ chart, since {about}: so many vary by more than chance alone."
    if expected >= OFTEN:
        return ChartKind.RATE, f"Drawn as a u chart, since {about}."
    few = " Where so few are expected, some months without any say nothing." if expected < SELDOM else ""
    return None, f"Drawn as a u chart with exact limits, since only {about}.{few}"


def _drawn(part: Sequence[Month], number: int, kind: ChartKind | None, per: int) -> list[Drawn]:
    least = 2
    if len(part) < least:
        return [_point(each, None, None, number, per) for each in part]
    counts, of = [each.count for each in part], [each.of for each in part]
    freeze = in_baseline(part) if kind is not ChartKind.SHARE else min(BASELINE, len(part))
    if kind is None:
        chart = few_rates(counts, of, freeze=freeze)
    elif kind is ChartKind.SHARE:
        chart = shares(counts, of, freeze=freeze)
    else:
        adjusted = kind is ChartKind.RATE_ADJUSTED and any(counts[:freeze])
        chart = rates(counts, of, adjusted=adjusted, freeze=freeze)
    found = signals([point.value for point in chart.points], [_lines(point, 1) for point in chart.points])
    if kind is None and fmean(counts[:freeze]) < SELDOM:
        found = [signal if signal and signal.is_high else None for signal in found]
    return [
        _point(each, point, signal, number, per) for each, point, signal in zip(part, chart.points, found, strict=True)
    ]


def _lines(point: Point, per: float) -> Lines:
    return Lines(
        per * point.centre, per * point.lower, per * point.upper, per * point.near_lower, per * point.near_upper
    )


def _point(each: Month, point: Point | None, signal: Signal | None, number: int, per: int) -> Drawn:
    return Drawn(
        f"{each.month:%b %Y}", per * each.count / each.of, _lines(point, per) if point else None, signal, number,
        each.month, each.count, each.of,
    )  # fmt: skip


def _times(
    months: Sequence[Month], times: Sequence[datetime], resets: Sequence[date], expected: float
) -> Trended | None:
    """The days between one event and the next, where the baseline holds enough of them; None where it does not."""
    latest = max((start for start in resets if start <= months[-1].month), default=months[0].month)
    kept = sorted(each for each in times if each.date() >= latest)
    last = [each.month for each in months if each.month >= latest][:BASELINE][-1]
    days = [max(SHORTEST, (b - a).total_seconds() / 86_400) for a, b in pairwise(kept)]
    settled = sum((when.year, when.month) <= (last.year, last.month) for when in kept[1:])
    if settled < ENOUGH_TIMES:
        return None
    chart = times_between(days, freeze=settled)
    found = signals(days, [_lines(point, 1) for point in chart.points])
    points = [
        Drawn(f"{when.day} {when:%b %Y}", point.value, _lines(point, 1), signal, 0)
        for when, point, signal in zip(kept[1:], chart.points, found, strict=True)
    ]
    words = (
        f"Drawn as the days from one to the next (a T chart), since only about {expected:.1f} are expected in a month."
        " A low point means that two came close together."
    )
    return Trended(tuple(points), words, tuple(tell(points, "times")), is_times=True, months_in_baseline=settled)


RULES = {
    Signal.ABOVE: "above the upper limit",
    Signal.BELOW: "below the lower limit",
    Signal.RISING: "seven or more in a row, each higher than the one before",
    Signal.FALLING: "seven or more in a row, each lower than the one before",
    Signal.NEAR_UPPER: "two of three near the upper limit, all three above the middle",
    Signal.NEAR_LOWER: "two of three near the lower limit, all three below the middle",
    Signal.SHIFT_UP: "seven or more in a row above the middle",
    Signal.SHIFT_DOWN: "seven or more in a row below the middle",
}
"""Each rule in words."""


def tell(points: Sequence[Drawn], what: str) -> list[str]:
    """Each stretch that is more than chance in one sentence, in order of time; that there is none is a sentence too."""
    found = []
    for (is_high, _), group in groupby(points, key=lambda each: (each.signal and each.signal.is_high, each.baseline)):
        if is_high is not None:
            found.append(_sentence(list(group), what, is_high=is_high))
    return found or ["Nothing here is more than chance explains."]


def _sentence(points: list[Drawn], what: str, *, is_high: bool) -> str:
    first, last = points[0].label, points[-1].label
    when = first if len(points) == 1 else f"{first} to {last}"
    more = {"months": ("higher", "lower"), "times": ("further apart", "closer together")}[what][not is_high]
    rules = dict.fromkeys(RULES[each.signal] for each in points if each.signal)
    return f"{when}: {more} than chance explains ({'; '.join(rules)})."
