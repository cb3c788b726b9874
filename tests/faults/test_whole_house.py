"""The promise, for the whole house: journeys are lived through all seven rooms while the process, PostgreSQL and NATS are
killed at random moments, and every journey leaves the very record that it leaves when nothing is killed.

`CANDOUR_CRASHES` (100) scales how often something is killed: a twentieth of it here, where all rooms begin again each time.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from deploy.embedded.servers import Servers
from deploy.house import Platform, statements
from deploy.run import free_port
from deploy.web import Door
from libs.clock import TravelledClock
from libs.keys import KeyRing
from libs.rebuild import followed, rebuild
from libs.views import View
from tests.faults.caller import Acknowledged, Caller, trace_of
from tests.faults.records import History, Records
from tests.faults.storm import Storm
from tests.faults.story import PEOPLE, POSTS, PROVIDER, SITE, TEAM, Story
from tests.faults.under_fire import PRELOADED, PRELOADS
from tests.faults.whole_house import MORNING, House
from tests.house import OPERATOR, with_sites

CRASHES = max(1, int(os.environ.get("CANDOUR_CRASHES", "100")) // 20)
SEALED = re.compile(r"sealed:\d+:[^:]*:[^:]*:[\w=-]+")
Tokens = Mapping[str, str]


@pytest.fixture
async def servers(reachable_directory: Path) -> AsyncIterator[Servers]:
    PRELOADED.set_forkserver_preload(PRELOADS)
    running = Servers(reachable_directory / "var", ddl=statements())
    await asyncio.to_thread(running.start)
    yield running
    await asyncio.to_thread(running.remove)


@asynccontextmanager
async def opened(servers: Servers, *, start: bool = True) -> AsyncIterator[Platform]:
    """The house in our own process, while no other runs; quiet, without `start`."""
    clock = TravelledClock()
    clock.move_to(MORNING)
    platform = Platform(servers.environment(), clock)
    await platform.open()
    try:
        if start:
            await platform.start()
        yield platform
    finally:
        await platform.close()


async def founded(platform: Platform, door: Door) -> Tokens:
    """A site with its posts, their holders and a team, and a token for each who takes part."""
    governance = platform.service("governance")
    await with_sites(platform, SITE, kind="homecare")
    for who, post in POSTS.items():
        if who in TEAM:
            await governance.join_team(OPERATOR, PROVIDER, SITE, PEOPLE[who], who, date(2024, 1, 1))
            continue
        site = SITE if post.scope.startswith("site:") else ""
        await governance.establish_post(OPERATOR, PROVIDER, site, post.post, post.role, post.scope, "", None)
        await governance.appoint(OPERATOR, post.post, PEOPLE[who], "Robin Holder", "robin@acme.example")
    await platform.settle()
    tokens = door.tokens
    return {
        who: await tokens.issue_token(who, f"person:{PEOPLE[who]}", [post], timedelta(days=1))
        for who, post in POSTS.items()
    }


@asynccontextmanager
async def callers(tokens: Tokens, said: Acknowledged, base: str, **options: Any) -> AsyncIterator[dict[str, Caller]]:
    """Everyone who takes part, at their programs."""
    async with AsyncExitStack() as stack:
        made = {}
        for who, token in tokens.items():
            headers = {"Authorization": f"Bearer {token}"}
            client = httpx2.AsyncClient(base_url=base, headers=headers, timeout=5, **options)
            made[who] = Caller(await stack.enter_async_context(client), said)
        yield made


async def calm(servers: Servers) -> tuple[Tokens, History]:
    """What one journey leaves on record when nothing is killed."""
    async with opened(servers) as platform:
        door = Door(platform, None)
        await door.open()
        try:
            tokens, said = await founded(platform, door), Acknowledged()
            through: Any = httpx2.ASGITransport(app=door.app)
            async with callers(tokens, said, "http://localhost", transport=through) as people:
                story = Story("calm", people)
                await story.live()
                await platform.settle()
            journey = UUID(story.journey)
            history = (await Records.of(platform)).history(journey, "calm", said.answers)
            return tokens, history
        finally:
            await door.close()


async def test_every_journey_leaves_the_record_it_leaves_when_nothing_is_killed(servers: Servers) -> None:
    tokens, expected = await calm(servers)
    port, said = free_port(0), Acknowledged()
    house = House(servers.environment(), servers.var, port)
    house.open()
    try:
        async with callers(tokens, said, f"http://127.0.0.1:{port}") as people:
            storm = Storm(servers, house, people, said)
            await storm.blow(CRASHES)
    finally:
        await house.close()
    assert sum(storm.killed.values()) >= CRASHES
    async with opened(servers) as platform:
        await platform.settle(120)
        await check(platform, storm, expected)
    async with opened(servers, start=False) as platform:
        await views_show(platform)


async def check(platform: Platform, storm: Storm, expected: History) -> None:
    """Acknowledged = decided = acted on = shown = in the ledger."""
    records, keys = await Records.of(platform), storm.said.answers
    assert len(keys) == len(storm.journeys) * len(expected.decisions)
    assert len(records.begun()) == len(storm.journeys) + 1, "the calm one, and nobody's word taken for two"
    for name, journey in storm.journeys.items():
        assert records.history(journey, name, keys) == expected, name
        assert records.heard_in_order(journey), name
        asked = [trace_of(key) for key in keys if key.startswith(f"{name}/")]
        for decided in records.decided_in_order(journey).values():
            assert decided == [trace for trace in asked if trace in decided], name
    for room in platform.rooms.values():
        assert await room.parking.waiting() == []
    await ledgers_hold(platform, records)


async def ledgers_hold(platform: Platform, records: Records) -> None:
    """Every event of every room stands in its ledger once, in order, as it was stored."""
    audit = platform.service("audit")
    for name, book in audit.books.items():
        assert (await audit.verify(name)).sound, name
        assert not book.halted
        held = await book._entries("service = %s ORDER BY place", (name,))
        assert [entry.position for entry in held] == records.positions[name], name


async def views_show(platform: Platform) -> None:
    """Every view that is made of events is what it would be if it were built anew from the first one."""
    for room in platform.rooms.values():
        for view in filter(followed, room.kept.values()):
            before = await shown(view, platform.keys)
            await rebuild(view, platform.logs())
            assert await shown(view, platform.keys) == before, f"{room.name}.{view.name}"


async def shown(view: View, keys: KeyRing) -> dict[str, list[str]]:
    """All rows of a view's tables, in an order of their own, with sealed words opened."""
    lines = {
        name: [row["line"] for row in await view.rows(f"SELECT t::text AS line FROM {name} t")]
        for name in view.table_names
    }
    tokens = {token for found in lines.values() for line in found for token in SEALED.findall(line)}
    await keys.ready({subject for token in tokens if (subject := keys.subject_of(token))})
    return {
        name: sorted(SEALED.sub(lambda found: keys.open(found[0]), line) for line in found)
        for name, found in lines.items()
    }
