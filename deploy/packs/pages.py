"""The pages of evidence packs: ask for one, see what was made for whom, take one away, and see who did."""

from __future__ import annotations

import asyncio
import shutil
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, RedirectResponse, Response

from contracts.taxonomy import Role, Theme
from deploy.errands import LOADED_ANEW
from deploy.packs.framework import frameworks
from deploy.packs.handing import Counter
from deploy.packs.profile import profiles
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.audit.application import NotYoursToHandOver, require_hander


async def hander(me: Annotated[SignedIn, Depends(signed_in)]) -> SignedIn:
    """Whoever may make packs; anyone else is told that their post may not (403)."""
    try:
        require_hander(me.role)
    except NotYoursToHandOver as refusal:
        raise HTTPException(403, str(refusal)) from None
    return me


Me = Annotated[SignedIn, Depends(hander)]


def pack_routes(counter: Counter) -> APIRouter:
    """The pages under /audit/packs."""
    router = APIRouter(prefix="/audit/packs", include_in_schema=False)
    _asking(router, counter)
    _under_way(router, counter)
    _taking(router, counter)
    return router


def _asking(router: APIRouter, counter: Counter) -> None:
    @router.get("")
    async def packs(request: Request, me: Me, after: int = 0, journey: str = "") -> Response:
        await counter.audit.packs.reached("audit", after)
        held = [each.id for each in frameworks()]
        return await _list(request, counter, me, Form({"journey": journey, "reader": "inspector", "framework": held}))

    @router.post("")
    async def make(request: Request, me: Me) -> Response:
        form = await Form.of(request)
        try:
            asked = await counter.asked(me, form)
            if asked is None:
                return await _list(request, counter, me, form, 422)
            act, title = act_of_form(me, form.value("key")), f"Pack {asked.profile.title.lower()}"
            errand = await counter.errands.begin(me.actor_id, title, act.key, partial(counter.make, me, act, asked))
            if not errand.done:
                return RedirectResponse(f"/audit/packs/making/{errand.id}", 303)
            saved: Saved = errand.task.result()
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _list(request, counter, me, form, 409)
        return RedirectResponse(f"/audit/packs/{saved.id}?after={saved.position}", 303)


def _under_way(router: APIRouter, counter: Counter) -> None:
    @router.get("/making/{errand}")
    async def making(request: Request, me: Me, errand: UUID) -> Response:
        found = counter.errands.get(errand, me.actor_id)
        if not found.done:
            return _page(request, "deploy/under_way.html", 200, errand=found, back="/audit/packs", named="All packs")
        if "HX-Request" in request.headers:
            return Response(headers=LOADED_ANEW)
        try:
            saved: Saved = found.task.result()
        except Refused as refusal:
            form = Form({})
            form.wrong(str(refusal))
            return await _list(request, counter, me, form, 409)
        return RedirectResponse(f"/audit/packs/{saved.id}?after={saved.position}", 303)


def _taking(router: APIRouter, counter: Counter) -> None:
    @router.get("/{pack}")
    async def pack(request: Request, me: Me, pack: UUID, after: int = 0) -> Response:
        await counter.audit.packs.reached("audit", after)
        return await _one(request, counter, me, pack, Form())

    @router.post("/{pack}/copy")
    async def take(request: Request, me: Me, pack: UUID) -> Response:
        form = await Form.of(request)
        why = form.text("why", "Say to whom the pack goes, and why", longest=500)
        if not form.ok:
            return await _one(request, counter, me, pack, form, 422)
        try:
            return await handed(counter, me, act_of_form(me, form.value("key"), rationale=why), pack)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _one(request, counter, me, pack, form, 409)


async def handed(counter: Counter, me: SignedIn, act: Act, pack: UUID) -> Response:
    """The file of a pack, on its way to whoever takes it. Raises as `Counter.taken`."""
    folder = await asyncio.to_thread(mkdtemp, prefix="candour-packs-")
    try:
        made = await counter.taken(act, await counter.pack(me, pack), Path(folder))
    except BaseException:
        shutil.rmtree(folder)
        raise
    return FileResponse(
        made.path, media_type="application/zip", filename=made.name, headers={"Cache-Control": "no-store"},
        background=BackgroundTask(shutil.rmtree, folder),
    )  # fmt: skip


async def _list(request: Request, counter: Counter, me: SignedIn, form: Form, status: int = 200) -> Response:
    sites = await counter.reach(me)
    return _page(
        request, "deploy/packs.html", status, form=form, packs=await counter.listed(me), sites=sites,
        readers=[(each.id, each.title, each.note) for each in profiles()], themes=Theme.choices(),
        frameworks=[(each.id, f"{each.title}, {each.version}") for each in frameworks()], titles=_titles(),
    )  # fmt: skip


async def _one(request: Request, counter: Counter, me: SignedIn, pack: UUID, form: Form, status: int = 200) -> Response:
    found = await counter.pack(me, pack)
    row = await counter.audit.packs.row("SELECT * FROM pack WHERE id = %s", (found.id,))
    if row is None:
        raise NotFound("This pack was made a moment ago. Load the page again.")
    return _page(
        request, "deploy/pack.html", status, form=form, pack=row, taken=await counter.audit.taken_away(found.id),
        titles=_titles(), roles=dict(Role.choices()),
    )  # fmt: skip


def _titles() -> dict[str, str]:
    return {each.id: each.title for each in profiles()}


def _page(request: Request, template: str, status: int, **context: Any) -> Response:
    page: Response = request.app.state.shell.page(request, template, status, **context)
    return page
