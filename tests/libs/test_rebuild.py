"""A view built anew equals the view that was kept, and nothing is lost or doubled at the handover."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from io import StringIO
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool
from rich.console import Console

from deploy.house import Platform
from deploy.nats.topology import services
from deploy.rebuilding import bring_up_to_date
from libs import telling
from libs.beside import Beside, Growing, Said, answered, received
from libs.deciding import Act
from libs.directory import Directory
from libs.mapper import Mapper
from libs.publishing import Publisher
from libs.rebuild import NotMadeOfEvents, Sources, followed, rebuild
from libs.store import EventStore
from libs.telling import Stretch, Telling
from libs.views import View
from services.governance.projection import Overview
from services.intake.application import Report
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

MANAGER = Act("person:manager", "registered_manager", "site:elm", rationale="It fits the pattern of last month.")
SEALED = re.compile(r"sealed:[^\"]+")


@asynccontextmanager
async def logs_of(platform: Platform, database: Database) -> AsyncIterator[Sources]:
    """Every service's log: those of the platform's rooms, and the empty ones of services that are not running."""
    sources = platform.logs()
    async with AsyncExitStack() as stack:
        for name in set(services()) - sources.keys():
            conninfo = database.conninfo(name)
            pool = AsyncConnectionPool(conninfo, min_size=1, open=False, kwargs={"autocommit": True})
            await stack.enter_async_context(pool)
            mapper = Mapper((), platform.keys)
            sources[name] = (EventStore(conninfo, name, pool), Publisher(name, mapper, lambda _: None))
        yield sources


async def tables_of(view: View) -> dict[str, list[str]]:
    """What the live tables hold; sealed words are sealed anew each time, so they are only known to be there."""
    held: dict[str, list[str]] = {}
    async with view.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT set_config('candour.reach', '*', true)")
        for table in view.table_names:
            query = SQL("SELECT row_to_json(t)::text FROM {} t").format(Identifier(view.live, table))
            rows = await connection.execute(query)
            held[table] = sorted(SEALED.sub("sealed", row[0]) for row in await rows.fetchall())
    return held


async def weighed(platform: Platform, count: int, site: str = "elm") -> None:
    intake = platform.service("intake")
    for number in range(count):
        saved = await intake.raise_opportunity(MANAGER, Report(site, "near_miss", f"Nearly, number {number}."))
        await intake.confirm_safety(MANAGER, saved.id, "Made safe.")
        await intake.triage(MANAGER, saved.id, "swarm", [], {}, [])


async def test_a_view_built_anew_equals_the_view_that_was_kept(
    database: Database, messaging: Messaging, wrapping_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with housed(database, messaging, wrapping_key, "governance", "intake") as house:
        await with_sites(house, "elm")
        await weighed(house, 5)
        await house.settle()
        overview: Overview = house.service("governance").overview
        directory: Directory = house.service("intake").directory
        before = [await tables_of(overview), await tables_of(directory)]
        read: list[tuple[str, int, int]] = []
        async with logs_of(house, database) as sources:
            reached = await rebuild(overview, sources, lambda *told: read.append(told))
            await rebuild(directory, sources)
        assert [await tables_of(overview), await tables_of(directory)] == before
        assert len(before[0]["journey"]) == 5
        assert reached["intake"] == house.rooms["intake"].store.position
        assert [(name, position) for name, position, _ in read][-1] == ("intake", reached["intake"])
        await weighed(house, 1)
        await house.settle()
        assert len((await tables_of(overview))["journey"]) == 6
        async with logs_of(house, database) as sources:
            await what_several_processes_say_is_the_same(house, database, sources, monkeypatch)
            await one_that_is_killed_half_way_harms_nothing(house, database, sources)
            await what_another_release_made_is_made_anew(house, overview, sources)
            with pytest.raises(NotMadeOfEvents, match=r"intake\.drafts"):
                await rebuild(house.service("intake").drafts, sources)


WAITS_ONCE_COPIED = """
CREATE FUNCTION wait_once_copied() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF to_regclass('governance_next.journey') IS NOT NULL AND EXISTS (SELECT FROM governance_next.journey) THEN
        PERFORM pg_advisory_xact_lock(7);
    END IF;
END $$;
CREATE EVENT TRIGGER waits ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION wait_once_copied();
"""


async def one_that_is_killed_half_way_harms_nothing(house: Platform, database: Database, sources: Sources) -> None:
    """Its connection ends when the rows are copied, and the process when all is swapped; neither was committed."""
    overview: Overview = house.service("governance").overview
    before = await tables_of(overview)
    waits = "SELECT pid FROM pg_locks WHERE NOT granted AND locktype = %s"
    gone = "SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)"
    connecting = psycopg.AsyncConnection.connect
    async with await connecting(database.admin, autocommit=True) as admin, await connecting(database.admin) as holder:
        await admin.execute(WAITS_ONCE_COPIED)
        await holder.execute("SELECT pg_advisory_xact_lock(7)")
        building_here = asyncio.create_task(rebuild(overview, sources))
        await admin.execute("SELECT pg_terminate_backend(%s)", (await the_one(admin, waits, "advisory"),))
        with pytest.raises(psycopg.OperationalError):
            await building_here
        await holder.rollback()
        assert await tables_of(overview) == before
        await holder.execute("SELECT * FROM governance_view.filled FOR UPDATE")
        command = (sys.executable, "-m", "deploy", "rebuild", "governance.overview")
        building = await asyncio.create_subprocess_exec(*command, env=os.environ | house.env, stdout=DEVNULL)
        backend = await the_one(admin, waits, "transactionid")
        building.kill()
        await building.wait()
        await holder.rollback()
        await the_one(admin, gone, backend)
        assert await tables_of(overview) == before
    await rebuild(overview, sources)
    assert await tables_of(overview) == before


async def the_one(admin: psycopg.AsyncConnection[Any], asked: LiteralString, about: object) -> int:
    """What is answered, once there is an answer."""
    async with asyncio.timeout(120):
        while not (row := await (await admin.execute(asked, (about,))).fetchone()):  # noqa: ASYNC110 no event here
            await asyncio.sleep(0.02)
    return int(row[0])


class Near(Beside):
    """One that answers in this process: what it says and how it is sent are the same."""

    def _answer(self, view: tuple[str, str], source: str, stretch: Stretch, growing: Growing) -> Said | None:
        conninfo, publisher = self._logs[source]
        self.asked += 1
        with psycopg.connect(conninfo, autocommit=True) as connection:
            return received(answered(connection, Telling(self._views[view], publisher), stretch, growing))

    asked = 0


async def what_several_processes_say_is_the_same(
    house: Platform, database: Database, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    overview: Overview = house.service("governance").overview
    before, far = await tables_of(overview), dict[str, int]()
    logs = {name: (database.conninfo(name), publisher) for name, (_, publisher) in sources.items()}
    crew = [Near({("governance", "overview"): overview}, logs) for _ in range(2)]

    def told(source: str, position: int, _end: int) -> None:
        assert position >= far.get(source, 0)
        far[source] = position

    reached = await rebuild(overview, sources, told, crew)
    assert await tables_of(overview) == before
    assert {name: reached[name] for name in far} == far
    assert min(each.asked for each in crew) > 1


BEGUN_APART = """
import asyncio, sys
from libs.beside import Beside
from libs.keys import KeyRing
from libs.mapper import Mapper
from libs.publishing import Publisher
from services.governance.projection import Overview

view = Overview("governance", None)
publisher = Publisher("governance", Mapper((), None), lambda event: None)

async def asked(beside):
    first = await beside.ask(view, "governance", (0, 10), {})
    beside._process.kill()
    return first, await beside.ask(view, "governance", (0, 10), {})

with Beside({("governance", "overview"): view}, {"governance": (sys.argv[1], publisher)}) as beside:
    first, second = asyncio.run(asked(beside))
assert first.changes == [] and second is None, (first, second)
"""


async def test_a_process_beside_begins_as_a_copy_and_its_end_is_no_harm(database: Database) -> None:
    code = (sys.executable, "-W", "error::DeprecationWarning:libs", "-c", BEGUN_APART, database.conninfo("governance"))
    ended = await asyncio.create_subprocess_exec(*code)
    assert await ended.wait() == 0


async def what_another_release_made_is_made_anew(house: Platform, overview: Overview, sources: Sources) -> None:
    assert house.outdated() == []
    async with overview.pool.connection() as connection:
        await connection.execute("UPDATE governance_view.filled SET cases = 'of then' WHERE view = 'overview'")
    await overview.change("UPDATE journey SET kind = 'as it was called then'")
    await overview.set_up()
    assert house.outdated() == [overview]
    said = StringIO()
    assert await bring_up_to_date(house.outdated(), sources, Console(file=said)) == ["governance.overview"]
    assert "overview up to this release" in said.getvalue()
    await overview.set_up()
    assert house.outdated() == []
    assert {row["kind"] for row in await overview.rows("SELECT kind FROM journey")} == {"near_miss"}


async def test_what_is_decided_while_a_view_is_built_is_neither_lost_nor_doubled(
    database: Database, messaging: Messaging, wrapping_key: Path
) -> None:
    async with housed(database, messaging, wrapping_key, "governance", "intake") as house:
        await with_sites(house, "elm")
        overview: Overview = house.service("governance").overview
        async with logs_of(house, database) as sources:
            going_on = asyncio.create_task(weighed(house, 40))
            while not going_on.done():
                await rebuild(overview, sources)
            await going_on
            await house.settle()
            kept = await tables_of(overview)
            await rebuild(overview, sources)
            assert await tables_of(overview) == kept
        assert (len(kept["journey"]), len(kept["moment"])) == (40, 120)


async def test_half_a_view_is_not_built(database: Database, messaging: Messaging, wrapping_key: Path) -> None:
    async with housed(database, messaging, wrapping_key, "governance", start=False) as house:
        overview: Overview = house.service("governance").overview
        assert followed(overview) == sorted(services())
        room = house.rooms["governance"]
        with pytest.raises(LookupError, match="action, assurance, audit, intake"):
            await rebuild(overview, {"governance": (room.store, room.publisher)})
