"""The files of a record: sent in with the day they are of, listed, and read again."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from libs.domain import Refused
from libs.web.asking import act_of_form
from libs.web.forms import Form, typed_fields
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.application import REPORTS_ONLY, Intake, require_weigher
from services.intake.domain.evidence import ENDINGS, OnRecord
from services.intake.pages.opportunity import found

Me = Annotated[SignedIn, Depends(signed_in)]


def add(router: APIRouter, intake: Intake) -> None:
    """The list of files, sending one in, and reading one."""

    @router.get("/intake/evidence/{journey}")
    async def several(request: Request, me: Me, journey: UUID) -> Response:
        return await _page(request, me, journey, Form())

    @router.post("/intake/evidence/{journey}")
    async def attach(request: Request, me: Me, journey: UUID) -> Response:
        async with request.form() as posted:
            await found(intake, me, journey)
            form, sent = Form(typed_fields(posted)), posted.get("file")
            content = await sent.read() if isinstance(sent, UploadFile) and sent.filename else None
        day = form.day("evidence_date", "Enter the day the evidence is of.")
        title = form.text("title", "Say what it is, in a few words.", 200)
        if content is None:
            form.wrong("Choose a file.", "file")
        if day is None or content is None or not form.ok:
            return await _page(request, me, journey, form, 422)
        try:
            saved = await intake.attach(act_of_form(me, form.value("key")), journey, content, day, title)
        except Refused as refusal:
            form.wrong(str(refusal), "file")
            return await _page(request, me, journey, form, 409)
        return RedirectResponse(f"/intake/evidence/{journey}?after={saved.position}", 303)

    @router.get("/intake/evidence/{journey}/{evidence}")
    async def read(me: Me, journey: UUID, evidence: UUID) -> Response:
        opportunity = await found(intake, me, journey)
        require_weigher(act_of_form(me, ""))
        kept, content = await intake.content_of(opportunity, evidence)
        saved = {"Content-Disposition": f'attachment; filename="{kept.saved_as}"'}
        return Response(content, media_type=kept.file.media_type, headers=saved)

    async def _page(request: Request, me: SignedIn, journey: UUID, form: Form, status: int = 200) -> Response:
        opportunity = await found(intake, me, journey)
        kept = await intake.evidence_of(opportunity)
        reads = me.role not in REPORTS_ONLY
        files = [_line(journey, key, each) for key, each in kept.files.items()] if kept and reads else []
        shell: Shell = request.app.state.shell
        return shell.page(request, "intake/evidence.html", status, it=opportunity, files=files, reads=reads, form=form)


def _line(journey: UUID, key: UUID, each: OnRecord) -> dict[str, Any]:
    return {
        "href": f"/intake/evidence/{journey}/{key}",
        "title": each.title or "Untitled",
        "day": each.evidence_date,
        "kind": ENDINGS[each.file.media_type].upper(),
        "kilobytes": max(1, each.file.size // 1024),
        "digest": each.file.sha256,
    }
