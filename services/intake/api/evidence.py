"""Evidence over HTTP: a file is sent as it is, and what it is is told by its content."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.intake.api.opportunities import reached
from services.intake.application import Intake, require_weigher

Me = Annotated[SignedIn, Depends(signed_in)]


def add(api: APIRouter, intake: Intake) -> None:
    """Sending a file in, the list of them, and reading one."""

    @api.post("/evidence/{journey}", status_code=201)
    async def attach(
        request: Request,
        response: Response,
        me: Me,
        journey: UUID,
        file: UploadFile,
        evidence_date: Annotated[date, Form()],
        title: Annotated[str, Form(max_length=200)] = "",
    ) -> dict[str, str | int]:
        await reached(intake, me, journey)
        content = await file.read()
        return told(response, await intake.attach(act_of(request, me), journey, content, evidence_date, title), 201)

    @api.get("/evidence/{journey}")
    async def several(request: Request, me: Me, journey: UUID) -> dict[str, Any]:
        require_weigher(act_of(request, me))
        kept = await intake.evidence_of(await reached(intake, me, journey))
        files = kept.files.items() if kept else ()
        return {
            "items": [
                {
                    "id": key,
                    "title": each.title,
                    "evidence_date": each.evidence_date,
                    "sha256": each.file.sha256,
                    "media_type": each.file.media_type,
                    "size": each.file.size,
                }
                for key, each in files
            ]
        }

    @api.get("/evidence/{journey}/{evidence}")
    async def read(request: Request, me: Me, journey: UUID, evidence: UUID) -> Response:
        require_weigher(act_of(request, me))
        kept, content = await intake.content_of(await reached(intake, me, journey), evidence)
        saved = {"Content-Disposition": f'attachment; filename="{kept.saved_as}"'}
        return Response(content, media_type=kept.file.media_type, headers=saved)
