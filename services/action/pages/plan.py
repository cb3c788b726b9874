"""The plan of a journey: its factors with their answers, its actions, and what is decided about the plan as a whole."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from libs.domain import Refused
from libs.reading import opened
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.action.application import NOT_LEADING, Actions
from services.action.domain.plan import Plan
from services.action.pages.shown import category, plan_for, shown, titles
from services.action.projection import Plans
from services.action.projection.plans import ACTION_WORDS, PLAN_WORDS

Me = Annotated[SignedIn, Depends(signed_in)]
REASON = "Give the reason, in a sentence that someone else will understand later."


def add(router: APIRouter, actions: Actions, plans: Plans) -> None:
    """The page of one plan."""

    @router.get("/action/{journey}")
    async def show(request: Request, me: Me, journey: UUID, after: int = 0) -> Response:
        await plans.reached("action", after)
        return await _page(request, me, journey, Form())

    @router.post("/action/{journey}/{decision}")
    async def decide(request: Request, me: Me, journey: UUID, decision: str) -> Response:
        ask = {"weakness": actions.agree_weak, "reopening": actions.reopen}.get(decision)
        if ask is None:
            raise HTTPException(404)
        await plan_for(actions, me, journey)
        form = await Form.of(request)
        because = form.text(f"{decision}_because", REASON, 4000)
        if not form.ok:
            return await _page(request, me, journey, form, decision, 422)
        try:
            saved = await ask(act_of_form(me, form.value("key"), form.value("version")), journey, because)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _page(request, me, journey, form, decision, 409)
        return RedirectResponse(f"/action/{journey}?after={saved.position}", 303)

    async def _page(
        request: Request, me: SignedIn, journey: UUID, form: Form, failed: str = "", status: int = 200
    ) -> Response:
        plan = await plan_for(actions, me, journey)
        keys, today = actions.mapper.keys, actions.today()
        posts = await titles(actions, plan.site)
        rows = [shown(row, posts) for row in await opened(keys, await plans.actions_of(journey, today), *ACTION_WORDS)]
        known = {
            row["factor_id"]: row for row in await opened(keys, await plans.factors(journey), "words", "left_because")
        }
        found = await plans.plan(journey, today)
        (summary,) = await opened(keys, [found], *PLAN_WORDS) if found else (None,)
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "action/plan.html",
            status,
            plan=plan,
            site=(await actions.directory.site(plan.site)).title,
            factors=_factors(plan, known, rows, reads=me.role not in NOT_LEADING),
            besides=[row for row in rows if row["factor_id"] not in plan.factors],
            weaker_share=summary["weaker_share"] if summary else None,
            weakness_because=summary["weakness_because"] if summary and me.role not in NOT_LEADING else "",
            reopened_because=summary["reopened_because"] if summary and me.role not in NOT_LEADING else "",
            what_changed=summary["what_changed"].splitlines() if summary else [],
            leads=me.role not in NOT_LEADING,
            form=form,
            failed=failed,
        )


def _factors(
    plan: Plan, known: dict[UUID, dict[str, Any]], rows: list[dict[str, Any]], *, reads: bool
) -> list[dict[str, Any]]:
    return [
        {
            "id": factor.factor_id,
            "title": category(factor.category),
            "words": known[factor.factor_id]["words"] if reads and factor.factor_id in known else "",
            "left": known[factor.factor_id]["left_because"] if factor.factor_id in known else "",
            "actions": [row for row in rows if row["factor_id"] == factor.factor_id],
            "waits": factor.factor_id in plan.unanswered,
        }
        for factor in plan.factors.values()
    ]
