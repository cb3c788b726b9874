"""Two homecare branches in April, with a front door: at elm one sign was reviewed in March and one was not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts import action, notification
from deploy.web import Door
from libs.web.sign_in import Persona
from services.assurance.domain import Cadence, Measure
from services.assurance.policy import react
from tests.assurance.test_house import note_a_sign, review, until
from tests.given import heard
from tests.hands import Reception
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

MEASURE = Measure.create_id("indicator-reviewed-in-one-working-day", "elm")
ROUND = Cadence.create_id("monthly-learning-review", "acme", "elm")
BOARD = Cadence.create_id("quarterly-board-dashboard", "acme", "")


@asynccontextmanager
async def april(
    database: Database, messaging: Messaging, key: Path, people: Callable[[], Sequence[Persona]] | None = None
) -> AsyncIterator[Reception]:
    """The house on 3 April, after March was checked, and its door."""
    async with housed(database, messaging, key, "governance", "intake", "assurance") as platform:
        await with_sites(platform, "elm", "oak", kind="homecare")
        clock: Any = platform.clock
        done, _ = [await note_a_sign(platform) for _ in range(2)]
        await review(platform, done)
        await platform.settle()
        clock.move_to(datetime(2026, 4, 3, 9, tzinfo=UTC))
        standing = platform.service("assurance").standing
        await until(lambda: standing.figures(MEASURE))
        await until(lambda: standing.slots(ROUND))
        door = Door(platform, people)
        await door.open()
        try:
            yield Reception(platform, door)
        finally:
            await door.close()


async def changed(reception: Reception, journey: UUID) -> None:
    """Practice changed on a journey, and everyone was briefed."""
    assurance = reception.platform.service("assurance")
    told = [
        action.PracticeChanged(
            plan_id=journey, action_ids=[], what_changed="Visit notes are screened every morning",
            measure_ids=["indicator-reviewed-in-one-working-day"],
        ),
        notification.BriefingReached(briefing_id=journey, audience=6, understood=6),
    ]  # fmt: skip
    for fact in told:
        event = heard(fact, journey=journey, about=journey, at=reception.platform.clock.now())
        message = str(event.envelope.id)
        await assurance.receive(react, event, consumer="test", message_id=message, cause=event.envelope)
    await assurance.standing.reached("assurance", assurance.store.position)
