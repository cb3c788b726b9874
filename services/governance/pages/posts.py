"""A post and who holds it: somebody is appointed, for good or up to a day, or gives it up; who is away is seen beside."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import Role
from contracts.taxonomy.people import EXTERNAL_ROLES
from libs.calendar import local_day
from libs.domain import Refused
from libs.reading import opened
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import provider_wide, sites_of, within
from services.governance.application import Governance, require_organiser
from services.governance.domain import Post
from services.governance.pages.live import shell_of, wait_for
from services.governance.pages.sentences import label

Me = Annotated[SignedIn, Depends(provider_wide)]
PATH = "/organisation/posts"
NEW = "new"
"""The choice of somebody who holds no post yet."""
APPOINT = "appoint"


def add(router: APIRouter, governance: Governance) -> None:
    """The page of a post, and the two things that are decided on it."""

    async def shown(
        request: Request,
        me: SignedIn,
        post: Post,
        site: str,
        form: Form | None = None,
        failed: str = "",
        status: int = 200,
    ) -> Response:
        sites = [(each.site_id, each.title) for each in await sites_of(governance.directory, me)]
        if site:
            await within(governance.directory, me, site)
        return shell_of(request).page(
            request, "governance/post.html", status, it=await _post(governance, me, post), form=form, failed=failed,
            people=await _people(governance, post, site), site=site, sites=sites, path=f"{PATH}/{post.post_id}",
            outside=post.role in EXTERNAL_ROLES, today=local_day(governance.clock.now()), new=NEW,
        )  # fmt: skip

    @router.get(PATH + "/{post}")
    async def page(request: Request, me: Me, post: str, site: str = "", after: str = "") -> Response:
        await wait_for(governance.directory, after)
        return await shown(request, me, await _own(governance, me, post), site)

    @router.post(PATH + "/{post}")
    async def appoint(request: Request, me: Me, post: str, site: str = "") -> Response:
        found, form = await _own(governance, me, post), await Form.of(request)
        people = await _people(governance, found, site)
        who = form.one_of("who", [NEW, *(value for value, _ in people)], "Choose who takes up the post.")
        until = form.day("until")
        person, name, email = await _who(governance, who or "", form)
        if not form.ok:
            return await shown(request, me, found, site, form, APPOINT, 422)
        try:
            act = act_of_form(me, form.value("key"))
            saved = await governance.appoint(act, post, person, name, email, until)
        except Refused as refusal:
            form.wrong(str(refusal), REFUSED_AT.get(refusal.rule, "who"))
            return await shown(request, me, found, site, form, APPOINT, 409)
        return RedirectResponse(f"{PATH}/{post}?after={saved.position}", 303)

    @router.post(PATH + "/{post}/{person}")
    async def give_up(request: Request, me: Me, post: str, person: UUID) -> Response:
        found, form = await _own(governance, me, post), await Form.of(request)
        try:
            saved = await governance.give_up_post(act_of_form(me, form.value("key")), post, person)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await shown(request, me, found, "", form, str(person), 409)
        return RedirectResponse(f"{PATH}/{post}?after={saved.position}", 303)


REFUSED_AT = {"outside-needs-an-end": "until", "ends-in-the-past": "until", "address-malformed": "email"}
"""Beside which field a refusal is shown."""


async def _own(governance: Governance, me: SignedIn, post: str) -> Post:
    """A post of one's own provider. Raises NotFound, OnlyForTheProvider."""
    found = await governance.get(Post, Post.create_id(post))
    require_organiser(me.role, me.scope, found.provider)
    return found


async def _post(governance: Governance, me: SignedIn, post: Post) -> dict[str, Any]:
    """A post as it stands today: who holds it and up to when, who is away, and which post stands in."""
    directory = governance.directory
    row = await directory.row("SELECT * FROM post WHERE post_id = %s", (post.post_id,))
    title, deputy = (row["title"], row["deputy_post_id"]) if row else (post.post_id, None)
    named = await directory.row("SELECT title FROM post WHERE post_id = %s", (deputy,)) if deputy else None
    rows = await directory.rows("SELECT person_id, name, until FROM holder WHERE post_id = %s", (post.post_id,))
    holders = await opened(governance.mapper.keys, rows, "name")
    away = [each for each in await governance.away(me.scope) if each["post_id"] == post.post_id]
    place = post.scope.partition(":")[2]
    if post.scope.startswith("site:"):
        place = (await directory.site(place)).title
    return {
        "title": title,
        "role": label(Role, post.role),
        "place": place,
        "deputy": named["title"] if named else "",
        "holders": [
            each | {"away": [one for one in away if one["person_id"] == each["person_id"]]}
            for each in sorted(holders, key=lambda each: str(each["name"]))
        ],
    }


async def _people(governance: Governance, post: Post, site: str) -> list[tuple[str, str]]:
    """Who can be chosen by name: whoever holds a post over the same scope, or at the site that was asked for."""
    scopes = dict.fromkeys([f"site:{site}"] if site else [post.scope, f"provider:{post.provider}"])
    names = {str(row["person_id"]): row["name"] for row in await governance.holders(scopes)}
    return sorted(names.items(), key=lambda each: str(each[1]))


async def _who(governance: Governance, who: str, form: Form) -> tuple[UUID, str, str]:
    """Whom the form means, with their name and address. Somebody new is given an id of their own."""
    if who != NEW and who:
        held = "SELECT name, email FROM holder WHERE person_id = %s LIMIT 1"
        [row] = await opened(
            governance.mapper.keys, await governance.directory.rows(held, (UUID(who),)), "name", "email"
        )
        return UUID(who), row["name"], row["email"]
    missing = "Enter their name." if who == NEW else ""
    return uuid4(), form.text("name", missing, 200), form.text("email", longest=320)
