"""Telling what happened: first what kind of thing it was, then one short form, then a number to keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import HarmLevel, OpportunityKind
from libs.deciding import Act
from libs.directory import Site
from libs.domain import Refused
from libs.web.asking import act_of_form
from libs.web.forms import HIDDEN, Form, typed_fields
from libs.web.phrases import LONDON
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.application import EARLY, REPORTS_ONLY, UNNAMED, Intake, Report, Word, new_word, receipt, word_of
from services.intake.pages.facts import answers, questions
from services.intake.projection import Register

Me = Annotated[SignedIn, Depends(signed_in)]

NAMED = "named"
WORD, RECEIVED = "candour_word", "/report/received"
"""The cookie in which a secret word goes to the page that shows it once, and the pages it goes to."""
KEEP = "keep"
NOT_KEPT = HIDDEN | {"do", "draft", "word"}
DATED = frozenset({OpportunityKind.INSPECTION_OR_AUDIT, OpportunityKind.PROFESSIONAL_UPDATE})
"""Kinds that often come with a date that another body set."""


def add(router: APIRouter, intake: Intake, kept: Register) -> None:
    """The report form, what was begun of it, and its receipt."""
    _asking(router, intake)

    @router.post("/report")
    async def tell(request: Request, me: Me) -> Response:
        form = await Form.of(request)
        kind = form.one_of("kind", set(OpportunityKind)) or ""
        if not kind:
            return RedirectResponse("/report?kind=", 303)
        if form.value("do") == KEEP:
            return await keep(intake, request, me, kind, form)
        sites = await sites_of(intake.directory, me)
        told, occurred = _report(form, kind, sites, intake.clock.now(), me)
        if not form.ok:
            return await form_page(intake, request, me, kind, form, 422)
        word = word_of(form.value("word"))
        try:
            saved = await intake.raise_opportunity(_act(form, me, occurred), told, Word(word))
        except Refused as refusal:
            form.wrong(str(refusal))
            return await form_page(intake, request, me, kind, form, 409)
        if draft := named(form):
            await intake.drop_draft(me.actor_id, draft)
        sent = RedirectResponse(f"/report/received/{saved.id}?after={saved.position}", 303)
        if form.value("who") == UNNAMED and (not saved.replayed or await intake.opens(saved.id, word)):
            secure = request.url.scheme == "https"
            sent.set_cookie(WORD, word, path=RECEIVED, secure=secure, httponly=True, samesite="strict")
        return sent

    @router.get("/report/received/{journey}")
    async def received(request: Request, me: Me, journey: UUID, after: int = 0) -> Response:
        await kept.reached("intake", after)
        row = await kept.one(journey) or {}
        sites = {site.site_id: site.title for site in await sites_of(intake.directory, me)}
        word = request.cookies.get(WORD, "")
        page = _shell(request).page(
            request,
            "intake/receipt.html",
            number=receipt(journey),
            word=word,
            site=sites.get(row.get("site", ""), ""),
            safe=row.get("is_safe", True),
            onward=f"/intake/{journey}" if row.get("site") in sites and me.role not in REPORTS_ONLY else "",
        )
        if word:
            page.delete_cookie(WORD, path=RECEIVED)
        return page


def _asking(router: APIRouter, intake: Intake) -> None:
    @router.get("/report")
    async def ask(request: Request, me: Me, kind: str = "") -> Response:
        if kind not in set(OpportunityKind):
            form = Form()
            if "kind" in request.query_params:
                form.wrong("Choose what kind of thing it was. If you are not sure, choose the nearest.", "kind")
            drafts = [(each, OpportunityKind(each.kind).label) for each in await intake.drafts_of(me.actor_id)]
            return _shell(request).page(
                request, "intake/report_kind.html", form=form, kinds=OpportunityKind.choices(), drafts=drafts
            )
        return await form_page(intake, request, me, kind, Form({"who": NAMED}))

    @router.get("/report/draft/{draft}")
    async def go_on(request: Request, me: Me, draft: UUID) -> Response:
        begun = await intake.draft(me.actor_id, draft)
        return await form_page(intake, request, me, begun.kind, Form(begun.typed | {"draft": [str(draft)]}))

    @router.post("/report/draft/{draft}/drop")
    async def drop(me: Me, draft: UUID) -> Response:
        await intake.drop_draft(me.actor_id, draft)
        return RedirectResponse("/report", 303)


async def form_page(
    intake: Intake, request: Request, me: SignedIn, kind: str, form: Form, status: int = 200
) -> Response:
    """The short form of a kind, with what was typed in it so far."""
    sites = await sites_of(intake.directory, me)
    return _shell(request).page(
        request,
        "intake/report.html",
        status,
        form=form,
        kind=OpportunityKind(kind),
        sites=[(site.site_id, site.title) for site in sites],
        asked=questions(kind),
        dated=kind in DATED,
        good=kind == OpportunityKind.COMPLIMENT,
        word=form.value("word") or new_word(),
    )


async def keep(intake: Intake, request: Request, me: SignedIn, kind: str, form: Form) -> Response:
    """Keep what was typed so far, instead of sending it."""
    typed = typed_fields(await request.form())
    try:
        await intake.keep_draft(
            me.actor_id, kind, {name: said for name, said in typed.items() if name not in NOT_KEPT}, named(form)
        )
    except Refused as refusal:
        form.wrong(str(refusal))
        return await form_page(intake, request, me, kind, form, 409)
    return RedirectResponse("/report", 303)


def named(form: Form) -> UUID | None:
    """The draft that a form was opened from, if it was."""
    try:
        return UUID(form.value("draft"))
    except ValueError:
        return None


def _report(form: Form, kind: str, sites: list[Site], now: datetime, me: SignedIn) -> tuple[Report, datetime | None]:
    site = sites[0].site_id if len(sites) == 1 else form.one_of("site", [s.site_id for s in sites], "Choose the site.")
    occurred = form.moment("occurred", LONDON, "Say when it happened. Your best estimate is enough.")
    if occurred and occurred > now + EARLY:
        form.wrong("This time has not come yet. Enter when it happened or was noticed.", "occurred")
    who = form.one_of("who", (NAMED, UNNAMED), "Choose whether your name goes with this.")
    facts = answers(form, kind)
    if who == NAMED:
        facts["reporter_known"] = True
    report = Report(
        site=site or "",
        kind=kind,
        summary=form.text("summary", "Say in a sentence or two what happened.", 4000),
        immediate_action=form.text("immediate_action", longest=4000),
        harm_level=str(facts.get("harm_level", HarmLevel.UNKNOWN)),
        person_name=form.text("person_name", longest=200),
        reporter=me.label if who == NAMED else "",
        facts=facts,
        due_on=form.day("due_on"),
    )
    return report, occurred


def _act(form: Form, me: SignedIn, occurred: datetime | None) -> Act:
    """Whoever asks not to be named is not named anywhere: not as the reporter and not as the one who acts."""
    act = replace(act_of_form(me, form.value("key")), occurred=occurred)
    return replace(act, actor=UNNAMED, role="") if form.value("who") == UNNAMED else act


def _shell(request: Request) -> Shell:
    shell: Shell = request.app.state.shell
    return shell
