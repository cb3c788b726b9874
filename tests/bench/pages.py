"""Each page of governance as 500 sites' history grows: the server's whole time, from request to last byte; when a browser
has painted it; and what one more event costs the views. Something happens at some site before every request."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from rich.console import Console
from rich.table import Table

from deploy.house import Platform
from deploy.web import Door
from libs.clock import HandClock
from libs.deciding import Act
from libs.directory import Site
from libs.sweeping import settled
from libs.web.posts import Post
from libs.web.sign_in import Persona
from services.governance.application import NewSite
from tests.bench import filling, overview, painting
from tests.bench.measuring import percentile
from tests.house import rules

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
ACT = Act("person:bench", "provider_quality_lead", "provider:acme")
REGIONS = ("North", "Midlands", "London", "South", "West", "East")
KINDS = ("care_home_residential", "homecare", "supported_living")
SITES, TRIES = 500, 20
LATER = timedelta(hours=3)
"""How long somebody was away before the visit that is measured."""
POSTS = (
    Post("acme.quality", "provider_quality_lead", "provider:acme", "Quality lead"),
    Post("north.lead", "provider_representative", "region:North", "Representative, North"),
    Post("s0.registered_manager", "registered_manager", "site:s0", "Registered manager"),
)
PEOPLE = {post.role: UUID(int=0xA1 + n) for n, post in enumerate(POSTS)}
ASKED: Mapping[str, tuple[str, ...]] = {
    "provider_quality_lead": (
        "/provider", "/board", "/loop", "/comparison", "/trend", "/themes", "/themes/falls", "/journeys",
        "/journeys?figure=changes_late", "/journeys?words=kitchen+swallowing", "/journeys?words=R-17", "/work?everyone=yes",
        "/tables", "/tables/outside/kinds", "/site", "/journeys/{journey}", "/provider?region=North",
    ),
    "provider_representative": ("/provider", "/board", "/loop", "/comparison", "/trend", "/themes"),
    "registered_manager": ("/work", "/site/s0", "/journeys", "/trend", "/journeys?words=kitchen+swallowing", "/loop"),
}  # fmt: skip
"""The pages that each post lives with."""


PAINTED = {
    "/provider": "provider_quality_lead", "/site/s0": "registered_manager", "/work": "registered_manager",
    "/journeys/{journey}": "provider_quality_lead",
}  # fmt: skip
"""The pages that are looked at in a browser, each by the post that lives with it."""
KEPT = 300
"""Events kept one after the other to know what one costs."""


class News:
    """Things that happen, one after the other, at one site after the other."""

    def __init__(self, house: Platform) -> None:
        self.overview = house.service("governance").overview
        sites = [Site("acme", f"s{n}", f"Site {n}", "", "ENG", "homecare") for n in range(SITES)]
        self._events = overview.history(1_000_000, sites)

    async def happens(self) -> float:
        """The next thing; the milliseconds until the view had it."""
        began = time.perf_counter()
        await self.overview.keep([next(self._events)], {})
        return 1000 * (time.perf_counter() - began)


async def measure(env: Mapping[str, str], sizes: list[int], tries: int = TRIES) -> list[dict[str, Any]]:
    """Every page's milliseconds at each size, with how many times the first size's they are."""
    house = Platform(env, clock := HandClock(NOW - LATER), ["governance"])
    await house.open()
    told: list[dict[str, Any]] = []
    try:
        await house.start(wake=False)
        await _organise(house)
        people = tuple(Persona(f"person:{PEOPLE[post.role]}", post.label, "", (post,)) for post in POSTS)
        door = Door(house, lambda: people)
        await door.open()
        settled()  # as every process does that answers people
        try:
            for size in sizes:
                began = time.perf_counter()
                journeys = await asyncio.to_thread(filling.fill, env["CANDOUR_PG_GOVERNANCE"], size, SITES, NOW)
                filled = round(time.perf_counter() - began, 1)
                found = {"events": size, "journeys": journeys, "sites": SITES, "filled_in_seconds": filled}
                told.append(found | await _at(house, door, clock, tries))
        finally:
            await door.close()
    finally:
        await house.close()
    return _with_ratios(told)


async def _at(house: Platform, door: Door, clock: HandClock, tries: int) -> dict[str, Any]:
    """What is measured at one size."""
    news = News(house)
    news.overview.forget()  # the tables were filled behind its back
    row = await news.overview.row("SELECT journey FROM journey WHERE closure = 5 LIMIT 1")
    journey = str(row["journey"]) if row else ""
    kept = [await news.happens() for _ in range(KEPT)]
    asked = [(f"person:{PEOPLE[role]}", path.format(journey=journey)) for path, role in PAINTED.items()]
    return {
        "one_event_ms": {"p50": round(percentile(kept, 0.5), 1), "p95": round(percentile(kept, 0.95), 1)},
        "pages_ms": await _pages(door, clock, tries, journey, news),
        "painted_ms": {
            name.replace(journey, "…"): ms for name, ms in (await painting.measure(door.app, asked)).items()
        },
    }


async def _organise(house: Platform) -> None:
    governance = house.service("governance")
    for start in range(0, SITES, 50):
        await asyncio.gather(
            *(
                governance.register_site(ACT, NewSite(
                    "acme", f"s{n}", f"Site {n}", REGIONS[n % 6], "ENG", KINDS[n % 3], date(2020, 1, 1)
                ))
                for n in range(start, start + 50)
            )
        )  # fmt: skip
    await governance.adopt_rules(ACT, "acme", rules(), date(2020, 1, 1))
    for post in POSTS:
        site = post.scope.removeprefix("site:") if post.scope.startswith("site:") else ""
        await governance.establish_post(ACT, "acme", site, post.post, post.role, post.scope, post.label, None)
        await governance.appoint(ACT, post.post, PEOPLE[post.role], post.label, "someone@example.org")
    await house.settle(60)


async def _pages(door: Door, clock: HandClock, tries: int, journey: str, news: News) -> dict[str, dict[str, float]]:
    told = {}
    headers = {"Accept": "text/html", "Origin": "http://127.0.0.1"}
    for role, paths in ASKED.items():
        transport = httpx2.ASGITransport(app=door.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
            await client.post("/sign-in", data={"actor_id": f"person:{PEOPLE[role]}", "next": "/"})
            await client.get("/work")  # a visit before this one, since which there is news
            clock.move_to(clock.now() + LATER)
            for path in paths:
                told[f"{path} ({role})"] = await _timed(client, path.format(journey=journey), tries, news)
    return told


async def _timed(client: httpx2.AsyncClient, address: str, tries: int, news: News) -> dict[str, float]:
    """Milliseconds from request to last byte, and of them those that the web process itself worked."""
    times, worked = [], []
    for _ in range(tries + 1):
        await news.happens()
        began, busy = time.perf_counter(), time.process_time()
        answer = await client.get(address)
        times.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - busy))
        if answer.status_code != 200:
            raise LookupError(f"{address} was answered with {answer.status_code}: {answer.text[:500]}")
    kept = times[1:]  # the first compiles templates
    return {
        "first": round(times[0], 1), "p50": round(percentile(kept, 0.5), 1), "p95": round(percentile(kept, 0.95), 1),
        "own_work": round(percentile(worked[1:], 0.5), 1), "kilobytes": round(len(answer.content) / 1024),
    }  # fmt: skip


def told(env: Mapping[str, str], sizes: list[int], out: Path) -> None:
    """Measure, write, and show each page's median and 95th of 100 at each size, with how many times the first size's."""
    found = asyncio.run(measure(env, sizes))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=1))
    table = Table(title=f"Pages at {SITES} sites, p50 / p95 in ms (p50 as times the first size's)")
    table.add_column("page")
    for size in found:
        table.add_column(f"{size['events']:,} events", justify="right")
    for measured, heading in (("pages_ms", "the server's time"), ("painted_ms", "painted in a browser")):
        table.add_section()
        table.add_row(f"[bold]{heading}")
        for page in found[0][measured]:
            table.add_row(page, *(_cell(size[measured][page]) for size in found))
    table.add_section()
    table.add_row("one more event into the views", *(_cell(size["one_event_ms"]) for size in found))
    Console(width=140).print(table)


def _cell(measured: dict[str, float]) -> str:
    return f"{measured['p50']} / {measured['p95']} ({measured.get('times_the_first', 1)})"


def _with_ratios(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for size in told[1:]:
        for measured in ("pages_ms", "painted_ms"):
            for page, found in size[measured].items():
                if first := told[0][measured].get(page):
                    found["times_the_first"] = round(found["p50"] / first["p50"], 1)
        size["one_event_ms"]["times_the_first"] = round(size["one_event_ms"]["p50"] / told[0]["one_event_ms"]["p50"], 1)
    return told
