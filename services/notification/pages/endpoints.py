"""Which other systems are told: adding one, pausing, a new secret, what was tried lately, and sending anew what failed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.notification.application import Notification
from services.notification.domain.message import About
from services.notification.domain.subscribers import Endpoint, Subscribers, provider_kept_by
from services.notification.pages.duties import ABOUT, went
from services.notification.projection.outbox import Outbox

Me = Annotated[SignedIn, Depends(signed_in)]
Page = Annotated[int, Query(ge=1, le=100_000)]
LATELY = 25
ANEW = 100
"""So many dead letters are sent anew at once; then again."""
KINDS = [(about.value, ABOUT[about].removeprefix("that ").capitalize()) for about in About]


def add(router: APIRouter, service: Notification, outbox: Outbox) -> None:
    """The pages under /notification/endpoints."""

    @router.get("/notification/endpoints")
    async def endpoints(request: Request, me: Me) -> Response:
        return await _list(request, me, Form())

    @router.post("/notification/endpoints")
    async def connect(request: Request, me: Me) -> Response:
        form = await Form.of(request)
        url = form.text("url", "Give the address that is to be called.", 500)
        kinds = form.some_of("kinds", [kind for kind, _ in KINDS])
        if not form.ok:
            return await _list(request, me, form, 422)
        try:
            await service.connect(act_of_form(me, form.value("key")), provider_kept_by(me.role, me.scope), url, kinds)
        except Refused as refusal:
            form.wrong(str(refusal), "url")
            return await _list(request, me, form, 409)
        return RedirectResponse("/notification/endpoints", 303)

    async def _list(request: Request, me: SignedIn, form: Form, status: int = 200) -> Response:
        listed = await _listed(service, me)
        answer: Response = request.app.state.shell.page(
            request, "notification/endpoints.html", status, listed=listed, form=form, kinds=KINDS, words=dict(KINDS),
        )  # fmt: skip
        return answer

    _one(router, service, outbox)


def _one(router: APIRouter, service: Notification, outbox: Outbox) -> None:
    @router.get("/notification/endpoints/{endpoint}")
    async def one(request: Request, me: Me, endpoint: UUID, after: int = 0, page: Page = 1) -> Response:
        await outbox.reached("notification", after)
        return await _shown(request, me, endpoint, Form(), page=page)

    @router.get("/notification/endpoints/{endpoint}/secret")
    async def secret(request: Request, me: Me, endpoint: UUID) -> Response:
        answer = await _shown(request, me, endpoint, Form(), secret=True)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @router.post("/notification/endpoints/{endpoint}")
    async def change(request: Request, me: Me, endpoint: UUID) -> Response:
        form = await Form.of(request)
        act, provider = act_of_form(me, form.value("key")), provider_kept_by(me.role, me.scope)
        try:
            saved = await _changed(service, outbox, act, provider, endpoint, form)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _shown(request, me, endpoint, form, 409)
        where = "" if form.value("do") == "remove" else f"/{endpoint}?after={saved.position}"
        return RedirectResponse(f"/notification/endpoints{where}", 303)

    async def _shown(
        request: Request, me: SignedIn, endpoint: UUID, form: Form, status: int = 200, page: int = 1,
        *, secret: bool = False,
    ) -> Response:  # fmt: skip
        found = (await _listed(service, me)).get(endpoint)
        if found is None:
            raise NotFound("There is no such address on the list.")
        rows, now = await outbox.calls_to(str(endpoint), LATELY + 1, (page - 1) * LATELY), service.clock.now()
        answer: Response = request.app.state.shell.page(
            request, "notification/endpoint.html", status, endpoint=endpoint, it=found, form=form, page=page,
            rows=[_told(row, now) for row in rows[:LATELY]], more=len(rows) > LATELY, secret=found.secret if secret else "",
            dead=len(await outbox.calls_to(str(endpoint), ANEW + 1, given_up=True)), most=ANEW, words=dict(KINDS),
            both=len(found.secrets(now)) > 1,
        )  # fmt: skip
        return answer


async def _changed(service: Notification, outbox: Outbox, act: Act, provider: str, endpoint: UUID, form: Form) -> Saved:
    because = form.text("because", longest=1000)
    match form.value("do"):
        case "pause":
            return await service.pause(act, provider, endpoint, because)
        case "resume":
            return await service.resume(act, provider, endpoint)
        case "rotate":
            return await service.rotate(act, provider, endpoint)
        case "remove":
            return await service.disconnect(act, provider, endpoint, because)
    dead = await outbox.calls_to(str(endpoint), ANEW, given_up=True)
    return await service.send_all_anew(act, [row["message_id"] for row in dead])


async def _listed(service: Notification, me: SignedIn) -> dict[UUID, Endpoint]:
    """The other systems of the provider that the acting post answers for. Raises NotYoursToConnect."""
    found = await service.find(Subscribers, Subscribers.create_id(provider_kept_by(me.role, me.scope)))
    return found.endpoints if found else {}


def _told(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    stands = went(row, now)
    return row | {"about": ABOUT[row["subject"]], "stands": stands[0].upper() + stands[1:]}
