"""Assurance, over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.taxonomy import ClosureState, EvidenceSource, Register
from libs.service import NotFound
from libs.web.asking import act_of, told
from libs.web.paging import MOST, Limit, Page, paged
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.assurance.api import vigilance
from services.assurance.application import Assurance, cadence_within, concerned
from services.assurance.domain.inspection import four, standing_of, triangle
from services.assurance.domain.verdict import shown_to

Me = Annotated[SignedIn, Depends(signed_in)]
After = Annotated[int, Query(ge=0)]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class Month(Body):
    """The month to check, by any of its days."""

    period: date


class Held(Body):
    """Something regular that was held, and the book in which it is written."""

    held_on: date
    book: Register
    note: str = Field(default="", max_length=4000)
    concerns: str = Field(
        default="", max_length=40, description="receipt number of the record that the note is on, if any"
    )


class Round(Body):
    """How often the new practice was seen, of how often one looked, and where."""

    seen: int = Field(ge=0, le=1_000_000)
    of: int = Field(ge=1, le=1_000_000)
    source_kind: EvidenceSource
    note: str = Field(default="", max_length=4000)


class Lapse(Body):
    """What no longer holds, and what was seen."""

    state: ClosureState
    because: str = Field(min_length=1, max_length=4000)


def routes(assurance: Assurance) -> APIRouter:
    """The routes under /api/assurance."""
    api = APIRouter(prefix="/api/assurance", tags=["assurance"])
    _measures(api, assurance)
    _cadences(api, assurance)
    _follow_ups(api, assurance)
    vigilance.add(api, assurance)
    return api


def _measures(api: APIRouter, assurance: Assurance) -> None:
    @api.get("/measures")
    async def measures(
        request: Request, response: Response, me: Me, after: After = 0, page: Page = 1, limit: Limit = MOST
    ) -> list[dict[str, Any]]:
        """The measures at my sites, each with its latest month."""
        await assurance.standing.reached("assurance", after)
        sites = [each.site_id for each in await sites_of(assurance.directory, me)]
        found = await assurance.standing.measures(sites, (page - 1) * limit, limit + 1)
        return paged(request, response, found, page, limit)

    @api.get("/measures/{identity}")
    async def measure(response: Response, me: Me, identity: UUID, after: After = 0) -> dict[str, Any]:
        """One measure with its months, latest first."""
        await assurance.standing.reached("assurance", after)
        found = await _measure(me, identity)
        response.headers["ETag"] = f'"{found["version"]}"'
        figures = await assurance.standing.figures(identity)
        return found | {"figures": [{name: each[name] for name in each if name != "in_all"} for each in figures]}

    @api.post("/measures/{identity}/checks")
    async def check(request: Request, response: Response, me: Me, identity: UUID, said: Month) -> dict[str, Any]:
        """Check a month that is over, ahead of its date or again."""
        await _measure(me, identity)
        return told(response, await assurance.check_now(act_of(request, me), identity, said.period))

    async def _measure(me: SignedIn, identity: UUID) -> dict[str, Any]:
        found = await assurance.standing.measure(identity)
        if found is None:
            raise NotFound("There is no measure with this id.")
        await within(assurance.directory, me, found["site"])
        return found


def _cadences(api: APIRouter, assurance: Assurance) -> None:
    @api.get("/cadences")
    async def cadences(
        request: Request, response: Response, me: Me, after: After = 0, page: Page = 1, limit: Limit = MOST
    ) -> list[dict[str, Any]]:
        """What is held regularly at my sites, and by the provider where my post covers it all, soonest due first."""
        await assurance.standing.reached("assurance", after)
        kind, _, name = me.scope.partition(":")
        sites = [each.site_id for each in await sites_of(assurance.directory, me)]
        whole = name if kind == "provider" else ""
        found = await assurance.standing.cadences(sites, whole, offset=(page - 1) * limit, limit=limit + 1)
        return paged(request, response, found, page, limit)

    @api.post("/cadences/{identity}/records")
    async def record(request: Request, response: Response, me: Me, identity: UUID, said: Held) -> dict[str, Any]:
        """Put on record that one was held."""
        row = await cadence_within(assurance, me.scope, identity)
        concerns = await concerned(assurance, me.scope, said.concerns, row["site"])
        saved = await assurance.keep(act_of(request, me), identity, said.held_on, said.book, said.note, concerns)
        return told(response, saved)


def _follow_ups(api: APIRouter, assurance: Assurance) -> None:
    @api.get("/follow-ups/{journey}")
    async def follow_up(response: Response, me: Me, journey: UUID, after: After = 0) -> dict[str, Any]:
        """How far a change has come. What people noted is read on the page, where it can be opened."""
        await assurance.standing.reached("assurance", after)
        found = await _follow_up(me, journey)
        response.headers["ETag"] = f'"{found["version"]}"'
        known = standing_of(found, await assurance.cases.reached_by(journey))
        asked = {
            "inspector": [asdict(each) for each in four(known)],
            "triangle": [asdict(each) for each in triangle(known)],
        }
        looked = [{name: each[name] for name in each if name != "note"} for each in found["observations"]]
        mine = {each.site_id for each in await sites_of(assurance.directory, me)}
        verdicts = [each | {"data": shown_to(mine, each["data"])} for each in found["verdicts"]]
        return found | {"observations": looked, "verdicts": verdicts} | asked

    @api.post("/follow-ups/{journey}/observations")
    async def observe(request: Request, response: Response, me: Me, journey: UUID, said: Round) -> dict[str, Any]:
        """Record a round of looking."""
        await _follow_up(me, journey)
        act = act_of(request, me)
        return told(response, await assurance.observe(act, journey, said.seen, said.of, said.source_kind, said.note))

    @api.post("/follow-ups/{journey}/lapses")
    async def report_lapse(request: Request, response: Response, me: Me, journey: UUID, said: Lapse) -> dict[str, Any]:
        """Say that a state no longer holds."""
        await _follow_up(me, journey)
        act = act_of(request, me, rationale=said.because)
        return told(response, await assurance.report_lapse(act, journey, said.state))

    async def _follow_up(me: SignedIn, journey: UUID) -> dict[str, Any]:
        found = await assurance.standing.follow_up(journey)
        if found is None:
            raise NotFound("Nothing is followed up on this journey yet.")
        await within(assurance.directory, me, found["site"])
        return found
