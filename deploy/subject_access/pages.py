"""The pages of requests for access: put one on record, read what would go out, mask who else is in it, release it."""

from __future__ import annotations

import io
import zipfile
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import AskedBy, OpportunityKind
from deploy.subject_access.desk import Desk
from deploy.subject_access.gathering import Record
from deploy.subject_access.telling import Told
from libs.calendar import local_day
from libs.domain import Refused
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.audit.domain import SubjectAccess

Me = Annotated[SignedIn, Depends(signed_in)]
STATES = {"asked": "Being worked on", "released": "Released", "declined": "Declined"}


def access_routes(desk: Desk) -> APIRouter:
    """The pages under /audit/access."""
    router = APIRouter(prefix="/audit/access", include_in_schema=False)
    _asking(router, desk)
    _answering(router, desk)
    return router


def _asking(router: APIRouter, desk: Desk) -> None:
    @router.get("")
    async def listed(request: Request, me: Me, after: int = 0) -> Response:
        await desk.audit.accesses.reached("audit", after)
        rows = await desk.requests(act_of_form(me, ""))
        sites = {site.site_id: site.title for site in await desk.audit.directory.sites()}
        return _page(request, "deploy/access_list.html", 200, rows=rows, sites=sites, states=STATES)

    @router.get("/new/{journey}")
    async def begin(request: Request, me: Me, journey: UUID) -> Response:
        return await _new(request, desk, me, journey, Form())

    @router.post("/new/{journey}")
    async def ask(request: Request, me: Me, journey: UUID) -> Response:
        form = await Form.of(request)
        asked_by = form.one_of("asked_by", list(AskedBy), "Choose who asks.")
        received = form.day("received_on", "Enter the day on which the request reached you.")
        offered = {str(each.journey) for each in await desk.records(act_of_form(me, ""), journey)}
        chosen = {UUID(each) for each in form.some_of("records", offered)}
        if not form.ok or received is None:
            return await _new(request, desk, me, journey, form, 422)
        try:
            saved = await desk.ask(act_of_form(me, form.value("key")), journey, chosen, asked_by or "", received)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _new(request, desk, me, journey, form, 409)
        return RedirectResponse(f"/audit/access/{saved.id}", 303)


def _answering(router: APIRouter, desk: Desk) -> None:
    @router.get("/{access}")
    async def one(request: Request, me: Me, access: UUID) -> Response:
        return await _one(request, desk, me, access, Form())

    @router.get("/{access}/files/{sha256}")
    async def file(me: Me, access: UUID, sha256: str) -> Response:
        act = act_of_form(me, "")
        kept, content = await desk.content(act, await desk.request(act, access), sha256)
        return handed(content, kept.media_type, kept.saved_as.rpartition("/")[2])

    @router.post("/{access}/{action}")
    async def act_on(request: Request, me: Me, access: UUID, action: str) -> Response:
        if action not in {"masks", "files", "release", "decline", "copy"}:
            raise HTTPException(404)
        form = await Form.of(request)
        if action in {"release", "decline"}:
            form.text("why", "Say to whom it goes or why it does not, without a name.", 2000)
        if not form.ok:
            return await _one(request, desk, me, access, form, 422)
        await desk.request(act_of_form(me, ""), access)
        try:
            if action == "copy":
                return await _copy(request, desk, me, access, form)
            await _decided(desk, me, access, action, form)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _one(request, desk, me, access, form, 409)
        return RedirectResponse(f"/audit/access/{access}", 303)


async def _decided(desk: Desk, me: SignedIn, access: UUID, action: str, form: Form) -> None:
    act = act_of_form(me, form.value("key"), rationale=form.value("why").strip())
    if action == "masks":
        lines = [line.strip() for line in form.text("others", longest=4000).splitlines()]
        await desk.audit.mask_others(act, access, [line for line in lines if line])
    elif action == "files":
        it = await desk.request(act, access)
        await desk.decide_file(act, it, form.value("sha256"), given=form.value("given") == "yes")
    elif action == "decline":
        await desk.audit.decline_access(act, access)
    else:
        await desk.release(act, await desk.request(act, access), form.value("read"))


async def _copy(request: Request, desk: Desk, me: SignedIn, access: UUID, form: Form) -> Response:
    act = act_of_form(me, "")
    it = await desk.request(act, access)
    copy, files = await desk.copy(act, it)
    page = bytes(_page(request, "deploy/access_copy.html", 200, copy=copy, digest=it.digest).body)
    return made_up(it, copy, files, "" if form.value("as") == "json" else page)


def made_up(it: SubjectAccess, copy: Told, files: dict[str, bytes], page: bytes | str) -> Response:
    """The copy as it is handed over: for a person (`page`) or for programs, and with its files in one archive."""
    named = f"personal-data-{it.id.hex[:8]}"
    whole = [("personal-data.html", page)] if page else []
    if not files:
        kind = ("text/html", "html") if page else ("application/json", "json")
        return handed(bytes(page) if isinstance(page, bytes) else copy.document, kind[0], f"{named}.{kind[1]}")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bag:
        for name, content in [*whole, ("personal-data.json", copy.document), *files.items()]:
            bag.writestr(zipfile.ZipInfo(name), content)
    return handed(archive.getvalue(), "application/zip", f"{named}.zip")


def handed(content: bytes, media_type: str, name: str) -> Response:
    """To be saved, never shown in place, and kept by nobody on the way."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


async def _new(request: Request, desk: Desk, me: SignedIn, journey: UUID, form: Form, status: int = 200) -> Response:
    found = await desk.records(act_of_form(me, ""), journey)
    return _page(
        request, "deploy/access_new.html", status, form=form, journey=journey, askers=AskedBy.choices(),
        certain=[_called(each) for each in found if each.certain],
        others=[(str(each.journey), _called(each)) for each in found if not each.certain],
        today=local_day(desk.platform.clock.now()),
    )  # fmt: skip


async def _one(request: Request, desk: Desk, me: SignedIn, access: UUID, form: Form, status: int = 200) -> Response:
    act = act_of_form(me, "")
    it = await desk.request(act, access)
    copy, digest = await desk.read(act, it) if it.state == "asked" else (None, it.digest)
    return _page(
        request, "deploy/access.html", status, it=it, form=form, copy=copy, digest=digest, state=STATES[it.state],
        askers=dict(AskedBy.choices()),
    )  # fmt: skip


def _called(each: Record) -> str:
    return f"{OpportunityKind(each.kind).label}, number {each.reference}, {each.occurred:%-d %B %Y}"


def _page(request: Request, template: str, status: int, **context: Any) -> Response:
    page: Response = request.app.state.shell.page(request, template, status, **context)
    return page
