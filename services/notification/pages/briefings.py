"""What a member of staff reads and answers: their briefings, one at a time."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from libs.domain import Refused
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.notification.application import Notification, person_of
from services.notification.domain.briefing import SUPERVISORS
from services.notification.projection.briefings import Briefings

Me = Annotated[SignedIn, Depends(signed_in)]
MOST = 50


async def in_reach(service: Notification, briefings: Briefings, me: SignedIn, briefing: UUID) -> dict[str, Any]:
    """A briefing that someone may see: it is for them, or for a site that their post covers.

    Raises NotFound, OutOfReach. `mine` is their own line of it, or None.
    """
    found = await briefings.one(briefing)
    if found is None:
        raise NotFound("There is no such briefing. If it was issued just now, try again shortly.")
    person = person_of(me.actor_id)
    mine = await briefings.listener(briefing, person) if person else None
    if mine is None:
        await within(service.directory, me, found["site"])
    return found | {"mine": mine}


def add(router: APIRouter, service: Notification, briefings: Briefings) -> None:
    """The pages under /briefings that everyone has."""

    @router.get("/briefings")
    async def mine(
        request: Request, me: Me, after: int = 0, page: Annotated[int, Query(ge=1, le=100_000)] = 1
    ) -> Response:
        await briefings.reached("notification", after)
        person = person_of(me.actor_id)
        own = await briefings.mine(person) if person else []
        sites = {site.site_id: site.title for site in await sites_of(service.directory, me)}
        leads = me.role in SUPERVISORS
        issued = await briefings.at_sites(list(sites), MOST + 1, (page - 1) * MOST) if leads else []
        shown: Response = request.app.state.shell.page(
            request,
            "notification/briefings.html",
            to_do=[row for row in own if row["state"] not in {"understood", "answered"}],
            waiting=[row for row in own if row["state"] == "answered"],
            done=[row for row in own if row["state"] == "understood"],
            leads=leads,
            issued=issued[:MOST],
            more=len(issued) > MOST,
            page=page,
            sites=sites,
        )
        return shown

    @router.get("/briefings/{briefing}")
    async def one(request: Request, me: Me, briefing: UUID, after: int = 0) -> Response:
        await briefings.reached("notification", after)
        return await _page(request, me, briefing, Form())

    @router.post("/briefings/{briefing}")
    async def take(request: Request, me: Me, briefing: UUID) -> Response:
        found = await in_reach(service, briefings, me, briefing)
        form = await Form.of(request)
        act = act_of_form(me, form.value("key"))
        try:
            if form.value("do") == "read":
                saved = await service.read(act, briefing)
            else:
                option = form.value("option")
                chosen = (
                    int(option)
                    if option.isascii() and option.isdigit() and len(option) <= len(str(len(found["options"])))
                    else None
                )
                saved = await service.answer(act, briefing, chosen, form.text("words", longest=4000))
        except Refused as refusal:
            form.wrong(str(refusal), "option" if found["options"] else "words")
            return await _page(request, me, briefing, form, 409)
        return RedirectResponse(f"/briefings/{briefing}?after={saved.position}", 303)

    async def _page(request: Request, me: SignedIn, briefing: UUID, form: Form, status: int = 200) -> Response:
        found = await in_reach(service, briefings, me, briefing)
        page: Response = request.app.state.shell.page(
            request, "notification/briefing.html", status, it=found, form=form, leads=me.role in SUPERVISORS
        )
        return page
