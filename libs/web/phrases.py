"""How times, deadlines and numbers are said to a person."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from contracts.taxonomy import Nation
from libs.calendar import WorkingDays

LONDON = "Europe/London"

CountWorkingDays = Callable[[date, date], int]
IN_ENGLAND: CountWorkingDays = WorkingDays(Nation.ENGLAND).between


def _in_zone(when: datetime, zone: str | None) -> datetime:
    if when.tzinfo is None:
        raise ValueError("A time without a zone cannot be shown: store times in UTC.")
    return when.astimezone(ZoneInfo(zone or LONDON))


def local_time(when: datetime | None, zone: str | None = None) -> str:
    """The site's wall clock, such as "22 Nov 2026, 14:05"; "not known" for none. Raises ValueError without a zone."""
    if when is None:
        return "not known"
    local = _in_zone(when, zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def day(when: date | datetime | None, zone: str | None = None) -> str:
    """The calendar day at the site, such as "22 November 2026"; "not known" for no day."""
    if when is None:
        return "not known"
    local = _in_zone(when, zone) if isinstance(when, datetime) else when
    return f"{local.day} {local:%B %Y}"


def number(value: float | None, places: int = 0) -> str:
    """Thousands with commas and a fixed number of decimal places; "no data" for nothing."""
    return "no data" if value is None else f"{value:,.{places}f}"


def percent(share: float | None, places: int = 0) -> str:
    """A share of 1 as a percentage; "no data" for nothing."""
    return "no data" if share is None else f"{100 * share:.{places}f}%"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 action", "3 actions"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _ahead(due: datetime, today: date, working_days: CountWorkingDays) -> str:
    days = (due.date() - today).days
    if days == 0:
        return f"due today by {due:%H:%M}"
    if days == 1:
        return "due tomorrow"
    left = working_days(today, due.date())
    if left == 0:
        return f"due {due.day} {due:%b}, before the next working day"
    return f"due in {counted(left, 'working day')}"


def _late(due: datetime, today: date, working_days: CountWorkingDays) -> str:
    if due.date() == today:
        return f"late since {due:%H:%M} today"
    late = working_days(due.date(), today)
    return f"{counted(late, 'working day')} late" if late else f"late since {due.day} {due:%b}"


def due_phrase(
    due: datetime,
    now: datetime,
    zone: str | None = None,
    working_days: CountWorkingDays = IN_ENGLAND,
) -> str:
    """How a deadline stands now: "due today by 14:05", "due tomorrow", "due in 3 working days", "2 working days late".

    Days are the site's calendar days; `working_days(a, b)` counts those after `a` up to and including `b`.
    """
    local, today = _in_zone(due, zone), _in_zone(now, zone).date()
    return _late(local, today, working_days) if now.astimezone(UTC) > due else _ahead(local, today, working_days)


def days(length: float | None) -> str:
    """A length of time in days as a person says it: "less than a day", "3 days", "5 weeks", "7 months"; "no data" for none."""
    if length is None:
        return "no data"
    if length < 1:
        return "less than a day"
    lengths = ((61, "month", 30.44), (21, "week", 7), (1, "day", 1))
    unit, size = next((unit, size) for least, unit, size in lengths if length >= least)
    return counted(round(length / size), unit)
