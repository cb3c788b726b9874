"""Erasing what is kept about a person, legal holds, and the review before disposal: their pages, and the certificate."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import AskedBy, ErasureGround, OpportunityKind, Role
from libs.calendar import local_day
from libs.domain import Refused
from libs.reading import opened
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.application import ErasureRequest, Intake
from services.intake.application.forgetting import require_keeper
from services.intake.pages.opportunity import found
from services.intake.projection import Keeping

Me = Annotated[SignedIn, Depends(signed_in)]
STATES = {"asked": "Waits for a decision", "approved": "Keys are being destroyed", "declined": "Declined",
          "certified": "Erased"}  # fmt: skip
WHY = "Give the reason, in a sentence that names nobody."


def add(router: APIRouter, intake: Intake, kept: Keeping) -> None:
    """The list, the form that asks, and the page of one request."""
    _asking(router, intake, kept)
    _deciding(router, intake, kept)


def _asking(router: APIRouter, intake: Intake, kept: Keeping) -> None:
    @router.get("/intake/erasures")
    async def listed(request: Request, me: Me, after: int = 0) -> Response:
        await kept.reached("intake", after)
        return await _list(request, intake, kept, me, Form())

    @router.get("/intake/erasures/new/{journey}")
    async def begin(request: Request, me: Me, journey: UUID) -> Response:
        return await _new(request, intake, me, journey, Form())

    @router.post("/intake/erasures/new/{journey}")
    async def ask(request: Request, me: Me, journey: UUID) -> Response:
        form = await Form.of(request)
        asked = _asked(journey, form)
        try:
            if asked is None:
                return await _new(request, intake, me, journey, form, 422)
            saved = await intake.ask_erasure(act_of_form(me, form.value("key")), asked)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _new(request, intake, me, journey, form, 409)
        return RedirectResponse(f"/intake/erasures/{saved.id}?after={saved.position}", 303)


def _deciding(router: APIRouter, intake: Intake, kept: Keeping) -> None:
    @router.get("/intake/erasures/{erasure}")
    async def one(request: Request, me: Me, erasure: UUID, after: int = 0) -> Response:
        await kept.reached("intake", after)
        return await _one(request, intake, me, erasure, Form())

    @router.post("/intake/erasures/{erasure}/{decision}")
    async def decide(request: Request, me: Me, erasure: UUID, decision: str) -> Response:
        if decision not in {"approve", "decline"}:
            raise HTTPException(404)
        form = await Form.of(request)
        act = act_of_form(me, form.value("key"), form.value("version"), form.text("why", WHY, 4000))
        if not form.ok:
            return await _one(request, intake, me, erasure, form, 422)
        try:
            if decision == "decline":
                saved = await intake.decline_erasure(act, erasure)
            else:
                saved = await intake.approve_erasure(act, erasure, overruling=bool(form.value("overruling")))
        except Refused as refusal:
            form.wrong(str(refusal), "why")
            return await _one(request, intake, me, erasure, form, 409)
        return RedirectResponse(f"/intake/erasures/{erasure}?after={saved.position}", 303)


def _asked(journey: UUID, form: Form) -> ErasureRequest | None:
    asked_by = form.one_of("asked_by", list(AskedBy), "Choose who asks.")
    ground = form.one_of("ground", list(ErasureGround), "Choose the legal ground.")
    received = form.day("received_on", "Enter the day on which the request reached you.")
    reason = form.text("reason", WHY, 4000)
    try:
        journeys = tuple(UUID(each) for each in form.values("records"))
    except ValueError:
        form.wrong("Choose only from the records shown.", "records")
        return None
    if not form.ok or received is None:
        return None
    return ErasureRequest(
        journey, journeys, asked_by or "", ground or "", reason, received, employment=bool(form.value("employment"))
    )


async def _new(
    request: Request, intake: Intake, me: SignedIn, journey: UUID, form: Form, status: int = 200
) -> Response:
    require_keeper(act_of_form(me, ""))
    opportunity = await found(intake, me, journey)
    same = await intake.keeping.of_same_person(journey)
    certain = [row for row in same if row["same_key"]]
    others = [(str(row["journey"]), _called(row)) for row in same if not row["same_key"]]
    return _page(
        request, "intake/erasure_new.html", status, it=opportunity, form=form, certain=[_line(row) for row in certain],
        others=others, grounds=ErasureGround.choices(), askers=AskedBy.choices(),
        today=local_day(intake.clock.now()),
    )  # fmt: skip


async def _list(
    request: Request, intake: Intake, kept: Keeping, me: SignedIn, form: Form, status: int = 200
) -> Response:
    require_keeper(act_of_form(me, ""))
    sites = {site.site_id: site.title for site in await intake.directory.sites_within(me.scope)}
    told = await kept.listed(list(sites))
    schedule, version = await intake.schedule()
    titles = {rule.id: rule for rule in schedule.rules} if schedule else {}
    holds = await opened(intake.mapper.keys, told["holds"], "reason")
    proposals = [
        row | {"titles": [titles[each].title if each in titles else each for each in row["rules"]],
               "href": f"/intake/{row['journeys'][0]}"}
        for row in told["proposals"]
    ]  # fmt: skip
    return _page(
        request, "intake/erasures.html", status, form=form, sites=sites, states=STATES, holds=holds,
        grounds=dict(ErasureGround.choices()), erasures=told["erasures"], proposals=proposals,
        kinds=dict(OpportunityKind.choices()), schedule=schedule, version=version,
    )  # fmt: skip


async def _one(
    request: Request, intake: Intake, me: SignedIn, erasure: UUID, form: Form, status: int = 200
) -> Response:
    it = await intake.erasure_for(act_of_form(me, ""), erasure)
    standing = await intake.standing(it)
    schedule, _ = await intake.schedule()
    titles = {rule.id: rule.title for rule in schedule.rules} if schedule else {}
    return _page(
        request, "intake/erasure.html", status, it=it, form=form, state=STATES[it.state],
        standing=standing, records=[_line(row) for row in standing.records], roles=dict(Role.choices()),
        overruled=[titles.get(each, each) for each in it.overruled],
        grounds=dict(ErasureGround.choices()), askers=dict(AskedBy.choices()), own=it.requested_by == me.actor_id,
    )  # fmt: skip


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "href": f"/intake/{row['journey']}", "reference": row["reference"], "occurred": row["occurred"],
        "kind": OpportunityKind(row["kind"]).label, "erased": row["erased_by"] is not None,
    }  # fmt: skip


def _called(row: dict[str, Any]) -> str:
    return f"{OpportunityKind(row['kind']).label}, number {row['reference']}, {row['occurred']:%-d %B %Y}"


def _page(request: Request, template: str, status: int, **context: Any) -> Response:
    shell: Shell = request.app.state.shell
    return shell.page(request, template, status, **context)
