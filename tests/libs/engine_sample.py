"""Two small rooms on the real engine: one tells what happened, the other hears it and keeps a note of each thing."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import singledispatch
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from psycopg_pool import AsyncConnectionPool

from contracts.envelope import PublishedEvent
from contracts.intake import ImmediateSafetyConfirmed
from deploy.house import Platform
from libs.clock import HandClock
from libs.deadlines import DeadlineReached, Due, Lifted
from libs.deciding import Act, Saved
from libs.domain import Aggregate, Created, Event, Refused, Sealed, event, follows
from libs.room import House, Room
from libs.service import Service, command
from libs.views import Rows, View
from tests.house import MONDAY
from tests.servers import Database, Messaging

SOMEONE = Act("person:someone", "registered_manager", rationale="because it was needed")
POISON = "poison"
HOUR = timedelta(hours=1)


class TooMuch(Refused):
    """A tale holds at most twelve things."""


class Tale(Aggregate):
    TOPIC = "intake.Tale"

    class Begun(Created):
        TOPIC = "intake.Tale.Begun"
        words: Sealed

    class Continued(Event):
        TOPIC = "intake.Tale.Continued"
        words: Sealed

    @event(Begun)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, words: str) -> None:
        self.told = [words]

    def go_on(self, words: str) -> None:
        if len(self.told) >= 12:
            raise TooMuch
        self.trigger_event(self.Continued, words=words)

    @event(Continued)
    def _(self, words: str) -> None:
        self.told = [*self.told, words]


class Teller(Service):
    name = "intake"
    aggregates = (Tale,)

    @command
    async def begin(self, act: Act, words: str, journey: UUID | None = None) -> Saved:
        journey = journey or uuid4()
        return await self.save(act, Tale(provider="acme", site="elm", journey=journey, about=journey, words=words))

    @command
    async def go_on(self, act: Act, tale: UUID, words: str) -> Saved:
        found = await self.get(Tale, tale, act)
        found.go_on(words)
        return await self.save(act, found)


@singledispatch
def publish(event: object) -> PublishedEvent | None:
    return None


@publish.register
def begun(event: Tale.Begun) -> PublishedEvent:
    return ImmediateSafetyConfirmed(measures=event.words)


@publish.register
def continued(event: Tale.Continued) -> PublishedEvent:
    return ImmediateSafetyConfirmed(measures=event.words)


class Notes(Aggregate):
    """What was heard of a journey, by the position at which it was told."""

    TOPIC = "review.Notes"

    class Opened(Created):
        TOPIC = "review.Notes.Opened"
        position: int

    class Added(Event):
        TOPIC = "review.Notes.Added"
        position: int

    class Reminded(Event):
        TOPIC = "review.Notes.Reminded"

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("review.Notes", journey)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, position: int) -> None:
        self.heard = [position]
        self.reminded = 0

    def add(self, position: int) -> None:
        self.trigger_event(self.Added, position=position)

    @event(Added)
    def _(self, position: int) -> None:
        self.heard = [*self.heard, position]

    def remind(self) -> None:
        self.trigger_event(self.Reminded)

    @event(Reminded)
    def _(self) -> None:
        self.reminded += 1


class Listener(Service):
    name = "review"
    aggregates = (Notes,)
    poisoned: set[UUID]
    faults: dict[UUID, Exception]
    """What breaks when a date of these journeys comes."""

    reactions: list[tuple[UUID, int]]


@singledispatch
async def react(event: object, service: Listener) -> Iterable[Aggregate]:
    return ()


@react.register
async def note(event: ImmediateSafetyConfirmed, service: Listener) -> Iterable[Aggregate]:
    position = event.envelope.sequence
    service.reactions.append((event.journey, position))
    if event.journey in service.poisoned:
        raise ValueError(POISON)
    notes = await service.find(Notes, Notes.create_id(event.journey))
    if notes is None:
        return [
            Notes(
                provider=event.provider, site=event.site, journey=event.journey, about=event.about, position=position
            )
        ]  # fmt: skip
    notes.add(position)
    return [notes]


@react.register
async def remind(event: DeadlineReached, service: Listener) -> Iterable[Aggregate]:
    if event.journey in service.poisoned:
        raise ValueError(POISON)
    if fault := service.faults.get(event.journey):
        raise fault
    notes = await service.get(Notes, event.aggregate)
    notes.remind()
    return [notes]


@singledispatch
def dates(event: object) -> Iterable[Due | Lifted]:
    return ()


@dates.register
def opened(event: Notes.Opened) -> Iterable[Due | Lifted]:
    return [Due("reminder", event.recorded + HOUR)]


@dates.register
def reminded(event: Notes.Reminded) -> Iterable[Due | Lifted]:
    return [Lifted("reminder")]


class Heard(View):
    """How often each position was heard: one, or something is wrong."""

    name = "heard"
    table_names = ("retold",)
    tables = "CREATE TABLE IF NOT EXISTS retold (position bigint PRIMARY KEY, words text NOT NULL, times int NOT NULL)"

    async def counts(self) -> dict[int, int]:
        return {row["position"]: row["times"] for row in await self.rows("SELECT * FROM retold ORDER BY position")}


@singledispatch
def project(event: object, rows: Rows) -> None:
    """Nothing else is shown."""


@project.register
def heard(event: ImmediateSafetyConfirmed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO retold AS h VALUES (%s, %s, 1) ON CONFLICT (position) DO UPDATE SET times = h.times + 1",
        (event.envelope.sequence, event.measures),
    )


def listener_views(name: str, pool: AsyncConnectionPool) -> Sequence[View]:
    return [Heard(name, project, pool)]


class Rooms(Platform):
    """The two rooms as a platform, with a clock moved by hand."""

    def __init__(self, env: Mapping[str, str], start: datetime = MONDAY) -> None:
        super().__init__(env, HandClock(start), only=["governance"])
        house = House(env, self.clock, self.keys)
        self.teller = Room(house, Teller, publish)
        self.listener = Room(house, Listener, lambda event: None, react=react, dates=dates, views=listener_views)
        self.rooms = {"intake": self.teller, "review": self.listener}
        self.listener.service.poisoned, self.listener.service.reactions = set(), []
        self.listener.service.faults = {}

    @property
    def heard(self) -> Heard:
        return self.listener.view(Heard)

    async def begin(self, words: str = "He nearly fell.", journey: UUID | None = None, act: Act = SOMEONE) -> Saved:
        saved: Saved = await self.teller.service.begin(act, words, journey)
        return saved

    async def notes(self, journey: UUID) -> Any:
        return await self.listener.service.find(Notes, Notes.create_id(journey))


@asynccontextmanager
async def rooms(database: Database, messaging: Messaging, key: Path, *, start: bool = True) -> AsyncIterator[Rooms]:
    """The two rooms, open and, with `start`, running."""
    platform = Rooms(database.environment() | messaging.environment() | {"CANDOUR_KEK_FILE": str(key)})
    await platform.open()
    try:
        if start:
            await platform.start()
        yield platform
    finally:
        await platform.close()
