"""Whether the threshold drifts: agreement by site and quarter, and samples that are weighed again unseen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import OpportunityKind
from libs.calendar import local_day
from libs.domain import Refused
from libs.service import NotFound
from libs.statistics.agreement import Agreement
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import within
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.application import ENOUGH, THRESHOLD, Agreed, Intake, Wanted, require_weigher
from services.intake.domain import BlindSample, Opportunity
from services.intake.pages.facts import NO, YES
from services.intake.pages.opportunity import described, found
from services.intake.pages.triage import RESPONSES
from services.intake.projection import Weighings

Me = Annotated[SignedIn, Depends(signed_in)]
SIZES = [("10", "10"), ("20", "20"), ("40", "40")]
NUMBERS = 2**31


def add(router: APIRouter, intake: Intake, kept: Weighings) -> None:
    """The figures, drawing a sample, and weighing one of it again."""

    @router.get("/intake/agreement")
    async def figures(request: Request, me: Me, rule: str = THRESHOLD, after: int = 0) -> Response:
        await kept.reached("intake", after)
        return await _figures(request, intake, kept, me, Form({"rule": rule, "size": "20"}))

    @router.post("/intake/agreement")
    async def draw(request: Request, me: Me) -> Response:
        form = await Form.of(request)
        since, until = form.day("since", "Enter the first day."), form.day("until", "Enter the last day.")
        size = form.whole_number("size", 1, 40, "Choose how many.")
        seed = form.whole_number("seed", 0, NUMBERS, "Give a number to draw by.")
        if since is None or until is None or size is None or seed is None:
            return await _figures(request, intake, kept, me, form, 422)
        sites = [site.site_id for site in await intake.directory.sites_within(me.scope)]
        try:
            saved = await intake.draw_sample(
                act_of_form(me, form.value("key")), Wanted(sites, since, until, size, seed)
            )
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _figures(request, intake, kept, me, form, 409)
        return RedirectResponse(f"/intake/agreement/{saved.id}?after={saved.position}", 303)

    _samples(router, intake, kept)


def _samples(router: APIRouter, intake: Intake, kept: Weighings) -> None:
    @router.get("/intake/agreement/{sample}")
    async def one(request: Request, me: Me, sample: UUID, after: int = 0) -> Response:
        await kept.reached("intake", after)
        it = await _reached(intake, me, sample)
        rule, response = await intake.between_people(sample)
        waiting = [await intake.get(Opportunity, each) for each in it.waiting_for(me.actor_id)]
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "intake/sample.html",
            it=it,
            waiting=[(f"/intake/agreement/{sample}/{each.id}", OpportunityKind(each.kind).label, each.reference)
                     for each in waiting],
            rule=rule and _words(rule),
            response=response and _words(response),
        )  # fmt: skip

    @router.get("/intake/agreement/{sample}/{journey}")
    async def blind(request: Request, me: Me, sample: UUID, journey: UUID) -> Response:
        return await _blind(request, intake, me, sample, journey, Form())

    @router.post("/intake/agreement/{sample}/{journey}")
    async def weigh(request: Request, me: Me, sample: UUID, journey: UUID) -> Response:
        await _reached(intake, me, sample)
        form = await Form.of(request)
        applies = form.one_of("applies", (YES, NO), "Choose whether it should be raised.")
        response = form.one_of("response", dict(RESPONSES), "Choose how the team would learn from it.")
        why = form.text("rationale", "Say why, in a sentence.", 4000)
        if not form.ok:
            return await _blind(request, intake, me, sample, journey, form, 422)
        act = act_of_form(me, form.value("key"), rationale=why)
        applied = [THRESHOLD] if applies == YES else []
        try:
            saved = await intake.weigh_again(act, sample, journey, response or "", applied, {})
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _blind(request, intake, me, sample, journey, form, 409)
        return RedirectResponse(f"/intake/agreement/{sample}?after={saved.position}", 303)


async def _reached(intake: Intake, me: SignedIn, sample: UUID) -> BlindSample:
    """A sample, for a post that weighs and covers all its sites. Raises NotForThisPost, NotFound, OutOfReach."""
    require_weigher(act_of_form(me, ""))
    it = await intake.get(BlindSample, sample)
    for site in it.sites:
        await within(intake.directory, me, site)
    return it


async def _blind(
    request: Request, intake: Intake, me: SignedIn, sample: UUID, journey: UUID, form: Form, status: int = 200
) -> Response:
    it = await _reached(intake, me, sample)
    if journey not in it.waiting_for(me.actor_id) and form.ok:
        raise NotFound(
            "This one does not wait for you: it is not in the sample, or was weighed by you, or again already."
        )
    opportunity = await found(intake, me, journey)
    shell: Shell = request.app.state.shell
    return shell.page(
        request,
        "intake/blind.html",
        status,
        it=opportunity,
        sample=sample,
        form=form,
        about=described(opportunity, reads=True)[:3],
        kind=OpportunityKind(opportunity.kind).label,
        responses=RESPONSES,
    )


async def _figures(
    request: Request, intake: Intake, kept: Weighings, me: SignedIn, form: Form, status: int = 200
) -> Response:
    require_weigher(act_of_form(me, ""))
    sites = {site.site_id: site.title for site in await intake.directory.sites_within(me.scope)}
    rules = await kept.known_rules(list(sites))
    rule = form.value("rule") or THRESHOLD
    today = local_day(intake.clock.now())
    shell: Shell = request.app.state.shell
    return shell.page(
        request,
        "intake/agreement.html",
        status,
        form=form,
        rules=rules,
        rule=dict(rules).get(rule, ""),
        rows=[_row(each, sites) for each in await intake.agreement(list(sites), rule)],
        samples=await kept.samples(list(sites)),
        sizes=SIZES,
        suggested={"since": _months_back(today), "until": today, "seed": int(f"{today:%Y%m%d}")},
    )


def _months_back(today: date) -> date:
    return today - timedelta(days=91)


def _row(each: Agreed, sites: dict[str, str]) -> list[Any]:
    quarter = f"{each.quarter.year}, quarter {(each.quarter.month + 2) // 3}"
    counts = [each.both, each.rules_only, each.manager_only, each.neither]
    return [sites[each.site], quarter, *counts, _words(each.agreement)]


def _words(agreement: Agreement) -> str:
    """A kappa with its interval, or why there is none to show."""
    if agreement.cases < ENOUGH:
        return f"Too few to tell ({agreement.cases} of {ENOUGH})"
    if agreement.kappa is None or agreement.low is None or agreement.high is None:
        return "The same answer each time"
    return f"{agreement.kappa:.2f} ({agreement.low:.2f} to {agreement.high:.2f})"
