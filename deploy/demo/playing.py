"""The stage on which a history is played: what is due in a few days is asked at its own time, then everyone reacts."""

from __future__ import annotations

import asyncio
import heapq
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import orjson

from deploy.demo.memory import let_remember
from deploy.demo.organisation import DemoPost, Member
from deploy.house import Platform
from deploy.pump import Pump
from libs.calendar import LONDON
from libs.clock import StagedClock
from libs.deciding import Act, Saved
from libs.store import Once

PLAYER = "demo"
PREFIX = "demo:"
AT_ONCE = 48
"""How many lanes are asked at the same time, so that many decisions share a commit."""
STEP_DAYS = 5

Play = Callable[["Stage", datetime], Awaitable[Iterable["Beat"] | None]]
"""A scene, told the time it plays at; it may put further beats on the programme."""


@dataclass(order=True, slots=True)
class Beat:
    """Something that happens at a time. Beats of one lane happen one after another; lanes side by side."""

    at: datetime
    order: int = field(init=False, default=0)
    lane: str = field(compare=False)
    play: Play = field(compare=False)


class Stage:
    """Asks the rooms of a platform in somebody's name; what was asked in an earlier run is not asked again."""

    def __init__(self, platform: Platform, clock: StagedClock, asked: set[str]) -> None:
        self.platform, self.clock, self.asked = platform, clock, asked
        self.is_replay = False
        """Whether this part was played in an earlier run: scenes lead to the next ones, and nothing is asked."""
        self.commands = 0

    async def ask(
        self, service: str, verb: str, who: DemoPost | Member, key: str, *arguments: Any,
        at: datetime, because: str = "", occurred: datetime | None = None,
    ) -> Saved | None:  # fmt: skip
        """Ask now, which is `at`; None where an earlier run had asked it already. Raises what the room refuses with."""
        if self.is_replay or f"{PREFIX}{key}" in self.asked:
            return None
        act = Act(who.actor, who.role, who.scope, because, occurred=occurred, key=f"{PREFIX}{key}")
        with self.clock.at(at):
            saved: Saved = await getattr(self.platform.service(service), verb)(act, *arguments)
        self.commands += 1
        return saved

    async def find(self, service: str, kind: type[Any], identity: Any) -> Any:
        """An aggregate as it stands, or None."""
        return await self.platform.service(service).find(kind, identity)


class Performance:
    """Plays beats in steps of a few days; after each step everything that follows is carried out, and remembered."""

    def __init__(self, platform: Platform, clock: StagedClock, began: datetime, ends: datetime) -> None:
        self.platform, self.clock, self.began, self.ends = platform, clock, began, ends
        let_remember(platform)
        self.pump = Pump(platform)
        self.stage = Stage(platform, clock, set())
        self.played_until = began - timedelta.resolution
        self._beats: list[Beat] = []
        self._order = count()

    def add(self, beats: Iterable[Beat] | None) -> None:
        """Put beats on the programme."""
        for beat in beats or ():
            beat.order = next(self._order)
            heapq.heappush(self._beats, beat)

    async def resume(self) -> None:
        """Take up from where an earlier run broke off: what was asked, and how far all had been carried out."""
        for room in self.platform.rooms.values():
            async with room.pool.connection() as connection:
                found = await connection.execute(
                    f"SELECT consumer, message_id FROM {room.name}.inbox WHERE consumer LIKE 'request:%'"
                )
                asked = set(await found.fetchall())
            room.service.store.keys = asked
            self.stage.asked |= {key for _, key in asked if key.startswith(PREFIX)}
        for step in steps(self.began, self.ends):
            if not (kept := await self._memory.answer(PLAYER, f"until:{step.isoformat()}")):
                break
            self._take_up(orjson.loads(kept[1]))

    def _take_up(self, kept: dict[str, Any]) -> None:
        self.pump.places |= kept["places"]
        self.played_until = datetime.fromisoformat(kept["until"])
        self.clock.move_to(self.played_until)

    @property
    def _memory(self) -> Any:
        return self.platform.rooms["governance"].store

    async def play(self, until: datetime) -> None:
        """Play what is due before `until`, let everyone react, and remember that it was played."""
        mark = f"asked:{until.isoformat()}"
        self.stage.is_replay = until <= self.played_until or bool(await self._memory.answer(PLAYER, mark))
        await self._scenes(until)
        if until <= self.played_until:
            return
        if not self.stage.is_replay:
            # From here on the record shows what followed, so that scenes might ask for more than they did.
            await self._memory.append([], Once(PLAYER, mark))
        self.clock.move_to(until)
        await self.pump.drain()
        while await self.pump.wake():
            # What rang may have set a date that has passed as well. Were that left to the next step, a run that is
            # taken up here would hear it earlier than one that was not.
            continue
        self.played_until = until
        answer = orjson.dumps({"until": until.isoformat(), "places": self.pump.places}).decode()
        await self._memory.append([], Once(PLAYER, f"until:{until.isoformat()}", answer=answer))
        await self.pump.publish_if_much()  # only now is it on disk, and streams may not know more than the stores

    async def _scenes(self, until: datetime) -> None:
        due: dict[str, list[Beat]] = defaultdict(list)
        while self._beats and self._beats[0].at < until:
            beat = heapq.heappop(self._beats)
            due[beat.lane].append(beat)
        bound = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for lane in due.values():
                group.create_task(self._lane(lane, bound))

    async def _lane(self, beats: list[Beat], bound: asyncio.Semaphore) -> None:
        async with bound:
            for beat in beats:
                self.add(await beat.play(self.stage, beat.at))


def steps(began: datetime, ends: datetime) -> Iterator[datetime]:
    """The ends of the steps: the beginning itself, every few days, each turn of the month, and the very end."""
    yield began
    day = began.astimezone(LONDON).date()
    while True:
        following = day + timedelta(days=STEP_DAYS)
        first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        day = min(following, first)
        at = midnight(day)
        if at >= ends:
            yield ends
            return
        yield at


def midnight(day: date) -> datetime:
    """The moment a day begins in the UK."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)
