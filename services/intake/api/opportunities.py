"""Intake, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.taxonomy import HarmLevel, IntakeRoute, OpportunityKind, ResponseKind, Theme
from libs.service import NotFound
from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.intake.application import Choice, Intake, Report
from services.intake.projection import Register

Me = Annotated[SignedIn, Depends(signed_in)]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class NewOpportunity(Body):
    """What happened. Twelve fields at most; what is known later is asked later."""

    site: str = Field(max_length=100)
    kind: OpportunityKind
    summary: str = Field(min_length=1, max_length=20_000)
    occurred_at: AwareDatetime | None = None
    themes: list[Theme] = Field(default_factory=list, max_length=10)
    immediate_action: str = Field(default="", max_length=20_000)
    harm_level: HarmLevel | None = None
    person_name: str = Field(default="", max_length=200)
    reporter: str = Field(default="", max_length=300)
    source_key: str = Field(default="", max_length=200)
    due_on: date | None = None


class Triage(Body):
    """A manager's decision and its reason."""

    response: ResponseKind | None = None
    rationale: str = Field(min_length=1, max_length=20_000)
    agreed: dict[str, bool] = Field(default_factory=dict, max_length=100)
    facts: dict[str, Any] = Field(default_factory=dict, max_length=60)
    themes: list[Theme] = Field(default_factory=list, max_length=10)


class Words(Body):
    """Something said about an opportunity."""

    words: str = Field(min_length=1, max_length=20_000)


class Reclassification(Body):
    """What it turned out to be, and why."""

    kind: OpportunityKind
    themes: list[Theme] = Field(default_factory=list, max_length=10)
    rationale: str = Field(min_length=1, max_length=20_000)


def routes(intake: Intake, register: Register) -> APIRouter:
    """The routes under /api/intake."""
    api = APIRouter(prefix="/api/intake", tags=["intake"])

    @api.post("/opportunities", status_code=201)
    async def raise_opportunity(request: Request, response: Response, me: Me, new: NewOpportunity) -> dict[str, Any]:
        report = Report(
            site=new.site,
            kind=new.kind,
            summary=new.summary,
            themes=list(new.themes),
            immediate_action=new.immediate_action,
            harm_level=new.harm_level or "unknown",
            person_name=new.person_name,
            reporter=new.reporter,
            route=IntakeRoute.API,
            source_key=new.source_key,
            due_on=new.due_on,
        )
        saved = await intake.raise_opportunity(act_of(request, me, occurred=new.occurred_at), report)
        return told(response, saved, 200 if saved.replayed else 201)

    @api.get("/opportunities/{journey}")
    async def one(response: Response, me: Me, journey: UUID, after: int = 0) -> dict[str, Any]:
        await register.reached("intake", after)
        found = await register.one(journey)
        if found is None:
            raise NotFound("There is no opportunity with this id.")
        response.headers["ETag"] = f'"{found["version"]}"'
        return {name: value for name, value in found.items() if name != "summary"}

    @api.post("/opportunities/{journey}/safety")
    async def confirm_safety(
        request: Request, response: Response, me: Me, journey: UUID, said: Words
    ) -> dict[str, Any]:
        return told(response, await intake.confirm_safety(act_of(request, me), journey, said.words))

    @api.post("/opportunities/{journey}/triage")
    async def triage(request: Request, response: Response, me: Me, journey: UUID, said: Triage) -> dict[str, Any]:
        choices = [Choice(rule, agreed) for rule, agreed in said.agreed.items()]
        act = act_of(request, me, rationale=said.rationale)
        return told(
            response,
            await intake.triage(act, journey, said.response or "none", choices, said.facts, list(said.themes)),
        )

    @api.post("/opportunities/{journey}/reclassification")
    async def reclassify(
        request: Request, response: Response, me: Me, journey: UUID, said: Reclassification
    ) -> dict[str, Any]:
        act = act_of(request, me, rationale=said.rationale)
        return told(response, await intake.reclassify(act, journey, said.kind, list(said.themes)))

    @api.post("/opportunities/{journey}/closure")
    async def close(request: Request, response: Response, me: Me, journey: UUID, said: Words) -> dict[str, Any]:
        return told(response, await intake.close_without_review(act_of(request, me, rationale=said.words), journey))

    @api.post("/opportunities/{journey}/update/{step}")
    async def step(
        request: Request, response: Response, me: Me, journey: UUID, step: str, decision: str = ""
    ) -> dict[str, Any]:
        if step not in {"reviewed", "actioned", "communicated"}:
            raise NotFound("An update is reviewed, actioned or communicated.")
        return told(response, await intake.step_update(act_of(request, me), journey, step, decision))

    return api
