"""Review, over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from libs.web.paging import MOST, Limit, Page, paged
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.review.api import concluding, gathering, reading, reflecting
from services.review.application import Reviewing
from services.review.projection import Reviews

Me = Annotated[SignedIn, Depends(signed_in)]


def routes(reviewing: Reviewing, reviews: Reviews) -> APIRouter:
    """The routes under /api/review, each for those whose post covers the site and whom no allegation is about."""

    async def in_reach(me: Me, journey: UUID) -> None:
        """Raises NotFound, which does not tell that there is anything, for a review at another's site."""
        await within(reviewing.directory, me, (await reviewing.review(journey)).site, journey)
        await reviewing.require_admitted(me.actor_id, journey)

    api = APIRouter(prefix="/api/review", tags=["review"])
    one = APIRouter(prefix="/reviews/{journey}", dependencies=[Depends(in_reach)])

    @api.get("/reviews")
    async def open_reviews(
        request: Request, response: Response, me: Me, page: Page = 1, limit: Limit = MOST
    ) -> list[reading.Told]:
        """The open reviews within reach, oldest first."""
        sites = [site.site_id for site in await sites_of(reviewing.directory, me)]
        found = await reviews.open_at(sites, reviewing.known_as(me.actor_id), page=page, limit=limit)
        return [reading.plain(row) for row in paged(request, response, found, page, limit)]

    reading.add(one, reviews)
    reflecting.add(one, reviewing)
    gathering.add(one, reviewing)
    concluding.add(one, reviewing)
    api.include_router(one)
    return api
