"""Looking back, for auditors: pages and records as they stood, the way to a moment, and what differs between two."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from deploy.past.asking import PAGES
from deploy.past.looking import PastDoor, said
from deploy.past.moment import Moment, NoSuchMoment
from deploy.past.scrubbing import scrubbing
from libs.service import NotFound
from libs.web.forms import Form
from libs.web.phrases import LONDON
from services.audit.application import Me


def past_routes(door: PastDoor) -> APIRouter:
    """/audit/past, /audit/as-of/… and /api/audit/as-of/…, for those who may read the record."""
    router = APIRouter()
    _pages(router, door)
    scrubbing(router, door)

    @router.get("/api/audit/as-of/{stamp}/{path:path}", tags=["audit"])
    async def record(request: Request, me: Me, stamp: str, path: str) -> Response:
        moment = _moment(stamp)
        answer = await door.record(request, moment, path)
        if answer.status == 200:  # noqa: PLR2004 the only answer that shows anything
            await door.audit.note_reading(me, f"{path}, {said(moment)}")
        return Response(answer.body, answer.status, media_type=answer.kind)

    return router


def _pages(router: APIRouter, door: PastDoor) -> None:
    @router.get("/audit/past", include_in_schema=False)
    async def choose(request: Request, me: Me, what: str = "provider", basis: str = "known") -> Response:
        typed = {"what": what, "basis": basis} | dict(request.query_params)
        form = Form(typed)
        if "when-day" not in request.query_params:
            return await _choosing(request, door, me, form)
        what = f"journeys/{form.value('journey').strip()}" if form.value("journey") else what
        when = form.moment("when", LONDON, "Give a date and a time")
        if not PAGES.fullmatch(what):
            form.wrong("Choose a page from the list, or give the whole number of a journey.", "what")
        if when is None or not form.ok:
            return await _choosing(request, door, me, form, 422)
        moment = Moment(known=when) if basis == "known" else Moment(true=when)
        return RedirectResponse(f"/audit/as-of/{moment.stamp}/{what}", 303)

    @router.get("/audit/as-of/{stamp}/{path:path}", include_in_schema=False)
    async def show(request: Request, me: Me, stamp: str, path: str) -> Response:
        moment = _moment(stamp)
        if "HX-Request" in request.headers:
            return Response(status_code=204)  # the past does not change while it is looked at
        if not PAGES.fullmatch(path):
            raise NotFound("This page is not shown as it stood. Provider, sites and journeys are.")
        root = f"/audit/as-of/{stamp}"
        answer = await door.ask(request, moment, path, f"{root}/{path}", root)
        if answer.status == 200:  # noqa: PLR2004
            await door.audit.note_reading(me, f"{path}, {said(moment)}")
        headers = {"Location": answer.location} if answer.location else {}
        return Response(answer.body, answer.status, headers, media_type=answer.kind)


def _moment(stamp: str) -> Moment:
    try:
        return Moment.of_stamp(stamp)
    except NoSuchMoment as fault:
        raise NotFound(str(fault)) from None


async def _choosing(request: Request, door: PastDoor, me: Me, form: Form, status: int = 200) -> Response:
    views = [*await door.views(me), ("journeys", "All journeys"), ("board", "The board page"), ("loop", "Loop closure")]
    page: Response = request.app.state.shell.page(request, "deploy/past.html", status, form=form, views=views)
    return page
