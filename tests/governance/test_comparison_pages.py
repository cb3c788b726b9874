"""Comparison, trend and themes as an analyst and a manager meet them: on a real house, with the demo provider's figures."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from contracts.taxonomy import Role
from deploy.house import Platform
from deploy.web import Door
from services.governance.application import NewSite
from services.governance.projection import Overview
from tests.governance.front import ANN, PEOPLE, QUINN, browsing, csrf_in, door_of, in_order
from tests.governance.planted import Pick, care_homes, falls, figures_told, medicines, sites, told
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
MEASURE = "indicator-reviewed-in-one-working-day"


@dataclass
class Stage:
    platform: Platform
    door: Door


def either(each: object) -> bool:
    pick: tuple[Pick, Pick] = (falls, medicines)
    return any(one(each) for one in pick)  # type: ignore[arg-type]


async def furnished(platform: Platform, homes: list[str]) -> None:
    """The care homes and one homecare branch of the demo provider under the provider of the tests, with their past."""
    governance = platform.service("governance")
    overview: Overview = governance.overview
    # Before anybody else keeps the view: what is told here came over no wire, so it has no place in a log.
    await overview.keep(told(homes, either) + figures_told("fernley", "safeguarding_indicator", MEASURE), {})
    await platform.start()
    await with_sites(platform, "elm")
    for home in [*homes, "fernley"]:
        site = sites()[home]
        new = NewSite("acme", home, site.title, site.region, site.nation, site.kind, date(2019, 4, 1))
        await governance.register_site(OPERATOR, new)
    for person, post in ((p, p.posts[0]) for p in PEOPLE):
        site_id = post.scope.removeprefix("site:") if post.scope.startswith("site:") else ""
        await governance.establish_post(OPERATOR, "acme", site_id, post.post, post.role, post.scope, post.label, None)
        who = UUID(person.actor_id.removeprefix("person:"))
        await governance.appoint(OPERATOR, post.post, who, person.label, "someone@example.org")
    await platform.settle()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Stage]:
    async with housed(module_database, messaging, wrapping_key, "governance", "intake", start=False) as platform:
        await furnished(platform, care_homes())
        async with door_of(platform) as door:
            yield Stage(platform, door)


@pytest_asyncio.fixture(loop_scope="module")
async def quinn(stage: Stage) -> AsyncIterator[httpx2.AsyncClient]:
    async with browsing(stage.door, QUINN) as client:
        yield client


async def page_of(client: httpx2.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert (path, answer.status_code) == (path, 200)
    return answer.text


async def listed(client: httpx2.AsyncClient, href: str) -> int:
    """How many journeys the list behind a number says there are."""
    found = re.search(r"([\d,]+) journeys?\b", await page_of(client, unescape(href)))
    assert found, href
    return int(found[1].replace(",", ""))


def numbered(page: str, row: str) -> list[tuple[str, str]]:
    """The linked numbers of a table's row: address and number."""
    cells = page.split(f">{row}</a>", 1)[1].split("</tr>", 1)[0]
    return re.findall(r'href="(/journeys\?[^"]+)">([\d,]+)', cells)


async def test_sites_are_compared_by_rate_and_the_outlier_is_named(quinn: httpx2.AsyncClient) -> None:
    page = await page_of(quinn, "/comparison?kind=accident_or_injury")
    assert in_order(
        page,
        "Accident or injury: all care homes",
        "Orchard Lea: much higher than chance explains",
        "candour-chart__wide",
    )
    assert "per 1,000 occupied bed days" in page
    assert "1 site stated nothing to divide by" not in page
    assert in_order(page, "Sites that are not shown", "2 sites stated nothing to divide by", '/site/elm"')
    ((href, number),) = numbered(page, "Orchard Lea")
    assert await listed(quinn, href) == int(number)


async def test_sites_are_compared_with_those_of_their_own_kind(quinn: httpx2.AsyncClient) -> None:
    page = await page_of(quinn, "/comparison?kind=accident_or_injury&peers=occupied_bed_days.care_home_nursing")
    assert "sites are too few" in page
    assert "Beacon House" not in page.split("candour-chart__wide", 1)[1].split("</figure>")[0]


async def test_a_trend_tells_each_signal_and_leads_to_what_is_behind_each_month(quinn: httpx2.AsyncClient) -> None:
    page = await page_of(quinn, "/trend?site=ashdown-lodge&theme=medication")
    assert in_order(page, "Aug 2025 to Feb 2026: higher than chance explains", "exact limits", "Set the limits anew")
    href, number = next(
        iter(re.findall(r'href="(/journeys\?[^"]+)">[\d.]+ \((\d+) in', page.split(">Sep 2025</th>", 1)[1]))
    )
    assert await listed(quinn, href) == int(number)


async def test_all_sites_together_and_a_measure_with_its_target_have_a_trend(quinn: httpx2.AsyncClient) -> None:
    assert "All your sites together" in await page_of(quinn, "/trend")
    page = await page_of(quinn, f"/trend?site=fernley&measure={MEASURE}")
    assert f"/journeys?site=fernley&amp;measure={MEASURE}&amp;period=2025-10-01" in page
    assert in_order(page, "Target 95%: not judged now", "Nov 2025: higher than chance explains")


async def test_limits_are_set_anew_by_a_decision_on_record(quinn: httpx2.AsyncClient, stage: Stage) -> None:
    path = "/trend?site=orchard-lea&kind=accident_or_injury"
    page = await page_of(quinn, path)
    form = {"csrf_token": csrf_in(page), "key": "reset-1", "from": "2025-10-14", "because": ""}
    post = path.replace("/trend", "/trend/baseline")
    assert "Say what is different since then" in (await quinn.post(post, data=form)).text
    done = await quinn.post(post, data=form | {"because": "Sensors were fitted in each room."})
    assert done.status_code == 303
    await stage.platform.settle()
    again = await page_of(quinn, done.headers["location"])
    decided = again.split("Set anew from October 2025: Sensors were fitted in each room.", 1)[1]
    assert Role.PROVIDER_QUALITY_LEAD.label in decided.split("</li>", 1)[0]
    twice = await quinn.post(post, data=form | {"key": "reset-2", "because": "Once more."})
    assert (twice.status_code, "set anew from this month already" in twice.text) == (409, True)
    async with browsing(stage.door, ANN) as ann:
        hers = await page_of(ann, "/trend")
        assert "Set the limits anew</span>" not in hers
        assert (await ann.get("/trend?site=orchard-lea")).status_code == 404


async def test_themes_stand_in_a_table_whose_numbers_lead_to_journeys(quinn: httpx2.AsyncClient) -> None:
    page = await page_of(quinn, "/themes")
    assert in_order(page, "Themes at each site", "All care homes", "Medicines")
    links = numbered(page, "Medicines")
    assert len(links) >= 6
    assert await listed(quinn, links[0][0]) == int(links[0][1])
    assert {f"candour-heat--{level}" for level in (1, 4)} <= set(re.findall(r"candour-heat--\d", page))


async def test_a_theme_tells_how_it_spread(quinn: httpx2.AsyncClient) -> None:
    page = await page_of(quinn, "/themes/medication")
    assert "First at Ashdown Lodge in August 2025" in page
    assert in_order(page, "at 4 sites", "Ashdown Lodge</a>", "Willow Bank</a>", "Orchard Lea</a>", "Month by month")
    assert (await quinn.get("/themes/nothing")).status_code == 404


@pytest.mark.parametrize("path", ["/comparison", "/trend", "/trend?region=Midlands", "/themes", "/themes/medication"])
async def test_figures_keep_themselves_up_to_date(quinn: httpx2.AsyncClient, path: str) -> None:
    page = await page_of(quinn, path)
    assert f'hx-get="{path}"' in page
    mark = page.split('name="seen" value="', 1)[1].split('"', 1)[0]
    again = {"headers": {"HX-Request": "true"}, "params": {"region": "Midlands"} if "region" in path else {}}
    news = await quinn.get(path.partition("?")[0], **again)  # type: ignore[arg-type]
    again["params"] |= {"seen": mark}
    nothing = await quinn.get(path.partition("?")[0], **again)  # type: ignore[arg-type]
    assert (news.status_code, "<html" in news.text, nothing.status_code) == (200, False, 204)


async def test_a_regions_sites_have_a_trend_of_their_own_whose_limits_nobody_sets(quinn: httpx2.AsyncClient) -> None:
    page = await page_of(quinn, "/trend?region=Midlands")
    assert "How it went: Midlands" in page
    assert "Set the limits anew" not in page
    assert (await quinn.get("/trend?region=Nowhere")).status_code == 404


async def test_programs_read_the_same_figures(stage: Stage) -> None:
    async with browsing(stage.door, QUINN) as quinn:
        asked = {"headers": {"Accept": "application/json"}}
        found = (await quinn.get("/api/governance/comparison?kind=accident_or_injury", **asked)).json()  # type: ignore[arg-type]
        first = max(found["sites"], key=lambda site: site["per_thousand"])
        assert (first["site"], first["class"]) == ("orchard-lea", "high.001")
        trend = (await quinn.get("/api/governance/trend?site=ashdown-lodge&theme=medication", **asked)).json()  # type: ignore[arg-type]
        assert trend["points"][-1]["signal"] == "above_upper_limit"
        themes = (await quinn.get("/api/governance/themes", **asked)).json()  # type: ignore[arg-type]
        assert {row["theme"] for row in themes["counts"]} >= {"falls", "medication"}
