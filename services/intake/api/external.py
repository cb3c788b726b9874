"""What outside systems sent and is kept apart, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.reach import provider_wide
from services.intake.api.bodies import Meaning, Words
from services.intake.application import Intake
from services.intake.projection import Quarantine
from services.intake.projection.quarantine import PAGE

Me = Annotated[SignedIn, Depends(provider_wide)]
Page = Annotated[int, Query(ge=1, le=10_000)]
Answer = dict[str, Any]


def add(api: APIRouter, intake: Intake, quarantine: Quarantine) -> None:
    """The list of what is kept apart, and what can be done about it."""

    @api.get("/quarantine")
    async def waiting(me: Me, after: int = 0, page: Page = 1) -> Answer:
        await quarantine.reached("intake", after)
        rows = await quarantine.waiting(PAGE + 1, (page - 1) * PAGE)
        items = [{name: value for name, value in row.items() if name != "code"} for row in rows[:PAGE]]
        return {"items": items, "page": page, "more": len(rows) > PAGE}

    @api.post("/quarantine/{message}/another-try")
    async def try_again(request: Request, response: Response, me: Me, message: UUID) -> Answer:
        return told(response, await intake.try_again(act_of(request, me), message))

    @api.post("/quarantine/{message}/set-aside")
    async def set_aside(request: Request, response: Response, me: Me, message: UUID, said: Words) -> Answer:
        return told(response, await intake.set_aside(act_of(request, me, rationale=said.words), message))

    @api.post("/sources/{source}/codes")
    async def map_code(request: Request, response: Response, me: Me, source: str, said: Meaning) -> Answer:
        act = act_of(request, me)
        return told(response, await intake.map_code(act, source, said.part, said.code, said.ours))
