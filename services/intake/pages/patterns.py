"""What the rules propose to look at together, each with its evidence, and what somebody makes of it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import OpportunityKind, Place
from libs.domain import Refused
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.application import Intake
from services.intake.domain.pattern import Candidate
from services.intake.pages.register import state
from services.intake.projection import Patterns, Register

Me = Annotated[SignedIn, Depends(signed_in)]


def add(router: APIRouter, intake: Intake, kept: Register, seen: Patterns) -> None:
    """The list of proposed patterns, and the two decisions about each."""

    @router.get("/intake/patterns")
    async def proposed(request: Request, me: Me, after: int = 0) -> Response:
        await seen.reached("intake", after)
        return await _page(request, me, Form())

    @router.post("/intake/patterns/{pattern}/{action}")
    async def decide(request: Request, me: Me, pattern: UUID, action: str) -> Response:
        if action not in {"recognise", "set-aside"}:
            raise HTTPException(404)
        form = await Form.of(request)
        why = form.text(f"why-{pattern}", "Say why, in a sentence that someone else will understand later.", 4000)
        if not form.ok:
            return await _page(request, me, form, 422)
        act = act_of_form(me, form.value("key"), rationale=why)
        try:
            if action == "set-aside":
                saved = await intake.set_pattern_aside(act, pattern)
                return RedirectResponse(f"/intake/patterns?after={saved.position}", 303)
            saved = await intake.recognise_pattern(act, pattern)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _page(request, me, form, 409)
        begun = saved.detail.get("opportunity", "")
        return RedirectResponse(f"/intake/{begun}?after={saved.position}" if begun else "/intake/patterns", 303)

    async def _page(request: Request, me: SignedIn, form: Form, status: int = 200) -> Response:
        found = await intake.proposed_patterns(act_of_form(me, ""))
        rows = {row["journey"]: row for row in await kept.several([j for each in found for j in each.journeys])}
        sites = {site.site_id: site.title for site in await intake.directory.sites_within(me.scope)}
        shell: Shell = request.app.state.shell
        shown = [_shown(each, rows, sites) for each in found]
        return shell.page(request, "intake/patterns.html", status, form=form, patterns=shown)


def _shown(each: Candidate, rows: dict[UUID, dict[str, Any]], sites: dict[str, str]) -> dict[str, Any]:
    return {
        "id": each.id,
        "title": each.rule.title,
        "where": _where(each, sites),
        "at_least": each.rule.at_least,
        "days": each.rule.within_days,
        "evidence": [_line(row, sites) for journey in each.journeys if (row := rows.get(journey))],
    }


def _where(each: Candidate, sites: dict[str, str]) -> str:
    last = each.evidence[-1]
    if each.rule.shared == "provider":
        return "At all the sites you cover"
    site = sites.get(last.site, "")
    return f"{site}: {Place(last.place).label.lower()}" if each.rule.shared == "place" else site


def _line(row: dict[str, Any], sites: dict[str, str]) -> dict[str, Any]:
    return {
        "href": f"/intake/{row['journey']}",
        "kind": OpportunityKind(row["kind"]).label,
        "site": sites.get(row["site"], ""),
        "occurred": row["occurred"],
        "reference": row["reference"],
        "state": state(row["response"], closed=row["closed"]),
    }
