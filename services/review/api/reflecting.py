"""Answering, and naming what contributed, by a program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.problems import problem
from libs.web.signed_in import signed_in
from services.review.api.bodies import Answers, NewFactor, Words
from services.review.api.reading import Told
from services.review.application import Reviewing
from services.review.domain.refusals import SectionMovedOn
from services.review.domain.values import Reply

Me = Annotated[SignedIn, Depends(signed_in)]


def clash(refusal: SectionMovedOn) -> JSONResponse:
    """Both texts, so that whoever sent one can make one of the two."""
    conflicts = [asdict(each) for each in refusal.conflicts]
    return problem(409, refusal.rule, "Someone else answered this too", str(refusal), conflicts=conflicts)


def add(one: APIRouter, reviewing: Reviewing) -> None:
    """The routes of understanding."""

    @one.post("/steps/{step}/answers", response_model=None)
    async def answer(
        request: Request, response: Response, me: Me, journey: UUID, step: int, said: Answers
    ) -> Told | JSONResponse:
        replies = [Reply(each.question, each.words, each.based_on, each.own) for each in said.answers]
        try:
            return told(response, await reviewing.answer(act_of(request, me), journey, step, replies))
        except SectionMovedOn as refusal:
            return clash(refusal)

    @one.post("/steps/{step}/questions", status_code=201)
    async def ask(request: Request, response: Response, me: Me, journey: UUID, step: int, said: Words) -> Told:
        return told(response, await reviewing.add_question(act_of(request, me), journey, step, said.words), 201)

    @one.post("/steps/{step}/passed-over")
    async def pass_over(request: Request, response: Response, me: Me, journey: UUID, step: int, said: Words) -> Told:
        return told(response, await reviewing.pass_over(act_of(request, me), journey, step, said.words))

    @one.post("/factors", status_code=201)
    async def identify(request: Request, response: Response, me: Me, journey: UUID, new: NewFactor) -> Told:
        act = act_of(request, me)
        saved = await reviewing.identify_factor(act, journey, new.category, new.words, new.behind, new.expected)
        return told(response, saved, 201)

    @one.post("/factors/{factor}/withdrawal")
    async def withdraw(request: Request, response: Response, me: Me, journey: UUID, factor: UUID, said: Words) -> Told:
        return told(response, await reviewing.withdraw_factor(act_of(request, me), journey, factor, said.words))

    @one.post("/no-factor")
    async def no_factor(request: Request, response: Response, me: Me, journey: UUID, said: Words) -> Told:
        return told(response, await reviewing.find_no_factor(act_of(request, me), journey, said.words))

    @one.post("/system")
    async def question_system(request: Request, response: Response, me: Me, journey: UUID, said: Words) -> Told:
        return told(response, await reviewing.question_system(act_of(request, me), journey, said.words))
