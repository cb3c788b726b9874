"""The reviews that are open at the sites somebody reaches, and the ones that were signed off last."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import OpportunityKind
from libs.reading import opened
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.review.application import Reviewing
from services.review.pages.words import headed, labelled
from services.review.projection import Reviews

Me = Annotated[SignedIn, Depends(signed_in)]


def add(router: APIRouter, reviewing: Reviewing, reviews: Reviews) -> None:
    """The list at /review."""

    @router.get("/review")
    async def worklist(request: Request, me: Me) -> Response:
        sites = {site.site_id: site.title for site in await sites_of(reviewing.directory, me)}

        async def lines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
            readable = await opened(reviewing.mapper.keys, rows, "summary")
            return [headed(row) | {"site_title": sites[row["site"]]} for row in readable]

        reader = reviewing.known_as(me.actor_id)
        waiting = await reviews.awaiting(list(sites), me.role, me.actor_id, reader)
        mine = {each["journey"] for each in waiting}
        undecided = await reviews.undecided_at(list(sites), reader)
        others = [each for each in await reviews.open_at(list(sites), reader) if each["journey"] not in mine]
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "review/worklist.html",
            to_sign=await lines(waiting),
            open_reviews=await lines(others),
            undecided=[
                each | {"kind_label": labelled(OpportunityKind, each["kind"]), "site_title": sites[each["site"]]}
                for each in undecided
            ],
            signed_off=await lines(await reviews.signed_off_at(list(sites), reader)),
            several=len(sites) > 1,
        )
