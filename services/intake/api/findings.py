"""Findings and recommendations of other bodies, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.intake.api.bodies import OthersWords
from services.intake.api.opportunities import reached
from services.intake.application import Intake, Received, require_weigher

Me = Annotated[SignedIn, Depends(signed_in)]


def add(api: APIRouter, intake: Intake) -> None:
    """Taking them in, and reading them."""

    @api.post("/opportunities/{journey}/findings")
    async def receive(
        request: Request, response: Response, me: Me, journey: UUID, said: OthersWords
    ) -> dict[str, str | int]:
        await reached(intake, me, journey)
        received = Received(
            said.body, said.words, said.reference, said.dated, tuple(said.recommendations), said.answer_by
        )
        return told(response, await intake.receive_findings(act_of(request, me), journey, received))

    @api.get("/opportunities/{journey}/findings")
    async def several(request: Request, response: Response, me: Me, journey: UUID) -> dict[str, Any]:
        require_weigher(act_of(request, me))
        found = await intake.findings_of(await reached(intake, me, journey))
        response.headers["ETag"] = f'"{found.version if found else 0}"'
        findings = found.findings.items() if found else ()
        recommendations = found.recommendations.items() if found else ()
        return {
            "findings": [{"id": key, **each._asdict()} for key, each in findings],
            "recommendations": [{"id": key, **each._asdict()} for key, each in recommendations],
        }
