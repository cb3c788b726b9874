"""Pages of the past are those that were shown then, byte for byte, made again from the record alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from deploy.past.moment import Moment, NoSuchMoment
from deploy.postgres.roles import role
from deploy.web import Door
from libs.clock import HandClock
from libs.deciding import Act
from libs.web.posts import Post
from services.governance.application import NewSite
from services.intake.application import Report
from tests.hands import CARER, Hands, Reception
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

AUDITOR = Post("acme.auditor", "auditor", "provider:acme", "Auditor")
aware = pytest.mark.asyncio(loop_scope="module")
MANAGER = Act("person:manager", "registered_manager", "site:elm")
LET_GO = (
    "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = current_database() AND usename = %s"
)


@asynccontextmanager
async def looked_at(database: Database, messaging: Messaging, key: Path) -> AsyncIterator[Reception]:
    async with housed(database, messaging, key, "governance", "intake", "audit") as platform:
        await with_sites(platform, "elm", "oak")
        door = Door(platform, None)
        await door.open()
        try:
            yield Reception(platform, door)
        finally:
            await door.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    async with looked_at(module_database, messaging, wrapping_key) as opened:
        yield opened


async def on(reception: Reception, days: int) -> datetime:
    """Some days later, once all is quiet."""
    clock = reception.platform.clock
    assert isinstance(clock, HandClock)
    clock.move_to(clock.now() + timedelta(days=days))
    await reception.platform.settle()
    return clock.now()


async def raised(reception: Reception, site: str, words: str, occurred: datetime | None = None) -> str:
    intake = reception.platform.service("intake")
    saved = await intake.raise_opportunity(replace(MANAGER, occurred=occurred), Report(site, "near_miss", words))
    await reception.platform.settle()
    return str(saved.id)


@aware
async def test_time_is_stepped_through_two_moments_are_compared_and_decisions_are_read(reception: Reception) -> None:
    journey = await raised(reception, "elm", "A wheel came loose.")
    await reception.platform.service("intake").confirm_safety(MANAGER, journey, "Chair taken out of use.")
    await on(reception, 1)
    hands = await reception.browser(AUDITOR)
    step = await hands.get(f"/audit/timeline/journeys/{journey}?step=2")
    assert "Step 2 of 2" in step.text
    assert "Made safe" in step.text
    assert (await hands.get("/audit/timeline/site/elm")).status_code == 200
    assert (await hands.get("/audit/timeline/nowhere")).status_code == 404
    asked = "from-day=2026-03-01&from-time=09:00&to-day=2026-03-03&to-time=09:30"
    differs = await hands.get(f"/audit/difference?what=provider&{asked}")
    assert "Journeys open" in differs.text
    assert (await hands.get("/audit/difference?what=elsewhere&from-day=x")).status_code == 422
    await _decisions(hands, reception, journey)


async def _decisions(hands: Hands, reception: Reception, journey: str) -> None:
    listed = await hands.get(f"/audit/decisions?journey={journey}&by_people=yes&site=elm")
    assert "2 decisions" in listed.text
    assert "Registered manager (manager)" in listed.text
    [address, *_] = re.findall(r"/audit/decisions/intake/\d+", listed.text)
    one = await hands.get(address)
    assert "Opportunity: raised" in one.text or "Opportunity:" in one.text
    assert "Chair taken out of use" not in one.text
    assert "Under seal" in one.text
    assert "2 decisions" not in one.text  # one was on record before it
    assert (await hands.post(address, because="")).status_code == 422
    assert "Chair taken out of use" in (await hands.post(address, because="A complaint about the chair")).text
    await reception.platform.settle()
    assert "A complaint about the chair" in (await hands.get("/audit/readings?words=true")).text
    quality = await reception.browser(Post("north.lead", "provider_representative", "region:North", "Regional lead"))
    assert "Your post does not open them" in (await quality.get(address)).text
    assert (await quality.post(address, because="Curious")).status_code == 403
    elsewhere = await reception.browser(Post("south.lead", "provider_representative", "region:South", "Regional lead"))
    assert (await elsewhere.get(address)).status_code == 404
    assert (await (await reception.browser(CARER)).get("/audit/decisions")).status_code == 403


@aware
async def test_what_was_shown_then_is_shown_again_byte_for_byte(reception: Reception) -> None:
    auditor = await reception.program(AUDITOR)
    journey = await raised(reception, "elm", "A wheel came loose.")
    await raised(reception, "oak", "A door was left open.")
    shown, known = {}, await on(reception, 0)
    for path in ("provider", "sites/elm", f"journeys/{journey}"):
        shown[path] = (await auditor.get(f"/api/governance/{path}")).content
    await on(reception, 10)
    governance = reception.platform.service("governance")
    await governance.register_site(
        OPERATOR, NewSite("acme", "fir", "Fir", "South", "ENG", "care_home_residential", date(2020, 1, 1))
    )
    await reception.platform.service("intake").confirm_safety(MANAGER, journey, "Made safe.")
    await raised(reception, "elm", "Another wheel.")
    stamp = Moment(known=known).stamp
    for path, then in shown.items():
        assert (await auditor.get(f"/api/governance/{path}")).content != then, path
        again = await auditor.get(f"/api/audit/as-of/{stamp}/{path}")
        assert (again.status_code, again.content) == (200, then), path
    await _pages(reception, stamp, journey, f"{known.day} Mar 2026")


async def _pages(reception: Reception, stamp: str, journey: str, day: str) -> None:
    hands = await reception.browser(AUDITOR)
    page = await hands.get(f"/audit/as-of/{stamp}/provider")
    assert page.status_code == 200
    assert f"as it was known on {day}" in page.text
    assert f'href="/audit/as-of/{stamp}/site/elm"' in page.text
    assert "site/fir" not in page.text
    assert (await hands.get(f"/audit/as-of/{stamp}/journeys/{journey}")).status_code == 200
    assert (await hands.get(f"/audit/as-of/{stamp}/organisation")).status_code == 404
    assert (await hands.get("/audit/as-of/yesterday/provider")).status_code == 404
    chosen = await hands.get("/audit/past?what=site/elm&basis=true&when-day=2026-03-02&when-time=12:00")
    assert chosen.status_code == 200
    assert "as it was on 2 Mar 2026" in chosen.text
    assert (await (await reception.browser(CARER)).get(f"/audit/as-of/{stamp}/provider")).status_code == 403
    await reception.platform.settle()
    readings = await (await reception.program(AUDITOR)).get("/api/audit/readings")
    assert any(each["what"].startswith("provider, as it was known") for each in readings.json())


@aware
async def test_what_had_happened_is_told_apart_from_what_was_known(reception: Reception) -> None:
    then = await on(reception, 1)
    await on(reception, 5)
    await raised(reception, "elm", "Told late.", occurred=then - timedelta(hours=1))
    auditor = await reception.program(AUDITOR)
    known = (await auditor.get(f"/api/audit/as-of/{Moment(known=then).stamp}/provider")).json()
    true = (await auditor.get(f"/api/audit/as-of/{Moment(true=then).stamp}/provider")).json()
    both = (await auditor.get(f"/api/audit/as-of/{Moment(known=then, true=then).stamp}/provider")).json()
    open_then = known["journeys_open"]
    assert (true["journeys_open"], both["journeys_open"]) == (open_then + 1, open_then)


@aware
async def test_where_the_database_let_go_of_a_past_it_is_made_again(
    reception: Reception, module_database: Database
) -> None:
    auditor = await reception.program(AUDITOR)
    address = f"/api/audit/as-of/{Moment(known=await on(reception, 1)).stamp}/provider"
    await on(reception, 1)
    shown = (await auditor.get(address)).content
    with psycopg.connect(module_database.admin, autocommit=True) as server:
        assert server.execute(LET_GO, (role("auditor"),)).rowcount
    again = await auditor.get(address)
    assert (again.status_code, again.content) == (200, shown)


def test_a_moment_is_written_in_an_address_and_read_again() -> None:
    moment = Moment.of("2026-03-02T09:00:00.000123Z", "2026-03-01T10:00:00+01:00")
    assert Moment.of_stamp(moment.stamp) == moment
    assert moment.stamp == "known-20260302T090000.000123Z~true-20260301T090000.000000Z"


@pytest.mark.parametrize(
    "stamp", ["", "known", "known-", "known-2026", "later-20260302T090000Z", "known-20260302T090000"]
)
def test_what_is_no_moment_is_refused(stamp: str) -> None:
    with pytest.raises(NoSuchMoment):
        Moment.of_stamp(stamp)
