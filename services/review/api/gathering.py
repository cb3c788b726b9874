"""Gathering by a program: who took part, what happened when, where it can be seen, what was found, which cases."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.review.api import bodies
from services.review.api.reading import Told
from services.review.application import Contribution, Reviewing
from services.review.domain.sample import Query

Me = Annotated[SignedIn, Depends(signed_in)]


def add(one: APIRouter, reviewing: Reviewing) -> None:
    """The routes of gathering."""
    _people(one, reviewing)
    _evidence(one, reviewing)
    _cases(one, reviewing)


def _people(one: APIRouter, reviewing: Reviewing) -> None:
    @one.post("/participants")
    async def invite(request: Request, response: Response, me: Me, journey: UUID, asked: bodies.Invitation) -> Told:
        return told(response, await reviewing.invite(act_of(request, me), journey, asked.posts))

    @one.post("/specialists", status_code=201)
    async def specialist(request: Request, response: Response, me: Me, journey: UUID, new: bodies.Specialist) -> Told:
        saved = await reviewing.ask_specialist(act_of(request, me), journey, new.discipline, new.because)
        return told(response, saved, 201)

    @one.post("/participation")
    async def contribute(
        request: Request, response: Response, me: Me, journey: UUID, said: bodies.Participation
    ) -> Told:
        contribution = Contribution(said.post_id, said.could_not_because)
        return told(response, await reviewing.record_contribution(act_of(request, me), journey, contribution))

    @one.post("/sessions", status_code=201)
    async def meet(request: Request, response: Response, me: Me, journey: UUID, held: bodies.Session) -> Told:
        act = act_of(request, me)
        saved = await reviewing.hold_session(act, journey, held.form, held.held_on, held.present, held.words)
        return told(response, saved, 201)


def _evidence(one: APIRouter, reviewing: Reviewing) -> None:
    @one.post("/timeline", status_code=201)
    async def add_entry(request: Request, response: Response, me: Me, journey: UUID, new: bodies.TimelineEntry) -> Told:
        act = act_of(request, me)
        saved = await reviewing.add_timeline_entry(act, journey, new.happened, new.source, new.words)
        return told(response, saved, 201)

    @one.post("/evidence", status_code=201)
    async def add_evidence(request: Request, response: Response, me: Me, journey: UUID, new: bodies.Evidence) -> Told:
        act = act_of(request, me)
        saved = await reviewing.add_evidence(act, journey, new.source, new.dated, new.words, new.written_by)
        return told(response, saved, 201)

    @one.post("/findings", status_code=201)
    async def find(request: Request, response: Response, me: Me, journey: UUID, new: bodies.NewFinding) -> Told:
        return told(response, await reviewing.make_finding(act_of(request, me), journey, new.words, new.rests_on), 201)

    @one.post("/findings/{finding}/withdrawal")
    async def withdraw(
        request: Request, response: Response, me: Me, journey: UUID, finding: UUID, said: bodies.Words
    ) -> Told:
        return told(response, await reviewing.withdraw_finding(act_of(request, me), journey, finding, said.words))


def _cases(one: APIRouter, reviewing: Reviewing) -> None:
    @one.post("/sample", status_code=201)
    async def draw(request: Request, response: Response, me: Me, journey: UUID, new: bodies.NewSample) -> Told:
        query = Query(new.from_day, new.to_day, tuple(new.sites), tuple(new.kinds), tuple(new.themes))
        saved = await reviewing.draw_sample(act_of(request, me), journey, query, new.size, new.because)
        return told(response, saved, 201)

    @one.post("/sample/{case}/read")
    async def read(request: Request, response: Response, me: Me, journey: UUID, case: UUID, said: bodies.Words) -> Told:
        return told(response, await reviewing.read_case(act_of(request, me), journey, case, said.words))

    @one.post("/sample/{case}/left-out")
    async def leave_out(
        request: Request, response: Response, me: Me, journey: UUID, case: UUID, said: bodies.Words
    ) -> Told:
        return told(response, await reviewing.leave_case_out(act_of(request, me), journey, case, said.words))
