"""What one day costs: every check, review, round and trigger that falls due at many sites, beside little and much history."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from deploy.house import Platform
from libs.clock import HandClock
from libs.deciding import Act
from services.governance.application import NewSite
from tests.house import rules

ACT = Act("person:bench", "provider_quality_lead", "provider:large")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAYS = 4
"""Days measured from the first of a month on: rounds of the month end, checks, and ordinary days."""
KINDS = ("homecare", "supported_living", "care_home_residential")
AT_ONCE = 16
HISTORY = """
    INSERT INTO assurance_view.opportunity (journey, site, reference, kind, themes, received, recorded)
    SELECT md5(n::text)::uuid, 'site-' || n %% %s, 'R-' || n, 'safeguarding_indicator', '{}',
        timestamptz '2026-03-01' - (n::float / %s) * interval '26280 hours',
        timestamptz '2026-03-01' - (n::float / %s) * interval '26280 hours'
    FROM generate_series(1, %s) AS n
"""
REACHED = """
    INSERT INTO assurance_view.milestone
    SELECT journey, 'management_reviewed', site, recorded + interval '3 hours', recorded FROM assurance_view.opportunity
    ON CONFLICT DO NOTHING
"""


async def measure(env: Mapping[str, str], sites: int, history: int) -> dict[str, Any]:
    """A month's end at so many sites without history, and the next one beside so many cases of three years."""
    clock = HandClock(MONDAY)
    house = Platform(env, clock, ["governance", "assurance"])
    await house.open()
    try:
        await house.start(wake=False)
        began = time.perf_counter()
        await _organise(house, sites)
        set_up = time.perf_counter() - began
        without = await _end_of_month(house, clock, date(2026, 4, 1))
        with psycopg.connect(env["CANDOUR_PG_ADMIN"].replace("dbname=postgres", "dbname=candour")) as connection:
            connection.execute(HISTORY, (sites, history, history, history))
            connection.execute(REACHED)
            connection.execute("ANALYZE assurance_view.opportunity, assurance_view.milestone")
        beside = await _end_of_month(house, clock, date(2026, 5, 1))
    finally:
        await house.close()
    return {
        "sites": sites, "set_up_s": round(set_up, 1), "history": 2 * history, "without_history": _told(without),
        "beside_history": _told(beside), "times_as_long": round(_each(beside) / _each(without), 2),
    }  # fmt: skip


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
    await house.settle(600)


async def _end_of_month(house: Platform, clock: HandClock, first: date) -> list[tuple[int, float]]:
    """Live up to the last day of a month, then measure the days that follow."""
    clock.move_to(datetime(first.year, first.month, 1, 9, tzinfo=UTC) - timedelta(days=2))
    await _a_day(house, clock)
    return [await _a_day(house, clock) for _ in range(DAYS)]


async def _a_day(house: Platform, clock: HandClock) -> tuple[int, float]:
    """The next day's morning: how many dates fell due, and the seconds until all was decided, told and shown."""
    clock.move_to(clock.now() + timedelta(days=1))
    waker, woken, began = house.rooms["assurance"].waker, 0, time.perf_counter()
    assert waker is not None
    while found := await waker.wake():
        woken += found
    await house.settle(600)
    return woken, time.perf_counter() - began


def _each(days: list[tuple[int, float]]) -> float:
    """Seconds for each date that fell due."""
    return sum(spent for _, spent in days) / max(1, sum(woken for woken, _ in days))


def _told(days: list[tuple[int, float]]) -> dict[str, float]:
    busiest = max(days, key=lambda day: day[1])
    return {
        "dates": sum(woken for woken, _ in days),
        "ms_each": round(1000 * _each(days), 2),
        "busiest_day_dates": busiest[0],
        "busiest_day_s": round(busiest[1], 1),
    }
