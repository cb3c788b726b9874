"""The event store: many requests in one commit, each with its own answer, and nobody can rewrite the past."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool

from libs.store import AlreadyHandled, Conflict, EventStore, Once, Unavailable
from tests.servers import Database


@pytest.fixture
async def store(database: Database) -> AsyncIterator[EventStore]:
    async with opened(database) as running:
        yield running


class opened:
    """A store of intake's, open; several on one database stand for several processes."""

    def __init__(self, database: Database) -> None:
        self.conninfo = database.conninfo("intake")
        self.pool = AsyncConnectionPool(self.conninfo, min_size=1, open=False, kwargs={"autocommit": True})
        self.store = EventStore(self.conninfo, "intake", self.pool)

    async def __aenter__(self) -> EventStore:
        await self.pool.open()
        await self.store.open()
        return self.store

    async def __aexit__(self, *_: object) -> None:
        await self.store.close()
        await self.pool.close()


def happened(aggregate: UUID, version: int, state: bytes = b"{}") -> StoredEvent:
    return StoredEvent(aggregate, version, "intake.Something.Happened", state)


async def test_what_waits_together_is_kept_in_one_commit_in_order(store: EventStore) -> None:
    commits: list[int] = []
    store.listeners.append(lambda: commits.append(store.position))
    records = [uuid4() for _ in range(200)]
    places = await asyncio.gather(*(store.append([happened(r, 1), happened(r, 2)]) for r in records))
    assert len(commits) < 10
    assert [p for pair in places for p in pair] == sorted(p for pair in places for p in pair)
    log = await store.read(0, 1000)
    assert [(row.stored.originator_id, row.stored.originator_version) for row in log] == [
        (r, v) for r in records for v in (1, 2)
    ]


async def test_whoever_follows_is_woken_for_what_another_process_decided(store: EventStore, database: Database) -> None:
    woken = asyncio.Event()
    store.listeners.append(woken.set)
    async with opened(database) as another:
        [place] = await another.append([happened(uuid4(), 1)])
        await woken.wait()
    assert store.position == place


async def test_a_conflict_in_a_batch_is_its_own_and_nobody_elses(store: EventStore) -> None:
    taken = uuid4()
    await store.append([happened(taken, 1)])
    others = [uuid4() for _ in range(20)]
    results = await asyncio.gather(
        *(store.append([happened(each, 1)]) for each in others[:10]),
        store.append([happened(others[0], 2), happened(taken, 1)]),
        *(store.append([happened(each, 1)]) for each in others[10:]),
        return_exceptions=True,
    )
    assert [type(r) for r in results].count(list) == 20
    assert isinstance(results[10], Conflict)
    assert await store.load(others[0], 1) == []


async def test_of_two_decisions_on_one_version_in_a_batch_the_first_stands(store: EventStore) -> None:
    record = uuid4()
    results = await asyncio.gather(
        *(store.append([happened(record, 1, b'{"n":%d}' % n)]) for n in range(5)), return_exceptions=True
    )
    assert isinstance(results[0], list)
    assert all(isinstance(r, Conflict) for r in results[1:])
    assert [e.state for e in await store.load(record)] == [b'{"n":0}']


async def test_a_message_is_taken_once_and_its_answer_kept(store: EventStore) -> None:
    once = Once("policy:x", "m1", "print", "answer")
    await store.append([happened(uuid4(), 1)], once)
    with pytest.raises(AlreadyHandled):
        await store.append([happened(uuid4(), 1)], once)
    assert await store.answer("policy:x", "m1") == ("print", "answer")
    assert await store.answer("policy:y", "m1") is None
    assert len(await store.read(0)) == 1


async def test_that_a_message_led_to_nothing_is_kept_too(store: EventStore) -> None:
    assert await store.append([], Once("policy:x", "quiet")) == []
    with pytest.raises(AlreadyHandled):
        await store.append([happened(uuid4(), 1)], Once("policy:x", "quiet"))


async def test_one_message_many_times_at_once_is_taken_once(store: EventStore) -> None:
    async def take() -> str:
        while True:
            try:
                await store.append([happened(uuid4(), 1)], Once("policy:x", "m"))
                return "taken"
            except Conflict:
                continue
            except AlreadyHandled:
                return "repeat"

    assert sorted(await asyncio.gather(*(take() for _ in range(8)))) == ["repeat"] * 7 + ["taken"]
    assert len(await store.read(0)) == 1


async def test_a_second_of_one_key_is_no_repeat_while_the_first_may_still_fail(store: EventStore) -> None:
    taken, once = uuid4(), Once("policy:x", "m")
    await store.append([happened(taken, 1)])
    results = await asyncio.gather(
        store.append([happened(taken, 1)], once), store.append([happened(uuid4(), 1)], once), return_exceptions=True
    )
    assert [type(r) for r in results] == [Conflict, Conflict]
    assert len(await store.append([happened(uuid4(), 1)], once)) == 1


async def test_a_request_that_cannot_be_written_does_not_fail_its_neighbours(store: EventStore) -> None:
    results = await asyncio.gather(
        store.append([happened(uuid4(), 1)]),
        store.append([happened(uuid4(), 1)], Once("request:x", "null \x00 byte")),
        store.append([happened(uuid4(), 1)]),
        return_exceptions=True,
    )
    assert isinstance(results[1], psycopg.DataError)
    assert [isinstance(r, list) for r in results] == [True, False, True]


async def test_two_processes_write_one_order_without_losing_any(database: Database) -> None:
    async with opened(database) as one, opened(database) as other:
        read: list[int] = []

        async def follow() -> None:
            while len(read) < 600:
                read.extend(row.position for row in await one.read(read[-1] if read else 0))

        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            tasks.create_task(follow())
            for n in range(600):
                tasks.create_task((one if n % 2 else other).append([happened(uuid4(), 1)]))
        assert read == sorted(set(read))
        assert len(await one.read(0, 1000)) == 600


async def test_a_broken_connection_is_told_and_the_next_request_is_served(database: Database) -> None:
    async with opened(database) as store:
        await store.append([happened(uuid4(), 1)])
        with psycopg.connect(database.admin, autocommit=True) as administrator:
            administrator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
        record = uuid4()
        with pytest.raises(Unavailable):
            await store.append([happened(record, 1)])
        assert await store.append([happened(record, 1)])


async def test_what_waits_is_written_before_the_store_closes(database: Database) -> None:
    store = opened(database)
    running = await store.__aenter__()
    waiting = [asyncio.create_task(running.append([happened(uuid4(), 1)])) for _ in range(50)]
    await asyncio.sleep(0)
    await running.close()
    assert all(await asyncio.gather(*waiting))
    with pytest.raises(Unavailable):
        await running.append([happened(uuid4(), 1)])
    await store.pool.close()


async def test_whoever_gives_up_waiting_does_not_disturb_the_batch(store: EventStore) -> None:
    tasks = [asyncio.create_task(store.append([happened(uuid4(), 1)])) for _ in range(10)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[3], asyncio.CancelledError)
    assert sum(isinstance(r, list) for r in results) == 9


@pytest.mark.parametrize("change", ["UPDATE intake.events SET topic = ''", "DELETE FROM intake.events",
                                    "TRUNCATE intake.events", "UPDATE intake.inbox SET answer = ''"])  # fmt: skip
async def test_the_service_itself_cannot_rewrite_what_was_decided(database: Database, change: str) -> None:
    async with await psycopg.AsyncConnection.connect(database.conninfo("intake")) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(change.encode())


async def test_the_librarys_own_recorder_reads_the_log(store: EventStore, database: Database) -> None:
    record = uuid4()
    await store.append([happened(record, 1), happened(record, 2)])
    given = conninfo_to_dict(database.conninfo("intake"))
    datastore = PostgresDatastore(
        dbname=str(given["dbname"]), host=str(given["host"]), port=str(given["port"]), user=str(given["user"]),
        password=str(given["password"]), schema="intake",
    )  # fmt: skip
    with datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="events")
        read = await asyncio.to_thread(recorder.select_events, record)
        notified = await asyncio.to_thread(recorder.select_notifications, None, 10)
    assert [(e.originator_version, e.topic, e.state) for e in read] == [(1, happened(record, 1).topic, b"{}"),
                                                                      (2, happened(record, 2).topic, b"{}")]  # fmt: skip
    assert [n.id for n in notified] == [row.position for row in await store.read(0)]
