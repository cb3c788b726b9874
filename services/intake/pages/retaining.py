"""Placing and lifting a legal hold, and deciding about records that need not be kept any longer."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from libs.domain import Refused
from libs.reading import opened
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.application import Intake
from services.intake.application.forgetting import require_keeper
from services.intake.pages.forgetting import WHY
from services.intake.pages.opportunity import found
from services.intake.projection import Keeping

Me = Annotated[SignedIn, Depends(signed_in)]


def add(router: APIRouter, intake: Intake, kept: Keeping) -> None:
    """The page of a hold, and the two answers to a proposal."""
    _holding(router, intake, kept)
    _disposing(router, intake, kept)


def _holding(router: APIRouter, intake: Intake, kept: Keeping) -> None:
    @router.get("/intake/holds/{journey}")
    async def show(request: Request, me: Me, journey: UUID, after: int = 0) -> Response:
        await kept.reached("intake", after)
        return await _hold(request, intake, kept, me, journey, Form())

    @router.post("/intake/holds/{journey}/{action}")
    async def decide(request: Request, me: Me, journey: UUID, action: str) -> Response:
        if action not in {"place", "lift"}:
            raise HTTPException(404)
        await found(intake, me, journey)
        form = await Form.of(request)
        why = form.text("why", WHY, 4000)
        day = form.day("review_on", "Enter the day on which somebody looks again.") if action == "place" else None
        if not form.ok:
            return await _hold(request, intake, kept, me, journey, form, 422)
        act = act_of_form(me, form.value("key"), rationale=why)
        try:
            saved = await (intake.place_hold(act, journey, why, day) if day else intake.lift_hold(act, journey))
        except Refused as refusal:
            form.wrong(str(refusal), "why")
            return await _hold(request, intake, kept, me, journey, form, 409)
        return RedirectResponse(f"/intake/holds/{journey}?after={saved.position}", 303)


def _disposing(router: APIRouter, intake: Intake, kept: Keeping) -> None:
    @router.get("/intake/disposal/{key}")
    async def propose(request: Request, me: Me, key: UUID) -> Response:
        return await _proposal(request, intake, kept, me, key, Form())

    @router.post("/intake/disposal/{key}/{action}")
    async def dispose(request: Request, me: Me, key: UUID, action: str) -> Response:
        if action not in {"keep", "erase"}:
            raise HTTPException(404)
        form = await Form.of(request)
        act = act_of_form(me, form.value("key"), rationale=form.text("why", WHY, 4000))
        until = form.day("until", "Enter the day until which they stay.") if action == "keep" else None
        if not form.ok:
            return await _proposal(request, intake, kept, me, key, form, 422)
        try:
            saved = await (intake.keep_longer(act, key, until) if until else intake.give_to_erase(act, key))
        except Refused as refusal:
            form.wrong(str(refusal), "why")
            return await _proposal(request, intake, kept, me, key, form, 409)
        begun = saved.detail.get("erasure", "")
        return RedirectResponse(f"/intake/erasures{'/' + begun if begun else ''}?after={saved.position}", 303)


async def _hold(
    request: Request, intake: Intake, kept: Keeping, me: SignedIn, journey: UUID, form: Form, status: int = 200
) -> Response:
    require_keeper(act_of_form(me, ""))
    it = await found(intake, me, journey)
    stands = await opened(intake.mapper.keys, await kept.holds([journey]), "reason")
    shell: Shell = request.app.state.shell
    return shell.page(request, "intake/hold.html", status, it=it, form=form, hold=stands[0] if stands else None)


async def _proposal(
    request: Request, intake: Intake, kept: Keeping, me: SignedIn, key: UUID, form: Form, status: int = 200
) -> Response:
    require_keeper(act_of_form(me, ""))
    row = await kept.proposal(key)
    if row is None:
        return RedirectResponse("/intake/erasures", 303)
    for journey in row["journeys"]:
        await found(intake, me, journey)
    schedule, _ = await intake.schedule()
    rules = [rule for rule in schedule.rules if rule.id in row["rules"]] if schedule else []
    records = await kept.under_keys_of(row["journeys"])
    shell: Shell = request.app.state.shell
    return shell.page(request, "intake/disposal.html", status, it=row, form=form, rules=rules, records=records)
