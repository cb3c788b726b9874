"""A service's event store: decisions enter it in one order, many to a commit, and can be read back by position."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool

from libs.store_sql import CONFLICT, REPEAT


class Conflict(IntegrityError):
    """Someone else decided on the same record first."""


class AlreadyHandled(IntegrityError):
    """This message or request was taken before; there is nothing more to do."""


class Unavailable(OperationalError):
    """The store did not answer; what was asked may or may not be kept, so ask again with the same key."""


@dataclass(frozen=True, slots=True)
class Once:
    """What must happen once only: a message to a consumer, or a request with a key. Kept with its answer."""

    consumer: str
    message_id: str
    fingerprint: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored event and its place in the log."""

    position: int
    stored: StoredEvent


Connection = psycopg.AsyncConnection[Any]
Request = tuple[Sequence[StoredEvent], Once | None, "asyncio.Future[list[int]]"]


class EventStore:
    """Appends through one writer task, which puts all that waits into one commit; reads through a pool."""

    BATCH = 1000
    WAITING = 10_000
    LOOK = 0.5
    """Seconds between looks, once for all who follow, at what another process has decided."""

    def __init__(
        self, conninfo: str, schema: str, pool: AsyncConnectionPool, log_pool: AsyncConnectionPool | None = None
    ) -> None:
        """`log_pool`, where given, is for those who read the log: relays and views wait for no command, nor it for them."""
        self._conninfo, self.schema, self._pool = conninfo, schema, pool
        self._log_pool = log_pool or pool
        self._waiting: deque[Request] = deque()
        self._wake = asyncio.Event()
        self._room = asyncio.Semaphore(self.WAITING)
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._asked: dict[tuple[int, int], asyncio.Future[list[Recorded]]] = {}
        self.position = self._told = 0
        self.listeners: list[Callable[[], None]] = []
        """Called after each commit, of this process or another, so that relays and views wake instead of polling."""
        names = {"s": Identifier(schema)}
        self._append = SQL(
            "SELECT * FROM {s}.append(%b::uuid[],%b::bigint[],%b::text[],%b::bytea[],"
            "%b::text[],%b::text[],%b::text[],%b::text[])"
        ).format(**names)
        self._apart = SQL(
            "SELECT request, place FROM {s}.append_apart(%b::int[],%b::uuid[],%b::bigint[],%b::text[],%b::bytea[],"
            "%b::int[],%b::text[],%b::text[],%b::text[],%b::text[])"
        ).format(**names)
        self._load = SQL(
            "SELECT originator_version, topic, state FROM {s}.events"
            " WHERE originator_id = %s AND originator_version > %s ORDER BY originator_version"
        ).format(**names)
        self._last = SQL("SELECT coalesce(max(notification_id), 0) FROM {s}.events").format(**names)
        self._read = SQL(
            "SELECT notification_id, originator_id, originator_version, topic, state FROM {s}.events"
            " WHERE notification_id > %s ORDER BY notification_id LIMIT %s"
        ).format(**names)
        self._answer = SQL("SELECT fingerprint, answer FROM {s}.inbox WHERE consumer = %s AND message_id = %s").format(
            **names
        )

    async def open(self) -> None:
        """Begin to write. Raises psycopg.OperationalError where the database cannot be reached."""
        async with self._pool.connection() as connection:
            row = await connection.execute(self._last)
            self.position = self._told = (await row.fetchone() or (0,))[0]
        self._task = asyncio.create_task(self._write(), name=f"{self.schema} writer")

    async def close(self) -> None:
        """Write what waits, then stop."""
        task, self._task = self._task, None
        if task:
            self._wake.set()
            await task

    async def append(self, events: Sequence[StoredEvent], once: Once | None = None) -> list[int]:
        """Keep these events, all or none; return their positions once they are on disk.

        Raises Conflict, AlreadyHandled, or Unavailable (outcome unknown: repeat with the same versions or key).
        """
        if self._task is None:
            raise Unavailable("the store is closed")
        async with self._room:
            outcome: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()
            self._waiting.append((events, once, outcome))
            self._wake.set()
            return await outcome

    async def load(self, aggregate: UUID, after: int = 0) -> list[StoredEvent]:
        """One aggregate's events after a version, in order."""
        async with self._pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(self._load, (aggregate, after))
            return [StoredEvent(aggregate, v, t, bytes(s)) for v, t, s in await cursor.fetchall()]

    async def read(self, after: int, limit: int = 500) -> list[Recorded]:
        """The log after a position, in the order in which it was decided.

        A commit wakes a relay and every view at once, and most stand at the same place: they share one answer.
        """
        page = (after, limit)
        asked = self._asked.get(page)
        if asked is None:
            asked = self._asked[page] = asyncio.ensure_future(self._read_page(page))
        return await asyncio.shield(asked)

    async def _read_page(self, page: tuple[int, int]) -> list[Recorded]:
        await asyncio.sleep(0)
        del self._asked[page]  # whoever asks from here on may know of a commit that this answer does not
        async with self._log_pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(self._read, page)
            rows = await cursor.fetchall()
        if rows:
            self.position = max(self.position, rows[-1][0])
        return [Recorded(n, StoredEvent(i, v, t, bytes(s))) for n, i, v, t, s in rows]

    async def answer(self, consumer: str, message_id: str) -> tuple[str, str] | None:
        """The fingerprint and answer kept for a key, or None where it is new."""
        async with self._pool.connection() as connection:
            row = await connection.execute(self._answer, (consumer, message_id))
            return await row.fetchone()

    async def _write(self) -> None:
        try:
            while self._task is not None or self._waiting:
                if not self._waiting:
                    await self._wait()
                self._wake.clear()
                while batch := self._take():
                    try:
                        await self._commit_or_part(await self._own(), batch)
                    except BaseException as error:
                        _fail(batch, error)
                        if not isinstance(error, Exception):
                            raise
        finally:
            if self._connection:
                await self._connection.close()

    async def _wait(self) -> None:
        """Until something is to be written; whoever follows the log is woken meanwhile for what others wrote."""
        while not self._wake.is_set():
            try:
                async with asyncio.timeout(self.LOOK):
                    await self._wake.wait()
            except TimeoutError:
                if self.listeners:
                    await self._look()

    async def _look(self) -> None:
        try:
            row = await (await self._own()).execute(self._last)
            last = (await row.fetchone() or (0,))[0]
        except (psycopg.Error, OSError):  # it is away: whoever has something to write or read will say so
            return
        if last > self._told:
            self._spread(last)

    async def _own(self) -> Connection:
        """The connection that the writer keeps for itself, made anew where it was lost."""
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        return self._connection

    def _spread(self, last: int) -> None:
        self.position = max(self.position, last)
        self._told = last
        for listener in self.listeners:
            listener()

    def _take(self) -> list[Request]:
        batch: list[Request] = []
        size = 0
        while self._waiting and size < self.BATCH:
            request = self._waiting.popleft()
            if not request[2].cancelled():
                batch.append(request)
                size += len(request[0])
        return batch

    async def _commit_or_part(self, connection: Connection, batch: list[Request]) -> None:
        """Where the database cannot take what one request holds, its neighbours in the batch must not suffer."""
        try:
            await self._commit(connection, batch)
        except (psycopg.DataError, psycopg.ProgrammingError) as error:
            if len(batch) == 1:
                if not (outcome := batch[0][2]).done():
                    outcome.set_exception(error)
                return
            for request in batch:
                await self._commit_or_part(connection, [request])

    async def _commit(self, connection: Connection, batch: list[Request]) -> None:
        numbered = [(r, e) for r, (events, _, _) in enumerate(batch) for e in events]
        keyed = [(r, once) for r, (_, once, _) in enumerate(batch) if once]
        events = (
            [e.originator_id for _, e in numbered],
            [e.originator_version for _, e in numbered],
            [e.topic for _, e in numbered],
            [e.state for _, e in numbered],
        )
        keys = (
            [o.consumer for _, o in keyed],
            [o.message_id for _, o in keyed],
            [o.fingerprint for _, o in keyed],
            [o.answer for _, o in keyed],
        )
        async with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            try:
                await cursor.execute(self._append, (*events, *keys), prepare=True)
                places = iter([row[0] for row in await cursor.fetchall()])
                results = [[next(places) for _ in events] for events, _, _ in batch]
            except psycopg.errors.UniqueViolation:
                apart = ([r for r, _ in numbered], *events, [r for r, _ in keyed], *keys)
                await cursor.execute(self._apart, apart, prepare=True)
                results = [[] for _ in batch]
                for request, place in await cursor.fetchall():
                    results[request].append(place)
        self._tell(batch, results)

    def _tell(self, batch: list[Request], results: list[list[int]]) -> None:
        if kept := [places[-1] for places in results if places and places[-1] > 0]:
            self._spread(max(kept))
        for (_, once, outcome), places in zip(batch, results, strict=True):
            if outcome.done():
                continue
            if places and places[0] == REPEAT:
                outcome.set_exception(AlreadyHandled(str(once)))
            elif places and places[0] == CONFLICT:
                outcome.set_exception(Conflict("the record has moved on"))
            else:
                outcome.set_result(places)


def _fail(batch: list[Request], error: BaseException) -> None:
    told = Unavailable(str(error)) if isinstance(error, psycopg.Error) else error
    for _, _, outcome in batch:
        if not outcome.done():
            outcome.set_exception(told)
