"""Opportunities over HTTP: told, read, made safe, weighed and passed on."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from contracts.taxonomy import IntakeRoute, OpportunityKind
from libs.service import NotFound
from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.intake.api.bodies import (
    Decided,
    ExternalDecision,
    NewOpportunity,
    Reclassification,
    Referral,
    Triage,
    Words,
)
from services.intake.application import Choice, Intake, Report, require_weigher
from services.intake.domain import Opportunity
from services.intake.projection import Register

Me = Annotated[SignedIn, Depends(signed_in)]
Answer = dict[str, Any]
STEPS = frozenset({"reviewed", "actioned", "communicated"})


async def reached(intake: Intake, me: SignedIn, journey: UUID) -> Opportunity:
    """The opportunity, for a post that covers its site. Raises NotFound, OutOfReach, SubjectMayNotSee."""
    found = await intake.get(Opportunity, journey)
    await within(intake.directory, me, found.site)
    await intake.require_not_subject(me.actor_id, journey)
    return found


def add(api: APIRouter, intake: Intake, register: Register) -> None:
    """Everything about opportunities."""

    @api.post("/opportunities", status_code=201)
    async def raise_opportunity(request: Request, response: Response, me: Me, new: NewOpportunity) -> Answer:
        site = await intake.directory.site(new.site)
        await within(intake.directory, me, site.site_id)
        # The key stands in the record as it is: of whoever blows the whistle not even their sign-in may be read there.
        whistle = new.kind == OpportunityKind.WHISTLEBLOWING
        source = intake.pseudonym(me.actor_id) if whistle else me.actor_id
        saved = await intake.raise_opportunity(act_of(request, me, occurred=new.occurred_at), _report(new, source))
        begun = not saved.replayed and saved.detail.get("outcome") == "raised"
        return told(response, saved, 201 if begun else 200) | saved.detail

    @api.get("/opportunities")
    async def several(
        me: Me, before: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 50, after: int = 0
    ) -> Answer:
        await register.reached("intake", after)
        sites = [site.site_id for site in await sites_of(intake.directory, me)]
        rows, onward = await register.page(sites, before, limit, reader=intake.pseudonym(me.actor_id))
        return {"items": [_shown(row) for row in rows], "next": onward}

    @api.get("/opportunities/{journey}")
    async def one(response: Response, me: Me, journey: UUID, after: int = 0) -> Answer:
        await register.reached("intake", after)
        found = await register.one(journey)
        if found is None:
            raise NotFound("There is no opportunity with this id.")
        await within(intake.directory, me, found["site"])
        await intake.require_not_subject(me.actor_id, journey)
        response.headers["ETag"] = f'"{found["version"]}"'
        return _shown(found)

    @api.get("/opportunities/{journey}/proposals")
    async def proposals(request: Request, me: Me, journey: UUID) -> list[Answer]:
        require_weigher(act_of(request, me))
        found = await reached(intake, me, journey)
        return [proposal.model_dump(mode="json") for proposal in await intake.proposals(found, {})]

    @api.post("/opportunities/{journey}/safety")
    async def confirm_safety(request: Request, response: Response, me: Me, journey: UUID, said: Words) -> Answer:
        await reached(intake, me, journey)
        return told(response, await intake.confirm_safety(act_of(request, me), journey, said.words))

    @api.post("/opportunities/{journey}/triage")
    async def triage(request: Request, response: Response, me: Me, journey: UUID, said: Triage) -> Answer:
        await reached(intake, me, journey)
        choices = [Choice(rule, agreed, said.reasons.get(rule, "")) for rule, agreed in said.agreed.items()]
        act = act_of(request, me, rationale=said.rationale)
        saved = await intake.triage(act, journey, said.response or "none", choices, said.facts, list(said.themes))
        return told(response, saved)

    _further(api, intake)


def _further(api: APIRouter, intake: Intake) -> None:
    @api.post("/opportunities/{journey}/reclassification")
    async def reclassify(request: Request, response: Response, me: Me, journey: UUID, said: Reclassification) -> Answer:
        await reached(intake, me, journey)
        act = act_of(request, me, rationale=said.rationale)
        return told(response, await intake.reclassify(act, journey, said.kind, list(said.themes)))

    @api.post("/opportunities/{journey}/referral")
    async def refer(request: Request, response: Response, me: Me, journey: UUID, said: Referral) -> Answer:
        await reached(intake, me, journey)
        return told(response, await intake.refer(act_of(request, me), journey, said.body, said.reference))

    @api.post("/opportunities/{journey}/external-decision")
    async def decided(request: Request, response: Response, me: Me, journey: UUID, said: ExternalDecision) -> Answer:
        await reached(intake, me, journey)
        act = act_of(request, me)
        return told(response, await intake.receive_decision(act, journey, said.body, said.decision, said.findings))

    @api.post("/opportunities/{journey}/closure")
    async def close(request: Request, response: Response, me: Me, journey: UUID, said: Words) -> Answer:
        await reached(intake, me, journey)
        return told(response, await intake.close_without_review(act_of(request, me, rationale=said.words), journey))

    @api.post("/opportunities/{journey}/update/{step}")
    async def step(
        request: Request, response: Response, me: Me, journey: UUID, step: str, said: Decided | None = None
    ) -> Answer:
        if step not in STEPS:
            raise NotFound("An update is reviewed, actioned or communicated.")
        await reached(intake, me, journey)
        return told(
            response, await intake.step_update(act_of(request, me), journey, step, said.decision if said else "")
        )


def _report(new: NewOpportunity, source: str) -> Report:
    """A source's own key counts among that source's keys only: two sources may use the same."""
    return Report(
        site=new.site,
        kind=new.kind,
        summary=new.summary,
        themes=list(new.themes),
        immediate_action=new.immediate_action,
        harm_level=new.harm_level or "unknown",
        person_name=new.person_name,
        reporter=new.reporter,
        route=IntakeRoute.API,
        source_key=f"{source}:{new.source_key}" if new.source_key else "",
        due_on=new.due_on,
        said_at=new.said_at,
    )


KEPT_BACK = frozenset({"summary", "source_key", "person", "shut_out"})


def _shown(row: dict[str, Any]) -> Answer:
    return {name: value for name, value in row.items() if name not in KEPT_BACK}
