"""Stepping through time, and laying two moments side by side."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from deploy.past.asking import JOURNEY, RECORDED_AS, SITE
from deploy.past.differing import Difference, differences
from deploy.past.looking import PastDoor, said
from deploy.past.moment import Moment
from libs.service import NotFound
from libs.web.forms import Form
from libs.web.phrases import LONDON
from services.audit.application import Me
from services.audit.application.sentences import plain, who
from services.audit.ledger.history import PAGE, Decision, Wanted

JUST = timedelta(microseconds=1)
STEPS = 10 * PAGE
"""How many decisions a reader steps through at once: a journey's, or a site's newest."""


def scrubbing(router: APIRouter, door: PastDoor) -> None:
    """/audit/timeline/… and /audit/difference."""
    _timeline(router, door)

    @router.get("/audit/difference", include_in_schema=False)
    async def difference(request: Request, me: Me, what: str = "provider") -> Response:
        form = Form({"what": what, "basis": "known"} | dict(request.query_params))
        if "from-day" not in request.query_params:
            return _page(request, "deploy/difference.html", form=form, found=None, views=await door.views(me))
        what = f"journeys/{form.value('journey').strip()}" if form.value("journey") else what
        one, other = (form.moment(name, LONDON, "Give a date and a time") for name in ("from", "to"))
        if what not in RECORDED_AS and not (JOURNEY.fullmatch(what) or SITE.fullmatch(what)):
            form.wrong("Choose a page from the list, or give the whole number of a journey.", "what")
        if one is None or other is None or not form.ok:
            return _page(request, "deploy/difference.html", 422, form=form, found=None, views=await door.views(me))
        known = form.value("basis") != "true"
        moments = [Moment(known=each) if known else Moment(true=each) for each in sorted((one, other))]
        found = await _between(request, door, what, *moments)
        await door.audit.note_reading(me, f"{what}, {said(moments[0])} and {said(moments[1])}")
        return _page(
            request, "deploy/difference.html", form=form, found=found, one=moments[0], other=moments[1], what=what,
            views=await door.views(me),
        )  # fmt: skip


def _timeline(router: APIRouter, door: PastDoor) -> None:
    @router.get("/audit/timeline/{what:path}", include_in_schema=False)
    async def timeline(request: Request, me: Me, what: str, step: int = 0) -> Response:
        steps = await _steps(door, me, what)
        if not steps:
            raise NotFound(
                "Nothing is on record for that, within what your post covers. A journey or a site can be stepped through."
            )
        step = max(1, min(step or len(steps), len(steps)))
        here = steps[step - 1]
        then = Moment(known=here.recorded)
        found = await _between(request, door, what, Moment(known=here.recorded - JUST), then)
        await door.audit.note_reading(me, f"{what}, {said(then)}", here)
        return _page(
            request, "deploy/timeline.html", what=what, step=step, steps=len(steps), decision=here, found=found,
            first=steps[0], last=steps[-1], stamp=then.stamp, plain=plain, who=who,
            named=dict(await door.views(me)).get(what, "One journey"),
        )  # fmt: skip


async def _steps(door: PastDoor, me: Me, what: str) -> list[Decision]:
    """The decisions to step through, oldest first."""
    if found := JOURNEY.fullmatch(what):
        wanted = Wanted(journey=UUID(found[1]))
    elif found := SITE.fullmatch(what):
        wanted = Wanted(site=found[1])
    else:
        return []
    steps: list[Decision] = []
    while len(steps) < STEPS:
        last = steps[-1] if steps else None
        page = await door.audit.decided(me, wanted, (last.recorded, last.service, last.place) if last else None)
        steps += page[:PAGE]
        if len(page) <= PAGE:
            break
    return steps[::-1]


async def _between(request: Request, door: PastDoor, what: str, one: Moment, other: Moment) -> list[Difference]:
    """What differs. A record that was not there yet differs by all it came to hold."""
    return differences(await _record(request, door, what, one), await _record(request, door, what, other))


async def _record(request: Request, door: PastDoor, what: str, moment: Moment) -> dict[str, Any]:
    answer = await door.record(
        request, moment, what.replace("site/", "sites/", 1) if what.startswith("site/") else what
    )
    told: dict[str, Any] = orjson.loads(answer.body) if answer.status == 200 else {}  # noqa: PLR2004
    return told


def _page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    page: Response = request.app.state.shell.page(request, template, status, **context)
    return page
