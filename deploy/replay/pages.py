"""The page on which rules are tried out on history, before those who govern adopt them."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import Role
from deploy.errands import LOADED_ANEW, Errand, Errands
from deploy.house import Platform
from deploy.replay.history import Told
from deploy.replay.running import PARTS, Period, Replayed, replay
from libs.calendar import local_day
from libs.domain import Refused
from libs.policytext import MOST_BYTES, DocumentTooLarge, read
from libs.reach import reached
from libs.rules import pack_of
from libs.web.forms import Form
from libs.web.posts import SignedIn
from services.audit.application import Audit, Me

SHOWN = 50
"""How many differences of a kind the page shows for a site; the file holds them all."""
ADOPTERS = frozenset(
    {Role.PROVIDER_QUALITY_LEAD, Role.PROVIDER_REPRESENTATIVE, Role.NOMINATED_INDIVIDUAL, Role.REGISTERED_PERSON}
)
QUARTER = timedelta(days=91)


class NoRulesSent(Refused):
    """Choose the file that holds the rules you want to try. Nothing was run."""


class OneProvider(Refused):
    """Rules are tried out on a whole provider's history. Sign in with a post that reaches the whole provider."""


def replay_routes(platform: Platform, errands: Errands) -> APIRouter:
    """/audit/replay: chosen, run, watched where it takes long, and shown; nothing of it is kept."""
    router = APIRouter(prefix="/audit/replay", include_in_schema=False)
    audit: Audit = platform.service("audit")

    @router.get("")
    async def choose(request: Request, me: Me) -> Response:
        today = local_day(audit.clock.now())
        return _page(request, me, Form({"since": (today - QUARTER).isoformat(), "until": today.isoformat()}))

    @router.post("")
    async def run(request: Request, me: Me) -> Response:
        try:
            return await tried(request, me)
        finally:
            await request.close()  # lets go of the uploaded files

    async def tried(request: Request, me: SignedIn) -> Response:
        form = await Form.of(request)
        period = _period(form)
        try:
            if not me.scope.startswith("provider:"):
                raise OneProvider
            content = await _sent(request)
        except Refused as refusal:
            form.wrong(str(refusal), "files")
        if period is None or not form.ok:
            return _page(request, me, form, 422)
        provider, title = me.scope.removeprefix("provider:"), "Trying rules out on history"
        shut = reached().shut

        async def run(told: Told) -> Replayed:
            found = await asyncio.to_thread(replay, audit.auditor, content, period, provider, told, shut)
            rules = found.content["rules"]
            await audit.note_reading(me, f"History under the rules {rules['id']} {rules['version']}")
            return found

        file = form.value("as") == "file"
        errand = await errands.begin(me.actor_id, title, "", run)
        if not errand.done:
            return RedirectResponse(f"/audit/replay/under-way/{errand.id}{'?file=true' if file else ''}", 303)
        return await _shown(request, audit, me, form, errand.task.result(), file=file)

    _under_way(router, audit, errands)
    return router


def _under_way(router: APIRouter, audit: Audit, errands: Errands) -> None:
    @router.get("/under-way/{errand}")
    async def under_way(request: Request, me: Me, errand: UUID, file: bool = False) -> Response:
        found = errands.get(errand, me.actor_id)
        looking = "HX-Request" in request.headers
        if not found.done or (looking and file):  # a file leaves the page standing, which would take it again and again
            return _going_on(request, found, "?file=true" if file else "")
        if looking:
            return Response(headers=LOADED_ANEW)
        replayed: Replayed = found.task.result()
        period = replayed.content["from"], replayed.content["to"]
        form = Form({"since": period[0].isoformat(), "until": period[1].isoformat()})
        return await _shown(request, audit, me, form, replayed, file=file)


async def _sent(request: Request) -> dict[str, Any]:
    """The rules in the files that were sent, as one document. Raises NoRulesSent or a Refused of `libs.rules.load`."""
    files = [each for each in (await request.form()).getlist("files") if isinstance(each, UploadFile) and each.filename]
    if not files:
        raise NoRulesSent
    content: dict[str, Any] = {}
    for file in files:
        text = await file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise DocumentTooLarge
        content |= read(text.decode("utf-8", errors="replace"))
    pack_of(content)
    return content


def _period(form: Form) -> Period | None:
    first, last = form.day("since", "Enter the first day"), form.day("until", "Enter the last day")
    if first and last and last < first:
        form.wrong("The last day comes before the first. Turn them round.", "until")
    return Period(first, last) if first and last and form.ok else None


def _going_on(request: Request, errand: Errand, asked: str) -> Response:
    page: Response = request.app.state.shell.page(
        request, "deploy/under_way.html", 200, errand=errand, asked=asked, back="/audit/replay", named="Try rules out"
    )
    return page


async def _shown(request: Request, audit: Audit, me: SignedIn, form: Form, found: Replayed, *, file: bool) -> Response:
    if file:
        named = {"Content-Disposition": f'attachment; filename="replay-{found.content["rules"]["version"]}.json"'}
        return Response(found.written, media_type="application/json", headers=named)
    return _page(request, me, form, found=found, titles=await _titles(audit))


async def _titles(audit: Audit) -> dict[str, str]:
    return {site.site_id: site.title for site in await audit.directory.sites()}


def _page(request: Request, me: SignedIn, form: Form, status: int = 200, **found: Any) -> Response:
    around: dict[str, Any] = {
        "form": form, "found": None, "titles": {}, "parts": PARTS, "shown": SHOWN, "most": MOST_BYTES,
        "day": _day, "may_adopt": me.role in ADOPTERS and me.scope.startswith("provider:"),
    }  # fmt: skip
    page: Response = request.app.state.shell.page(request, "deploy/replay.html", status, **around | found)
    return page


def _day(moment: date | str | None) -> str:
    """A day as a reader meets it, from a day or a moment as the document states it."""
    if moment is None:
        return "no date"
    day = local_day(datetime.fromisoformat(moment)) if isinstance(moment, str) else moment
    return f"{day.day} {day:%B %Y}"
