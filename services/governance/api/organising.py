"""Changing the organisation and challenging what it shows, over HTTP. Only posts over the whole
provider change it; who is away is said by whoever manages the site, too."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.taxonomy import BriefingAudiencePart, Nation, Role, ServiceKind
from libs.deciding import Act, Saved
from libs.policytext import read
from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.reach import OutOfReach, within
from libs.web.signed_in import signed_in
from services.governance.application import Governance, NewSite, require_organiser
from services.governance.domain import Post

Me = Annotated[SignedIn, Depends(signed_in)]
Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[a-z0-9][a-z0-9._-]*$")]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class SiteToRegister(Body):
    """A site of the provider."""

    site: Id
    title: str = Field(min_length=1, max_length=200)
    region: str = Field(min_length=1, max_length=100)
    nation: Nation
    service_kind: ServiceKind
    opened_on: date


class Capacity(Body):
    """What the events of a month are divided by."""

    month: date
    beds: int | None = Field(default=None, ge=0, le=100_000)
    exposure: float | None = Field(default=None, ge=0, le=100_000_000, allow_inf_nan=False)
    unit: str = Field(default="occupied_bed_days", pattern=r"^(occupied_bed_days|care_hours|person_days)$")


class PostToEstablish(Body):
    """A role held over a scope: site:<id>, region:<name> or provider:<id>."""

    post_id: Id
    role: Role
    scope: str = Field(max_length=120, pattern=r"^(site|region|provider):.+$")
    title: str = Field(min_length=1, max_length=200)
    deputy_post_id: str | None = Field(default=None, max_length=120)


class Appointment(Body):
    """Who takes up a post; the name and the address are sealed before they are stored."""

    person_id: UUID
    person_name: str = Field(min_length=1, max_length=200)
    email: str = Field(default="", max_length=320)
    until: date | None = Field(default=None, description="the last day; needed for a post outside the provider")


class Absence(Body):
    """From which day to which somebody is away, and which post stands in, if not the post's own deputy."""

    from_day: date
    until_day: date
    deputy_post_id: str | None = Field(default=None, max_length=120)


class Return(Body):
    """The first day at work again; the first day away, where somebody does not go after all."""

    back_on: date
    first_day: date | None = Field(default=None, description="of the absence that is meant, where there are several")


class TeamMember(Body):
    """Who works at a site, and in which part of the team."""

    person_id: UUID
    part: BriefingAudiencePart
    joined_on: date


class Rules(Body):
    """A rule pack as YAML, with its measures, regular reviews and reflection, and the day from which it holds."""

    document: str = Field(min_length=1, max_length=600_000)
    adopted_from: date


class ToChallenge(Body):
    """Who is asked to account for what."""

    site: Id
    post_id: str = Field(max_length=120)
    measure_id: str | None = Field(default=None, max_length=100)
    journey: UUID | None = None
    words: str = Field(min_length=1, max_length=4_000)


class Answer(Body):
    """The account that was asked for."""

    words: str = Field(min_length=1, max_length=4_000)


def add(api: APIRouter, governance: Governance) -> None:
    """Routes that change the organisation."""
    _sites(api, governance)
    _posts(api, governance)
    _absences(api, governance)
    _oversight(api, governance)


def _organiser(request: Request, me: SignedIn) -> tuple[Act, str]:
    provider = me.scope.removeprefix("provider:")
    require_organiser(me.role, me.scope, provider)
    return act_of(request, me), provider


def _made(response: Response, saved: Saved) -> dict[str, Any]:
    return told(response, saved, 200 if saved.replayed else 201)


def _sites(api: APIRouter, governance: Governance) -> None:
    @api.post("/sites", status_code=201)
    async def register_site(request: Request, response: Response, me: Me, new: SiteToRegister) -> dict[str, Any]:
        act, provider = _organiser(request, me)
        return _made(response, await governance.register_site(act, NewSite(provider, **new.model_dump())))

    @api.post("/sites/{site}/capacity")
    async def state_capacity(request: Request, response: Response, me: Me, site: str, said: Capacity) -> dict[str, Any]:
        act, provider = _organiser(request, me)
        asked = (said.month, said.beds, said.exposure, said.unit)
        return told(response, await governance.state_capacity(act, provider, site, *asked))

    @api.post("/sites/{site}/team", status_code=201)
    async def join(request: Request, response: Response, me: Me, site: str, said: TeamMember) -> dict[str, Any]:
        act, provider = _organiser(request, me)
        saved = await governance.join_team(act, provider, site, said.person_id, said.part, said.joined_on)
        return _made(response, saved)

    @api.delete("/sites/{site}/team/{person}")
    async def leave(request: Request, response: Response, me: Me, site: str, person: UUID) -> dict[str, Any]:
        act, provider = _organiser(request, me)
        return told(response, await governance.leave_team(act, provider, site, person))


def _posts(api: APIRouter, governance: Governance) -> None:
    async def own(me: SignedIn, post: str) -> None:
        """Raises NotFound for an unknown post, OnlyForTheProvider for another provider's."""
        found = await governance.get(Post, Post.create_id(post))
        require_organiser(me.role, me.scope, found.provider)

    @api.post("/posts", status_code=201)
    async def establish(request: Request, response: Response, me: Me, new: PostToEstablish) -> dict[str, Any]:
        act, provider = _organiser(request, me)
        site = new.scope.removeprefix("site:") if new.scope.startswith("site:") else ""
        if site:
            await within(governance.directory, me, site)
        if new.scope.startswith("provider:"):
            require_organiser(me.role, new.scope, provider)
        asked = (new.post_id, new.role, new.scope, new.title, new.deputy_post_id)
        return _made(response, await governance.establish_post(act, provider, site, *asked))

    @api.post("/posts/{post}/holders", status_code=201)
    async def appoint(request: Request, response: Response, me: Me, post: str, who: Appointment) -> dict[str, Any]:
        act, _ = _organiser(request, me)
        await own(me, post)
        saved = await governance.appoint(act, post, who.person_id, who.person_name, who.email, who.until)
        return _made(response, saved)

    @api.delete("/posts/{post}/holders/{person}")
    async def give_up(request: Request, response: Response, me: Me, post: str, person: UUID) -> dict[str, Any]:
        act, _ = _organiser(request, me)
        await own(me, post)
        return told(response, await governance.give_up_post(act, post, person))


def _absences(api: APIRouter, governance: Governance) -> None:
    async def covered(me: SignedIn, post: str) -> None:
        """Raises OutOfReach for a post that the acting one does not cover."""
        if not await governance.covers(me.scope, post):
            raise OutOfReach

    @api.put("/posts/{post}/holders/{person}/absence")
    async def away(
        request: Request, response: Response, me: Me, post: str, person: UUID, absence: Absence
    ) -> dict[str, Any]:
        await covered(me, post)
        days = (absence.from_day, absence.until_day, absence.deputy_post_id)
        return told(response, await governance.note_absence(act_of(request, me), post, person, *days))

    @api.post("/posts/{post}/holders/{person}/absence/return")
    async def back(
        request: Request, response: Response, me: Me, post: str, person: UUID, said: Return
    ) -> dict[str, Any]:
        await covered(me, post)
        return told(
            response, await governance.come_back(act_of(request, me), post, person, said.back_on, said.first_day)
        )


def _oversight(api: APIRouter, governance: Governance) -> None:
    @api.post("/rules", status_code=201)
    async def adopt(request: Request, response: Response, me: Me, rules: Rules) -> dict[str, Any]:
        act, provider = _organiser(request, me)
        return _made(response, await governance.adopt_rules(act, provider, read(rules.document), rules.adopted_from))

    @api.post("/challenges", status_code=201)
    async def challenge(request: Request, response: Response, me: Me, new: ToChallenge) -> dict[str, Any]:
        await within(governance.directory, me, new.site)
        asked = (new.post_id, new.words, new.site, new.measure_id, new.journey)
        return _made(response, await governance.raise_challenge(act_of(request, me), *asked))

    @api.post("/challenges/{challenge}/answer")
    async def answer(request: Request, response: Response, me: Me, challenge: UUID, said: Answer) -> dict[str, Any]:
        return told(response, await governance.answer_challenge(act_of(request, me), challenge, said.words))
