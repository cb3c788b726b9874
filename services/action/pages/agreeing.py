"""Answering a factor: agree an action for it, or say why there is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import ChangeKind, Role, Strength
from libs.domain import Refused
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.action.application import Actions, require_leader
from services.action.domain.action import Terms
from services.action.domain.plan import Plan
from services.action.pages.shown import category, plan_for

Me = Annotated[SignedIn, Depends(signed_in)]
USUAL_DAYS = 28
"""The due date a new action is offered with: four weeks, to be set as it fits."""
KINDS = [(kind.value, f"{kind.label} ({kind.usual_strength.label.lower()})") for kind in ChangeKind]
NO_FACTOR = "none"


def add(router: APIRouter, actions: Actions) -> None:
    """The page on which an action is agreed, or a factor left with a reason."""

    @router.get("/action/{journey}/agree")
    async def offer(request: Request, me: Me, journey: UUID, factor: str = "") -> Response:
        plan = await plan_for(actions, me, journey)
        require_leader(act_of_form(me, ""))
        return await _page(request, plan, await _defaults(me, plan, factor))

    @router.post("/action/{journey}/agree")
    async def agree(request: Request, me: Me, journey: UUID) -> Response:
        plan = await plan_for(actions, me, journey)
        form = await Form.of(request)
        terms = _terms(plan, form)
        if terms is None:
            return await _page(request, plan, form, 422)
        try:
            saved = await actions.agree(act_of_form(me, form.value("key")), journey, terms)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _page(request, plan, form, 409)
        return RedirectResponse(f"/action/{journey}?after={saved.position}", 303)

    @router.post("/action/{journey}/leave")
    async def leave(request: Request, me: Me, journey: UUID) -> Response:
        plan = await plan_for(actions, me, journey)
        form = await Form.of(request)
        factor = form.one_of("leave_factor", map(str, plan.unanswered), "Choose a factor that waits for an answer.")
        because = form.text("leave_because", "Say why no action is taken on this.", 4000)
        if not form.ok:
            return await _page(request, plan, form, 422)
        try:
            saved = await actions.leave_factor(act_of_form(me, form.value("key")), journey, UUID(factor), because)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _page(request, plan, form, 409)
        return RedirectResponse(f"/action/{journey}?after={saved.position}", 303)

    async def _defaults(me: SignedIn, plan: Plan, factor: str) -> Form:
        posts = await actions.directory.posts_above(plan.site)
        held = {each.post for each in me.posts}
        manages = {post.post_id for post in posts if post.role in {Role.REGISTERED_MANAGER, Role.SERVICE_MANAGER}}
        owner = next((p.post_id for p in posts if p.post_id in held), next(iter(sorted(manages)), ""))
        waiting = [str(each) for each in plan.unanswered]
        chosen = factor or next(iter(waiting), NO_FACTOR)
        due = actions.today() + timedelta(days=USUAL_DAYS)
        return Form(
            {
                "factor": chosen,
                "leave_factor": chosen,
                "owner_post": owner,
                "due": due.isoformat(),
                "affects_people": "",
            }
        )

    async def _page(request: Request, plan: Plan, form: Form, status: int = 200) -> Response:
        posts = await actions.directory.posts_above(plan.site)
        names = {str(id_): f"{n}. {category(each.category)}" for n, (id_, each) in enumerate(plan.factors.items(), 1)}
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "action/agree.html",
            status,
            plan=plan,
            form=form,
            factors=[*names.items(), (NO_FACTOR, "What was learned as a whole")],
            waiting=[(str(each), names[str(each)]) for each in plan.unanswered],
            kinds=KINDS,
            strengths=[(each.value, each.label, "For example: " + "; ".join(each.examples)) for each in Strength],
            posts=[(post.post_id, post.title) for post in posts],
            measures=[(each.id, each.title) for each in await actions.measures(plan.site)],
        )


def _terms(plan: Plan, form: Form) -> Terms | None:
    """The terms that were typed, or None with what is wrong noted on the form."""
    factor = form.one_of("factor", [*map(str, plan.factors), NO_FACTOR], "Choose what this answers.")
    what = form.text("what", "Say in a sentence what will be done differently.", 1000)
    kind = form.one_of("change_kind", set(ChangeKind), "Choose the kind of change.")
    owner = form.text("owner_post", "Choose the post that will see it through.", 100)
    due = form.day("due", "Enter the day by which it will be done.")
    measure = form.text("measure_id", longest=80)
    why = form.text("why_no_measure", "" if measure else "Choose a measure, or say how else you will tell.", 2000)
    effect = form.text("expected_effect", "Say what you expect to see." if measure else "", 1000)
    strength = form.one_of("strength", set(Strength)) or ""
    argued = form.text("strength_because", longest=2000)
    if not form.ok or due is None:
        return None
    return Terms(
        what=what,
        change_kind=kind or "",
        owner_post=owner,
        due=due,
        factor_id=UUID(factor) if factor and factor != NO_FACTOR else None,
        strength=strength,
        strength_because=argued,
        measure_id=measure,
        why_no_measure=why,
        expected_effect=effect,
        affects_people=form.value("affects_people") == "yes",
    )
