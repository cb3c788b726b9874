"""Rules for hundreds of sites do not keep everyone else waiting, and a check reads no history."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Any, LiteralString

from psycopg_pool import AsyncConnectionPool

from libs.deciding import deciding
from libs.views import Parameters
from services.assurance.policy import react
from services.assurance.policy.yardsticks import AT_A_TIME
from services.assurance.projection.cases import Cases
from tests.assurance.shelf import Shelf, pack, site
from tests.bench.past import CASES, REACHED
from tests.given import NOW, SOMEONE
from tests.servers import Database


def test_rules_for_many_sites_leave_others_their_turn_in_between() -> None:
    many, turns = Shelf(), [0]
    for number in range(30):
        many.hear(site(name=f"site-{number}"))

    async def others() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    async def adopt() -> int:
        ticking = asyncio.create_task(others())
        changed = list(await react(pack(), many))
        ticking.cancel()
        return len(changed)

    with deciding(SOMEONE, NOW):
        held = asyncio.run(adopt())
    assert held > 3 * AT_A_TIME
    assert turns[0] >= held // AT_A_TIME


class Explained(Cases):
    """Has each question explained by the database in place of answered."""

    async def rows(self, query: LiteralString, parameters: Parameters = ()) -> list[dict[str, Any]]:
        (told,) = await super().rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", parameters)
        self.plan = told["QUERY PLAN"][0]["Plan"]
        return []


def rows_read(plan: dict[str, Any]) -> Iterator[float]:
    """Of each scan in a plan: rows that it gave, and rows that it looked at and left."""
    if "Scan" in plan["Node Type"] and "Relation Name" in plan:
        yield (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    for each in plan.get("Plans", []):
        yield from rows_read(each)


async def test_a_check_reads_what_came_lately_and_not_what_a_site_ever_had(module_database: Database) -> None:
    asked = {"until": "2026-05-01", "sites": 2, "cases": 7200, "months": 36}  # a hundred a month at each site
    async with AsyncConnectionPool(module_database.conninfo("assurance"), open=False) as pool:
        view = Explained("assurance", pool)
        await view.set_up()
        async with pool.connection() as connection:
            await connection.execute("SELECT set_config('candour.reach', '*', true)")
            await connection.execute(CASES, asked)
            await connection.execute(REACHED)
            await connection.execute("ANALYZE assurance_view.opportunity, assurance_view.milestone")
        await view.evidence("site-1", date(2026, 4, 1))
    assert 300 <= sum(rows_read(view.plan)) <= 1000  # each of a hundred cases a few times; the site has had 3,600
