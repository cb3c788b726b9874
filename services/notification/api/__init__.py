"""Notification, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.taxonomy import BriefingAudiencePart, Channel
from libs.service import NotFound
from libs.web.asking import act_of, told
from libs.web.paging import MOST, Limit, Page, paged
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.notification.api import endpoints, rota
from services.notification.application import Contact as Reached
from services.notification.application import Notification, person_of
from services.notification.domain.candour import Step
from services.notification.projection.briefings import Briefings
from services.notification.projection.candour import Candours
from services.notification.projection.duties import Duties
from services.notification.projection.outbox import Outbox
from services.notification.projection.transfers import Transfers

Me = Annotated[SignedIn, Depends(signed_in)]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class Telling(Body):
    """That an account was given, and how."""

    channel: Channel
    note: str = Field(min_length=1, max_length=4000)


class Contact(Body):
    """That someone was not reached, or did not wish to be told."""

    note: str = Field(min_length=1, max_length=4000)
    declined: bool = False


class CandourStep(Body):
    """A step of the duty of candour. Telling in person, and in writing, is not without an apology."""

    step: Step
    note: str = Field(min_length=1, max_length=4000)
    apologised: bool = False


class CandourContact(Body):
    """What became of trying to reach the relevant person."""

    what: Reached
    note: str = Field(min_length=1, max_length=4000)


class Question(Body):
    """A question about a situation. Without options it is answered in words, which someone reads."""

    question: str = Field(min_length=1, max_length=1000)
    options: list[Annotated[str, Field(max_length=300)]] = Field(default_factory=list, max_length=4)
    right: int | None = Field(default=None, ge=0, description="which option is what staff now do, counted from 0")


class Answer(Body):
    """One of the options, counted from 0, or words where the question offers none."""

    option: int | None = Field(default=None, ge=0)
    words: str = Field(default="", max_length=4000)


class Mark(Body):
    """What someone who leads the work made of a person's answer."""

    person: UUID
    verdict: Literal["understood", "not_yet"]


def routes(
    service: Notification,
    duties: Duties,
    briefings: Briefings,
    candours: Candours,
    outbox: Outbox,
    carried: Transfers,
) -> APIRouter:
    """The routes under /api/notification."""
    api = APIRouter(prefix="/api/notification", tags=["notification"])
    _of_duties(api, service, duties)
    _of_briefings(api, service, briefings)
    _of_candour(api, service, candours)
    endpoints.add(api, service, outbox)
    _of_transfers(api, service, carried)
    rota.add(api, service)
    return api


def _of_duties(api: APIRouter, service: Notification, duties: Duties) -> None:
    async def reachable(me: SignedIn, duty: UUID) -> dict[str, Any]:
        row = await duties.one(duty)
        if row is None:
            raise NotFound("There is no duty with this id.")
        await within(service.directory, me, row["site"])
        return row

    @api.get("/duties")
    async def owed(
        request: Request, response: Response, me: Me, after: int = 0, page: Page = 1, limit: Limit = MOST
    ) -> list[dict[str, Any]]:
        await duties.reached("notification", after)
        sites = [site.site_id for site in await sites_of(service.directory, me)]
        return paged(request, response, await duties.owed(sites, limit + 1, (page - 1) * limit), page, limit)

    @api.get("/duties/{duty}")
    async def one(response: Response, me: Me, duty: UUID, after: int = 0) -> dict[str, Any]:
        await duties.reached("notification", after)
        row = await reachable(me, duty)
        response.headers["ETag"] = f'"{row["version"]}"'
        return row

    @api.post("/duties/{duty}/telling")
    async def tell(request: Request, response: Response, me: Me, duty: UUID, said: Telling) -> dict[str, Any]:
        await reachable(me, duty)
        return told(response, await service.discharge(act_of(request, me), duty, said.channel, said.note))

    @api.post("/duties/{duty}/contact")
    async def contact(request: Request, response: Response, me: Me, duty: UUID, said: Contact) -> dict[str, Any]:
        await reachable(me, duty)
        saved = await service.record_contact(act_of(request, me), duty, said.note, declined=said.declined)
        return told(response, saved)


def _of_briefings(api: APIRouter, service: Notification, briefings: Briefings) -> None:
    async def reachable(me: SignedIn, briefing: UUID, *, own: bool = False) -> dict[str, Any]:
        return await _reachable(service, briefings, me, briefing, own=own)

    @api.get("/briefings")
    async def mine(
        request: Request, response: Response, me: Me, after: int = 0, page: Page = 1, limit: Limit = MOST
    ) -> list[dict[str, Any]]:
        await briefings.reached("notification", after)
        person = person_of(me.actor_id)
        rows = await briefings.mine(person, limit + 1, (page - 1) * limit) if person else []
        return paged(request, response, [_unsolved(row) for row in rows], page, limit)

    @api.get("/not-reached")
    async def not_reached(
        request: Request, response: Response, me: Me, after: int = 0, page: Page = 1, limit: Limit = MOST,
        part: BriefingAudiencePart | None = None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        await briefings.reached("notification", after)
        sites = [site.site_id for site in await sites_of(service.directory, me)]
        rows = await briefings.not_reached(sites, limit + 1, (page - 1) * limit, part or "")
        return paged(request, response, rows, page, limit)

    @api.get("/briefings/{briefing}")
    async def one(response: Response, me: Me, briefing: UUID, after: int = 0) -> dict[str, Any]:
        await briefings.reached("notification", after)
        row = await reachable(me, briefing, own=True)
        response.headers["ETag"] = f'"{row["version"]}"'
        return _unsolved(row)

    @api.get("/briefings/{briefing}/reach")
    async def reach(me: Me, briefing: UUID, after: int = 0) -> list[dict[str, Any]]:
        await briefings.reached("notification", after)
        await reachable(me, briefing)
        return await briefings.by_part(briefing)

    @api.put("/briefings/{briefing}/question")
    async def ask(request: Request, response: Response, me: Me, briefing: UUID, new: Question) -> dict[str, Any]:
        await reachable(me, briefing)
        saved = await service.ask(act_of(request, me), briefing, new.question, new.options, new.right)
        return told(response, saved)

    @api.post("/briefings/{briefing}/reading")
    async def read(request: Request, response: Response, me: Me, briefing: UUID) -> dict[str, Any]:
        await reachable(me, briefing, own=True)
        return told(response, await service.read(act_of(request, me), briefing))

    @api.post("/briefings/{briefing}/answer")
    async def answer(request: Request, response: Response, me: Me, briefing: UUID, given: Answer) -> dict[str, Any]:
        await reachable(me, briefing, own=True)
        return told(response, await service.answer(act_of(request, me), briefing, given.option, given.words))

    @api.post("/briefings/{briefing}/mark")
    async def mark(request: Request, response: Response, me: Me, briefing: UUID, given: Mark) -> dict[str, Any]:
        await reachable(me, briefing)
        understood = given.verdict == "understood"
        return told(response, await service.mark(act_of(request, me), briefing, given.person, understood=understood))


def _of_candour(api: APIRouter, service: Notification, candours: Candours) -> None:
    async def reachable(me: SignedIn, journey: UUID) -> dict[str, Any]:
        row = await candours.of_journey(journey)
        if row is None:
            raise NotFound("The duty of candour was not in question on this journey so far.")
        await within(service.directory, me, row["site"])
        return row

    @api.get("/candour/{journey}")
    async def record(response: Response, me: Me, journey: UUID, after: int = 0) -> dict[str, Any]:
        await candours.reached("notification", after)
        row = await reachable(me, journey)
        response.headers["ETag"] = f'"{row["version"]}"'
        entries = [{name: each[name] for name in ("kind", "role", "at")} for each in await candours.entries(journey)]
        return row | {"entries": entries}

    @api.post("/candour/{journey}/step")
    async def step(request: Request, response: Response, me: Me, journey: UUID, done: CandourStep) -> dict[str, Any]:
        await reachable(me, journey)
        act = act_of(request, me)
        saved = await service.take_candour_step(act, journey, done.step, done.note, apologised=done.apologised)
        return told(response, saved)

    @api.post("/candour/{journey}/contact")
    async def reach(request: Request, response: Response, me: Me, journey: UUID, had: CandourContact) -> dict[str, Any]:
        await reachable(me, journey)
        return told(response, await service.record_candour_contact(act_of(request, me), journey, had.what, had.note))


def _of_transfers(api: APIRouter, service: Notification, carried: Transfers) -> None:
    @api.get("/transfers")
    async def asked(
        request: Request, response: Response, me: Me, after: int = 0, page: Page = 1, limit: Limit = MOST
    ) -> list[dict[str, Any]]:
        await carried.reached("notification", after)
        sites = [site.site_id for site in await sites_of(service.directory, me)]
        rows = await carried.at_sites(sites, limit + 1, (page - 1) * limit)
        known = [{name: value for name, value in row.items() if name not in {"because", "note"}} for row in rows]
        return paged(request, response, known, page, limit)


async def _reachable(
    service: Notification, briefings: Briefings, me: SignedIn, briefing: UUID, *, own: bool
) -> dict[str, Any]:
    """A briefing that the post covers or, with `own`, that is for the person themselves."""
    row = await briefings.one(briefing)
    if row is None:
        raise NotFound("There is no briefing with this id.")
    person = person_of(me.actor_id) if own else None
    if not person or not await briefings.listener(briefing, person):
        await within(service.directory, me, row["site"])
    return row


def _unsolved(row: dict[str, Any]) -> dict[str, Any]:
    """A briefing without the answer to its question."""
    return {name: value for name, value in row.items() if name != "right_option"}
