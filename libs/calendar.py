"""Working days of the four nations, and the end of the day a duty is due by."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib.metadata import version
from zoneinfo import ZoneInfo

import holidays

from contracts.taxonomy import Nation

LONDON = ZoneInfo("Europe/London")
SUBDIVISIONS = {
    Nation.ENGLAND: "ENG",
    Nation.WALES: "WLS",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}
SATURDAY = 5
HOLIDAYS_VERSION = version("holidays")


class WorkingDays:
    """The working days of one nation: not a Saturday, a Sunday or a bank holiday there.

    "Within n working days" counts from the day after the trigger. Substitute and one-off holidays
    count. Source of the definition: SI 2006/1681 reg 2.
    """

    def __init__(self, nation: Nation | str) -> None:
        self.nation = Nation(nation)

    @property
    def version(self) -> str:
        """Which calendar answered: kept beside every deadline, because holidays are announced late."""
        return f"holidays-{HOLIDAYS_VERSION}-{self.nation}"

    def is_working(self, day: date) -> bool:
        """Whether the service's offices work on this day."""
        days = _year(self.nation, day.year)
        place = bisect_right(days, day.toordinal())
        return place > 0 and days[place - 1] == day.toordinal()

    def add(self, start: date, n: int) -> date:
        """The nth working day after a day. Raises ValueError unless n is 1 or more."""
        if n < 1:
            raise ValueError("A number of working days is 1 or more.")
        year = start.year
        days = _year(self.nation, year)
        place = bisect_right(days, start.toordinal()) + n - 1
        while place >= len(days):
            place -= len(days)
            year += 1
            days = _year(self.nation, year)
        return date.fromordinal(days[place])

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`; nought if none do."""
        if end <= start:
            return 0
        whole = sum(len(_year(self.nation, year)) for year in range(start.year, end.year))
        before = bisect_right(_year(self.nation, start.year), start.toordinal())
        upto = bisect_right(_year(self.nation, end.year), end.toordinal())
        return whole - before + upto

    def deadline(self, start: datetime, n: int) -> datetime:
        """The end of the nth working day after the local day of `start`, in UK local time.

        Raises ValueError for a time without a zone, or unless n is 1 or more.
        """
        return end_of_day(self.add(local_day(start), n))


def calendar_days(start: datetime, n: int) -> datetime:
    """The end of the nth calendar day, the day after the local day of `start` being day 1.

    Raises ValueError for a time without a zone, or unless n is 1 or more.
    """
    if n < 1:
        raise ValueError("A number of days is 1 or more.")
    return end_of_day(local_day(start) + timedelta(days=n))


def local_day(moment: datetime) -> date:
    """The day it is in the UK at a moment. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("A deadline starts at a time with its time zone.")
    return moment.astimezone(LONDON).date()


def end_of_day(day: date) -> datetime:
    """The last microsecond of a day in the UK, an hour earlier in UTC while summer time lasts."""
    return datetime.combine(day, time.max, tzinfo=LONDON)


@lru_cache(maxsize=1024)
def _year(nation: Nation, year: int) -> tuple[int, ...]:
    """The working days of a year as ordinals, in order."""
    closed = holidays.country_holidays("GB", subdiv=SUBDIVISIONS[nation], years=year)
    first = date(year, 1, 1).toordinal()
    length = date(year, 12, 31).toordinal() - first + 1
    days = (date.fromordinal(first + offset) for offset in range(length))
    return tuple(d.toordinal() for d in days if d.weekday() < SATURDAY and d not in closed)
