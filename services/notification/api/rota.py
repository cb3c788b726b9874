"""Shifts as a rota system sends them, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.reach import within
from libs.web.signed_in import signed_in
from services.notification.application import Notification, require_teller
from services.notification.domain.rota import Shift

Me = Annotated[SignedIn, Depends(signed_in)]


class OnShift(BaseModel):
    """Somebody on one shift. The same start again replaces what was said of it before."""

    model_config = ConfigDict(extra="forbid")
    person: UUID
    starts: AwareDatetime
    ends: AwareDatetime
    group: str = Field(default="", max_length=80, description="the unit or round, free of names")
    agency: bool = False
    supports: list[UUID] = Field(default_factory=list, max_length=60, description="the people supported on it, by id")


class Rostered(BaseModel):
    """Shifts of one site, in any order."""

    model_config = ConfigDict(extra="forbid")
    shifts: list[OnShift] = Field(min_length=1, max_length=500)


def add(api: APIRouter, service: Notification) -> None:
    """The route for shifts."""

    @api.post("/rota/{site}")
    async def roster(request: Request, response: Response, me: Me, site: str, new: Rostered) -> dict[str, Any]:
        """All of them are taken, one by one; sent again with its key, what was taken is not taken twice."""
        await within(service.directory, me, site)
        require_teller(me.role)
        act, provider = act_of(request, me), (await service.directory.site(site)).provider
        for number, on in enumerate(new.shifts):
            shift = Shift(on.starts, on.ends, on.group.strip(), on.agency, on.supports)
            of_this = replace(act, key=f"{act.key}/{number}" if act.key else "")
            saved = await service.roster(of_this, provider, site, on.person, shift)
        return told(response, saved) | {"taken": len(new.shifts)}
