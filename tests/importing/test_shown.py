"""What was imported is shown as any other input is, to those whose post covers it, and to nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from deploy.demo.people import personas
from deploy.house import Platform
from deploy.importing.taking import BEFORE_INSPECTION
from deploy.web import Door
from libs.domain import follows
from libs.web.sign_in import Persona
from services.intake.application import Report
from tests.governance.front import browsing, in_order
from tests.house import OPERATOR, housed, with_sites
from tests.importing.files import (
    BEDS,
    BEDS_HEAD,
    REQUIREMENTS,
    REQUIREMENTS_HEAD,
    TOTALS,
    TOTALS_HEAD,
    bring,
    table,
    with_two_sites,
)
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
LEAD = "Whoever holds the post – Provider quality lead, Oak Group"
ACME = UUID("00000000-0000-4000-8000-0000000000c1")
LATE = "testers:ash:2026-01-10"


@dataclass
class Stage:
    """A house with another provider and an imported group, and its door."""

    people: list[Persona]
    door: Door

    def person(self, label: str) -> UUID:
        (found,) = [UUID(p.actor_id.removeprefix("person:")) for p in self.people if p.label == label]
        return found

    @asynccontextmanager
    async def as_lead(self) -> AsyncIterator[httpx2.AsyncClient]:
        async with browsing(self.door, self.person(LEAD)) as browser:
            yield browser


async def _another_provider(platform: Platform) -> None:
    governance = platform.service("governance")
    await with_sites(platform, "elm")
    await governance.establish_post(
        OPERATOR, "acme", "", "acme.provider_quality_lead", "provider_quality_lead", "provider:acme", "Lead, Acme", None
    )
    await governance.appoint(OPERATOR, "acme.provider_quality_lead", ACME, "Quinn", "quinn@acme.example")
    await platform.service("intake").raise_opportunity(OPERATOR, Report("elm", "near_miss", "A wet floor."))


async def _a_group(platform: Platform, folder: Path) -> None:
    await with_two_sites(platform, folder)
    beds = [("ash", "2025-11-30", 30), ("ash", "2026-01-31", 32), ("bay", "2026-01-31", 41)]
    await bring(platform, table(folder / "beds.csv", BEDS_HEAD, beds), BEDS)
    required = [
        ("ash", "2026-01-10", "Lock the medicine room.", "2025-12-01"),
        ("bay", "2026-01-12", "Mend.", "2026-02-01"),
    ]
    await bring(platform, table(folder / "required.csv", REQUIREMENTS_HEAD, required), REQUIREMENTS)
    totals = [
        ("ash", "2024-25", 3, "2025-01-31", 0),
        ("ash", "2024-25", 2, "2025-05-31", 1),
        ("bay", "2024-25", 5, "2025-01-31", 0),
    ]
    await bring(platform, table(folder / "totals.csv", TOTALS_HEAD, totals), TOTALS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    module_database: Database, messaging: Messaging, wrapping_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    async with housed(module_database, messaging, wrapping_key, "governance", "intake") as platform:
        await _another_provider(platform)
        await _a_group(platform, tmp_path_factory.mktemp("files"))
        people = await personas(platform)
        door = Door(platform, lambda: people)
        await door.open()
        try:
            yield Stage(people, door)
        finally:
            await door.close()


async def test_somebody_can_look_at_an_imported_group_in_the_demonstration(stage: Stage) -> None:
    (lead,) = [person for person in stage.people if person.label == LEAD]
    assert [post.scope for post in lead.posts] == ["provider:oakgroup"]


async def test_the_provider_page_shows_sites_beds_counts_and_what_is_open(stage: Stage) -> None:
    async with stage.as_lead() as browser:
        page = (await browser.get("/provider")).text
    assert in_order(page, "73 beds at 2 sites", "January 2026", "Ash House", "Bay House")
    assert "2 journeys</a>: a manager has not weighed it yet" in page
    assert "Complaint upheld, 2024-25: 7 at 2 sites; corrected downwards 1 time." in page
    assert "Elm" not in page


async def test_a_sites_page_shows_its_beds_the_months_that_are_missing_and_its_counts(stage: Stage) -> None:
    async with stage.as_lead() as browser:
        page = (await browser.get("/site/ash")).text
    assert "32 beds, as stated for January 2026." in page
    assert "Stated for 2 of the 3 months since November 2025; the others are missing, not nought." in page
    assert "Complaint upheld, 2024-25: 2 as of 31 May 2025; corrected downwards 1 time." in page
    assert "candour-card--late" not in page
    assert "1 journey</a>: a manager has not weighed it yet" in page


async def test_counts_are_told_as_they_were_known_on_a_day(stage: Stage) -> None:
    async with stage.as_lead() as browser:
        now = (await browser.get("/api/governance/sites/ash")).json()["regulator_counts"]
        then = (await browser.get("/api/governance/sites/ash?known_on=2025-03-01")).json()["regulator_counts"]
        together = (await browser.get("/api/governance/provider?known_on=2025-03-01")).json()["regulator_totals"]
    assert ([row["running_total"] for row in now], [row["running_total"] for row in then]) == ([2], [3])
    assert [row["running_total"] for row in together] == [8]


async def test_a_deadline_that_cannot_be_one_is_said_to_be_so_where_it_is_weighed_and_told(stage: Stage) -> None:
    journey = follows("intake.Opportunity", LATE)
    async with stage.as_lead() as browser:
        weighed = (await browser.get(f"/intake/{journey}")).text
        told = (await browser.get(f"/journeys/{journey}")).text
    assert BEFORE_INSPECTION in weighed
    assert "An answer is expected by" not in weighed
    assert in_order(told, "Reported: ", BEFORE_INSPECTION)


async def test_another_provider_sees_nothing_of_it(stage: Stage) -> None:
    async with browsing(stage.door, ACME) as browser:
        provider = (await browser.get("/provider")).text
        site = await browser.get("/site/ash")
        journey = await browser.get(f"/journeys/{follows('intake.Opportunity', LATE)}")
    assert "Ash House" not in provider
    assert "Elm" in provider
    assert site.status_code >= 400
    assert journey.status_code >= 400
    assert "Lock the medicine room" not in journey.text
