"""What one day costs: every check, review, round and trigger that falls due at many sites, beside little and much history."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from deploy.house import Platform
from libs.clock import HandClock
from libs.deciding import Act
from services.governance.application import NewSite
from tests.bench import past
from tests.bench.reading import ourselves, processor_seconds
from tests.house import rules

ACT = Act("person:bench", "provider_quality_lead", "provider:large")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAYS = 4
"""Days measured from the first of a month on: rounds of the month end, checks, and ordinary days."""
KINDS = ("homecare", "supported_living", "care_home_residential")
LONG_AGO, FIRST, SECOND = date(2026, 1, 1), date(2026, 4, 1), date(2026, 5, 1)
WINDOW = 3
"""Months that a check looks over at most; what came in them is the same at both ends."""
AT_ONCE = 16
PATIENCE = 600


@dataclass(frozen=True, slots=True)
class Day:
    """How many dates fell due; seconds until all was decided, told and shown, by the clock and by the processors."""

    dates: int
    seconds: float
    processor: float


async def measure(env: Mapping[str, str], sites: int, cases: int) -> dict[str, Any]:
    """A month's end at so many sites without history, and the next one beside three years of it with so many cases.

    As many cases came in the months before the one end as before the other, so that as much is to be checked.
    """
    with _administrator(env) as connection:
        past.leave_room(connection)
    clock = HandClock(MONDAY)
    house = Platform(env, clock, ["governance", "assurance"])
    await house.open()
    try:
        await house.start(wake=False)
        began = time.perf_counter()
        await _organise(house, sites)
        set_up = time.perf_counter() - began
        with _administrator(env) as connection:
            past.lately(connection, FIRST, sites, cases, WINDOW)
        without = await _end_of_month(house, clock, FIRST)
        with _administrator(env) as connection:
            past.lately(connection, SECOND, sites, cases, 1)
            stored = past.write(connection, LONG_AGO, sites, cases)
        beside = await _end_of_month(house, clock, SECOND)
    finally:
        await house.close()
    return {
        "sites": sites, "set_up_s": round(set_up, 1), "history": stored, "without_history": _told(without),
        "beside_history": _told(beside), "times_as_long": round(_each(beside) / _each(without), 2),
        "times_the_processor": round(_each(beside, "processor") / _each(without, "processor"), 2),
    }  # fmt: skip


def _administrator(env: Mapping[str, str]) -> psycopg.Connection[Any]:
    return psycopg.connect(env["CANDOUR_PG_ADMIN"].replace("dbname=postgres", "dbname=candour"), autocommit=True)


async def _organise(house: Platform, sites: int) -> None:
    """Sites of three kinds in turn, and the rules."""
    governance, room = house.service("governance"), asyncio.Semaphore(AT_ONCE)

    async def one(n: int) -> None:
        async with room:
            kind = KINDS[n % len(KINDS)]
            new = NewSite("large", f"site-{n}", f"Site {n}", "North", "ENG", kind, date(2020, 1, 1))
            await governance.register_site(ACT, new)

    await governance.adopt_rules(ACT, "large", rules(), date(2020, 1, 1))
    await asyncio.gather(*(one(n) for n in range(sites)))
    await house.settle(PATIENCE)


async def _end_of_month(house: Platform, clock: HandClock, first: date) -> list[Day]:
    """Live up to the last day of a month, then measure the days that follow."""
    clock.move_to(datetime(first.year, first.month, 1, 9, tzinfo=UTC) - timedelta(days=2))
    await _a_day(house, clock)
    return [await _a_day(house, clock) for _ in range(DAYS)]


async def _a_day(house: Platform, clock: HandClock) -> Day:
    """The next day's morning."""
    clock.move_to(clock.now() + timedelta(days=1))
    waker, woken = house.rooms["assurance"].waker, 0
    began, used = time.perf_counter(), processor_seconds(ourselves())
    assert waker is not None
    while found := await waker.wake():
        woken += found
    await house.settle(PATIENCE)
    return Day(woken, time.perf_counter() - began, processor_seconds(ourselves()) - used)


def _each(days: list[Day], spent: str = "seconds") -> float:
    """Seconds for each date that fell due."""
    return float(sum(getattr(day, spent) for day in days) / max(1, sum(day.dates for day in days)))


def _told(days: list[Day]) -> dict[str, float]:
    busiest = max(days, key=lambda day: day.seconds)
    return {
        "dates": sum(day.dates for day in days),
        "ms_each": round(1000 * _each(days), 2),
        "processor_ms_each": round(1000 * _each(days, "processor"), 2),
        "busiest_day_dates": busiest.dates,
        "busiest_day_s": round(busiest.seconds, 1),
        "busiest_day_processor_s": round(busiest.processor, 1),
    }
