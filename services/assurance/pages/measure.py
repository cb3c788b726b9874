"""The page at /assurance/measure/{id}: a measure's months at a site, each with its breaches, and a check by hand."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from libs.calendar import local_day
from libs.domain import Refused
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import within
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.assurance.application import Assurance
from services.assurance.domain.figures import month_after, month_of
from services.assurance.pages.words import journeys_of, measured

Me = Annotated[SignedIn, Depends(signed_in)]


def add(router: APIRouter, assurance: Assurance) -> None:
    """The measure's page and its form."""

    @router.get("/assurance/measure/{identity}")
    async def show(request: Request, me: Me, identity: UUID, after: int = 0) -> Response:
        await assurance.standing.reached("assurance", after)
        return await _page(request, me, identity, Form())

    @router.post("/assurance/measure/{identity}")
    async def check(request: Request, me: Me, identity: UUID) -> Response:
        row = await _found(assurance, me, identity)
        form = await Form.of(request)
        months = [value for value, _ in _months(row, local_day(assurance.clock.now()))]
        chosen = form.one_of("period", months, "Choose the month to check.")
        if chosen:
            try:
                act = act_of_form(me, form.value("key"))
                saved = await assurance.check_now(act, identity, date.fromisoformat(chosen))
                return RedirectResponse(f"/assurance/measure/{identity}?after={saved.position}", 303)
            except Refused as refusal:
                form.wrong(str(refusal), "period")
                return await _page(request, me, identity, form, 409)
        return await _page(request, me, identity, form, 422)

    async def _page(request: Request, me: SignedIn, identity: UUID, form: Form, status: int = 200) -> Response:
        row = await _found(assurance, me, identity)
        figures = await assurance.standing.figures(identity)
        references = await assurance.cases.references(journeys_of(figures))
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "assurance/measure.html",
            status,
            measure=row,
            site=(await assurance.directory.site(row["site"])).title,
            figures=[measured(each, references) for each in figures],
            in_all=figures[0]["in_all"] if figures else 0,
            months=_months(row, local_day(assurance.clock.now())),
            form=form,
        )


async def _found(assurance: Assurance, me: SignedIn, identity: UUID) -> dict[str, Any]:
    row = await assurance.standing.measure(identity)
    if row is None:
        raise NotFound("There is no such measure. Choose one from the list of your measures.")
    await within(assurance.directory, me, row["site"])
    return row


def _months(row: dict[str, Any], today: date) -> list[tuple[str, str]]:
    """The last twelve months that are over and in which the measure applied, latest first."""
    ended = [month_after(month_of(today), -back) for back in range(1, 13)]
    return [(month.isoformat(), f"{month:%B %Y}") for month in ended if month >= row["first_period"]]
