"""What several views learn at once is written in one commit; where one fails, it fails alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from libs.reach import EVERYTHING
from libs.rows import Rows
from libs.scribe import Change, KeptElsewhere, Scribe
from libs.view_tables import BOOKMARK
from tests.servers import Database

SETTINGS = ("review_view", EVERYTHING)
INSERT: LiteralString = "INSERT INTO noted VALUES (%s)"


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[AsyncConnectionPool]:
    async with AsyncConnectionPool(
        database.conninfo("review"),
        min_size=1,
        open=False,
        kwargs={"autocommit": True, "options": "-c search_path=review_view"},
    ) as pool:
        async with pool.connection() as connection:
            await connection.execute(BOOKMARK)
            await connection.execute("CREATE TABLE noted (number int PRIMARY KEY)")
        yield pool


def change(view: str, number: Any, *, page: int = 0, to: int = 1) -> Change:
    rows = Rows()
    rows.execute(INSERT, (number,))
    return Change(view, ("noted",), rows, {"intake": (to, to)}, {"intake": (page, page)}, SETTINGS)


async def noted(pool: AsyncConnectionPool) -> dict[int, int]:
    """The numbers, each with the transaction that wrote it."""
    async with pool.connection() as connection:
        found = await connection.execute("SELECT number, xmin::text::bigint FROM noted ORDER BY number")
        return dict(await found.fetchall())


async def write(scribe: Scribe, *changes: Change) -> list[BaseException | None]:
    return await asyncio.gather(*(scribe.write(each) for each in changes), return_exceptions=True)


async def test_what_waits_together_is_one_commit(pool: AsyncConnectionPool) -> None:
    assert await write(Scribe(pool), change("first", 1), change("second", 2), change("third", 3)) == [None] * 3
    written = await noted(pool)
    assert list(written) == [1, 2, 3]
    assert len(set(written.values())) == 1


async def test_a_page_turned_elsewhere_stops_only_its_own_view(pool: AsyncConnectionPool) -> None:
    scribe = Scribe(pool)
    await scribe.write(change("second", 2))
    answers = await write(scribe, change("first", 1), change("second", 22), change("third", 3))
    assert [type(answer) for answer in answers] == [type(None), KeptElsewhere, type(None)]
    assert list(await noted(pool)) == [1, 2, 3]


@pytest.mark.parametrize("wrong", ["no number", object()], ids=["refused by the database", "refused before it"])
async def test_rows_that_cannot_be_written_stop_only_their_own_view(pool: AsyncConnectionPool, wrong: object) -> None:
    answers = await write(Scribe(pool), change("first", 1), change("second", wrong), change("third", 3))
    assert [answer is None for answer in answers] == [True, False, True]
    assert isinstance(answers[1], psycopg.Error)
    assert list(await noted(pool)) == [1, 3]


async def test_whoever_is_stopped_while_waiting_holds_up_nobody(pool: AsyncConnectionPool) -> None:
    scribe = Scribe(pool)
    stopped, other = asyncio.create_task(scribe.write(change("first", 1))), change("second", 2)
    waiting = asyncio.create_task(scribe.write(other))
    await asyncio.sleep(0)
    stopped.cancel()
    await waiting
    await scribe.rest()
    assert stopped.cancelled()
    assert 2 in await noted(pool)


async def test_changes_of_another_reach_are_written_apart(pool: AsyncConnectionPool) -> None:
    first, second = change("first", 1), change("second", 2)
    elsewhere = Change(second.view, second.tables, second.rows, second.places, second.pages, ("review_view", "elm"))
    assert await write(Scribe(pool), first, elsewhere) == [None, None]
    assert len(set((await noted(pool)).values())) == 2


async def test_a_database_that_is_away_is_said_to_all_and_nothing_is_lost_track_of(pool: AsyncConnectionPool) -> None:
    async with AsyncConnectionPool("host=127.0.0.1 port=9", min_size=0, max_size=1, open=False, timeout=0.2) as nowhere:
        answers = await write(Scribe(nowhere), change("first", 1), change("second", 2))
    assert all(isinstance(answer, psycopg.OperationalError) for answer in answers)
