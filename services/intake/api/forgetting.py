"""Erasing what is kept about a person, and legal holds, over HTTP: the commands of the pages, for the same posts."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.intake.api.bodies import Approval, Erasing, Holding, Reason
from services.intake.api.opportunities import reached
from services.intake.application import ErasureRequest, Intake
from services.intake.application.forgetting import require_keeper
from services.intake.domain import Erasure

Me = Annotated[SignedIn, Depends(signed_in)]
Told = dict[str, str | int]


def add(api: APIRouter, intake: Intake) -> None:
    """Asking and deciding; holding and lifting; and what is on record of both."""
    _erasures(api, intake)
    _deciding(api, intake)
    _holds(api, intake)


def _erasures(api: APIRouter, intake: Intake) -> None:
    @api.get("/erasures")
    async def several(request: Request, me: Me, after: int = 0) -> list[dict[str, Any]]:
        require_keeper(act_of(request, me))
        await intake.keeping.reached("intake", after)
        sites = [site.site_id for site in await intake.directory.sites_within(me.scope)]
        return (await intake.keeping.listed(sites))["erasures"]

    @api.get("/opportunities/{journey}/same-person")
    async def same_person(request: Request, me: Me, journey: UUID) -> list[dict[str, Any]]:
        """The records that an erasure from this one would or may cover; `same_key` is certain, the rest is chosen by hand."""
        require_keeper(act_of(request, me))
        await reached(intake, me, journey)
        shown = ("journey", "reference", "kind", "occurred", "same_key", "pattern")
        return [{name: row[name] for name in shown} for row in await intake.keeping.of_same_person(journey)]

    @api.post("/erasures", status_code=201)
    async def ask(request: Request, response: Response, me: Me, asked: Erasing) -> Told:
        await reached(intake, me, asked.journey)
        wanted = ErasureRequest(
            asked.journey, tuple(asked.journeys), asked.asked_by, asked.ground, asked.reason, asked.received_on,
            employment=asked.employment,
        )  # fmt: skip
        return told(response, await intake.ask_erasure(act_of(request, me), wanted), 201)


def _deciding(api: APIRouter, intake: Intake) -> None:
    @api.get("/erasures/{erasure}")
    async def one(request: Request, response: Response, me: Me, erasure: UUID) -> dict[str, Any]:
        it = await intake.erasure_for(act_of(request, me), erasure)
        response.headers["ETag"] = f'"{it.version}"'
        return _shown(it) | await _standing(intake, it)

    @api.post("/erasures/{erasure}/approval")
    async def approve(request: Request, response: Response, me: Me, erasure: UUID, said: Approval) -> Told:
        act = act_of(request, me, rationale=said.reason)
        return told(response, await intake.approve_erasure(act, erasure, overruling=said.overruling))

    @api.post("/erasures/{erasure}/refusal")
    async def decline(request: Request, response: Response, me: Me, erasure: UUID, said: Reason) -> Told:
        return told(response, await intake.decline_erasure(act_of(request, me, rationale=said.reason), erasure))


def _holds(api: APIRouter, intake: Intake) -> None:
    @api.post("/opportunities/{journey}/hold")
    async def place(request: Request, response: Response, me: Me, journey: UUID, said: Holding) -> Told:
        await reached(intake, me, journey)
        return told(response, await intake.place_hold(act_of(request, me), journey, said.reason, said.review_on))

    @api.post("/opportunities/{journey}/hold/lifting")
    async def lift(request: Request, response: Response, me: Me, journey: UUID, said: Reason) -> Told:
        await reached(intake, me, journey)
        return told(response, await intake.lift_hold(act_of(request, me, rationale=said.reason), journey))


def _shown(it: Erasure) -> dict[str, Any]:
    """The request and, once it is done, its certificate."""
    return {
        "id": it.id, "state": it.state, "site": it.site, "journeys": it.journeys, "asked_by": it.asked_by,
        "ground": it.ground, "employment": it.employment, "reason": it.reason, "received_on": it.received_on,
        "answer_by": it.answer_by, "decided_at": it.decided_at, "decided_because": it.decided_because,
        "overruled": it.overruled, "keys": it.keys, "files": it.files, "certified_at": it.certified_at,
        "opens_nowhere_from": it.opens_nowhere_from,
    }  # fmt: skip


async def _standing(intake: Intake, it: Erasure) -> dict[str, Any]:
    """What stands against it today; nothing once it was decided."""
    if it.state != "asked":
        return {}
    weighed = (await intake.standing(it)).weighed
    against = {"held": weighed.held, "asked_to_keep": weighed.asked_to_keep, "kept_until": weighed.kept_until}
    return {"against": against, "would_destroy": len(weighed.keys)}
