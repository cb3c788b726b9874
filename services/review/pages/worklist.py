"""The reviews that are open at the sites somebody reaches, and the ones that were signed off last."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import OpportunityKind
from libs.reading import opened
from libs.web.asking import number_in
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.review.application import Reviewing
from services.review.pages.words import headed, labelled
from services.review.projection import Reviews
from services.review.projection.reviews import MOST

Me = Annotated[SignedIn, Depends(signed_in)]
LAST = 100_000
"""The last page that is looked for."""


def add(router: APIRouter, reviewing: Reviewing, reviews: Reviews) -> None:
    """The list at /review."""

    @router.get("/review")
    async def worklist(request: Request, me: Me, page: str = "") -> Response:
        sites = {site.site_id: site.title for site in await sites_of(reviewing.directory, me)}

        async def lines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
            readable = await opened(reviewing.mapper.keys, rows, "summary")
            return [headed(row) | {"site_title": sites[row["site"]]} for row in readable]

        reader = reviewing.known_as(me.actor_id)
        waiting = await reviews.awaiting(list(sites), me.role, me.actor_id, reader)
        undecided = await reviews.undecided_at(list(sites), reader)
        number = min(max(1, number_in(page) or 1), LAST)
        others = await reviews.open_at(list(sites), reader, [each["journey"] for each in waiting], number, MOST)
        onward, others = len(others) > MOST, others[:MOST]
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
            many={"to_sign": _many(waiting), "open": _many(others), "undecided": _many(undecided)},
            number=number,
            previous=f"/review?page={number - 1}#open" if number > 1 else "",
            next=f"/review?page={number + 1}#open" if onward else "",
        )


def _many(rows: list[dict[str, Any]]) -> str:
    """How many are shown, and of how many where there are more."""
    in_all = rows[0]["in_all"] if rows else 0
    return f"{in_all:,}" if in_all == len(rows) else f"{len(rows):,} of {in_all:,}"
