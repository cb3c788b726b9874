"""Who has not been reached yet, as a list to work through, and how far each site's briefings reached."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.taxonomy import BriefingAudiencePart
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.notification.application import Notification
from services.notification.pages.people import names
from services.notification.pages.reach import STATES
from services.notification.projection.briefings import Briefings

Me = Annotated[SignedIn, Depends(signed_in)]
MOST = 100


def add(router: APIRouter, service: Notification, briefings: Briefings) -> None:
    """The page /briefings/not-reached."""

    @router.get("/briefings/not-reached")
    async def not_reached(
        request: Request, me: Me, after: int = 0, page: Annotated[int, Query(ge=1, le=100_000)] = 1, part: str = ""
    ) -> Response:
        await briefings.reached("notification", after)
        sites = {site.site_id: site.title for site in await sites_of(service.directory, me)}
        parts = dict(BriefingAudiencePart.choices())
        part = part if part in parts else ""
        found = await briefings.not_reached(list(sites), MOST + 1, (page - 1) * MOST, part)
        reach = await briefings.reach_of_sites(list(sites))
        waiting = Counter({p: sum(r["audience"] - r["understood"] for r in reach if r["part"] == p) for p in parts})
        called = await names(service.directory, service.mapper.keys, [row["person_id"] for row in found])
        rows = [
            row
            | {"name": called[row["person_id"]], "stands": STATES[row["state"]]}
            | {"place": (row["issued_at"], row["briefing_id"])}
            for row in found[:MOST]
        ]
        shown: Response = request.app.state.shell.page(
            request, "notification/not_reached.html", rows=rows, sites=sites, parts=parts, page=page,
            more=len(found) > MOST, reach=reach, part=part, waiting=waiting,
        )  # fmt: skip
        return shown
