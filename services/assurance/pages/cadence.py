"""The page at /assurance/cadence/{id}: when it was held or missed, and the form that puts one on record."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import Register
from libs.calendar import local_day
from libs.domain import Refused
from libs.reading import opened
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.assurance.application import Assurance, cadence_within, concerned
from services.assurance.domain.refusals import NoSuchRecord, NoteNamesSomebody
from services.assurance.pages.words import round_words

Me = Annotated[SignedIn, Depends(signed_in)]
LONGEST = 4000
AT_FAULT: dict[type[Refused], str] = {NoSuchRecord: "concerns", NoteNamesSomebody: "note"}


def add(router: APIRouter, assurance: Assurance) -> None:
    """The cadence's page and its form."""

    @router.get("/assurance/cadence/{identity}")
    async def show(request: Request, me: Me, identity: UUID, after: int = 0) -> Response:
        await assurance.standing.reached("assurance", after)
        row = await cadence_within(assurance, me.scope, identity)
        typed = {"held_on": local_day(assurance.clock.now()).isoformat(), "register": row["register"]}
        return await _page(request, row, Form(typed))

    @router.post("/assurance/cadence/{identity}")
    async def record(request: Request, me: Me, identity: UUID) -> Response:
        row = await cadence_within(assurance, me.scope, identity)
        form = await Form.of(request)
        held_on = form.day("held_on", "Enter the day on which it was held.")
        register = form.one_of("register", list(Register), "Choose the book in which it is written.")
        note = form.text("note", longest=LONGEST)
        if not (form.ok and held_on and register):
            return await _page(request, row, form, 422)
        try:
            act = act_of_form(me, form.value("key"))
            concerns = await concerned(assurance, me.scope, form.value("concerns"), row["site"])
            saved = await assurance.keep(act, identity, held_on, Register(register), note, concerns)
        except Refused as refusal:
            form.wrong(str(refusal), AT_FAULT.get(type(refusal), "held_on"))
            return await _page(request, row, form, 409)
        return RedirectResponse(f"/assurance/cadence/{identity}?after={saved.position}", 303)

    async def _page(request: Request, row: dict[str, Any], form: Form, status: int = 200) -> Response:
        title = (await assurance.directory.site(row["site"])).title if row["site"] else "The whole provider"
        slots = await opened(assurance.mapper.keys, await assurance.standing.slots(row["id"]), "note")
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "assurance/cadence.html",
            status,
            round=round_words(row, title, local_day(assurance.clock.now())),
            slots=[_slot(each) for each in slots],
            in_all=slots[0]["in_all"] if slots else 0,
            books=Register.choices(),
            form=form,
        )


def _slot(row: dict[str, Any]) -> dict[str, Any]:
    """One time it was to be held, in words."""
    held: date | None = row["held_on"]
    book = Register(row["register"]).label if row["register"] else ""
    late = "Recorded after the day had passed. " if held and row["missed_on"] else ""
    return {
        "starts": row["starts"],
        "held": held,
        "book": book,
        "note": f"{late}{row['note']}",
        "due": row["missed_on"],
    }
