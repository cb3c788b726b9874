"""One action: where it stands, and each next step, or the reason why it cannot be taken now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import EvidenceSource
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.reading import opened
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.action.application import NOT_LEADING, Actions
from services.action.domain.action import TO_BE_MADE, State
from services.action.domain.terms import NAMED
from services.action.pages.people import chosen, shown_people, team_to_name
from services.action.pages.plan import REASON
from services.action.pages.shown import action_for, shown, titles
from services.action.projection import Plans
from services.action.projection.plans import ACTION_WORDS

Me = Annotated[SignedIn, Depends(signed_in)]
Take = Callable[[Actions, Act, UUID, Form], Awaitable[Saved | None]]
OFFERED = {
    State.AGREED: ("start", "block", "extend", "hand-over", "withdraw"),
    State.STARTED: ("implement", "block", "extend", "hand-over", "withdraw"),
    State.IMPLEMENTED: ("verify", "send-back", "withdraw"),
}


def add(router: APIRouter, actions: Actions, plans: Plans) -> None:
    """The page of one action and its steps."""

    @router.get("/action/{journey}/{action}")
    async def show(request: Request, me: Me, journey: UUID, action: UUID, after: int = 0) -> Response:
        await plans.reached("action", after)
        return await _page(request, me, journey, action, Form())

    @router.post("/action/{journey}/{action}/{step}")
    async def take(request: Request, me: Me, journey: UUID, action: UUID, step: str) -> Response:
        if step not in TAKEN:
            raise HTTPException(404)
        await action_for(actions, me, journey, action)
        form = await Form.of(request)
        try:
            saved = await TAKEN[step](actions, act_of_form(me, form.value("key"), form.value("version")), action, form)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _page(request, me, journey, action, form, step, 409)
        if saved is None:
            return await _page(request, me, journey, action, form, step, 422)
        back = f"/action/{journey}" if step in {"verify", "withdraw"} else f"/action/{journey}/{action}"
        return RedirectResponse(f"{back}?after={saved.position}", 303)

    async def _page(
        request: Request, me: SignedIn, journey: UUID, action: UUID, form: Form, failed: str = "", status: int = 200
    ) -> Response:
        found = await action_for(actions, me, journey, action)
        row = await plans.action(action, actions.today())
        if row is None:
            raise NotFound("This action was agreed a moment ago. Open the page again.")
        (words,) = await opened(actions.mapper.keys, [row], *ACTION_WORDS)
        measures = {each.id: each.title for each in await actions.measures(found.site)}
        posts = await titles(actions, found.site)
        steps = [("unblock" if found.blocked and each == "block" else each) for each in OFFERED.get(found.state, ())]
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "action/one.html",
            status,
            it=shown(words, posts),
            version=found.version,
            site=(await actions.directory.site(found.site)).title,
            measure=measures.get(row["measure_id"], row["measure_id"]),
            steps=steps,
            why_not=await actions.not_possible(act_of_form(me, ""), found),
            told=[
                (each["told"], [posts.get(post, post) for post in each["posts"]], each["reminder"])
                for each in await plans.told_late(action, row["due"])
            ],
            posts=[(post, title) for post, title in posts.items() if post != found.owner_post],
            names_what=found.change_kind in NAMED,
            per_person=found.per_person and found.state in TO_BE_MADE,
            people=await shown_people(actions, found.site, await plans.participants(action)),
            team=await team_to_name(actions, found.site, await plans.participants(action)),
            leads=me.role not in NOT_LEADING,
            offered=Form({"implemented_on": actions.today().isoformat()}),
            taken=Form({"took_part_on": actions.today().isoformat()}),
            sources=EvidenceSource.choices(),
            form=form,
            failed=failed,
        )


async def _start(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    return await actions.start(act, action)


async def _block(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    because = form.text("block_because", "Say what stands in the way.", 4000)
    return await actions.block(act, action, because) if form.ok else None


async def _unblock(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    return await actions.unblock(act, action)


async def _extend(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    due = form.day("extend_due", "Enter the new day.")
    because = form.text("extend_because", REASON, 4000)
    return await actions.extend(act, action, due, because) if form.ok and due else None


async def _implement(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    on = form.day("implemented_on", "Enter the day the change was made.")
    kind = form.one_of("evidence_kind", set(EvidenceSource), "Choose where the proof can be found.")
    words = form.text("evidence", "Say what shows that the change was made, and where it can be found.", 4000)
    named = form.text("named", longest=4000)
    return await actions.implement(act, action, on, kind, words, named) if form.ok and on and kind else None


async def _hand_over(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    post = form.text("owner_post", "Choose the post that will see it through.", 100)
    because = form.text("hand_over_because", REASON, 4000)
    return await actions.hand_over(act, action, post, because) if form.ok else None


async def _name(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    people = chosen(form, "people", "Tick at least one person.")
    return await actions.name_people(act, action, people) if form.ok else None


async def _take_part(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    person, on = chosen(form, "person", "Choose who took part."), form.day("took_part_on", "Enter the day.")
    return await actions.take_part(act, action, person[0], on) if form.ok and on else None


async def _excuse(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    person, because = chosen(form, "excused", "Choose whom."), form.text("excuse_because", REASON, 4000)
    return await actions.excuse(act, action, person[0], because) if form.ok else None


async def _verify(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    seen = form.text("seen", "Say in a sentence what you saw.", 4000)
    return await actions.verify(act, action, seen) if form.ok else None


async def _send_back(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    because = form.text("send_back_because", "Say what is not there yet.", 4000)
    return await actions.send_back(act, action, because) if form.ok else None


async def _withdraw(actions: Actions, act: Act, action: UUID, form: Form) -> Saved | None:
    because = form.text("withdraw_because", REASON, 4000)
    return await actions.withdraw(act, action, because) if form.ok else None


TAKEN: dict[str, Take] = {
    "start": _start,
    "block": _block,
    "unblock": _unblock,
    "extend": _extend,
    "implement": _implement,
    "hand-over": _hand_over,
    "people": _name,
    "took-part": _take_part,
    "excused": _excuse,
    "verify": _verify,
    "send-back": _send_back,
    "withdraw": _withdraw,
}
