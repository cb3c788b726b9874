"""How the rooms are: who leads, what waits, and what was parked with its reason, to be taken again by hand."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from deploy.house import Platform
from libs.domain import Refused
from libs.service import NotFound
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in

Me = Annotated[SignedIn, Depends(signed_in)]


class ForTheProvider(Refused):
    """How the rooms run is for those who answer for the whole provider. Nothing was changed."""


def rooms_routes(platform: Platform) -> APIRouter:
    """/rooms: shown to posts that reach the whole provider."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/rooms")
    async def show(request: Request, me: Me) -> Response:
        _require_reach(me)
        return await _page(request, platform)

    @pages.post("/rooms/{name}/parked/{journey}")
    async def again(request: Request, me: Me, name: str, journey: UUID) -> Response:
        _require_reach(me)
        room = platform.rooms.get(name)
        if room is None or room.reactor is None:
            raise NotFound("There is no such room here.")
        try:
            await room.reactor.take_again(journey)
        except Exception as fault:  # noqa: BLE001 it stays parked, with the reason of today shown
            return await _page(
                request, platform, f"It still cannot be taken ({type(fault).__name__}), and stays parked."
            )
        return RedirectResponse("/rooms", 303)

    return pages


async def _page(request: Request, platform: Platform, notice: str = "") -> Response:
    states = {name: await room.state() for name, room in platform.rooms.items()}
    parked = [{"room": n, **row} for n, room in platform.rooms.items() for row in await room.parking.waiting()]
    shell = request.app.state.shell
    page: Response = shell.page(request, "deploy/rooms.html", states=states, parked=parked, notice=notice)
    return page


def _require_reach(me: SignedIn) -> None:
    if not me.scope.startswith("provider:"):
        raise ForTheProvider
