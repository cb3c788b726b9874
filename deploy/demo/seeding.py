"""Making the demo provider: its history is lived through in order, once, and taken up again where it broke off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo.founding import cadences_begin, capacities, founding
from deploy.demo.happenings import happenings
from deploy.demo.journeys import Journey
from deploy.demo.organisation import Organisation
from deploy.demo.playing import PLAYER, STEP_DAYS, Beat, Performance, midnight, steps
from deploy.demo.rounds import Rounds
from deploy.demo.telling import seeded
from deploy.house import Platform
from deploy.nats.topology import services
from libs.calendar import local_day
from libs.clock import Clock, StagedClock, SystemClock
from libs.connecting import connected
from libs.deciding import Act
from libs.store import Once
from libs.sweeping import hardly_swept

Told = Callable[[str, float], None]
"""Told what is happening, and how much of it is done, from 0 to 1."""
FOUNDED_BEFORE = timedelta(hours=12)
"""How long before the history begins the organisation is put on record."""
LETTERS_AT_ONCE, MOST_LETTERS = 64, 100_000
PLAYING = Act("system:demonstration", "system")
REGULAR_SINCE = timedelta(days=40)
"""How long before the end the rules that ask for regular rounds were adopted."""
UNHURRIED = "-c synchronous_commit=off"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Programme:
    """How large the history is, and when it began and ends; fixed by the first run that plays any of it."""

    sites: int
    months: int
    began: datetime
    ends: datetime

    @classmethod
    def ending(cls, now: datetime, sites: int, months: int) -> Programme:
        """The months up to now, this one included; nothing is played that has not happened yet."""
        first = local_day(now).replace(day=1)
        for _ in range(months - 1):
            first = (first - timedelta(days=1)).replace(day=1)
        return cls(sites, months, midnight(first), now.replace(minute=0, second=0, microsecond=0))

    def kept(self) -> str:
        """As it is remembered."""
        return orjson.dumps(self).decode()

    @classmethod
    def remembered(cls, kept: str) -> Programme:
        """As it was kept."""
        state = orjson.loads(kept)
        times = {name: datetime.fromisoformat(state[name]) for name in ("began", "ends")}
        return cls(state["sites"], state["months"], **times)


async def seed_with_progress(env: Mapping[str, str], var: Path, sites: int, months: int, console: Console) -> None:
    """Make the demo provider, unless it was made before or the data in `var` is somebody's own."""
    if not await is_wanted(env["CANDOUR_PG_GOVERNANCE"]):
        return
    console.print(f"Making a demo provider with {sites} sites and {months} months of history. It is kept in {var}.")
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("opening the books", total=1.0)
        await seed(env, sites, months, told=lambda what, done: progress.update(task, description=what, completed=done))
    console.print("The demo provider is ready.")


async def is_wanted(conninfo: str) -> bool:
    """Whether the provider is still to be made, wholly or from where it broke off."""
    async with connected(conninfo, autocommit=True) as connection:
        found = await connection.execute("SELECT message_id FROM governance.inbox WHERE consumer = %s", (PLAYER,))
        marks = {row[0] for row in await found.fetchall()}
        events = await (await connection.execute("SELECT EXISTS (SELECT FROM governance.events)")).fetchone()
    in_use = bool(events and events[0])
    return "ended" not in marks and ("began" in marks or not in_use)


async def seed(
    env: Mapping[str, str], sites: int, months: int, *, told: Told = lambda _, __: None, clock: Clock | None = None
) -> None:
    """Play the history to its end. `clock` says what time it is now."""
    stage_clock = StagedClock(LONG_AGO)
    platform = Platform(_unhurried(env), stage_clock)
    await platform.open()
    try:
        if await platform.rooms["governance"].store.answer(PLAYER, "ended"):
            return
        wanted = Programme.ending((clock or SystemClock()).now(), sites, months)
        with hardly_swept():
            await perform(platform, stage_clock, await _agreed(platform, wanted), told)
    finally:
        await platform.close()


def _unhurried(env: Mapping[str, str]) -> dict[str, str]:
    """Settings by which no decision is waited for at the disk but governance's, where it is remembered how far was played.

    The log of one database keeps its order, so that whatever was decided before such a mark is there when the mark is; what
    a crash takes is played again.
    """
    ours = [f"CANDOUR_PG_{name.upper()}" for name in (*services(), "keys")]
    told = {name: conninfo_to_dict(env[name]) for name in ours}
    if len({(each.get("host"), each.get("port"), each.get("dbname")) for each in told.values()}) > 1:
        return dict(env)
    hasty = {name: make_conninfo(env[name], options=UNHURRIED) for name in ours if name != "CANDOUR_PG_GOVERNANCE"}
    return {**env, **hasty}


async def _agreed(platform: Platform, wanted: Programme) -> Programme:
    memory = platform.rooms["governance"].store
    if kept := await memory.answer(PLAYER, "began"):
        return Programme.remembered(kept[1])
    await memory.append([], Once(PLAYER, "began", answer=wanted.kept()))
    return wanted


def _month(organisation: Organisation, programme: Programme, month: date) -> Iterator[Beat]:
    """Whatever is noted in a month, at every site."""
    last = local_day(programme.ends)
    back = (last.year - month.year) * 12 + last.month - month.month
    for site in organisation.sites:
        for each in happenings(site, month, back):
            if each.recorded < programme.ends:
                yield Journey(organisation, each).begin()


async def _keep_letters(platform: Platform) -> None:
    """Nobody is to be e-mailed about an invented past: what waits to be sent is kept in the app."""
    notification = platform.rooms["notification"].service
    room = asyncio.Semaphore(LETTERS_AT_ONCE)

    async def keep(message: UUID) -> None:
        async with room:
            await notification.keep_in_app(PLAYING, message, "It belongs to the demonstration's past.")

    waiting = await notification.outbox.due(platform.clock.now(), limit=MOST_LETTERS)
    await asyncio.gather(*(keep(row["message_id"]) for row in waiting))


async def perform(platform: Platform, clock: StagedClock, programme: Programme, told: Told) -> Performance:
    """Every step of the programme, then what waits to be published; at last, remember that it ended."""
    organisation = Organisation(programme.sites)
    since = programme.began - FOUNDED_BEFORE
    clock.move_to(since)
    performance = Performance(platform, clock, programme.began, programme.ends)
    await performance.resume()
    performance.add(founding(organisation, since))
    regular = max(programme.began, programme.ends - REGULAR_SINCE)
    performance.add(seeded(organisation, programme.ends))
    performance.add([cadences_begin(organisation, regular)])
    performance.add([Beat(regular + timedelta(days=STEP_DAYS), "rounds", Rounds(organisation, programme.ends).begin)])
    span = programme.ends - programme.began
    for until in steps(programme.began, programme.ends):
        what = f"{local_day(since):%B %Y}" if since >= programme.began else "founding the provider"
        told(what, max(0.0, 0.9 * ((since - programme.began) / span)))
        if local_day(since).day == 1:
            performance.add(capacities(organisation, since))
            performance.add(_month(organisation, programme, local_day(since)))
        await performance.play(until)
        since = until
    told("publishing what happened", 0.9)
    await performance.pump.finish(lambda what: told(what, 0.95))
    await _keep_letters(platform)
    await platform.rooms["governance"].store.append([], Once(PLAYER, "ended"))
    told("done", 1.0)
    return performance
