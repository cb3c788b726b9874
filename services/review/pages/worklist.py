"""The reviews that are open at the sites somebody reaches, and the ones that were signed off last."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from libs.reading import opened
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.review.application import Reviewing
from services.review.pages.words import headed
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

        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "review/worklist.html",
            open_reviews=await lines(await reviews.open_at(list(sites))),
            signed_off=await lines(await reviews.signed_off_at(list(sites))),
            several=len(sites) > 1,
        )
