"""A ledger that is older than the rows beside it is given them at the next start, once, wherever that was cut off."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from services.audit.ledger import Book, Entry, history, persons
from services.audit.ledger.history import History
from tests.audit.test_kept_tree import AT
from tests.servers import Database

RAISED, MESSAGE, SAFE = persons.RAISED, "intake.ExternalMessage.Accepted", "intake.Opportunity.ImmediateSafetyConfirmed"


def said(number: int, topic: str) -> dict[str, Any]:
    """A stored event of intake, as JSON has it."""
    more = {RAISED: {"person": "p-1"}, MESSAGE: {"opportunity": str(UUID(int=number - 1))}}.get(topic, {})
    return {
        "timestamp": (AT + timedelta(minutes=number)).isoformat(), "journey": str(UUID(int=number)), "provider": "acme",
        "site": "elm", "about": str(UUID(int=900)),
        "by": {"actor": "person:a", "role": "registered_manager", "rules": f"ours/{number % 2}"}, **more,
    }  # fmt: skip


STORED = [
    (number, topic, said(number, topic))
    for number, topic in enumerate([RAISED, SAFE, RAISED, MESSAGE, RAISED, SAFE], 1)
]


def entry(number: int, topic: str, state: dict[str, Any], *, with_rows: bool) -> Entry:
    """The ledger's entry for it, with the rows beside it or, as it used to be, without."""
    record = UUID(int=1000 + number)
    decision = history.decision_of("intake", number, number, topic, record, 1, state)
    return Entry(
        "intake", number, number, number.to_bytes(32, "big"), topic, record, 1, UUID(state["journey"]),
        datetime.fromisoformat(state["timestamp"]), decision if with_rows else None,
        persons.rows_of([("intake", number, topic, state)]) if with_rows else ([], []),
    )  # fmt: skip


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[AsyncConnectionPool]:
    """Audit's own, where intake's store holds everything that the ledger stands for."""
    with psycopg.connect(database.admin) as administrator:
        administrator.cursor().executemany(
            "INSERT INTO intake.events VALUES (%s, 1, %s, %s, %s)",
            [(UUID(int=1000 + number), topic, orjson.dumps(state), number) for number, topic, state in STORED],
        )
    async with AsyncConnectionPool(
        database.conninfo("audit"), min_size=1, max_size=1, kwargs={"autocommit": True}
    ) as opened:
        yield opened


async def held(pool: AsyncConnectionPool) -> dict[str, list[Any]]:
    """All rows beside the ledger."""
    async with pool.connection() as connection:
        return {
            table: await (
                await connection.execute(f"SELECT * FROM audit.{table} ORDER BY position".encode())
            ).fetchall()
            for table in ("decision", "subject", "beside")
        }


def cleared(database: Database) -> None:
    with psycopg.connect(database.admin) as administrator:
        administrator.execute(
            "TRUNCATE audit.decision, audit.subject, audit.beside, audit.ledger_entry, audit.ledger_node"
        )


async def filled(pool: AsyncConnectionPool, auditor: str) -> tuple[int, int]:
    """What a start does; how many were added."""
    return await history.catch_up("intake", pool, auditor), await persons.catch_up("intake", pool, auditor)


class Killed(BaseException):
    """The process is gone."""


async def cut_off(pool: AsyncConnectionPool, auditor: str, patch: pytest.MonkeyPatch, after: int) -> None:
    """A start that ends as soon as so many batches were written."""
    left = [None] * after

    def mortal(write: Callable[[Any, Any], Awaitable[None]]) -> Callable[[Any, Any], Awaitable[None]]:
        async def written(connection: Any, rows: Any) -> None:
            if not left:
                raise Killed
            left.pop()
            await write(connection, rows)

        return written

    with patch.context() as cut, suppress(Killed):
        cut.setattr(history, "write", mortal(history.write))
        cut.setattr(persons, "write", mortal(persons.write))
        await filled(pool, auditor)


async def test_the_rows_are_made_once_whole_and_the_same_wherever_making_them_was_cut_off(
    database: Database, pool: AsyncConnectionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = database.environment()["CANDOUR_PG_AUDITOR"]
    await Book("intake", pool).add([entry(*each, with_rows=True) for each in STORED])
    kept = await held(pool)
    assert [len(rows) for rows in kept.values()] == [6, 3, 1]
    assert await filled(pool, auditor) == (0, 0)
    assert await History(pool).rules() == ["ours/0", "ours/1"]
    for module in (history, persons):
        monkeypatch.setattr(module, "BATCH", 1)
    for cut in range(9):
        cleared(database)
        book = Book("intake", pool)
        await book.add([entry(*each, with_rows=False) for each in STORED[:5]])
        await cut_off(pool, auditor, monkeypatch, cut)
        await book.add([entry(*each, with_rows=False) for each in STORED[5:]])  # by the release from before, once more
        await filled(pool, auditor)
        assert await held(pool) == kept, cut
        assert await filled(pool, auditor) == (0, 0)
