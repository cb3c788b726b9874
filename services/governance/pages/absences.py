"""Who is away and who stands in: said from a day to a day, and ended early when somebody is back before."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from libs.calendar import local_day
from libs.deciding import Saved
from libs.domain import Refused
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import OutOfReach, sites_of, within
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.pages.live import shell_of, wait_for

Me = Annotated[SignedIn, Depends(signed_in)]
PATH = "/organisation/absences"
RECORD = "record"


def add(router: APIRouter, governance: Governance) -> None:
    """The page, and what is said on it."""

    async def shown(
        request: Request, me: SignedIn, site: str, form: Form | None = None, failed: str = "", status: int = 200
    ) -> Response:
        here = me.scope.removeprefix("site:") if me.scope.startswith("site:") else site
        if here:
            await within(governance.directory, me, here)
        rows, today = await governance.away(me.scope), local_day(governance.clock.now()).isoformat()
        sites = [(each.site_id, each.title) for each in await sites_of(governance.directory, me)]
        holders = await _holders(governance, me.scope, here)
        return shell_of(request).page(
            request, "governance/absences.html", status, form=form, failed=failed, site=here, place=dict(sites).get(here),
            sites=[] if me.scope.startswith("site:") else sites, holders=holders,
            now=[row for row in rows if row["now"]], soon=[row for row in rows if not row["now"]],
            deputies=await _deputies(governance, me.scope, here), today=today, offered=Form({"from_day": today}),
        )  # fmt: skip

    @router.get(PATH)
    async def page(request: Request, me: Me, site: str = "", after: str = "") -> Response:
        await wait_for(governance.directory, after)
        return await shown(request, me, site)

    @router.post(PATH)
    async def record(request: Request, me: Me, site: str = "") -> Response:
        form = await Form.of(request)
        post, _, person = form.text("who", "Choose who is away.", 200).partition("/")
        first, last = (
            form.day("from_day", "Enter the first day away."),
            form.day("until_day", "Enter the last day away."),
        )
        if not form.ok or first is None or last is None:
            return await shown(request, me, site, form, RECORD, 422)
        await _require_covered(governance, me, post)
        try:
            act, deputy = act_of_form(me, form.value("key")), form.value("deputy") or None
            saved = await governance.note_absence(act, post, UUID(person), first, last, deputy)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await shown(request, me, site, form, RECORD, 409)
        return _back_to(site, saved)

    @router.post(PATH + "/{post}/{person}")
    async def back(request: Request, me: Me, post: str, person: UUID, site: str = "") -> Response:
        await _require_covered(governance, me, post)
        form = await Form.of(request)
        on, first = form.day("back_on", "Enter the first day at work again."), form.day("first_day")
        which = f"{post}/{person}/{first}"
        if on is None:
            return await shown(request, me, site, form, which, 422)
        try:
            saved = await governance.come_back(act_of_form(me, form.value("key")), post, person, on, first)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await shown(request, me, site, form, which, 409)
        return _back_to(site, saved)


async def _require_covered(governance: Governance, me: SignedIn, post: str) -> None:
    """Raises OutOfReach for a post of another site, region or provider, alike for one that is not there."""
    if not await governance.covers(me.scope, post):
        raise OutOfReach


def _back_to(site: str, saved: Saved) -> Response:
    return RedirectResponse(f"{PATH}?{f'site={site}&' if site else ''}after={saved.position}", 303)


async def _holders(governance: Governance, scope: str, site: str) -> list[tuple[str, str]]:
    """Those who can be said to be away: at one site, or above the sites where none is chosen."""
    scopes = [f"site:{site}"] if site else await _above_sites(governance, scope)
    return [
        (f"{row['post_id']}/{row['person_id']}", f"{row['name']}, {row['title']}")
        for row in await governance.holders(scopes)
    ]


async def _deputies(governance: Governance, scope: str, site: str) -> list[tuple[str, str]]:
    scopes = [] if site else await _above_sites(governance, scope)
    return [(post.post_id, post.title) for post in await governance.deputies(scopes, site)]


async def _above_sites(governance: Governance, scope: str) -> list[str]:
    return [each for each in await governance.scopes_within(scope) if not each.startswith("site:")]
