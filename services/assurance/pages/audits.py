"""The pages at /assurance/audits: what is looked at, the sample that was drawn, each look, and what was found."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
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
from services.assurance.application import MOST_RECORDS, Assurance
from services.assurance.domain.figures import month_after, month_of
from services.assurance.pages.places import Offer, offered
from services.assurance.pages.words import audit_figures
from services.assurance.projection.vigilance import PAGE

Me = Annotated[SignedIn, Depends(signed_in)]
Page = Annotated[int, Query(ge=1, le=10_000)]
ANSWERS = [("yes", "Yes"), ("no", "No"), ("not_applicable", "Does not apply")]
LONGEST = 4000


def add(router: APIRouter, assurance: Assurance) -> None:
    """The list of audits, and one audit."""
    _list(router, assurance)
    _one(router, assurance)


def _list(router: APIRouter, assurance: Assurance) -> None:
    @router.get("/assurance/audits")
    async def show(request: Request, me: Me, after: int = 0, page: Page = 1, site: str = "") -> Response:
        await assurance.vigilance.reached("assurance", after)
        return await _page(request, me, Form({"site": site}), page)

    @router.post("/assurance/audits")
    async def draw(request: Request, me: Me) -> Response:
        form = await Form.of(request)
        choices = [value for value, _ in (await _offer(me, form)).choices]
        chosen = form.one_of("tool", choices, "Choose the audit and the site.")
        month = form.one_of("period", [value for value, _ in _months()], "Choose the month.")
        records = form.whole_number("records", 0, MOST_RECORDS)
        if not form.ok or chosen is None or month is None:
            return await _page(request, me, form, 1, 422)
        site, _, tool = chosen.partition("/")
        try:
            act = act_of_form(me, form.value("key"))
            saved = await assurance.draw_a_round(act, site, tool, date.fromisoformat(month), records or 0)
        except Refused as refusal:
            form.wrong(str(refusal), "tool")
            return await _page(request, me, form, 1, 409)
        return RedirectResponse(f"/assurance/audits/{saved.id}?after={saved.position}", 303)

    def _months() -> list[tuple[str, str]]:
        this = month_of(assurance.today())
        return [(month_after(this, -n).isoformat(), f"{month_after(this, -n):%B %Y}") for n in range(6)]

    async def _offer(me: SignedIn, form: Form) -> Offer:
        site = form.value("tool").partition("/")[0] or form.value("site")
        return await offered(await sites_of(assurance.directory, me), site, assurance.tools)

    async def _page(request: Request, me: SignedIn, form: Form, page: int, status: int = 200) -> Response:
        titles = {each.site_id: each.title for each in await sites_of(assurance.directory, me)}
        rows = await assurance.vigilance.audits(list(titles), (page - 1) * PAGE, PAGE + 1)
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "assurance/audits.html",
            status,
            audits=[row | {"place": titles[row["site"]], "month": f"{row['period']:%B %Y}"} for row in rows[:PAGE]],
            previous=f"/assurance/audits?page={page - 1}" if page > 1 else "",
            next=f"/assurance/audits?page={page + 1}" if len(rows) > PAGE else "",
            offer=await _offer(me, form),
            months=_months(),
            form=form,
        )


def _one(router: APIRouter, assurance: Assurance) -> None:
    @router.get("/assurance/audits/{audit}")
    async def show(request: Request, me: Me, audit: UUID, after: int = 0, look: str = "") -> Response:
        await assurance.vigilance.reached("assurance", after)
        return await _page(request, me, audit, Form({"reference": look}))

    @router.post("/assurance/audits/{audit}")
    async def take_a_look(request: Request, me: Me, audit: UUID) -> Response:
        found = await _found(me, audit)
        form = await Form.of(request)
        reference = form.text("reference", "Choose which one you looked at.", 100)
        codes = [code for code, _ in ANSWERS]
        answers = {each["id"]: form.one_of(each["id"], codes, "Answer this check.") for each in found["tool"]["checks"]}
        note = form.text("note", longest=LONGEST)
        if not form.ok:
            return await _page(request, me, audit, form, 422)
        try:
            act = act_of_form(me, form.value("key"))
            saved = await assurance.look_at(act, audit, reference, {n: a or "" for n, a in answers.items()}, note)
        except Refused as refusal:
            form.wrong(str(refusal), "reference")
            return await _page(request, me, audit, form, 409)
        return RedirectResponse(f"/assurance/audits/{audit}?after={saved.position}", 303)

    @router.post("/assurance/audits/{audit}/closing")
    async def close(request: Request, me: Me, audit: UUID) -> Response:
        await _found(me, audit)
        form = await Form.of(request)
        try:
            saved = await assurance.close_a_round(act_of_form(me, form.value("key")), audit)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _page(request, me, audit, form, 409)
        return RedirectResponse(f"/assurance/audits/{audit}?after={saved.position}", 303)

    async def _found(me: SignedIn, audit: UUID) -> dict[str, Any]:
        found = await assurance.vigilance.audit(audit)
        if found is None:
            raise NotFound("There is no such audit. Choose one from the list.")
        await within(assurance.directory, me, found["site"])
        return found

    async def _page(request: Request, me: SignedIn, audit: UUID, form: Form, status: int = 200) -> Response:
        row = await _found(me, audit)
        seen = [each for each in row["looks"] if row["closed"] or each["rater"] == me.actor_id]
        looked = {(each["reference"], each["second"]): each for each in row["looks"]}
        sample = [each | _standing(each, looked, me.actor_id) for each in row["sample"]]
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "assurance/audit.html",
            status,
            it=row,
            month=f"{row['period']:%B %Y}",
            site=(await assurance.directory.site(row["site"])).title,
            sample=sample,
            waiting=[(each["reference"], each["reference"]) for each in sample if each["mine_to_look"]],
            looks=await opened(assurance.mapper.keys, seen, "note"),
            left=sum(1 for each in sample if each["waits"]),
            figures=audit_figures(row["figures"]),
            answers=ANSWERS,
            form=form,
        )


def _standing(each: dict[str, Any], looked: dict[tuple[str, bool], dict[str, Any]], me: str) -> dict[str, Any]:
    first, second = looked.get((each["reference"], False)), looked.get((each["reference"], True))
    waits = first is None or (each["twice"] and second is None)
    mine = first is None or (each["twice"] and second is None and first["rater"] != me)
    words = "looked at" if first else "not looked at yet"
    if each["twice"]:
        words = f"{words}; second look {'taken' if second else 'to be taken by someone else'}"
    return {"waits": waits, "mine_to_look": mine, "words": words}
