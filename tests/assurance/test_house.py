"""A real house: signs are noted, some are reviewed late, the month ends, and the figure says so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.house import Platform
from libs.deciding import Act
from services.assurance.domain import Measure
from services.intake.application import Report
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

MANAGER = Act("person:ann", "registered_manager", "site:elm", rationale="Seen and weighed")
MEASURE = Measure.create_id("indicator-reviewed-in-one-working-day", "elm")


async def until(found: Callable[[], Awaitable[Any]], patience: float = 20) -> Any:
    """What is found, once it is; TimeoutError if that takes too long."""
    async with asyncio.timeout(patience):
        while not (answer := await found()):  # noqa: ASYNC110 a database has no event to await
            await asyncio.sleep(0.02)
    return answer


async def note_a_sign(platform: Platform) -> UUID:
    report = Report("elm", "safeguarding_indicator", "She seemed withdrawn", immediate_action="Sat with her")
    saved = await platform.service("intake").raise_opportunity(MANAGER, report)
    return UUID(str(saved.id))


async def review(platform: Platform, journey: UUID) -> None:
    await platform.service("intake").triage(MANAGER, journey, "none", [], {}, [])


async def test_a_month_of_signs_becomes_a_figure_with_its_breaches(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with housed(database, fresh_messaging, wrapping_key, "governance", "intake", "assurance") as platform:
        await with_sites(platform, "elm", kind="homecare")
        clock: Any = platform.clock
        standing = platform.service("assurance").standing
        in_time, late, never = [await note_a_sign(platform) for _ in range(3)]
        clock.move_to(datetime(2026, 3, 3, 16, tzinfo=UTC))
        await review(platform, in_time)
        clock.move_to(datetime(2026, 3, 4, 9, tzinfo=UTC))
        await review(platform, late)
        await platform.settle()

        clock.move_to(datetime(2026, 4, 3, 9, tzinfo=UTC))
        (figure,) = await until(lambda: standing.figures(MEASURE))

        assert (figure["numerator"], figure["denominator"], figure["met"]) == (1, 3, False)
        assert {UUID(each["journey"]) for each in figure["breaches"]} == {late, never}
