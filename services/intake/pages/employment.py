"""Matters of employment after an allegation: a page of its own, for those who answer for the service's staff."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import AllegationOutcome, EmploymentStep
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.reading import opened
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.application import Intake
from services.intake.domain import Opportunity
from services.intake.pages.opportunity import REASON, found

Me = Annotated[SignedIn, Depends(signed_in)]
Decide = Callable[[Intake, Act, Opportunity, Form], Awaitable[Saved | None]]


def add(router: APIRouter, intake: Intake) -> None:
    """The page, and what can be recorded there."""

    @router.get("/intake/employment/{journey}")
    async def show(request: Request, me: Me, journey: UUID) -> Response:
        return await _page(request, me, journey, Form())

    @router.post("/intake/employment/{journey}/{action}")
    async def decide(request: Request, me: Me, journey: UUID, action: str) -> Response:
        if action not in DECIDED:
            raise HTTPException(404)
        opportunity = await found(intake, me, journey)
        form = await Form.of(request)
        act = act_of_form(me, form.value("key"), rationale=form.value("reason").strip())
        try:
            saved = await DECIDED[action](intake, act, opportunity, form)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _page(request, me, journey, form, action, 409)
        if saved is None:
            return await _page(request, me, journey, form, action, 422)
        return RedirectResponse(f"/intake/employment/{journey}?after={saved.position}", 303)

    async def _page(
        request: Request, me: SignedIn, journey: UUID, form: Form, failed: str = "", status: int = 200
    ) -> Response:
        opportunity = await found(intake, me, journey)
        allegation = await intake.allegation_of(opportunity, me.role)
        steps = allegation.steps if allegation else []
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "intake/employment.html",
            status,
            it=opportunity,
            form=form,
            failed=failed,
            subjects=list(allegation.subjects.items()) if allegation else [],
            taken=[(EmploymentStep(step).label, day, words) for step, day, words in steps],
            outcome=AllegationOutcome(allegation.outcome).label if allegation and allegation.outcome else "",
            people=await _people(intake, opportunity.site),
            steps=EmploymentStep.choices(),
            outcomes=AllegationOutcome.choices(),
        )


async def _people(intake: Intake, site: str) -> list[tuple[str, str]]:
    """Those who hold a post at the site, by name and post."""
    posts = {post.post_id: post.title for post in await intake.directory.posts(f"site:{site}")}
    held = [row | {"post": post} for post in posts for row in await intake.directory.holders(post)]
    named = await opened(intake.mapper.keys, held, "name")
    people = [(f"person:{row['person_id']}", f"{row['name']}, {posts[row['post']]}") for row in named]
    return sorted(people, key=lambda each: each[1])


async def _subject(intake: Intake, act: Act, it: Opportunity, form: Form) -> Saved | None:
    people = dict(await _people(intake, it.site))
    chosen = form.one_of("person", people) or ""
    name = people[chosen].rpartition(", ")[0] if chosen else form.text("name", longest=200)
    if not name:
        form.wrong("Choose somebody, or give their name.", "name")
    return await intake.name_subject(act, it.journey, chosen, name) if form.ok else None


async def _strike_out(intake: Intake, act: Act, it: Opportunity, form: Form) -> Saved | None:
    form.text("reason", REASON, 4000)
    return await intake.strike_out_subject(act, it.journey, form.value("subject")) if form.ok else None


async def _step(intake: Intake, act: Act, it: Opportunity, form: Form) -> Saved | None:
    step = form.one_of("step", set(EmploymentStep), "Choose what was done.")
    day = form.day("taken_on", "Enter when that was.")
    words = form.text("words", longest=4000)
    return await intake.take_employment_step(act, it.journey, step or "", day, words) if form.ok and day else None


async def _outcome(intake: Intake, act: Act, it: Opportunity, form: Form) -> Saved | None:
    outcome = form.one_of("outcome", set(AllegationOutcome), "Choose how it ended.")
    form.text("reason", REASON, 4000)
    return await intake.conclude_allegation(act, it.journey, outcome or "") if form.ok else None


DECIDED: Mapping[str, Decide] = {
    "subject": _subject,
    "strike-out": _strike_out,
    "step": _step,
    "outcome": _outcome,
}
