"""Which months a trend is told over."""

from __future__ import annotations

from datetime import date, datetime

from libs.calendar import local_day

MONTHS = 12
"""How many months back a trend goes."""


def months_before(day: date, months: int = MONTHS) -> date:
    """The first day of the month that lies so many months before a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def last_months(now: datetime, months: int) -> tuple[date, date]:
    """The first and the last of so many whole months, the last of which has ended."""
    today = local_day(now)
    return months_before(today, months), months_before(today, 1)
