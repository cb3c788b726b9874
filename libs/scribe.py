"""One hand writes what all views of a room remember: what several learn at the same moment goes into one commit.

A commit costs the same whether one view's rows are in it or ten views'. Where a joint commit fails, each change is
tried by itself, so that a view whose page was turned elsewhere, or whose rows the database refuses, stops nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from libs.rows import Rows

AT_ONCE = 16
"""How many changes go into one commit at most."""

Place = tuple[int, int]


class KeptElsewhere(RuntimeError):
    """Another process, or a commit whose answer was lost, kept this view further: nothing was changed now."""


@dataclass(frozen=True)
class Change:
    """What a view writes: rows of its tables, and how far that takes it, from the page it was last on."""

    view: str
    tables: tuple[str, ...]
    rows: Rows
    places: dict[str, Place]
    pages: dict[str, Place]
    settings: tuple[str, str]
    """The schema in which the tables lie, and whose rows may be touched."""
    anew: bool = False
    """Whether the tables are being filled beside the live ones, where nobody else turns the page."""
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Scribe:
    """Writes changes in the order in which they come, those that wait together in one commit."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool
        self._waiting: list[Change] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, change: Change) -> None:
        """Raises KeptElsewhere where the page is not the one that the change starts from, or what the database says."""
        self._waiting.append(change)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="scribe")
        await change.done

    async def rest(self) -> None:
        """Wait until nothing is being written."""
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        await asyncio.sleep(0)  # whoever woke with the one who asked first has its change ready by then
        while self._waiting:
            first = self._waiting[0]
            together = [each for each in self._waiting if each.settings == first.settings][:AT_ONCE]
            self._waiting = [each for each in self._waiting if each not in together]
            if len(together) == 1 or not await self._wrote(together):
                for change in together:
                    await self._write_alone(change)

    async def _wrote(self, changes: Sequence[Change]) -> bool:
        """Whether all were answered; else each is to be tried by itself."""
        try:
            await commit(self._pool, changes)
        except (psycopg.OperationalError, OSError) as error:  # the database is away: asking once for all is enough
            for change in changes:
                _answer(change, error)
        except Exception:  # noqa: BLE001 whose fault it was, and what it was, shows when each is tried by itself
            return False
        else:
            for change in changes:
                _answer(change, None)
        return True

    async def _write_alone(self, change: Change) -> None:
        try:
            await commit(self._pool, [change])
        except Exception as error:  # noqa: BLE001 whoever asked is told what it was
            _answer(change, error)
        else:
            _answer(change, None)


def _answer(change: Change, error: Exception | None) -> None:
    if change.done.done():  # whoever asked was stopped meanwhile
        return
    if error is None:
        change.done.set_result(None)
    else:
        change.done.set_exception(error)


async def commit(pool: AsyncConnectionPool, changes: Sequence[Change]) -> None:
    """All of these changes, which have the same settings, or none. Raises KeptElsewhere."""
    async with pool.connection() as connection, connection.pipeline(), connection.transaction():
        await settle_into(connection, *changes[0].settings)
        turned = []
        for change in changes:
            async with connection.cursor() as cursor:
                for statement, run in change.rows.runs(change.tables):
                    await cursor.executemany(statement, run)
            turned += [(change, await _turn(connection, change, *page)) for page in change.places.items()]
        for change, page in turned:
            if await page.fetchone() is None:
                raise KeptElsewhere(change.view)


async def settle_into(connection: AsyncConnection[Any], schema: str, reach: str) -> None:
    """For this transaction: names without a schema are this one's, and only rows within this reach are there."""
    await connection.execute(
        "SELECT set_config('search_path', quote_ident(%s), true), set_config('candour.reach', %s, true)",
        (schema, reach),
    )


_TURN: LiteralString = (
    "INSERT INTO bookmark AS b VALUES (%s, %s, %s, %s) ON CONFLICT (view, source) DO UPDATE"
    " SET position = excluded.position, stream_sequence = excluded.stream_sequence"
    " WHERE (b.position, b.stream_sequence) = (%s, %s) OR (%s AND b.position <= excluded.position) RETURNING 1"
)


async def _turn(
    connection: AsyncConnection[Any], change: Change, source: str, place: Place
) -> psycopg.AsyncCursor[Any]:
    """Only from the page that was read: an outcome may be unknown, and repeating it must not count it twice."""
    was = change.pages.get(source, (0, 0))
    return await connection.execute(_TURN, (change.view, source, *place, *was, change.anew))
