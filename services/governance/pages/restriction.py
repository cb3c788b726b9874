"""Who needs to know of one journey: everyone whose post reaches its site, or only some posts."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from libs.domain import Refused
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import within
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.domain import Admission
from services.governance.pages.live import shell_of, wait_for

Me = Annotated[SignedIn, Depends(signed_in)]
LONGEST = 2000


def add(router: APIRouter, governance: Governance) -> None:
    """The page on which a journey is restricted, and opened again."""

    async def place(me: SignedIn, journey: UUID) -> tuple[str, str]:
        found = await governance.place_of(journey)
        if found is None:
            raise NotFound
        await within(governance.directory, me, found[1], journey)
        return found

    async def shown(request: Request, me: SignedIn, journey: UUID, form: Form, status: int = 200) -> Response:
        _, site = await place(me, journey)
        admission = await governance.find(Admission, Admission.create_id(journey))
        posts = [(post.post_id, post.title) for post in await governance.directory.posts_above(site)]
        return shell_of(request).page(
            request, "governance/restriction.html", status, journey=journey, form=form, posts=posts, longest=LONGEST,
            now=dict(posts), restricted_to=admission.posts if admission else [],
        )  # fmt: skip

    @router.get("/journeys/{journey}/restriction")
    async def page(request: Request, me: Me, journey: UUID, after: str = "") -> Response:
        await wait_for(governance.directory, after)
        return await shown(request, me, journey, Form())

    @router.post("/journeys/{journey}/restriction")
    async def change(request: Request, me: Me, journey: UUID) -> Response:
        provider, site = await place(me, journey)
        form = await Form.of(request)
        known = [post.post_id for post in await governance.directory.posts_above(site)]
        act = act_of_form(me, form.value("key"), rationale=form.text("because", "Say why", LONGEST))
        posts = form.some_of("posts", known)
        if not form.ok:
            return await shown(request, me, journey, form, 422)
        try:
            saved: Any = (
                await governance.lift_restriction(act, journey)
                if form.value("lift")
                else await governance.restrict(act, provider, site, journey, posts)
            )
        except (Refused, NotFound) as refusal:
            form.wrong(str(refusal), "posts" if isinstance(refusal, Refused) else "")
            return await shown(request, me, journey, form, 409)
        return RedirectResponse(f"/journeys/{journey}/restriction?after={saved.position}", 303)
