"""The page at /assurance/signs: early signs to put on record, what has fired because of what, and what followed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from libs.domain import Refused
from libs.reading import opened
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.assurance.application import Assurance, concerned
from services.assurance.domain.refusals import NoSuchRecord, NoteNamesSomebody
from services.assurance.pages.places import Offer, offered
from services.assurance.pages.words import firing_words
from services.assurance.projection.vigilance import PAGE

Me = Annotated[SignedIn, Depends(signed_in)]
Page = Annotated[int, Query(ge=1, le=10_000)]
MOST = 1_000
AT_FAULT: dict[type[Refused], str] = {NoSuchRecord: "concerns", NoteNamesSomebody: "note"}


def add(router: APIRouter, assurance: Assurance) -> None:
    """The page of signs and triggers."""

    @router.get("/assurance/signs")
    async def show(request: Request, me: Me, after: int = 0, page: Page = 1, site: str = "") -> Response:
        await assurance.vigilance.reached("assurance", after)
        typed = {"site": site, "noted_on": assurance.today().isoformat(), "times": "1"}
        return await _page(request, me, Form(typed), page=page)

    @router.post("/assurance/signs")
    async def notice(request: Request, me: Me) -> Response:
        form = await Form.of(request)
        chosen = form.one_of(
            "sign", [value for value, _ in (await _offer(assurance, me, form)).choices], "Choose what you noticed."
        )
        times = form.whole_number("times", 1, MOST, "Enter how often you noticed it.")
        on = form.day("noted_on", "Enter the day.")
        note = form.text("note", longest=2000)
        if chosen is None or times is None or on is None or not form.ok:
            return await _page(request, me, form, status=422)
        site, _, sign = chosen.partition("/")
        try:
            act = act_of_form(me, form.value("key"))
            concerns = await concerned(assurance, me.scope, form.value("concerns"), site)
            saved = await assurance.note_a_sign(act, site, sign, times, on, note, concerns)
        except Refused as refusal:
            form.wrong(str(refusal), AT_FAULT.get(type(refusal), "sign"))
            return await _page(request, me, form, status=409)
        return RedirectResponse(f"/assurance/signs?after={saved.position}", 303)

    @router.post("/assurance/signs/{firing}")
    async def follow(request: Request, me: Me, firing: UUID) -> Response:
        found = await assurance.vigilance.firing(firing)
        if found is None:
            raise NotFound("Nothing fired under this address. Choose one from the list.")
        await within(assurance.directory, me, found["site"])
        form = await Form.of(request)
        how = form.text("how", "Say in a sentence what was done.", 4000)
        if not form.ok:
            return await _page(request, me, form, str(firing), status=422)
        try:
            saved = await assurance.follow_a_trigger(act_of_form(me, form.value("key")), found["watch"], firing, how)
        except Refused as refusal:
            form.wrong(str(refusal), "how")
            return await _page(request, me, form, str(firing), status=409)
        return RedirectResponse(f"/assurance/signs?after={saved.position}", 303)

    async def _page(
        request: Request, me: SignedIn, form: Form, failed: str = "", page: int = 1, status: int = 200
    ) -> Response:
        titles = {each.site_id: each.title for each in await sites_of(assurance.directory, me)}
        owed = await assurance.vigilance.firings(list(titles), owed=True, offset=(page - 1) * PAGE, limit=PAGE + 1)
        done = await assurance.vigilance.firings(list(titles), owed=False, limit=10) if page == 1 else []
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "assurance/signs.html",
            status,
            owed=[firing_words(each, titles[each["site"]], assurance.today()) for each in owed[:PAGE]],
            done=[
                firing_words(each, titles[each["site"]], assurance.today())
                for each in await opened(assurance.mapper.keys, done, "how")
            ],
            done_in_all=done[0]["in_all"] if done else 0,
            owed_in_all=owed[0]["in_all"] if owed else 0,
            signs=[row | {"place": titles[row["site"]]} for row in await assurance.vigilance.signs(list(titles))],
            offer=await _offer(assurance, me, form),
            previous=f"/assurance/signs?page={page - 1}" if page > 1 else "",
            next=f"/assurance/signs?page={page + 1}" if len(owed) > PAGE else "",
            many=len(titles) > 1,
            form=form,
            failed=failed,
        )


async def _offer(assurance: Assurance, me: SignedIn, form: Form) -> Offer:
    site = form.value("sign").partition("/")[0] or form.value("site")
    return await offered(await sites_of(assurance.directory, me), site, assurance.early_signs)
