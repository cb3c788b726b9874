"""Which other systems are told, and what could not be delivered, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from libs.service import NotFound
from libs.web.asking import act_of, told
from libs.web.paging import MOST, Limit, Page, paged
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.notification.application import Notification
from services.notification.domain.message import About
from services.notification.domain.subscribers import Endpoint, Subscribers, provider_kept_by
from services.notification.projection.outbox import Outbox

Me = Annotated[SignedIn, Depends(signed_in)]


class NewEndpoint(BaseModel):
    """Where another system listens, and of which kinds of thing it is told; none means every kind."""

    model_config = ConfigDict(extra="forbid")
    url: str = Field(min_length=8, max_length=500)
    kinds: list[About] = Field(default_factory=list, max_length=len(About))


class Removal(BaseModel):
    """Why it is told no longer, or not for now."""

    model_config = ConfigDict(extra="forbid")
    because: str = Field(min_length=1, max_length=1000)


def add(api: APIRouter, service: Notification, outbox: Outbox) -> None:
    """The routes for other systems, and for messages given up on."""
    _of_endpoints(api, service)
    _of_messages(api, service, outbox)


def _of_endpoints(api: APIRouter, service: Notification) -> None:
    async def listed(me: SignedIn) -> dict[UUID, Endpoint]:
        found = await service.find(Subscribers, Subscribers.create_id(provider_kept_by(me.role, me.scope)))
        return found.endpoints if found else {}

    @api.get("/endpoints")
    async def endpoints(me: Me) -> list[dict[str, Any]]:
        return [
            {"endpoint": each, "url": e.url, "kinds": e.kinds, "paused": e.paused}
            for each, e in (await listed(me)).items()
        ]

    @api.post("/endpoints")
    async def connect(request: Request, response: Response, me: Me, new: NewEndpoint) -> dict[str, Any]:
        act, kinds = act_of(request, me), [str(kind) for kind in new.kinds]
        return told(response, await service.connect(act, provider_kept_by(me.role, me.scope), new.url, kinds))

    @api.get("/endpoints/{endpoint}/secret")
    async def secret(response: Response, me: Me, endpoint: UUID) -> dict[str, str]:
        found = (await listed(me)).get(endpoint)
        if found is None:
            raise NotFound("There is no such address on the list.")
        response.headers["Cache-Control"] = "no-store"
        return {"secret": found.secret}

    @api.post("/endpoints/{endpoint}/secret")
    async def rotate(request: Request, response: Response, me: Me, endpoint: UUID) -> dict[str, Any]:
        return told(response, await service.rotate(act_of(request, me), provider_kept_by(me.role, me.scope), endpoint))

    @api.post("/endpoints/{endpoint}/pause")
    async def pause(request: Request, response: Response, me: Me, endpoint: UUID, why: Removal) -> dict[str, Any]:
        provider = provider_kept_by(me.role, me.scope)
        return told(response, await service.pause(act_of(request, me), provider, endpoint, why.because))

    @api.post("/endpoints/{endpoint}/resumption")
    async def resume(request: Request, response: Response, me: Me, endpoint: UUID) -> dict[str, Any]:
        return told(response, await service.resume(act_of(request, me), provider_kept_by(me.role, me.scope), endpoint))

    @api.post("/endpoints/{endpoint}/removal")
    async def disconnect(request: Request, response: Response, me: Me, endpoint: UUID, gone: Removal) -> dict[str, Any]:
        return told(
            response,
            await service.disconnect(act_of(request, me), provider_kept_by(me.role, me.scope), endpoint, gone.because),
        )


def _of_messages(api: APIRouter, service: Notification, outbox: Outbox) -> None:
    @api.get("/messages/undelivered")
    async def undelivered(
        request: Request, response: Response, me: Me, after: int = 0, calls: bool = False, page: Page = 1,
        limit: Limit = MOST,
    ) -> list[dict[str, Any]]:  # fmt: skip
        await outbox.reached("notification", after)
        sites = [site.site_id for site in await sites_of(service.directory, me)]
        rows = await outbox.undelivered(sites, limit + 1, calls=calls, skip=(page - 1) * limit)
        return paged(request, response, rows, page, limit)

    @api.post("/messages/{message}/another-try")
    async def anew(request: Request, response: Response, me: Me, message: UUID) -> dict[str, Any]:
        found = await outbox.one(message)
        if found is None:
            raise NotFound("There is no message with this id.")
        await within(service.directory, me, found["site"])
        return told(response, await service.send_anew(act_of(request, me), message))
