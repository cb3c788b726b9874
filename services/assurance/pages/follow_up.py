"""The page at /assurance/{journey}: the five states of a change with their proofs, and the form of who went and looked."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import ClosureState, EvidenceSource
from libs.domain import Refused
from libs.reading import opened
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.assurance.application import Assurance
from services.assurance.domain.inspection import four, is_triangulated, standing_of, triangle
from services.assurance.pages.words import observed, review_words, states, verdict_words

Me = Annotated[SignedIn, Depends(signed_in)]
LONGEST = 4000


def add(router: APIRouter, assurance: Assurance) -> None:
    """The follow-up's page and its two forms."""

    @router.get("/assurance/{journey}")
    async def show(request: Request, me: Me, journey: UUID, after: int = 0) -> Response:
        await assurance.standing.reached("assurance", after)
        return await _page(request, me, journey, Form())

    @router.post("/assurance/{journey}")
    async def observe(request: Request, me: Me, journey: UUID) -> Response:
        await _found(assurance, me, journey)
        form = await Form.of(request)
        of = form.whole_number("of", least=1, missing="Enter how often you looked.")
        seen = form.whole_number("seen", missing="Enter how often you saw it done the new way.")
        kind = form.one_of("source_kind", list(EvidenceSource), "Choose where you looked.")
        note = form.text("note", longest=LONGEST)
        if of is None or seen is None or kind is None or not form.ok:
            return await _page(request, me, journey, form, 422)
        try:
            act = act_of_form(me, form.value("key"))
            saved = await assurance.observe(act, journey, seen, of, EvidenceSource(kind), note)
        except Refused as refusal:
            form.wrong(str(refusal), "seen")
            return await _page(request, me, journey, form, 409)
        return RedirectResponse(f"/assurance/{journey}?after={saved.position}", 303)

    @router.post("/assurance/{journey}/lapse")
    async def report_lapse(request: Request, me: Me, journey: UUID) -> Response:
        await _found(assurance, me, journey)
        form = await Form.of(request)
        state = form.one_of("state", list(ClosureState), "Choose what no longer holds.")
        because = form.text("because", "Say in a sentence what you saw.", LONGEST)
        if state is None or not form.ok:
            return await _page(request, me, journey, form, 422)
        try:
            act = act_of_form(me, form.value("key"), rationale=because)
            saved = await assurance.report_lapse(act, journey, state)
        except Refused as refusal:
            form.wrong(str(refusal), "state")
            return await _page(request, me, journey, form, 409)
        return RedirectResponse(f"/assurance/{journey}?after={saved.position}", 303)

    async def _page(request: Request, me: SignedIn, journey: UUID, form: Form, status: int = 200) -> Response:
        row = await _found(assurance, me, journey)
        looked = await opened(assurance.mapper.keys, row["observations"], "note")
        titles = {each["measure_id"]: each["title"] for each in await assurance.standing.measures([row["site"]])}
        mine = {each.site_id: each.title for each in await sites_of(assurance.directory, me)}
        said = states(row["states"])
        known = standing_of(row, await assurance.cases.reached_by(journey))
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "assurance/follow_up.html",
            status,
            it=row,
            site=(await assurance.directory.site(row["site"])).title,
            states=said,
            four=four(known),
            triangle=triangle(known),
            triangulated=is_triangulated(known),
            slippable=[(each["code"], each["label"]) for each in said if each["held"]],
            verdicts=[verdict_words(each, titles.get(each["measure_id"], "Measure"), mine) for each in row["verdicts"]],
            reviews=[review_words(each, titles) for each in row["reviews"]],
            expected=[each for each in row["effects"] if each["expected"]],
            looked=[observed(each) for each in looked],
            sources=EvidenceSource.choices(),
            form=form,
        )


async def _found(assurance: Assurance, me: SignedIn, journey: UUID) -> dict[str, Any]:
    row = await assurance.standing.follow_up(journey)
    if row is None:
        raise NotFound(
            "Nothing is followed up here yet. It begins when every agreed action has been made and verified."
        )
    await within(assurance.directory, me, row["site"])
    return row
