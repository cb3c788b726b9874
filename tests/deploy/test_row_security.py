"""Whatever a page asks for, the database shows only rows of the sites that the asking post reaches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.house import Platform
from libs.deciding import Act
from libs.reach import everything, narrow
from libs.views import View
from services.intake.application import Report
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPEN_TO_ALL = {
    # Who works where and what the rules are: every post reads its own organisation.
    "directory": {"holder", "member", "post", "rule_pack", "site"},
    # Of the whole record, not of a site.
    "checkpoints": {"checkpoint", "signing_key"},
    "verifications": {"verification"},
    "overview": {"checkpoint"},
    # What outside systems sent is not known to be of any site; its doors are for those who take it in.
    "quarantine": {"kept_apart"},
    # Which evidence was handed out and who took it, for those who audit; a pack may be of many sites.
    "packs": {"pack", "pack_taken"},
    # Which cases a sample drew, by number; the cases themselves are behind their own wall.
    "weighings": {"sample"},
}
"""Tables that name neither a site nor a journey of a site, and why everyone may read them."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Platform]:
    """Two sites, each with something that happened there."""
    async with housed(module_database, messaging, wrapping_key) as opened:
        await with_sites(opened, "elm", "oak")
        for site in ("elm", "oak"):
            act = Act(f"person:{site}", "registered_manager", f"site:{site}")
            await opened.service("intake").raise_opportunity(act, Report(site, "near_miss", "A wheel came loose."))
        await opened.settle()
        yield opened


def views(house: Platform) -> list[View]:
    return [follower.view for room in house.rooms.values() for follower in room.followers]


async def columns(view: View, table: str) -> set[str]:
    asked = "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
    return {row["column_name"] for row in await view.rows(asked, (view.live, table))}


async def counted(view: View, table: str, sites: list[str] | None) -> int:
    """How many rows of a table a request sees; sites None is the rooms' own work."""
    if sites is None:
        with everything():
            return len(await rows(view, table))
    with everything():
        narrow(sites)
        return len(await rows(view, table))


async def rows(view: View, table: str) -> list[dict[str, Any]]:
    return await view.rows(f"SELECT * FROM {table}")


async def test_a_post_sees_no_row_of_a_site_it_does_not_reach(house: Platform) -> None:
    seen = 0
    for view in views(house):
        for table in set(view.table_names) - set(view.open_to_all):
            assert await counted(view, table, []) == 0, f"{view.service} {view.name} {table}"
            if "site" not in await columns(view, table):
                continue
            held = await rows(view, table)
            mine = [row for row in held if row["site"] == "elm"]
            assert await counted(view, table, ["elm"]) == len(mine), f"{view.service} {view.name} {table}"
            seen += len(mine)
    assert seen >= 5, "there was too little to see for this to say anything"


async def test_what_hangs_on_a_journey_is_shown_with_the_journey(house: Platform) -> None:
    for view in views(house):
        knows = [t for t in view.table_names if {"site", "journey"} <= await columns(view, t)]
        for table in set(view.table_names) - set(view.open_to_all):
            found = await columns(view, table)
            if "site" in found or not knows:
                continue
            parent = view.hanging[table][0] if table in view.hanging and "journey" in found else knows[0]
            journeys = {row["journey"] for row in await rows(view, parent) if row["site"] == "elm"}
            mine = [row for row in await rows(view, table) if row["journey"] in journeys]
            assert await counted(view, table, ["elm"]) == len(mine), f"{view.service} {view.name} {table}"


async def test_no_table_is_open_to_all_but_those_that_were_meant(house: Platform) -> None:
    found = {view.name: set(view.open_to_all) for view in views(house) if view.open_to_all}
    assert found == OPEN_TO_ALL


async def test_the_owner_of_a_table_is_held_by_it_too(house: Platform) -> None:
    for view in views(house):
        async with view.pool.connection() as connection:
            for table in set(view.table_names) - set(view.open_to_all):
                found = await connection.execute(f"SELECT count(*) FROM {view.live}.{table}".encode())
                assert await found.fetchone() == (0,), f"{view.service} {view.name} {table}: nobody said who asks"
