"""A real group's homes, beds, requirements and counts, as its regulator published them, taken in through the kept mappings.

Nothing of the source is in this file or in what it prints: where a comparison fails, only its name is told.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from deploy.demo.people import personas
from deploy.house import Platform
from deploy.importing.mapping import load
from deploy.importing.running import Outcome
from deploy.importing.taking import BEFORE_INSPECTION
from deploy.web import Door
from libs.clock import HandClock
from libs.domain import follows
from services.governance.projection import Overview
from services.intake.domain import Opportunity
from tests.governance.front import browsing
from tests.house import housed
from tests.importing.files import bring, on_record, table
from tests.servers import Database, Messaging

DATA = Path(os.environ.get("CANDOUR_REAL_DATA", "../shared/data")) / "care_group"
MAPS = Path("deploy/sources/care_inspectorate")
FILES = {
    "sites": "sites.csv",
    "beds": "panel_monthly.csv",
    "inspections": "inspections.csv",
    "requirements": "requirements_text.csv",
    "counters": "counter_events.csv",
}
KINDS = {"complaint_upheld": "complaint_upheld", "enforcement_issued": "enforcement"}
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not DATA.exists(), reason="real data absent: no care_group/ in CANDOUR_REAL_DATA"),
]
Known = dict[tuple[str, str, str], int]


def source(name: str) -> list[dict[str, str]]:
    with (DATA / FILES[name]).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@dataclass
class Group:
    """A house with the whole group in it, and what became of each file."""

    platform: Platform
    database: Database
    outcomes: dict[str, Outcome] = field(repr=False)

    @property
    def overview(self) -> Overview:
        return self.platform.rooms["governance"].view(Overview)

    @property
    def homes(self) -> list[str]:
        return [row["cs_number"] for row in source("sites")]

    async def requirement(self, row: dict[str, str]) -> Opportunity:
        key = f"care_inspectorate:requirement:{row['cs_number']}:{row['inspection_date']}"
        found: Opportunity = await self.platform.service("intake").get(Opportunity, follows("intake.Opportunity", key))
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def group(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Group]:
    clock = HandClock(datetime(2026, 6, 15, 9, tzinfo=UTC))
    async with housed(module_database, messaging, wrapping_key, "governance", "intake", clock=clock) as platform:
        outcomes = {
            name: await bring(platform, DATA / file, load(MAPS / f"{name}.toml")) for name, file in FILES.items()
        }
        yield Group(platform, module_database, outcomes)


def known_on(day: date) -> Known:
    """Each running total as the source last stated it by a day."""
    rows = sorted(source("counters"), key=lambda row: row["recorded_on"])
    return {
        (row["cs_number"], KINDS[row["kind"]], row["financial_year"]): int(row["running_total"])
        for row in rows
        if date.fromisoformat(row["recorded_on"]) <= day
    }


async def shown(group: Group, day: date | None = None, figure: str = "running_total") -> Known:
    found = await group.overview.regulator_counts(group.homes, day)
    return {(row["site"], row["count_kind"], row["financial_year"]): row[figure] for row in found}


async def test_every_row_that_says_something_is_taken(group: Group) -> None:
    taken = {name: outcome.counts.total() for name, outcome in group.outcomes.items()}
    expected = {name: len(source(name)) for name in FILES} | {
        "beds": sum(bool(r["total_beds"]) for r in source("beds"))
    }
    all_taken = taken == expected and not any(outcome.faults for outcome in group.outcomes.values())
    assert all_taken


async def test_imported_twice_nothing_changes(group: Group) -> None:
    before = on_record(group.database)
    for name, file in FILES.items():
        outcome = await bring(group.platform, DATA / file, load(MAPS / f"{name}.toml"))
        assert set(outcome.counts) == {"taken before"}
    unchanged = on_record(group.database) == before
    assert unchanged


async def test_the_same_rows_in_a_file_of_next_month_change_nothing(group: Group, tmp_path: Path) -> None:
    before = on_record(group.database, besides="intake.ImportBatch")
    for name, file in FILES.items():
        later = tmp_path / file
        later.write_bytes((DATA / file).read_bytes() + b"\r\n")
        outcome = await bring(group.platform, later, load(MAPS / f"{name}.toml"))
        assert {word for word, count in outcome.counts.items() if count} == {"known"}
    unchanged = on_record(group.database, besides="intake.ImportBatch") == before
    assert unchanged


async def test_the_sums_equal_the_sources_running_totals_for_every_home_kind_and_year(group: Group) -> None:
    expected = known_on(date.max)
    deltas: Counter[tuple[str, str, str]] = Counter()
    for row in source("counters"):
        deltas[row["cs_number"], KINDS[row["kind"]], row["financial_year"]] += int(row["delta"])
    source_agrees = dict(deltas) == expected
    sums_agree = await shown(group, figure="sum_of_deltas") == expected
    totals_agree = await shown(group) == expected
    assert (len(expected) > 0, source_agrees, sums_agree, totals_agree) == (True, True, True, True)


async def test_as_known_then_is_what_the_source_had_said_by_then(group: Group) -> None:
    days = sorted({date.fromisoformat(row["recorded_on"]) for row in source("counters")})
    wrong = [n for n, day in enumerate(days) if await shown(group, day) != known_on(day)]
    assert wrong == []


async def test_as_known_then_differs_from_as_known_now_where_the_source_took_something_back(group: Group) -> None:
    now = await shown(group)
    lower = [row for row in source("counters") if int(row["delta"]) < 0]
    higher_then = 0
    for row in lower:
        key = (row["cs_number"], KINDS[row["kind"]], row["financial_year"])
        then = await shown(group, date.fromisoformat(row["recorded_on"]) - timedelta(days=1))
        higher_then += then.get(key) == int(row["running_total"]) - int(row["delta"]) and then.get(key, 0) > now.get(
            key, 0
        )
    assert lower
    assert higher_then > 0
    taken_back = sum((await shown(group, figure="taken_back")).values())
    every_one_is_counted = taken_back == len(lower)
    assert every_one_is_counted


async def test_a_month_without_beds_is_missing_and_not_nought(group: Group) -> None:
    stated = await group.overview.rows("SELECT site, month, beds FROM capacity WHERE site = ANY(%s)", (group.homes,))
    expected = {
        (row["cs_number"], date.fromisoformat(row["snapshot"]).replace(day=1)): int(float(row["total_beds"]))
        for row in source("beds")
        if row["total_beds"]
    }
    same = {(row["site"], row["month"]): row["beds"] for row in stated} == expected
    some_are_missing = len(expected) < len(group.homes) * len({month for _, month in expected})
    assert (same, some_are_missing) == (True, True)


def _named(row: dict[str, str]) -> tuple[list[date], int]:
    """The deadlines that a requirement names, and how many more it names that no calendar has."""
    days, impossible = [], 0
    for text in filter(None, row["due_dates_by_regex"].split(";")):
        try:
            days.append(date.fromisoformat(text.strip()))
        except ValueError:
            impossible += 1
    return days, impossible


async def test_a_deadline_before_its_inspection_is_flagged_and_never_overdue_on_creation(group: Group) -> None:
    flagged = 0
    for row in source("requirements"):
        days, impossible = _named(row)
        held, inspected = await group.requirement(row), date.fromisoformat(row["inspection_date"])
        right = held.due_on == min((day for day in days if day >= inspected), default=None)
        noted = (BEFORE_INSPECTION in held.due_note) == any(day < inspected for day in days)
        quiet = bool(held.due_note) == bool(impossible or any(day < inspected for day in days))
        assert (right, noted, quiet) == (True, True, True)
        flagged += BEFORE_INSPECTION in held.due_note
    loads = await group.overview.loads(group.homes, group.platform.clock.now())
    assert flagged > 0
    assert sum(row["actions_late"] + row["duties_overdue"] for row in loads.values()) == 0


async def test_a_day_that_no_calendar_has_is_flagged_too(group: Group) -> None:
    impossible = [row for row in source("requirements") if _named(row)[1]]
    flags = ["no calendar has" in (await group.requirement(row)).due_note for row in impossible]
    assert flags
    assert all(flags)
    assert any("no calendar has" in note.reason for note in group.outcomes["requirements"].notes)


async def test_a_requirement_worded_anew_is_a_correction_and_not_a_second_one(group: Group, tmp_path: Path) -> None:
    rows = source("requirements")
    before = on_record(group.database, besides="intake.ImportBatch")
    anew = rows[0] | {"requirements_text": f"{rows[0]['requirements_text']} (said anew)"}
    path = table(tmp_path / "requirements_text.csv", list(rows[0]), [list(row.values()) for row in [anew, *rows[1:]]])
    outcome = await bring(group.platform, path, load(MAPS / "requirements.toml"))
    assert outcome.counts == {"taken before": 0, "corrected": 1, "known": len(rows) - 1}
    added = on_record(group.database, besides="intake.ImportBatch") - before
    assert added == {"intake.Opportunity.Corrected": 1}


async def test_every_inspection_and_requirement_is_a_journey_of_its_home(group: Group) -> None:
    listed: Counter[str] = Counter(row["cs_number"] for name in ("inspections", "requirements") for row in source(name))
    found: list[dict[str, Any]] = await group.overview.rows(
        "SELECT site, count(*)::int AS journeys FROM journey WHERE route = 'import' AND kind = 'inspection_or_audit'"
        " GROUP BY site"
    )
    same = {row["site"]: row["journeys"] for row in found} == dict(listed)
    assert same


async def test_the_provider_page_and_each_sites_page_show_it_to_the_groups_own_people_alone(group: Group) -> None:
    people = await personas(group.platform)
    (lead,) = [p for p in people if p.posts[0].role == "provider_quality_lead"]
    door = Door(group.platform, lambda: people)
    await door.open()
    try:
        async with browsing(door, UUID(lead.actor_id.removeprefix("person:"))) as browser:
            provider = (await browser.get("/provider")).text
            pages = {home: (await browser.get(f"/site/{home}")).text for home in group.homes}
    finally:
        await door.close()
    latest = {row["cs_number"]: int(float(row["total_beds"])) for row in source("beds") if row["total_beds"]}
    together: Counter[tuple[str, str]] = Counter()
    for (_, kind, year), total in known_on(date.max).items():
        together[kind, year] += total
    titles = all(f"/site/{row['cs_number']}" in provider and row["service_name"] in provider for row in source("sites"))
    beds = f"{sum(latest.values()):,} beds at {len(latest)} sites" in provider
    sums = all(
        f"{kind.replace('_', ' ').capitalize()}, {year}: {total:,} at " in provider
        for (kind, year), total in together.items()
    )
    each = all(f"{latest[home]:,} bed" in page for home, page in pages.items() if home in latest)
    own = all(
        f"{kind.replace('_', ' ').capitalize()}, {year}: {total} as of " in pages[home]
        for (home, kind, year), total in known_on(date.max).items()
    )
    late = any("candour-card--late" in page for page in pages.values())
    assert (titles, beds, sums, each, own, late) == (True, True, True, True, True, False)
