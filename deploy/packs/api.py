"""Packs, over HTTP: ask for one, see what was made, take one away; who did is on record, as it is by hand."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi import Response as Answer
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from deploy.packs.framework import framework, frameworks
from deploy.packs.handing import Counter
from deploy.packs.making import Request as Asked
from deploy.packs.pages import Me, handed
from deploy.packs.profile import profile
from deploy.packs.query import contract_from
from libs.service import NotFound
from libs.web.asking import act_of, told


class Wanted(BaseModel):
    """What a pack is about, for whom, and held against which frameworks (every one that ships, unless named)."""

    model_config = ConfigDict(extra="forbid")

    reader: str = Field(default="inspector", pattern=r"^[a-z0-9-]{1,80}$")
    journey: UUID | None = None
    themes: list[str] = Field(default_factory=list, max_length=20)
    sites: list[str] = Field(default_factory=list, max_length=500)
    since: date | None = None
    until: date | None = None
    contract: dict[str, Any] | None = None
    frameworks: list[str] | None = Field(default=None, max_length=20)


class Taking(BaseModel):
    """To whom a pack goes, and why."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(max_length=500)


def pack_api(counter: Counter) -> APIRouter:
    """The routes under /api/audit/packs."""
    api = APIRouter(prefix="/api/audit/packs", tags=["audit"])

    @api.get("")
    async def packs(me: Me, after: int = 0) -> list[dict[str, Any]]:
        """The newest packs of the provider, each with how often it was taken away."""
        await counter.audit.packs.reached("audit", after)
        return await counter.listed(me)

    @api.post("", status_code=201)
    async def make(request: Request, response: Answer, me: Me, wanted: Wanted) -> dict[str, Any]:
        """Make a pack; the answer comes when it is made."""
        held = [each.id for each in frameworks()] if wanted.frameworks is None else wanted.frameworks
        query = await counter.within(
            me, journey=wanted.journey, themes=wanted.themes, sites=wanted.sites, since=wanted.since, until=wanted.until,
            contract=contract_from(wanted.contract) if wanted.contract else None,
        )  # fmt: skip
        asked = Asked(query, profile(wanted.reader), [framework(_plain(name)) for name in held])
        return told(response, await counter.make(me, act_of(request, me), asked), 201)

    @api.get("/{pack}")
    async def one(me: Me, pack: UUID, after: int = 0) -> dict[str, Any]:
        """What is on record of a pack, and who took it away."""
        await counter.audit.packs.reached("audit", after)
        found = await counter.pack(me, pack)
        row = await counter.audit.packs.row("SELECT * FROM pack WHERE id = %s", (found.id,))
        if row is None:
            raise NotFound("This pack was made a moment ago. Ask again.")
        return row | {"taken": await counter.audit.taken_away(found.id)}

    @api.post("/{pack}/copy")
    async def take(request: Request, me: Me, pack: UUID, taking: Taking) -> Response:
        """The pack itself, once it is on record who takes it and why."""
        return await handed(counter, me, act_of(request, me, rationale=taking.why), pack)

    return api


def _plain(name: str) -> str:
    """A framework by its name; files are for the command line alone."""
    if not name.replace("-", "").isalnum():
        raise NotFound("There is no such framework.")
    return name
