"""Requests for access to what is held on a person, over HTTP: the commands of the pages, for the same posts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.taxonomy import AskedBy
from deploy.subject_access.desk import Desk
from deploy.subject_access.pages import handed, made_up
from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.audit.domain import SubjectAccess

Me = Annotated[SignedIn, Depends(signed_in)]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class Asking(Body):
    """Who asks, from which record, and which others of the same name are theirs besides those that are certain."""

    journey: UUID
    journeys: list[UUID] = Field(default_factory=list, max_length=1000)
    asked_by: AskedBy
    received_on: date


class Masks(Body):
    """Words to take out everywhere."""

    others: list[Annotated[str, Field(min_length=1, max_length=300)]] = Field(min_length=1, max_length=200)


class Given(Body):
    """Whether a file goes with the copy."""

    given: bool


class Answered(Body):
    """To whom it goes, or why it does not, without a name."""

    why: str = Field(min_length=1, max_length=2000)


class Released(Answered):
    """`read` is the hash of what was read, as it was answered with it."""

    read: str = Field(pattern=r"^[0-9a-f]{64}$")


def access_api(desk: Desk) -> APIRouter:
    """The routes under /api/audit/access."""
    api = APIRouter(prefix="/api/audit/access", tags=["audit"])
    _asking(api, desk)
    _reading(api, desk)
    _answering(api, desk)
    return api


def _asking(api: APIRouter, desk: Desk) -> None:
    @api.get("")
    async def several(request: Request, me: Me, after: int = 0) -> list[dict[str, Any]]:
        await desk.audit.accesses.reached("audit", after)
        return await desk.requests(act_of(request, me))

    @api.get("/records/{journey}")
    async def records(request: Request, me: Me, journey: UUID) -> list[dict[str, Any]]:
        """The records that are about the person, or may be: those are chosen by hand."""
        shown = ("journey", "site", "kind", "reference", "occurred", "certain")
        found = await desk.records(act_of(request, me), journey)
        return [{name: getattr(each, name) for name in shown} for each in found]

    @api.post("", status_code=201)
    async def ask(request: Request, response: Response, me: Me, said: Asking) -> dict[str, str | int]:
        saved = await desk.ask(act_of(request, me), said.journey, set(said.journeys), said.asked_by, said.received_on)
        return told(response, saved, 201)


def _reading(api: APIRouter, desk: Desk) -> None:
    async def of(request: Request, me: SignedIn, access: UUID) -> SubjectAccess:
        return await desk.request(act_of(request, me), access)

    @api.get("/{access}")
    async def one(request: Request, me: Me, access: UUID) -> dict[str, Any]:
        """How a request stands. While it is worked on, what would go out, which puts on record that it was opened."""
        it = await of(request, me, access)
        about = {"id": it.id, "state": it.state, "journeys": it.journeys, "answer_by": it.answer_by}
        if it.state != "asked":
            return about | {"digest": it.digest}
        copy, read = await desk.read(act_of(request, me), it)
        files = [
            {name: getattr(f, name) for name in ("sha256", "media_type", "size", "title", "given")} for f in copy.files
        ]
        lines = [{"when": each.when, "what": each.what, "said": dict(each.said)} for each in copy.lines]
        return about | {"read": read, "masked": copy.masked, "held": lines, "files": files}

    @api.get("/{access}/files/{sha256}")
    async def file(request: Request, me: Me, access: UUID, sha256: str) -> Response:
        kept, content = await desk.content(act_of(request, me), await of(request, me, access), sha256)
        return handed(content, kept.media_type, kept.saved_as.rpartition("/")[2])

    @api.post("/{access}/copy")
    async def take(request: Request, me: Me, access: UUID) -> Response:
        """The copy for programs, with its files in one archive where there are any."""
        it = await of(request, me, access)
        return made_up(it, *await desk.copy(act_of(request, me), it), "")


def _answering(api: APIRouter, desk: Desk) -> None:
    @api.post("/{access}/masks")
    async def mask(request: Request, response: Response, me: Me, access: UUID, said: Masks) -> dict[str, str | int]:
        it = await desk.request(act_of(request, me), access)
        return told(response, await desk.audit.mask_others(act_of(request, me), it.id, said.others))

    @api.post("/{access}/files/{sha256}")
    async def decide(
        request: Request, response: Response, me: Me, access: UUID, sha256: str, said: Given
    ) -> dict[str, str | int]:
        act = act_of(request, me)
        it = await desk.request(act, access)
        return told(response, await desk.decide_file(act, it, sha256, given=said.given))

    @api.post("/{access}/release")
    async def release(
        request: Request, response: Response, me: Me, access: UUID, said: Released
    ) -> dict[str, str | int]:
        act = act_of(request, me, rationale=said.why)
        return told(response, await desk.release(act, await desk.request(act, access), said.read))

    @api.post("/{access}/refusal")
    async def decline(
        request: Request, response: Response, me: Me, access: UUID, said: Answered
    ) -> dict[str, str | int]:
        act = act_of(request, me, rationale=said.why)
        return told(response, await desk.audit.decline_access(act, (await desk.request(act, access)).id))
