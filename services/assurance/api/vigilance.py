"""Audits, early signs and triggers, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from libs.reading import opened
from libs.service import NotFound
from libs.web.asking import act_of, told
from libs.web.paging import Limit, Page, paged
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.assurance.application import Assurance, concerned
from services.assurance.projection.vigilance import PAGE

Me = Annotated[SignedIn, Depends(signed_in)]
After = Annotated[int, Query(ge=0)]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class NewRound(Body):
    """The audit, the month, and how many records there are, where it looks at records."""

    site: str = Field(max_length=100)
    tool: str = Field(max_length=80)
    period: date
    records: int = Field(default=0, ge=0, le=5_000)


class Look(Body):
    """An answer to each check, for one of the sample."""

    reference: str = Field(max_length=100)
    answers: dict[str, Literal["yes", "no", "not_applicable"]]
    note: str = Field(default="", max_length=4000)


class Noticed(Body):
    """An early sign and how often it was noticed; a note is kept under seal and goes nowhere.

    `concerns` is the receipt number of the record that the note is on, if it is on anybody's.
    """

    site: str = Field(max_length=100)
    sign: str = Field(max_length=80)
    times: int = Field(default=1, ge=1, le=1_000)
    noted_on: date
    note: str = Field(default="", max_length=2000)
    concerns: str = Field(default="", max_length=40)


class Followed(Body):
    """What followed a trigger."""

    how: str = Field(min_length=1, max_length=4000)


def add(api: APIRouter, assurance: Assurance) -> None:
    """The routes of audits, signs and triggers."""
    _audits(api, assurance)
    _signs(api, assurance)


def _audits(api: APIRouter, assurance: Assurance) -> None:
    @api.get("/audits")
    async def audits(
        request: Request, response: Response, me: Me, page: Page = 1, limit: Limit = PAGE, after: After = 0
    ) -> list[dict[str, Any]]:
        """The audits at my sites, open ones first."""
        await assurance.vigilance.reached("assurance", after)
        sites = [each.site_id for each in await sites_of(assurance.directory, me)]
        found = await assurance.vigilance.audits(sites, (page - 1) * limit, limit + 1)
        return paged(request, response, found, page, limit)

    @api.post("/audits", status_code=201)
    async def draw(request: Request, response: Response, me: Me, said: NewRound) -> dict[str, Any]:
        """Draw the sample of an audit."""
        await within(assurance.directory, me, said.site)
        saved = await assurance.draw_a_round(act_of(request, me), said.site, said.tool, said.period, said.records)
        return told(response, saved, 200 if saved.replayed else 201)

    @api.get("/audits/{audit}")
    async def one(response: Response, me: Me, audit: UUID, after: After = 0) -> dict[str, Any]:
        """One audit. As long as it is open, each sees their own answers only."""
        await assurance.vigilance.reached("assurance", after)
        found = await _audit(me, audit)
        response.headers["ETag"] = f'"{found["version"]}"'
        mine = [each for each in found["looks"] if found["closed"] or each["rater"] == me.actor_id]
        return found | {"looks": await opened(assurance.mapper.keys, mine, "note")}

    @api.post("/audits/{audit}/looks")
    async def look(request: Request, response: Response, me: Me, audit: UUID, said: Look) -> dict[str, Any]:
        """Answer the checks for one of the sample."""
        await _audit(me, audit)
        act, answers = act_of(request, me), dict[str, str](said.answers)
        return told(response, await assurance.look_at(act, audit, said.reference, answers, said.note))

    @api.post("/audits/{audit}/closing")
    async def close(request: Request, response: Response, me: Me, audit: UUID) -> dict[str, Any]:
        """Count what was seen."""
        await _audit(me, audit)
        return told(response, await assurance.close_a_round(act_of(request, me), audit))

    async def _audit(me: SignedIn, audit: UUID) -> dict[str, Any]:
        found = await assurance.vigilance.audit(audit)
        if found is None:
            raise NotFound("There is no audit with this id.")
        await within(assurance.directory, me, found["site"])
        return found


def _signs(api: APIRouter, assurance: Assurance) -> None:
    @api.post("/signs", status_code=201)
    async def notice(request: Request, response: Response, me: Me, said: Noticed) -> dict[str, Any]:
        """Put an early sign on record."""
        await within(assurance.directory, me, said.site)
        act = act_of(request, me)
        on_record = await concerned(assurance, me.scope, said.concerns, said.site)
        saved = await assurance.note_a_sign(act, said.site, said.sign, said.times, said.noted_on, said.note, on_record)
        return told(response, saved, 200 if saved.replayed else 201)

    @api.get("/triggers")
    async def firings(
        request: Request, response: Response, me: Me, owed: bool = True, page: Page = 1, limit: Limit = PAGE,
        after: After = 0,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """What fired at my sites: with the facts, what must follow, and whether it did."""
        await assurance.vigilance.reached("assurance", after)
        sites = [each.site_id for each in await sites_of(assurance.directory, me)]
        found = await assurance.vigilance.firings(sites, owed=owed, offset=(page - 1) * limit, limit=limit + 1)
        return await opened(assurance.mapper.keys, paged(request, response, found, page, limit), "how")

    @api.post("/triggers/{firing}/followed")
    async def follow(request: Request, response: Response, me: Me, firing: UUID, said: Followed) -> dict[str, Any]:
        """Put on record what followed."""
        found = await assurance.vigilance.firing(firing)
        if found is None:
            raise NotFound("Nothing fired under this id.")
        await within(assurance.directory, me, found["site"])
        act = act_of(request, me)
        return told(response, await assurance.follow_a_trigger(act, found["watch"], firing, said.how))
