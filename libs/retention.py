"""How long records must be kept at least, as dated, cited data; whether they then go is for people to decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from pydantic import Field, model_validator

from contracts.taxonomy import HarmLevel, OpportunityKind, RuleKind
from libs.calendar import local_day
from libs.practice import Identifier, Line, Part


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as retention sees it: of what kind, with how much harm, and when anything was last added to it."""

    kind: str
    harm_level: str
    last_entry: datetime


class RetentionRule(Part):
    """For how many years, counted from the last entry, a record is kept at least. Lists that are empty leave nothing out.

    Periods are minimums and begin anew when a record is used again (Records Management Code of Practice, NHS England,
    which adult social care follows by its own edition).
    """

    id: Identifier
    title: Line
    kind: RuleKind
    citation: Line
    source_url: str | None = Field(default=None, pattern=r"^https://", max_length=300)
    checked_on: date
    confirmed: bool
    years: int = Field(ge=1, le=100)
    kinds: tuple[OpportunityKind, ...] = ()
    harm_levels: tuple[HarmLevel, ...] = ()
    note: str = Field(default="", max_length=600)

    def covers(self, record: Kept) -> bool:
        """Whether the rule is about such a record."""
        return (not self.kinds or record.kind in self.kinds) and (
            not self.harm_levels or record.harm_level in self.harm_levels
        )

    def until(self, record: Kept) -> date:
        """The first day on which the rule no longer asks for it to be kept."""
        return years_after(local_day(record.last_entry), self.years)


class Retention(Part):
    """The provider's schedule: its rules, and within how many months a person who asks must be answered."""

    answer_within_months: int = Field(ge=1, le=12)
    answer_citation: Line
    untaken_days: int = Field(default=90, ge=7, le=1000)
    """For how long what an outside system sent, and nobody took, is kept: of whom it tells is not known, so that no
    request to erase finds it."""
    untaken_citation: Line = "A quarter, until the provider says otherwise: UK GDPR, Article 5(1)(e) names no period"
    files_per_record: int = Field(default=200, ge=1, le=10_000)
    """How many files of evidence one record takes, so that nobody fills the house by mistake."""
    files_citation: Line = "Our own measure, until the provider says otherwise: what a reader can still look through"
    rules: tuple[RetentionRule, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        if len({rule.id for rule in self.rules}) < len(self.rules):
            raise ValueError("a rule of retention stands twice")
        return self

    def asks(self, records: Iterable[Kept]) -> list[tuple[date, RetentionRule]]:
        """Until when records kept under one key must stay, by each rule that covers one of them; the latest first."""
        latest: dict[str, tuple[date, RetentionRule]] = {}
        for record in records:
            for rule in self.rules:
                if rule.covers(record):
                    until = rule.until(record)
                    if rule.id not in latest or latest[rule.id][0] < until:
                        latest[rule.id] = (until, rule)
        return sorted(latest.values(), key=lambda each: (each[0], each[1].id), reverse=True)

    def still_asks(self, records: Iterable[Kept], on: date) -> list[tuple[date, RetentionRule]]:
        """Those that ask for the records to be kept beyond a day."""
        return [(until, rule) for until, rule in self.asks(records) if until > on]


def years_after(day: date, years: int) -> date:
    """The same day so many years later; the first of March where a leap day has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def months_after(day: date, months: int) -> date:
    """The corresponding day so many months later, or the last of that month where it has none."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
