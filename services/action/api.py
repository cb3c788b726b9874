"""Action, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.taxonomy import ChangeKind, EvidenceSource, Strength
from libs.reading import opened
from libs.service import NotFound
from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.action.application import NOT_LEADING, Actions
from services.action.domain.action import Action, State, Terms
from services.action.projection import Plans
from services.action.projection.plans import ACTION_WORDS, PLAN_WORDS, TO_SEE_THROUGH

Me = Annotated[SignedIn, Depends(signed_in)]
Page = Annotated[int, Query(ge=1, le=10_000)]
MOST = 100
"""Actions on a page of the worklist."""


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class NewAction(Body):
    """The terms of a change."""

    what: str = Field(min_length=1, max_length=1000)
    change_kind: ChangeKind
    owner_post: str = Field(max_length=100)
    due: date
    factor_id: UUID | None = None
    strength: Strength | None = None
    strength_because: str = Field(default="", max_length=2000)
    measure_id: str = Field(default="", max_length=80)
    why_no_measure: str = Field(default="", max_length=2000)
    expected_effect: str = Field(default="", max_length=1000)
    affects_people: bool = False


class Because(Body):
    """A reason."""

    because: str = Field(min_length=1, max_length=4000)


class MoreTime(Because):
    """A later due date, and why."""

    due: date


class Handover(Because):
    """The post that owns the action from now on, and why."""

    owner_post: str = Field(min_length=1, max_length=100)


class People(Body):
    """Those whom a change is meant for, by pseudonym."""

    people: list[UUID] = Field(min_length=1, max_length=2000)


class TookPart(Body):
    """The day on which someone took part."""

    on: date


class Made(Body):
    """When the change was made, and what shows it; for plans and rotas, which of them were changed."""

    implemented_on: date
    evidence_kind: EvidenceSource
    evidence: str = Field(min_length=1, max_length=4000)
    named: str = Field(default="", max_length=4000)


class Seen(Body):
    """What someone else saw."""

    seen: str = Field(min_length=1, max_length=4000)


def routes(actions: Actions, plans: Plans) -> APIRouter:
    """The routes under /api/action."""
    api = APIRouter(prefix="/api/action", tags=["action"])
    _plan_routes(api, actions, plans)
    _action_routes(api, actions, plans)
    _steps(api, actions)
    _terms(api, actions)
    _people(api, actions)
    return api


def _plan_routes(api: APIRouter, actions: Actions, plans: Plans) -> None:
    async def reached(me: SignedIn, journey: UUID) -> None:
        await within(actions.directory, me, (await actions.plan_of(journey)).site)

    @api.get("/plans/{journey}")
    async def plan(response: Response, me: Me, journey: UUID, after: int = 0) -> dict[str, Any]:
        await plans.reached("action", after)
        found = await plans.plan(journey, actions.today())
        if found is None:
            raise NotFound("There is no plan for this journey.")
        await within(actions.directory, me, found["site"])
        keys = actions.mapper.keys
        response.headers["ETag"] = f'"{found["version"]}"'
        leads = me.role not in NOT_LEADING
        (shown,) = await opened(keys, [found if leads else found | dict.fromkeys(PLAN_WORDS, "")], *PLAN_WORDS)
        factors = [each if leads else each | {"words": ""} for each in await plans.factors(journey)]
        return shown | {
            "factors": await opened(keys, factors, "left_because", "words"),
            "actions": await opened(keys, await plans.actions_of(journey, actions.today()), *ACTION_WORDS),
        }

    @api.post("/plans/{journey}/actions", status_code=201)
    async def agree(request: Request, response: Response, me: Me, journey: UUID, new: NewAction) -> dict[str, Any]:
        await reached(me, journey)
        terms = Terms(**new.model_dump(exclude={"strength"}), strength=new.strength or "")
        saved = await actions.agree(act_of(request, me), journey, terms)
        return told(response, saved, 200 if saved.replayed else 201)

    @api.post("/plans/{journey}/factors/{factor}/left")
    async def leave(
        request: Request, response: Response, me: Me, journey: UUID, factor: UUID, said: Because
    ) -> dict[str, Any]:
        await reached(me, journey)
        return told(response, await actions.leave_factor(act_of(request, me), journey, factor, said.because))

    @api.post("/plans/{journey}/weakness")
    async def agree_weak(request: Request, response: Response, me: Me, journey: UUID, said: Because) -> dict[str, Any]:
        await reached(me, journey)
        return told(response, await actions.agree_weak(act_of(request, me), journey, said.because))

    @api.post("/plans/{journey}/reopening")
    async def reopen(request: Request, response: Response, me: Me, journey: UUID, said: Because) -> dict[str, Any]:
        await reached(me, journey)
        return told(response, await actions.reopen(act_of(request, me), journey, said.because))


def _action_routes(api: APIRouter, actions: Actions, plans: Plans) -> None:
    @api.get("/actions")
    async def worklist(
        me: Me, site: str = "", state: State | None = None, owner_post: str = "", late: bool = False, page: Page = 1,
        after: int = 0,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Actions at my sites, earliest due first, 100 a page."""
        await plans.reached("action", after)
        if site:
            await within(actions.directory, me, site)
        sites = [site] if site else [each.site_id for each in await sites_of(actions.directory, me)]
        states = [state] if state else TO_SEE_THROUGH
        found = await plans.worklist(
            sites,
            actions.today(),
            states=states,
            owner_post=owner_post,
            late=late,
            offset=(page - 1) * MOST,
            limit=MOST,
        )
        return [{name: value for name, value in row.items() if name not in ACTION_WORDS} for row in found]

    @api.get("/actions/{action}")
    async def one(response: Response, me: Me, action: UUID, after: int = 0) -> dict[str, Any]:
        await plans.reached("action", after)
        found = await plans.action(action, actions.today())
        if found is None:
            raise NotFound("There is no action with this id.")
        await within(actions.directory, me, found["site"])
        response.headers["ETag"] = f'"{found["version"]}"'
        people = await opened(actions.mapper.keys, await plans.participants(action), "excused_because")
        return (await opened(actions.mapper.keys, [found], *ACTION_WORDS))[0] | {"people": people}


def _steps(api: APIRouter, actions: Actions) -> None:
    async def reached(me: SignedIn, action: UUID) -> None:
        found = await actions.get(Action, action)
        await within(actions.directory, me, found.site, found.journey)

    @api.post("/actions/{action}/start")
    async def start(request: Request, response: Response, me: Me, action: UUID) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.start(act_of(request, me), action))

    @api.post("/actions/{action}/block")
    async def block(request: Request, response: Response, me: Me, action: UUID, said: Because) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.block(act_of(request, me), action, said.because))

    @api.post("/actions/{action}/unblock")
    async def unblock(request: Request, response: Response, me: Me, action: UUID) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.unblock(act_of(request, me), action))

    @api.post("/actions/{action}/implement")
    async def implement(request: Request, response: Response, me: Me, action: UUID, said: Made) -> dict[str, Any]:
        await reached(me, action)
        saved = await actions.implement(
            act_of(request, me), action, said.implemented_on, said.evidence_kind, said.evidence, said.named
        )
        return told(response, saved)

    @api.post("/actions/{action}/send-back")
    async def send_back(request: Request, response: Response, me: Me, action: UUID, said: Because) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.send_back(act_of(request, me), action, said.because))

    @api.post("/actions/{action}/verify")
    async def verify(request: Request, response: Response, me: Me, action: UUID, said: Seen) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.verify(act_of(request, me), action, said.seen))


def _terms(api: APIRouter, actions: Actions) -> None:
    async def reached(me: SignedIn, action: UUID) -> None:
        found = await actions.get(Action, action)
        await within(actions.directory, me, found.site, found.journey)

    @api.post("/actions/{action}/extend")
    async def extend(request: Request, response: Response, me: Me, action: UUID, said: MoreTime) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.extend(act_of(request, me), action, said.due, said.because))

    @api.post("/actions/{action}/withdraw")
    async def withdraw(request: Request, response: Response, me: Me, action: UUID, said: Because) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.withdraw(act_of(request, me), action, said.because))

    @api.post("/actions/{action}/hand-over")
    async def hand_over(request: Request, response: Response, me: Me, action: UUID, said: Handover) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.hand_over(act_of(request, me), action, said.owner_post, said.because))


def _people(api: APIRouter, actions: Actions) -> None:
    async def reached(me: SignedIn, action: UUID) -> None:
        found = await actions.get(Action, action)
        await within(actions.directory, me, found.site, found.journey)

    @api.post("/actions/{action}/people")
    async def name_people(request: Request, response: Response, me: Me, action: UUID, said: People) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.name_people(act_of(request, me), action, said.people))

    @api.post("/actions/{action}/people/{person}/took-part")
    async def take_part(
        request: Request, response: Response, me: Me, action: UUID, person: UUID, said: TookPart
    ) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.take_part(act_of(request, me), action, person, said.on))

    @api.post("/actions/{action}/people/{person}/excused")
    async def excuse(
        request: Request, response: Response, me: Me, action: UUID, person: UUID, said: Because
    ) -> dict[str, Any]:
        await reached(me, action)
        return told(response, await actions.excuse(act_of(request, me), action, person, said.because))
