"""Small files taken into a real house: what is taken once stays, what is said anew corrects, what is missing is missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.house import Platform
from deploy.importing.mapping import MapFile
from deploy.importing.running import FileChanged, Import, RowsAtFault, TooManyFaults
from deploy.importing.taking import BEFORE_INSPECTION
from libs.domain import follows
from services.governance.projection import Overview
from services.intake.domain import Opportunity
from services.intake.domain.refusals import TotalImpossible
from tests.house import OPERATOR, housed, with_sites
from tests.importing.files import (
    BEDS,
    BEDS_HEAD,
    REQUIREMENTS,
    REQUIREMENTS_HEAD,
    SITES,
    SITES_HEAD,
    TOTALS,
    TOTALS_HEAD,
    TWO_SITES,
    bring,
    on_record,
    table,
    with_two_sites,
)
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Stage:
    """A house with another provider's site, and Ash and Bay House imported."""

    platform: Platform
    database: Database

    @property
    def overview(self) -> Overview:
        return self.platform.rooms["governance"].view(Overview)

    def told(self) -> Any:
        """What is on record besides how far files have come."""
        return on_record(self.database, besides="intake.ImportBatch")

    async def opportunity(self, key: str) -> Opportunity:
        found: Opportunity = await self.platform.service("intake").get(Opportunity, follows("intake.Opportunity", key))
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    module_database: Database, messaging: Messaging, wrapping_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    async with housed(module_database, messaging, wrapping_key, "governance", "intake") as platform:
        await with_sites(platform, "elm")
        await with_two_sites(platform, tmp_path_factory.mktemp("sites"))
        yield Stage(platform, module_database)


async def test_the_same_file_twice_changes_nothing_at_all(stage: Stage, tmp_path: Path) -> None:
    path = table(tmp_path / "beds.csv", BEDS_HEAD, [("ash", "2023-01-31", 30), ("bay", "2023-01-31", 40)])
    first = await bring(stage.platform, path, BEDS)
    before = on_record(stage.database)
    second = await bring(stage.platform, path, BEDS)
    assert first.counts == {"taken before": 0, "stated": 2}
    assert second.counts == {"taken before": 2}
    assert on_record(stage.database) == before


async def test_the_same_rows_in_another_file_change_nothing(stage: Stage, tmp_path: Path) -> None:
    rows: dict[str, tuple[MapFile, tuple[str, ...], list[Any]]] = {
        "sites": (SITES, SITES_HEAD, list(TWO_SITES)),
        "beds": (BEDS, BEDS_HEAD, [("ash", "2023-02-28", 30), ("bay", "2023-02-28", 40)]),
        "requirements": (REQUIREMENTS, REQUIREMENTS_HEAD, [("ash", "2023-02-01", "Lock the gate.", "2023-03-01")]),
        "totals": (
            TOTALS,
            TOTALS_HEAD,
            [("ash", "2021-22", 2, "2022-01-31", 0), ("ash", "2021-22", 1, "2022-02-28", 0)],
        ),
    }
    for name, (mapping, head, lines) in rows.items():
        await bring(stage.platform, table(tmp_path / f"{name}.csv", head, lines), mapping)
    before = stage.told()
    for name, (mapping, head, lines) in rows.items():
        other = table(tmp_path / f"{name}-again.csv", head, [*lines, [""] * len(head)])
        outcome = await bring(stage.platform, other, mapping)
        assert outcome.counts == {"taken before": 0, "known": len(lines)}
    assert stage.told() == before


async def test_a_file_read_by_a_mended_mapping_is_read_anew(stage: Stage, tmp_path: Path) -> None:
    path = table(tmp_path / "beds.csv", BEDS_HEAD, [("ash", "2023-03-31", 31), ("ash", "2023-04-30", "")])
    assert (await bring(stage.platform, path, BEDS)).counts["stated"] == 1
    other = BEDS.model_copy(update={"fields": BEDS.fields | {"month": BEDS.fields["month"].model_copy(
        update={"text": "2023-05-31"})}})  # fmt: skip
    assert (await bring(stage.platform, path, other)).counts == {"taken before": 0, "stated": 1}


async def test_one_row_at_fault_and_nothing_is_taken(stage: Stage, tmp_path: Path) -> None:
    rows = [("ash", "2023-06-30", 30), ("nowhere", "2023-06-30", 30), ("bay", "June", 30)]
    path = table(tmp_path / "beds.csv", BEDS_HEAD, rows)
    before = on_record(stage.database)
    work = Import(stage.platform, path, BEDS)
    checked = await work.check()
    with pytest.raises(RowsAtFault, match="2 of 3 rows cannot be taken, so none was taken"):
        await work.take(checked)
    assert on_record(stage.database) == before
    assert [(fault.line, fault.reason[:30]) for fault in checked.faults] == [
        (3, "There is no site 'nowhere' of "),
        (4, "month: 'June' is not a date su"),
    ]


async def test_the_others_are_taken_where_that_was_asked_and_the_mended_one_later(stage: Stage, tmp_path: Path) -> None:
    path = table(tmp_path / "beds.csv", BEDS_HEAD, [("cove", "2023-07-31", 20), ("ash", "2023-07-31", 30)])
    first = await bring(stage.platform, path, BEDS, skip_bad_rows=True)
    assert first.counts["stated"] == 1
    assert [fault.line for fault in first.faults] == [2]
    cove = table(tmp_path / "cove.csv", SITES_HEAD, [("cove", "Cove House", "Lochside", "2003-04-01")])
    await bring(stage.platform, cove, SITES)
    second = await bring(stage.platform, path, BEDS)
    assert second.counts == {"taken before": 1, "stated": 1}
    assert second.faults == []
    assert (await bring(stage.platform, path, BEDS)).counts == {"taken before": 1, "known": 1}


async def test_a_file_that_hardly_belongs_to_its_mapping_is_refused_even_so(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.importing.running.MOST_FAULTS", 2)
    path = table(tmp_path / "beds.csv", BEDS_HEAD, [("nowhere", "2023-06-30", n) for n in range(3)])
    before = on_record(stage.database)
    with pytest.raises(TooManyFaults, match="3 of 3 rows"):
        await bring(stage.platform, path, BEDS, skip_bad_rows=True)
    assert on_record(stage.database) == before


async def test_a_dry_run_says_what_would_be_and_takes_nothing(stage: Stage, tmp_path: Path) -> None:
    known = [("ash", "2023-08-01", "Mend the lift.", "2023-09-01"), ("bay", "2023-08-01", "Mend the bath.", "")]
    await bring(stage.platform, table(tmp_path / "first.csv", REQUIREMENTS_HEAD, known), REQUIREMENTS)
    before = on_record(stage.database)
    said = [
        known[0],
        ("bay", "2023-08-01", "Mend the bath and the tap.", ""),
        ("bay", "2023-08-02", "New.", "2023-01-01"),
    ]
    work = Import(stage.platform, table(tmp_path / "second.csv", REQUIREMENTS_HEAD, said), REQUIREMENTS)
    outcome = await work.dry_run(await work.check())
    assert outcome.counts == {"would be known": 1, "would be corrected": 1, "would be new": 1}
    assert [(note.line, note.reason) for note in outcome.notes] == [(4, BEFORE_INSPECTION)]
    assert on_record(stage.database) == before


async def test_a_requirement_worded_anew_is_a_correction_and_not_a_second_one(stage: Stage, tmp_path: Path) -> None:
    first = [("ash", "2023-09-01", "Keep records.", "2023-10-01"), ("bay", "2023-09-01", "Check alarms.", "")]
    await bring(stage.platform, table(tmp_path / "first.csv", REQUIREMENTS_HEAD, first), REQUIREMENTS)
    before = stage.told()
    anew = [("ash", "2023-09-01", "Keep full records.", "2023-11-01"), first[1]]
    outcome = await bring(stage.platform, table(tmp_path / "anew.csv", REQUIREMENTS_HEAD, anew), REQUIREMENTS)
    assert outcome.counts == {"taken before": 0, "corrected": 1, "known": 1}
    assert stage.told() - before == {"intake.Opportunity.Corrected": 1}
    assert (await stage.opportunity("testers:ash:2023-09-01")).summary == "Keep full records."
    journey = await stage.overview.row(
        "SELECT due_on FROM journey WHERE journey = %s", (follows("intake.Opportunity", "testers:ash:2023-09-01"),)
    )
    assert journey == {"due_on": date(2023, 11, 1)}


async def test_a_deadline_before_its_inspection_is_noted_and_is_not_late(stage: Stage, tmp_path: Path) -> None:
    rows = [("ash", "2023-10-01", "Do it at once.", "2023-09-01"), ("ash", "2023-10-02", "Never.", "2023-11-31")]
    outcome = await bring(stage.platform, table(tmp_path / "r.csv", REQUIREMENTS_HEAD, rows), REQUIREMENTS)
    assert [note.line for note in outcome.notes] == [2, 3]
    before, never = [await stage.opportunity(f"testers:ash:{row[1]}") for row in rows]
    assert (before.due_on, before.due_note) == (None, BEFORE_INSPECTION)
    assert never.due_on is None
    assert "2023-11-31" in never.due_note


async def test_what_there_is_to_look_at_is_told_in_the_order_of_the_file(stage: Stage, tmp_path: Path) -> None:
    rows = [("ash" if day % 2 else "bay", f"2023-11-{day:02}", "Do it.", "2023-09-01") for day in range(1, 29)]
    outcome = await bring(stage.platform, table(tmp_path / "many.csv", REQUIREMENTS_HEAD, rows), REQUIREMENTS)
    assert [note.line for note in outcome.notes] == list(range(2, 30))


async def test_totals_come_late_and_go_down_and_what_was_known_then_stays_known(stage: Stage, tmp_path: Path) -> None:
    rows = [
        ("bay", "2022-23", 1, "2022-06-30", 0),
        ("bay", "2022-23", 4, "2022-09-30", 0),
        ("bay", "2022-23", 3, "2023-06-30", 1),
    ]
    await bring(stage.platform, table(tmp_path / "t.csv", TOTALS_HEAD, rows), TOTALS)
    (now,) = await stage.overview.regulator_counts(["bay"])
    (then,) = await stage.overview.regulator_counts(["bay"], date(2022, 12, 31))
    assert (now["running_total"], now["sum_of_deltas"], now["taken_back"]) == (3, 3, 1)
    assert (then["running_total"], then["sum_of_deltas"]) == (4, 4)
    assert await stage.overview.regulator_counts(["bay"], date(2022, 1, 1)) == []
    older = [("bay", "2022-23", 2, "2022-07-31", 0)]
    outcome = await bring(stage.platform, table(tmp_path / "older.csv", TOTALS_HEAD, older), TOTALS)
    assert outcome.counts == {"taken before": 0, "older": 1}
    assert [note.line for note in outcome.notes] == [2]


async def test_a_month_that_nobody_stated_is_missing(stage: Stage, tmp_path: Path) -> None:
    rows = [("cliff", "2023-01-31", 12), ("cliff", "2023-02-28", ""), ("cliff", "2023-04-30", 0)]
    cliff = table(tmp_path / "cliff.csv", SITES_HEAD, [("cliff", "Cliff House", "Lochside", "2003-04-01")])
    await bring(stage.platform, cliff, SITES)
    await bring(stage.platform, table(tmp_path / "beds.csv", BEDS_HEAD, rows), BEDS)
    stated = await stage.overview.rows("SELECT month, beds FROM capacity WHERE site = 'cliff' ORDER BY month")
    assert [(row["month"].month, row["beds"]) for row in stated] == [(1, 12), (4, 0)]
    (beds,) = await stage.overview.beds(["cliff"])
    assert (beds["beds"], beds["stated"], beds["months"]) == (0, 2, 4)


async def test_sites_and_regions_of_another_provider_are_not_taken_over(stage: Stage, tmp_path: Path) -> None:
    rows = [("elm", "Elm", "Fellside", "2001-04-01"), ("fir", "Fir", "North", "2001-04-01")]
    work = Import(stage.platform, table(tmp_path / "s.csv", SITES_HEAD, rows), SITES)
    checked = await work.check()
    assert [fault.reason.split(" belongs")[0] for fault in checked.faults] == ["The site 'elm'", "The region 'North'"]


async def test_a_file_with_a_header_alone_leaves_no_trace(stage: Stage, tmp_path: Path) -> None:
    before = on_record(stage.database)
    assert (await bring(stage.platform, table(tmp_path / "beds.csv", BEDS_HEAD, []), BEDS)).counts == {}
    assert on_record(stage.database) == before


async def test_a_file_that_changes_while_it_is_read_is_not_taken(stage: Stage, tmp_path: Path) -> None:
    path = table(tmp_path / "beds.csv", BEDS_HEAD, [("ash", "2022-01-31", 30)])
    work = Import(stage.platform, path, BEDS)
    checked = await work.check()
    table(path, BEDS_HEAD, [("ash", "2022-01-31", 30), ("ash", "2022-02-28", 30)])
    with pytest.raises(FileChanged):
        await work.take(checked)


async def test_two_imports_of_one_file_at_once_take_it_once(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.importing.running.CHUNK", 20)
    rows = [("ash", f"{year}-{month:02}-01", 30 + month) for year in range(1950, 1960) for month in range(1, 13)]
    path = table(tmp_path / "beds.csv", BEDS_HEAD, rows)
    before = stage.told()
    first, second = Import(stage.platform, path, BEDS), Import(stage.platform, path, BEDS)
    checked = [await first.check(), await second.check()]
    outcomes = await asyncio.gather(first.take(checked[0]), second.take(checked[1]))
    assert stage.told() - before == {"governance.Site.CapacityStated": len(rows)}
    assert sum(outcome.counts["stated"] for outcome in outcomes) == len(rows)


async def test_what_a_room_refuses_after_all_is_told_by_its_line_and_the_others_are_taken(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("ash", "2020-21", 1, "2020-06-30", 0), ("bay", "2020-21", 2, "2020-06-30", 0)]
    work = Import(stage.platform, table(tmp_path / "t.csv", TOTALS_HEAD, rows), TOTALS)
    take = work.taker.take

    async def refuse(act: Any, row: Any) -> tuple[str, str]:
        if row.site == "ash":
            raise TotalImpossible
        return await take(act, row)

    monkeypatch.setattr(work.taker, "take", refuse)
    outcome = await work.take(await work.check())
    assert outcome.counts["restated"] == 1
    assert [(fault.line, fault.reason) for fault in outcome.faults] == [(2, "A running total is nought or more.")]
    assert (await bring(stage.platform, work.path, TOTALS)).counts == {"taken before": 1, "restated": 1}


async def test_a_deadline_that_the_source_mends_is_no_longer_noted(stage: Stage, tmp_path: Path) -> None:
    first = [("bay", "2023-12-01", "Mend the roof.", "2023-11-31")]
    await bring(stage.platform, table(tmp_path / "first.csv", REQUIREMENTS_HEAD, first), REQUIREMENTS)
    mended = [("bay", "2023-12-01", "Mend the roof.", "2023-12-31")]
    await bring(stage.platform, table(tmp_path / "mended.csv", REQUIREMENTS_HEAD, mended), REQUIREMENTS)
    held = await stage.opportunity("testers:bay:2023-12-01")
    assert (held.due_on, held.due_note) == (date(2023, 12, 31), "")


async def test_posts_that_come_with_sites_are_filled_once_and_never_again(stage: Stage, tmp_path: Path) -> None:
    governance, directory = stage.platform.service("governance"), stage.platform.service("governance").directory
    (holder,) = await directory.holders("ash.registered_manager")
    await governance.give_up_post(OPERATOR, "ash.registered_manager", holder["person_id"])
    again = table(tmp_path / "sites.csv", SITES_HEAD, [*TWO_SITES, ("dell", "Dell House", "Lochside", "2004-04-01")])
    assert (await bring(stage.platform, again, SITES)).counts == {"taken before": 0, "known": 2, "registered": 1}
    assert await directory.holders("ash.registered_manager") == []
    assert len(await directory.holders("dell.registered_manager")) == 1
    assert len(await directory.holders("oakgroup.provider_quality_lead")) == 1
