"""An import is no special case to any room: each hears of it, and none is at a loss."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from services.governance.projection import Overview
from tests.house import housed, with_sites
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

MONTHS = [(f"{year}-{month:02}-28", 30 + month) for year in (2024, 2025) for month in range(1, 13)]


async def test_every_room_takes_in_what_was_imported_and_none_is_at_a_loss(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path, tmp_path: Path
) -> None:
    async with housed(database, fresh_messaging, wrapping_key) as platform:
        await with_sites(platform, "elm")
        await with_two_sites(platform, tmp_path)
        beds = [("ash", day, count) for day, count in MONTHS]
        required = [("ash", day, f"Mend {count}.", "2023-01-01") for day, count in MONTHS]
        totals = [("bay", "2024-25", count % 3, day, 0) for day, count in MONTHS]
        await bring(platform, table(tmp_path / "b.csv", BEDS_HEAD, beds), BEDS)
        await bring(platform, table(tmp_path / "r.csv", REQUIREMENTS_HEAD, required), REQUIREMENTS)
        await bring(platform, table(tmp_path / "t.csv", TOTALS_HEAD, totals), TOTALS)
        states = {name: await room.state() for name, room in platform.rooms.items()}
        overview = platform.rooms["governance"].view(Overview)
        well = {name: (state["well"], state["parked"], state["unpublished"]) for name, state in states.items()}
        assert well == dict.fromkeys(platform.rooms, (True, 0, 0))
        assert len(await overview.rows("SELECT 1 FROM journey WHERE site = 'ash' AND stage = 'weigh'")) == len(MONTHS)
        missed = await overview.rows(
            "SELECT 1 FROM cadence WHERE site IN ('ash', 'bay') AND missed < %s", (date(2026, 3, 1),)
        )
        assert missed == []
