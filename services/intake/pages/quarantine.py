"""What outside systems sent and could not be taken: each with its reason, and what a person can do about it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import HarmLevel, OpportunityKind
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.reading import opened
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import provider_wide
from libs.web.shell import Shell
from services.intake.application import Intake
from services.intake.projection import Quarantine
from services.intake.projection.quarantine import PAGE

Me = Annotated[SignedIn, Depends(provider_wide)]
Page = Annotated[int, Query(ge=1, le=10_000)]
PARTS = {"site": "site", "kind": "kind of opportunity", "harm_level": "level of harm"}


def add(router: APIRouter, intake: Intake, kept_apart: Quarantine) -> None:
    """The list, and the three things that can be done with an entry."""

    @router.get("/intake/quarantine")
    async def waiting(request: Request, me: Me, after: int = 0, page: Page = 1) -> Response:
        await kept_apart.reached("intake", after)
        return await _page(request, me, Form(), page)

    @router.post("/intake/quarantine/{message}/{action}")
    async def decide(request: Request, me: Me, message: UUID, action: str) -> Response:
        form = await Form.of(request)
        row = await kept_apart.one(message)
        if row is None:
            raise NotFound("This message is not kept apart any more. Open the list again to see what is.")
        act = act_of_form(me, form.value("key"), rationale=form.value("reason").strip())
        try:
            saved = await _done(act, row, action, form)
        except Refused as refusal:
            form.wrong(f"{row['source']}, {row['message_id']}: {refusal}")
            return await _page(request, me, form, status=409)
        return RedirectResponse(f"/intake/quarantine?after={saved.position}", 303)

    async def _done(act: Act, row: dict[str, Any], action: str, form: Form) -> Saved:
        message: UUID = row["message"]
        if action == "try":
            return await intake.try_again(act, message)
        if action == "set-aside":
            return await intake.set_aside(act, message)
        if action != "map":
            raise HTTPException(404)
        [shown] = await opened(intake.mapper.keys, [row], "code")
        await intake.map_code(Act(act.actor, act.role, act.scope), row["source"], row["part"], shown["code"],
                              form.value("ours"))  # fmt: skip
        return await intake.try_again(act, message)

    async def _page(request: Request, me: SignedIn, form: Form, page: int = 1, *, status: int = 200) -> Response:
        found = await kept_apart.waiting(PAGE + 1, (page - 1) * PAGE)
        rows = await opened(intake.mapper.keys, found[:PAGE], "code")
        sites = [(site.site_id, site.title) for site in await intake.directory.sites_within(me.scope)]
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "intake/quarantine.html",
            status,
            form=form,
            rows=rows,
            previous=f"/intake/quarantine?page={page - 1}" if page > 1 else "",
            next=f"/intake/quarantine?page={page + 1}" if len(found) > PAGE else "",
            parts=PARTS,
            ours={"site": sites, "kind": OpportunityKind.choices(), "harm_level": HarmLevel.choices()},
        )
