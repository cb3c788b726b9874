"""Concluding by a program: what was learned, challenges, decisions on recommendations, and the sign-off."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.review.api.bodies import Decision, RecommendationWords, SharedSection, Words
from services.review.api.reading import Told
from services.review.api.reflecting import clash
from services.review.application import Reviewing
from services.review.domain.refusals import SectionMovedOn

Me = Annotated[SignedIn, Depends(signed_in)]


def add(one: APIRouter, reviewing: Reviewing) -> None:
    """The routes of concluding."""
    _shared(one, reviewing)
    _scrutiny(one, reviewing)

    @one.post("/sign-off")
    async def sign_off(request: Request, response: Response, me: Me, journey: UUID) -> Told:
        return told(response, await reviewing.sign_off(act_of(request, me), journey))

    @one.post("/reopening")
    async def reopen(request: Request, response: Response, me: Me, journey: UUID, said: Words) -> Told:
        return told(response, await reviewing.reopen(act_of(request, me), journey, said.words))


def _shared(one: APIRouter, reviewing: Reviewing) -> None:
    @one.post("/learning", response_model=None)
    async def learning(
        request: Request, response: Response, me: Me, journey: UUID, new: SharedSection
    ) -> Told | JSONResponse:
        act = act_of(request, me)
        try:
            return told(response, await reviewing.state_learning(act, journey, new.words, new.known, new.based_on))
        except SectionMovedOn as refusal:
            return clash(refusal)

    @one.post("/example", response_model=None)
    async def example(
        request: Request, response: Response, me: Me, journey: UUID, new: SharedSection
    ) -> Told | JSONResponse:
        act = act_of(request, me)
        try:
            return told(response, await reviewing.give_example(act, journey, new.words, new.known, new.based_on))
        except SectionMovedOn as refusal:
            return clash(refusal)

    @one.post("/recommendations", status_code=201)
    async def recommend(request: Request, response: Response, me: Me, journey: UUID, new: RecommendationWords) -> Told:
        return told(response, await reviewing.recommend(act_of(request, me), journey, new.words, new.known), 201)

    @one.post("/recommendations/{recommendation}/withdrawal")
    async def withdraw(
        request: Request, response: Response, me: Me, journey: UUID, recommendation: UUID, said: Words
    ) -> Told:
        act = act_of(request, me)
        return told(response, await reviewing.withdraw_recommendation(act, journey, recommendation, said.words))


def _scrutiny(one: APIRouter, reviewing: Reviewing) -> None:
    @one.post("/advice/{advice}/decision")
    async def decide(request: Request, response: Response, me: Me, journey: UUID, advice: UUID, said: Decision) -> Told:
        act = act_of(request, me)
        return told(response, await reviewing.decide(act, journey, advice, said.decision, said.because))

    @one.post("/challenges", status_code=201)
    async def challenge(request: Request, response: Response, me: Me, journey: UUID, said: Words) -> Told:
        return told(response, await reviewing.challenge(act_of(request, me), journey, said.words), 201)

    @one.post("/challenges/{challenge}/answer")
    async def answer(request: Request, response: Response, me: Me, journey: UUID, challenge: UUID, said: Words) -> Told:
        return told(response, await reviewing.answer_challenge(act_of(request, me), journey, challenge, said.words))
