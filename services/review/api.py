"""Review, over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from contracts.sealed import is_sealed
from contracts.taxonomy import EvidenceSource, FactorCategory
from libs.service import NotFound
from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.problems import problem
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.review.application import Contribution, Reviewing
from services.review.domain.refusals import SectionMovedOn
from services.review.domain.values import Reply
from services.review.projection import Reviews

Me = Annotated[SignedIn, Depends(signed_in)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Told = dict[str, Any]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class GivenAnswer(Body):
    """An answer to one question, having seen the answer numbered `based_on` (0: none yet)."""

    question: str = Field(max_length=80)
    words: Text
    based_on: int = Field(default=0, ge=0)


class Answers(Body):
    """Answers to questions of one step: all are recorded, or none."""

    answers: list[GivenAnswer] = Field(min_length=1, max_length=60)


class Words(Body):
    """Something said."""

    words: Text


class Shared(Body):
    """Words that will be shared, and so name nobody. `known` are names to look for besides."""

    words: str = Field(min_length=1, max_length=4000)
    known: list[Annotated[str, Field(max_length=200)]] = Field(default_factory=list, max_length=50)


class RecommendationWords(Shared):
    """A recommendation is shorter."""

    words: str = Field(min_length=1, max_length=2000)


class NewFactor(Body):
    """Something that contributed, and what it helps to explain, if anything."""

    category: FactorCategory
    words: Text
    behind: UUID | None = None


class Invitation(Body):
    """The posts asked to take part."""

    posts: list[Annotated[str, Field(max_length=120)]] = Field(min_length=1, max_length=50)


class Participation(Body):
    """Whether whoever holds a post took part, and if not, why."""

    post_id: str = Field(max_length=120)
    could_not_because: str = Field(default="", max_length=20_000)


class TimelineEntry(Body):
    """What happened when, and what kind of source says so."""

    happened: AwareDatetime
    source: EvidenceSource
    words: Text


class Evidence(Body):
    """Where something can be seen, and the day it is from."""

    source: EvidenceSource
    dated: date
    words: Text


def routes(reviewing: Reviewing, reviews: Reviews) -> APIRouter:
    """The routes under /api/review, each for those whose post covers the site."""

    async def in_reach(me: Me, journey: UUID) -> None:
        await within(reviewing.directory, me, (await reviewing.review(journey)).site)

    api = APIRouter(prefix="/api/review", tags=["review"])
    one = APIRouter(prefix="/reviews/{journey}", dependencies=[Depends(in_reach)])

    @api.get("/reviews")
    async def open_reviews(me: Me) -> list[Told]:
        sites = [site.site_id for site in await sites_of(reviewing.directory, me)]
        return [_plain(row) for row in await reviews.open_at(sites)]

    _reading(one, reviews)
    _reflecting(one, reviewing)
    _gathering(one, reviewing)
    _concluding(one, reviewing)
    api.include_router(one)
    return api


def _plain(row: Told) -> Told:
    """What a program is told of a review: where it stands, and none of what people wrote in it."""
    return {name: value for name, value in row.items() if not (isinstance(value, str) and is_sealed(value))}


def _reading(one: APIRouter, reviews: Reviews) -> None:
    @one.get("")
    async def review(response: Response, journey: UUID, after: int = 0) -> Told:
        await reviews.reached("review", after)
        found = await reviews.one(journey)
        if found is None:
            raise NotFound("There is no review with this id. It may not have been opened yet.")
        response.headers["ETag"] = f'"{found["version"]}"'
        return _plain(found) | {
            "answers": [_plain(row) for row in await reviews.answers(journey)],
            "factors": [_plain(row) for row in await reviews.factors(journey)],
            "recommendations": await reviews.recommendations(journey),
            "participants": [_plain(row) for row in await reviews.participants(journey)],
            "evidence": [_plain(row) for row in await reviews.evidence(journey)],
        }


def _reflecting(one: APIRouter, reviewing: Reviewing) -> None:
    @one.post("/steps/{step}/answers", response_model=None)
    async def answer(
        request: Request, response: Response, me: Me, journey: UUID, step: int, said: Answers
    ) -> Told | JSONResponse:
        replies = [Reply(each.question, each.words, each.based_on) for each in said.answers]
        try:
            return told(response, await reviewing.answer(act_of(request, me), journey, step, replies))
        except SectionMovedOn as refusal:
            conflicts = [asdict(each) for each in refusal.conflicts]
            return problem(409, refusal.rule, "Someone else answered this too", str(refusal), conflicts=conflicts)

    @one.post("/steps/{step}/passed-over")
    async def pass_over(request: Request, response: Response, me: Me, journey: UUID, step: int, said: Words) -> Told:
        return told(response, await reviewing.pass_over(act_of(request, me), journey, step, said.words))

    @one.post("/factors", status_code=201)
    async def identify(request: Request, response: Response, me: Me, journey: UUID, new: NewFactor) -> Told:
        act = act_of(request, me)
        return told(response, await reviewing.identify_factor(act, journey, new.category, new.words, new.behind), 201)

    @one.post("/factors/{factor}/withdrawal")
    async def withdraw(request: Request, response: Response, me: Me, journey: UUID, factor: UUID, said: Words) -> Told:
        return told(response, await reviewing.withdraw_factor(act_of(request, me), journey, factor, said.words))

    @one.post("/no-factor")
    async def no_factor(request: Request, response: Response, me: Me, journey: UUID, said: Words) -> Told:
        return told(response, await reviewing.find_no_factor(act_of(request, me), journey, said.words))

    @one.post("/system")
    async def question_system(request: Request, response: Response, me: Me, journey: UUID, said: Words) -> Told:
        return told(response, await reviewing.question_system(act_of(request, me), journey, said.words))


def _gathering(one: APIRouter, reviewing: Reviewing) -> None:
    @one.post("/participants")
    async def invite(request: Request, response: Response, me: Me, journey: UUID, asked: Invitation) -> Told:
        return told(response, await reviewing.invite(act_of(request, me), journey, asked.posts))

    @one.post("/participation")
    async def contribute(request: Request, response: Response, me: Me, journey: UUID, said: Participation) -> Told:
        contribution = Contribution(said.post_id, said.could_not_because)
        return told(response, await reviewing.record_contribution(act_of(request, me), journey, contribution))

    @one.post("/timeline", status_code=201)
    async def add_entry(request: Request, response: Response, me: Me, journey: UUID, new: TimelineEntry) -> Told:
        act = act_of(request, me)
        saved = await reviewing.add_timeline_entry(act, journey, new.happened, new.source, new.words)
        return told(response, saved, 201)

    @one.post("/evidence", status_code=201)
    async def add_evidence(request: Request, response: Response, me: Me, journey: UUID, new: Evidence) -> Told:
        act = act_of(request, me)
        return told(response, await reviewing.add_evidence(act, journey, new.source, new.dated, new.words), 201)


def _concluding(one: APIRouter, reviewing: Reviewing) -> None:
    @one.post("/recommendations", status_code=201)
    async def recommend(request: Request, response: Response, me: Me, journey: UUID, new: RecommendationWords) -> Told:
        return told(response, await reviewing.recommend(act_of(request, me), journey, new.words, new.known), 201)

    @one.post("/recommendations/{recommendation}/withdrawal")
    async def withdraw_recommendation(
        request: Request, response: Response, me: Me, journey: UUID, recommendation: UUID, said: Words
    ) -> Told:
        act = act_of(request, me)
        return told(response, await reviewing.withdraw_recommendation(act, journey, recommendation, said.words))

    @one.post("/learning")
    async def state_learning(request: Request, response: Response, me: Me, journey: UUID, new: Shared) -> Told:
        return told(response, await reviewing.state_learning(act_of(request, me), journey, new.words, new.known))

    @one.post("/sign-off")
    async def sign_off(request: Request, response: Response, me: Me, journey: UUID) -> Told:
        return told(response, await reviewing.sign_off(act_of(request, me), journey))

    @one.post("/reopening")
    async def reopen(request: Request, response: Response, me: Me, journey: UUID, said: Words) -> Told:
        return told(response, await reviewing.reopen(act_of(request, me), journey, said.words))
