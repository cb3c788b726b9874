"""What is still to be done: by my posts, then at my sites; what is late comes first."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.action.application import Actions
from services.action.domain.action import State
from services.action.pages.shown import shown, titles
from services.action.projection import Plans

Me = Annotated[SignedIn, Depends(signed_in)]


def add(router: APIRouter, actions: Actions, plans: Plans) -> None:
    """The worklist."""

    @router.get("/action")
    async def worklist(request: Request, me: Me, after: int = 0) -> Response:
        await plans.reached("action", after)
        today = actions.today()
        sites = {site.site_id: site.title for site in await sites_of(actions.directory, me)}
        mine = [row for row in await plans.owned([each.post for each in me.posts], today) if row["site"] in sites]
        taken = {row["action_id"] for row in mine}
        others = [row for row in await plans.worklist(list(sites), today) if row["action_id"] not in taken]
        posts = {site: await titles(actions, site) for site in {row["site"] for row in [*mine, *others]}}

        def lines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
            ordered = sorted(rows, key=lambda row: (not row["late"], row["due"]))
            return [shown(row, posts[row["site"]]) | {"site_title": sites[row["site"]]} for row in ordered]

        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "action/worklist.html",
            mine=lines(mine),
            to_see=lines([row for row in others if row["state"] == State.IMPLEMENTED]),
            others=lines([row for row in others if row["state"] != State.IMPLEMENTED]),
            waiting=[row | {"site_title": sites[row["site"]]} for row in await plans.unfinished(list(sites), today)],
            many=len(sites) > 1,
        )
