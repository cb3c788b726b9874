"""Weighing an opportunity: the facts, what the rules propose for them, and what a manager decides, with the reason."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import DutyRecipient, OpportunityKind, ResponseKind, Role, Theme
from libs.domain import Refused
from libs.rules import Proposal
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.application import Choice, Intake, require_weigher
from services.intake.domain import Opportunity
from services.intake.pages.facts import YES, answers, questions, typed
from services.intake.pages.opportunity import described, found

Me = Annotated[SignedIn, Depends(signed_in)]
NONE = "none"
RESPONSES = [*ResponseKind.choices(), (NONE, "No review of its own; record the duties only")]
CHANGED = (
    "Your answers led to other proposals than those you had seen. Look through them once more, then decide. "
    "What you entered is kept."
)


WHY_NOT = "Say why this does not apply here."


def add(router: APIRouter, intake: Intake) -> None:
    """The page on which an opportunity is weighed."""

    @router.get("/intake/{journey}/triage")
    async def weigh(request: Request, me: Me, journey: UUID) -> Response:
        opportunity = await found(intake, me, journey)
        require_weigher(act_of_form(me, ""))
        shown = Form(typed(opportunity.facts) | {"themes": opportunity.themes})
        return await _page(request, opportunity, shown, opportunity.facts)

    @router.post("/intake/{journey}/triage")
    async def decide(request: Request, me: Me, journey: UUID) -> Response:
        opportunity = await found(intake, me, journey)
        form = await Form.of(request)
        require_weigher(act_of_form(me, ""))
        facts = answers(form, opportunity.kind, later=True)
        proposals = await intake.proposals(opportunity, facts)
        if form.value("do") == "propose":
            return await _page(request, opportunity, form, facts, 200 if form.ok else 422)
        response = form.one_of("response", dict(RESPONSES), "Choose how the team will learn from it.")
        reason = form.text("rationale", "Say why, in a sentence that someone else will understand later.", 4000)
        themes = form.some_of("themes", set(Theme))
        if form.value("seen") != _seen(proposals):
            form.wrong(CHANGED, "proposals")
        choices = _choices(form, proposals) if form.ok else []
        if not form.ok:
            return await _page(request, opportunity, form, facts, 422)
        act = act_of_form(me, form.value("key"), form.value("version"), reason)
        try:
            saved = await intake.triage(act, journey, response or NONE, choices, facts, themes)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _page(request, opportunity, form, facts, 409)
        return RedirectResponse(f"/intake/{journey}?after={saved.position}", 303)

    async def _page(
        request: Request, it: Opportunity, form: Form, facts: dict[str, Any], status: int = 200
    ) -> Response:
        proposals = await intake.proposals(it, facts)
        site = await intake.directory.site(it.site)
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "intake/triage.html",
            status,
            it=it,
            kind=OpportunityKind(it.kind).label,
            site=site.title,
            about=described(it, reads=True)[:3],
            form=form,
            asked=questions(it.kind, later=True),
            proposals=[_shown(p, form) for p in proposals],
            others=[(rule.id, f"{rule.title} ({rule.citation})") for rule in await intake.rules_for(it)
                    if rule.id not in {p.rule_id for p in proposals}],
            seen=_seen(proposals),
            responses=RESPONSES,
            themes=Theme.choices(),
        )  # fmt: skip


def _choices(form: Form, proposals: list[Proposal]) -> list[Choice]:
    """What was answered about each proposal, and rules applied besides. Notes where a reason is missing."""
    found = []
    for each in proposals:
        agreed, name = form.value(f"agree-{each.rule_id}") == YES, f"reason-{each.rule_id}"
        found.append(Choice(each.rule_id, agreed, form.text(name, "" if agreed else WHY_NOT, 4000)))
    others = form.values("others")
    why = form.text("others_reason", "Say why they apply here." if others else "", 4000)
    return found + [Choice(rule, agreed=True, reason=why) for rule in others]


def _seen(proposals: list[Proposal]) -> str:
    return " ".join(f"{p.rule_id}@{p.rule_version}" for p in proposals)


def _shown(p: Proposal, form: Form) -> dict[str, Any]:
    name, reason = f"agree-{p.rule_id}", f"reason-{p.rule_id}"
    owed = ""
    if p.duty:
        owed = f"{Role(p.duty.owed_by).label}, to: {DutyRecipient(p.duty.owed_to).label}"
    return {
        "name": name,
        "reason": reason,
        "title": p.title,
        "kind": p.kind.label,
        "confirmed": p.confirmed,
        "citation": p.citation,
        "url": p.source_url,
        "because": p.because,
        "owed": owed,
        "what": list(p.duty.content) if p.duty else [],
        "when": p.clock.words if p.clock else "",
        "agreed": form.value(name) or YES,
    }
