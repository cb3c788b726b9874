"""What a measure finds: how many cases of a month kept their target, and each one that did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from contracts.taxonomy import ClockKind, Milestone
from libs.calendar import WorkingDays, calendar_days, end_of_day, local_day
from libs.practice import Cohort
from libs.practice import Measure as Definition

LONGEST_REASON = 200
Reached = Mapping[str, datetime]
"""When each milestone of a case was reached, by taxonomy.Milestone code."""


@dataclass(frozen=True, slots=True)
class Case:
    """An opportunity as a measure sees it: what it is now, when it was received and when recorded."""

    journey: UUID
    kind: str
    themes: tuple[str, ...]
    abuse_types: tuple[str, ...]
    received: datetime
    recorded: datetime


@dataclass(frozen=True, slots=True)
class Breach:
    """One case that missed the target, the day it began, and what was missing or late."""

    journey: UUID
    started: date
    because: str


@dataclass(frozen=True, slots=True)
class Figure:
    """`numerator` of `denominator` cases of a month. `met` is None where there was nothing to measure."""

    period: date
    numerator: int
    denominator: int
    met: bool | None
    breaches: list[Breach] = field(default_factory=list)


def month_of(day: date) -> date:
    """The first day of a day's month: how a period is named."""
    return day.replace(day=1)


def month_after(period: date, months: int = 1) -> date:
    """The first day of the month so many months later, or earlier where negative."""
    place = period.year * 12 + period.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def last_day(period: date) -> date:
    """The last day of a month."""
    return month_after(period) - timedelta(days=1)


def check_due(definition: Definition, period: date, days: WorkingDays) -> datetime:
    """When a month is checked, fixed in advance: a working day after the clock of its last case has run.

    A target without days has no clock; its cases are given the whole month that follows.
    """
    n = definition.numerator.n
    if n is None:
        return end_of_day(days.add(last_day(month_after(period)), 1))
    if definition.numerator.within == ClockKind.CALENDAR_DAYS:
        return end_of_day(last_day(period) + timedelta(days=n + 1))
    return end_of_day(days.add(last_day(period), n + 1))


def belongs(cohort: Cohort, case: Case) -> bool:
    """Whether a case counts, by what it is now: one that was reclassified moves with its new kind."""
    return (
        case.kind in cohort.kinds
        or not set(cohort.themes).isdisjoint(case.themes)
        or not set(cohort.abuse_types).isdisjoint(case.abuse_types)
    )


def evaluate(
    definition: Definition,
    cases: Iterable[Case],
    milestones: Mapping[UUID, Reached],
    period: date,
    now: datetime,
    days: WorkingDays,
) -> Figure:
    """The figure of a month as far as is known at `now`.

    Counted are cases of the cohort that began in the month by the UK's calendar. One whose days have not run out
    counts only if it has met its target already. Breaches are listed by the day they began.
    """
    counted: list[bool] = []
    breaches: list[Breach] = []
    for case in cases:
        reached = milestones.get(case.journey, {})
        started = start_of(definition, case, reached)
        if started is None or month_of(local_day(started)) != period or not belongs(definition.cohort, case):
            continue
        deadline = deadline_of(definition, started, days)
        hit = all(_in_time(reached.get(name), deadline) for name in definition.numerator.all_of)
        if not hit and deadline is not None and now <= deadline:
            continue
        counted.append(hit)
        if hit is (definition.direction == "lower_is_better"):
            breaches.append(Breach(case.journey, local_day(started), _because(definition, reached, deadline)))
    breaches.sort(key=lambda breach: (breach.started, breach.journey))
    numerator, denominator = sum(counted), len(counted)
    return Figure(period, numerator, denominator, kept(definition, numerator, denominator), breaches)


def start_of(definition: Definition, case: Case, reached: Reached) -> datetime | None:
    """The moment a case's clock starts, or None where that has not happened yet."""
    begins = {Milestone.RECEIVED: case.received, Milestone.RECORDED: case.recorded}
    return begins.get(definition.starts_at) or reached.get(definition.starts_at)


def deadline_of(definition: Definition, started: datetime, days: WorkingDays) -> datetime | None:
    """The last moment in time, or None where the target names no days."""
    n = definition.numerator.n
    if n is None:
        return None
    counted = calendar_days if definition.numerator.within == ClockKind.CALENDAR_DAYS else days.deadline
    return counted(started, n)


def kept(definition: Definition, numerator: int, denominator: int) -> bool | None:
    """Whether so many of so many keep the target; None of none."""
    if not denominator:
        return None
    share, target = 100 * Decimal(numerator), Decimal(str(definition.target_percent)) * denominator
    return share >= target if definition.direction == "higher_is_better" else share <= target


def _in_time(reached: datetime | None, deadline: datetime | None) -> bool:
    return reached is not None and (deadline is None or reached <= deadline)


def _because(definition: Definition, reached: Reached, deadline: datetime | None) -> str:
    """What was missing or late, in words: "Reviewed by a manager on 5 March 2026"."""
    said = []
    for name in definition.numerator.all_of:
        at = reached.get(name)
        if definition.direction == "higher_is_better" and _in_time(at, deadline):
            continue
        said.append(f"{name.label} on {_said(at)}" if at else f"{name.label}: not on record")
    due = f" (due by {_said(deadline)})" if deadline else ""
    words = "; ".join(said)
    return words[: LONGEST_REASON - len(due)] + due


def _said(moment: datetime) -> str:
    day = local_day(moment)
    return f"{day.day} {day:%B %Y}"
