"""How one site stands, and how the provider's sites stand together; and challenging what the figures show."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from libs.calendar import local_day
from libs.domain import Refused
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.domain.challenges import LONGEST, OVERSIGHT
from services.governance.pages.live import live, shell_of, wait_for
from services.governance.pages.narrowing import narrowed
from services.governance.projection import Overview
from services.governance.projection.barring import without_shut
from services.governance.projection.stories import provider_story, site_story

Me = Annotated[SignedIn, Depends(signed_in)]
UNITS = {"occupied_bed_days": "occupied bed days", "care_hours": "hours of care", "person_days": "person-days"}
RECENT_MONTHS = 6
MOST_SITES = 60
"""How many sites the provider's page lists one by one; where there are more, it lists their regions."""
SHOWN = 8
"""How many rows of a kind a site's page shows before it leads to the list of all."""


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """Site, provider and challenge pages."""

    async def shown(request: Request, me: SignedIn, site_id: str, form: Form, status: int = 200) -> Response:
        await within(governance.directory, me, site_id)
        site = await governance.directory.site(site_id)
        posts = await governance.directory.posts_above(site_id)
        story = await site_story(overview, site, governance.clock.now())
        story = without_shut(story, await overview.shut_to(governance.mapper.keys, me.actor_id))
        return live(
            request,
            "governance/site.html",
            "governance/site_part.html",
            status,
            story=story,
            measures=shown_measures(story["measures"]),
            months=shown_months(story["monthly"]),
            posts={post.post_id: post.title for post in posts},
            shown=SHOWN,
            outward=await governance.reaching_out.standing([site_id]),
            heeded=await governance.heeding.standing([site_id]),
            may_challenge=me.role in OVERSIGHT,
            options=[(m["measure_id"], m["title"]) for m in story["measures"]],
            longest=LONGEST,
            form=form,
        )

    @router.get("/site")
    async def my_site(request: Request, me: Me, after: str = "") -> Response:
        await wait_for(overview, after)
        sites = await sites_of(governance.directory, me)
        if len(sites) == 1:
            return RedirectResponse(f"/site/{sites[0].site_id}", 303)
        return shell_of(request).page(request, "governance/sites.html", sites=sites)

    @router.get("/site/{site_id}")
    async def site(request: Request, me: Me, site_id: str, after: str = "") -> Response:
        await wait_for(overview, after)
        return await shown(request, me, site_id, Form())

    @router.post("/site/{site_id}/challenge")
    async def challenge(request: Request, me: Me, site_id: str) -> Response:
        await within(governance.directory, me, site_id)
        form = await Form.of(request)
        allowed = {post.post_id for post in await governance.directory.posts_above(site_id)}
        post = form.one_of("post", allowed, "Choose who is asked")
        words = form.text("words", "Say what you ask them to account for", LONGEST)
        if not form.ok or post is None:
            return await shown(request, me, site_id, form, 422)
        act = act_of_form(me, form.value("key"))
        try:
            saved = await governance.raise_challenge(act, post, words, site_id, form.value("measure") or None)
        except Refused as refusal:
            form.wrong(str(refusal), "words")
            return await shown(request, me, site_id, form, 409)
        return RedirectResponse(f"/challenges/{saved.id}?after={saved.position}", 303)

    @router.get("/provider")
    async def provider(request: Request, me: Me, after: str = "") -> Response:
        await wait_for(overview, after)
        scope = await narrowed(request, governance.directory, me)
        name = scope.provider or me.scope.partition(":")[2]
        story = await provider_story(overview, name, scope.sites, governance.clock.now())
        story = without_shut(story, await overview.shut_to(governance.mapper.keys, me.actor_id))
        return live(
            request,
            "governance/provider.html",
            "governance/provider_part.html",
            story=story,
            measures=shown_measures(story["measures"]),
            months=shown_months(story["monthly"]),
            titles=scope.titles,
            scope=scope,
            most_sites=MOST_SITES,
        )

    _challenges(router, governance, overview)


def _challenges(router: APIRouter, governance: Governance, overview: Overview) -> None:
    async def shown(request: Request, me: SignedIn, challenge: UUID, form: Form, status: int = 200) -> Response:
        found = await overview.row("SELECT * FROM challenge WHERE challenge_id = %s", (challenge,))
        if found is None:
            raise NotFound("There is no challenge at this address.")
        await within(governance.directory, me, found["site"])
        mine = {p.post_id for p in await governance.directory.posts(me.scope) if p.role == me.role}
        mine.update(await governance.directory.standing_in(sorted(mine), local_day(governance.clock.now())))
        posts = {p.post_id: p.title for p in await governance.directory.posts_above(found["site"])}
        title = (await governance.directory.site(found["site"])).title
        return shell_of(request).page(
            request, "governance/challenge.html", status, challenge=found, posts=posts, mine=found["post_id"] in mine,
            site_title=title, longest=LONGEST, form=form,
        )  # fmt: skip

    @router.get("/challenges/{challenge}")
    async def one(request: Request, me: Me, challenge: UUID, after: str = "") -> Response:
        await wait_for(overview, after)
        return await shown(request, me, challenge, Form())

    @router.post("/challenges/{challenge}")
    async def answer(request: Request, me: Me, challenge: UUID) -> Response:
        form = await Form.of(request)
        words = form.text("words", "Write your answer", LONGEST)
        if not form.ok:
            return await shown(request, me, challenge, form, 422)
        try:
            saved = await governance.answer_challenge(act_of_form(me, form.value("key")), challenge, words)
        except Refused as refusal:
            form.wrong(str(refusal), "words")
            return await shown(request, me, challenge, form, 409)
        return RedirectResponse(f"/challenges/{challenge}?after={saved.position}", 303)


def shown_measures(measures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each measure with its last month that had anything to measure, and its recent months newest first."""
    shown = []
    for measure in measures:
        periods = list(reversed(measure["periods"]))[:RECENT_MONTHS]
        latest = next((each for each in periods if each["denominator"]), None)
        shown.append(measure | {"periods": periods, "latest": latest})
    return shown


def shown_months(months: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Recent months newest first, each with the words of what it is divided by."""
    recent = sorted({row["month"] for row in months}, reverse=True)[:RECENT_MONTHS]
    rows = [row | {"unit_words": UNITS.get(row["unit"], row["unit"].replace("_", " "))} for row in months]
    return sorted(
        (row for row in rows if row["month"] in recent), key=lambda row: (row["month"], row["unit"]), reverse=True
    )
