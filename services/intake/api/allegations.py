"""Matters of employment after an allegation, over HTTP, for those who answer for the service's staff."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from libs.service import NotFound
from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.intake.api.bodies import Employment, Outcome, Subject
from services.intake.api.opportunities import reached
from services.intake.application import Intake

Me = Annotated[SignedIn, Depends(signed_in)]
Answer = dict[str, Any]
HERE = "/opportunities/{journey}/allegation"


def add(api: APIRouter, intake: Intake) -> None:
    """Naming who it is about, each step, and its outcome."""

    @api.get(HERE)
    async def read(me: Me, journey: UUID) -> Answer:
        found = await intake.allegation_of(await reached(intake, me, journey), me.role)
        if found is None:
            raise NotFound("Nobody has been named as the subject of an allegation here.")
        steps = [{"step": step, "taken_on": day, "words": words} for step, day, words in found.steps]
        return {"subjects": found.subjects, "steps": steps, "outcome": found.outcome, "version": found.version}

    @api.post(f"{HERE}/subject")
    async def name(request: Request, response: Response, me: Me, journey: UUID, said: Subject) -> Answer:
        await reached(intake, me, journey)
        return told(response, await intake.name_subject(act_of(request, me), journey, said.signs_in_as, said.name))

    @api.post(f"{HERE}/step")
    async def step(request: Request, response: Response, me: Me, journey: UUID, said: Employment) -> Answer:
        await reached(intake, me, journey)
        saved = await intake.take_employment_step(act_of(request, me), journey, said.step, said.taken_on, said.words)
        return told(response, saved)

    @api.post(f"{HERE}/outcome")
    async def conclude(request: Request, response: Response, me: Me, journey: UUID, said: Outcome) -> Answer:
        await reached(intake, me, journey)
        act = act_of(request, me, rationale=said.rationale)
        return told(response, await intake.conclude_allegation(act, journey, said.outcome))
