"""What waits for a reader: what is for them, and nothing that is for others."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts import assurance, notification
from contracts.envelope import PublishedEvent
from services.governance.projection import Overview
from services.governance.projection.work_reading import Reader
from tests.governance.saying import Saying

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_briefing_waits_for_those_it_is_for_and_for_nobody_else(overview: Overview) -> None:
    says, journey, which, told_of_nobody = Saying(), UUID(int=1), UUID(int=78), UUID(int=79)
    by_day, by_night, elsewhere = (UUID(int=n) for n in (900, 901, 902))
    more: dict[str, Any] = {"briefing_id": which, "audience": 2, "understood": 0, "left": 0, "part": "day"}
    turns: list[tuple[PublishedEvent, list[UUID]]] = [
        (notification.BriefingIssued(
            briefing_id=which, title="t", what_changed="w", audience=1, people={"day": [by_day]}), [by_day]),
        (notification.BriefingAudienceJoined(person_id=by_night, **more), [by_day, by_night]),
        (notification.BriefingRead(briefing_id=which, person_id=by_day, part="day"), [by_day, by_night]),
        (notification.BriefingUnderstood(briefing_id=which, person_id=by_day, part="day"), [by_night]),
        (notification.BriefingAudienceLeft(person_id=by_night, had_understood=False, **more), []),
        (notification.BriefingIssued(
            briefing_id=told_of_nobody, title="t", what_changed="w", audience=3), [by_day, by_night, elsewhere]),
    ]  # fmt: skip
    for told, waits in turns:
        fact = says.say(told, journey)
        await overview.keep([fact], {})
        found = [
            person for person in (by_day, by_night, elsewhere)
            if await overview.work(Reader("person:x", "care_worker", [], ["elm"], person=person, works_at=["elm"]))
        ]  # fmt: skip
        assert found == waits, fact
    assert await overview.work(Reader("person:x", "care_worker", [], ["oak"], person=by_day, works_at=["oak"])) == []


async def test_what_a_provider_reviews_for_itself_waits_for_nobody_of_another_provider_or_of_a_site(
    overview: Overview,
) -> None:
    missed = assurance.CadenceMissed(
        cadence_id="c", title="Board review", role="provider_quality_lead", due=date(2026, 3, 1)
    )
    await overview.keep([Saying().say(missed, UUID(int=5), site="")], {})
    for provider, everyone, waits in (
        ("acme", False, 1), ("acme", True, 1), ("other", False, 0), ("other", True, 0), ("", False, 0), ("", True, 0),
    ):  # fmt: skip
        reader = Reader("person:x", "provider_quality_lead", [], ["elm"], everyone=everyone, provider=provider)
        assert len(await overview.work(reader)) == waits, (provider, everyone)
