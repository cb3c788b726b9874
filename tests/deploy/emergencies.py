"""What somebody reads in an emergency, asked for at every door of the rooms that tell of one journey."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx2

from deploy.house import Platform
from libs.web.posts import Post

ELSEWHERE = Post("oak.manager", "registered_manager", "site:oak")
LEADS = Post("acme.safe", "safeguarding_lead", "provider:acme")
WHY = "She is alone tonight and may fall again."
READ = (
    "/journeys/{journey}", "/intake/{journey}", "/review/{journey}", "/action/{journey}", "/notification/{journey}",
    "/assurance/{journey}", "/api/governance/journeys/{journey}", "/api/intake/opportunities/{journey}",
    "/api/review/reviews/{journey}", "/api/action/plans/{journey}", "/api/notification/candour/{journey}",
    "/api/assurance/follow-ups/{journey}",
)  # fmt: skip
"""The pages and routes that an emergency opens; every other stays as it was."""
NOT_TO_READ = (
    "/intake/{journey}/triage", "/intake/evidence/{journey}", "/intake/employment/{journey}",
    "/intake/holds/{journey}", "/intake/erasures/new/{journey}", "/action/{journey}/agree",
    "/notification/{journey}/candour", "/journeys/{journey}/restriction", "/audit/journeys/{journey}",
)  # fmt: skip


async def answers(web: httpx2.AsyncClient, journey: UUID, patterns: tuple[str, ...]) -> dict[str, int]:
    """How each address answers."""
    return {each: (await web.get(each.replace("{journey}", str(journey)))).status_code for each in patterns}


async def asked(web: httpx2.AsyncClient, journey: UUID) -> httpx2.Response:
    """Ask to be let in."""
    return await web.post("/emergency", data={"journey": str(journey), "because": WHY})


async def listed(house: Platform, access: str) -> list[dict[str, Any]]:
    """Which pages governance has on its list."""
    await house.settle()
    found: list[dict[str, Any]] = await house.service("governance").emergencies.reads(UUID(access))
    return found
