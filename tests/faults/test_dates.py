"""The promise, for every clock: the process is killed again and again while dates come and go, and each date is acted on
once, for the day on which it fell.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from deploy.house import Platform
from libs.calendar import WorkingDays, end_of_day, local_day
from libs.clock import HandClock
from libs.practice import Cadence as CadenceDefinition
from libs.practice import Measure as MeasureDefinition
from services.action.domain.action import Action
from services.assurance.domain import Cadence, Measure, Watch
from services.assurance.domain.cadence import slot_after
from services.assurance.domain.figures import check_due, month_after
from tests.action.world import OWNER, POSTS, World
from tests.faults.clockwork import ROOMS, Clockwork
from tests.faults.under_fire import PRELOADED, PRELOADS
from tests.house import MONDAY, OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

CHANCE = random.Random(5)
KILLED = 5
DAYS_BETWEEN = 12
LAST = MONDAY + timedelta(days=KILLED * DAYS_BETWEEN)
ENGLAND = WorkingDays("ENG")
ROUTE = (1, 2)
"""The steps of the route at which somebody holds a post."""
DUE = [date(2026, 3, 4), date(2026, 3, 16), date(2026, 3, 31), date(2026, 4, 17)]


@asynccontextmanager
async def opened(database: Database, messaging: Messaging, key: Path, when: datetime) -> AsyncIterator[Platform]:
    async with housed(database, messaging, key, *ROOMS, clock=HandClock(when), start=False) as platform:
        await platform.start(wake=False)
        yield platform


async def founded(platform: Platform) -> list[UUID]:
    """A home whose posts are held, and actions that nobody will make by their days."""
    await with_sites(platform, "elm", kind="homecare")
    governance, it = platform.service("governance"), World(platform)
    for post_id, role, scope, title, deputy in POSTS:
        await governance.establish_post(OPERATOR, "acme", "elm", post_id, role, scope, title, deputy)
        await governance.appoint(OPERATOR, post_id, uuid4(), "Robin Holder", "")
    await platform.settle()
    journey = await it.signed_off(factor := uuid4())
    actions = [await it.agreed(journey, factor, due=due, owner_post=OWNER) for due in DUE]
    await platform.settle()
    return actions


async def storm(clockwork: Clockwork) -> None:
    """Day follows day, and the process ends in the middle of one."""
    for _ in range(KILLED):
        await clockwork.start()
        fatal = CHANCE.randrange(1, DAYS_BETWEEN)
        for day in range(DAYS_BETWEEN):
            clockwork.move_to(clockwork.now + timedelta(days=1))
            if day == fatal:
                await asyncio.sleep(CHANCE.uniform(0.0, 1.0))
                await clockwork.kill()
    assert clockwork.now == LAST


async def test_each_date_is_acted_on_once_for_its_own_day_though_the_process_is_killed_in_between(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    PRELOADED.set_forkserver_preload(PRELOADS)
    async with opened(database, fresh_messaging, wrapping_key, MONDAY) as platform:
        actions = await founded(platform)
        env = platform.env
    acted_before = acted(database)
    await storm(Clockwork(env, MONDAY))
    assert acted(database) > acted_before, "it was at work when it was killed"
    async with opened(database, fresh_messaging, wrapping_key, LAST) as platform:
        await platform.settle(60)
        while sum([await room.waker.wake() for room in platform.rooms.values() if room.waker]):
            await platform.settle(60)
        for identity in actions:
            late_once(await history(platform, "action", identity))
        for identity in await known(platform, "cadence"):
            held_to_each_slot(await history(platform, "assurance", identity))
        for identity in await known(platform, "measure"):
            checked_each_month(await history(platform, "assurance", identity))
        watches = {
            row["watch"] for row in await platform.service("assurance").vigilance.rows("SELECT watch FROM firing")
        }
        assert watches, "what was missed set a trigger off"
        for identity in watches:
            answered_for_once(await history(platform, "assurance", identity))


def acted(database: Database) -> int:
    """How many dates were acted on so far, by what is kept of them."""
    with psycopg.connect(database.admin) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM action.inbox WHERE consumer LIKE 'clock:%')"
            " + (SELECT count(*) FROM assurance.inbox WHERE consumer LIKE 'clock:%')"
        ).fetchone()
    assert row
    return int(row[0])


async def known(platform: Platform, table: str) -> list[UUID]:
    found = await platform.service("assurance").standing.rows(f"SELECT id FROM {table}")
    assert found
    return [row["id"] for row in found]


async def history(platform: Platform, room: str, identity: UUID) -> list[Any]:
    service = platform.service(room)
    found: list[Any] = await service.mapper.read(await service.store.load(identity))
    return found


def late_once(events: list[Any]) -> None:
    """Overdue once, then up the route, a step each time that five more working days have passed, as far as it goes; then who
    stands highest is reminded. Whatever was missed while nobody was at work, no two of these come on one day."""
    [due] = [each.due for each in events if isinstance(each, Action.Agreed)]
    [overdue] = [each for each in events if isinstance(each, Action.Overdue)]
    assert overdue.due == due
    assert overdue.recorded >= end_of_day(due)
    told = [each for each in events if isinstance(each, Action.Escalated)]
    days = [local_day(each.recorded) for each in told]
    assert days == sorted(set(days))
    assert [(each.step, each.due) for each in told] == [(step, due) for step in range(1, len(told) + 1)]
    assert [each.reminder for each in told] == [step > len(ROUTE) for step in range(1, len(told) + 1)]
    for step in ROUTE:
        before = days[step - 2] + timedelta(days=1) if step > 1 and len(told) >= step - 1 else due
        at = end_of_day(max(ENGLAND.add(due, 5 * step), before))
        assert at > LAST or told[step - 1].recorded >= at


def held_to_each_slot(events: list[Any]) -> None:
    """Every slot since the first was missed once, in order, none of them before it was over."""
    missed = [each for each in events if isinstance(each, Cadence.Missed)]
    slots = list(_slots(events[0]))
    assert [(each.slot, each.due) for each in missed] == slots
    assert all(each.recorded >= end_of_day(each.due) for each in missed)


def _slots(first: Cadence.CadenceSet) -> Iterator[tuple[date, date]]:
    slot = (first.starts, first.ends)
    every = CadenceDefinition.model_validate(first.definition).every
    while end_of_day(slot[1]) <= LAST:
        yield slot
        slot = slot_after(every, slot, ENGLAND)


def checked_each_month(events: list[Any]) -> None:
    """Every month whose check date has come was checked once, in order."""
    first = next(each for each in events if isinstance(each, Measure.MeasureSet))
    definition = MeasureDefinition.model_validate(first.definition)
    checks = [each for each in events if isinstance(each, Measure.Checked)]
    period, due = first.first_period, []
    while check_due(definition, period, ENGLAND) <= LAST:
        due.append(period)
        period = month_after(period)
    assert [(each.period, each.revision) for each in checks] == [(each, 1) for each in due]
    assert all(each.recorded >= check_due(definition, each.period, ENGLAND) for each in checks)


def answered_for_once(events: list[Any]) -> None:
    """What had to follow a trigger and did not is said once, where its day has passed."""
    fired = {each.firing_id: each.due for each in events if isinstance(each, Watch.Fired)}
    missed = [each for each in events if isinstance(each, Watch.NotFollowed)]
    assert sorted((each.firing_id for each in missed), key=str) == sorted(
        (firing for firing, due in fired.items() if end_of_day(due) <= LAST), key=str
    )
    assert all(each.recorded >= end_of_day(each.due) for each in missed)
