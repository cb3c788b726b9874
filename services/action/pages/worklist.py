"""What is still to be done: by my posts, then at my sites; what is late comes first, a page at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.action.application import Actions
from services.action.domain.action import TO_BE_MADE, State
from services.action.pages.shown import shown, titles
from services.action.projection import Plans
from services.action.projection.plans import PAGE

Me = Annotated[SignedIn, Depends(signed_in)]
Page = Annotated[int, Query(ge=1, le=10_000)]
Ask = Callable[[int, int], Awaitable[list[dict[str, Any]]]]
LISTS = ("mine", "waiting", "to_see", "others")


def add(router: APIRouter, actions: Actions, plans: Plans) -> None:
    """The worklist."""

    @router.get("/action")
    async def worklist(request: Request, me: Me, after: int = 0, of: str = "", page: Page = 1) -> Response:
        await plans.reached("action", after)
        today, held = actions.today(), [each.post for each in me.posts]
        held += await actions.directory.standing_in(held, today)
        sites = {site.site_id: site.title for site in await sites_of(actions.directory, me)}
        at = list(sites)
        asked: dict[str, Ask] = {
            "mine": lambda o, n: plans.owned(held, today, o, n),
            "waiting": lambda o, n: plans.unfinished(at, today, o, n),
            "to_see": lambda o, n: plans.worklist(at, today, states=[State.IMPLEMENTED], offset=o, limit=n),
            "others": lambda o, n: plans.worklist(at, today, states=TO_BE_MADE, but_posts=held, offset=o, limit=n),
        }
        lists = [name for name in LISTS if of in {"", name}] or list(LISTS)
        found = {name: await _page(name, page if of else 1, asked[name]) for name in lists}
        rows = [row for name in lists for row in found[name]["rows"] if row["site"] in sites]
        posts = {site: await titles(actions, site) for site in {row["site"] for row in rows}}
        for name in lists:
            mine = [row for row in found[name]["rows"] if row["site"] in sites]
            found[name]["rows"] = [
                (row if name == "waiting" else shown(row, posts[row["site"]])) | {"site_title": sites[row["site"]]}
                for row in mine
            ]
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "action/worklist.html",
            shown=found,
            mix=_mixed(await plans.mix(at), sites) if not of else [],
            many=len(sites) > 1,
            one=bool(of),
        )


async def _page(name: str, page: int, ask: Ask) -> dict[str, Any]:
    """One page of a list, and the addresses of its neighbours."""
    rows = await ask((page - 1) * PAGE, PAGE + 1)
    address = f"/action?of={name}&page="
    return {
        "rows": rows[:PAGE],
        "previous": f"{address}{page - 1}" if page > 1 else "",
        "next": f"{address}{page + 1}" if len(rows) > PAGE else "",
    }


def _mixed(rows: list[dict[str, Any]], sites: dict[str, str]) -> list[dict[str, Any]]:
    """How strong the changes are: of all sites together, where there are several, then by site."""
    shown = [row | {"site_title": sites[row["site"]]} for row in rows]
    if len(shown) <= 1:
        return shown
    together = {kind: sum(row[kind] for row in rows) for kind in ("kept", "stronger", "intermediate", "weaker")}
    return [{"site_title": "All your sites together"} | together, *shown]
