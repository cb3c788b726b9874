"""How journeys, sites and the provider stand, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from libs.service import NotFound
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.projection import Overview
from services.governance.projection.barring import without_shut
from services.governance.projection.stories import journey_story, provider_story, site_story

Me = Annotated[SignedIn, Depends(signed_in)]
After = Annotated[
    str,
    Query(pattern=r"^([a-z]+:\d{1,18})?$", description="<service>:<position>: answer once the view has got there"),
]

KnownOn = Annotated[
    date | None, Query(description="regulators' counts as they stood in what was known on this day, not as known now")
]


def add(api: APIRouter, governance: Governance, overview: Overview) -> None:
    """The reading routes. A view that lags answers all the same, and says so in a header."""
    directory = governance.directory

    async def wait(after: str, response: Response) -> None:
        source, _, position = after.partition(":")
        if source and not await overview.reached(source, int(position)):
            response.headers["Candour-Behind"] = after

    @api.get("/journeys/{journey}")
    async def journey(response: Response, me: Me, journey: UUID, after: After = "") -> dict[str, Any]:
        """A journey whole: where it stands, and everything on record about it but sealed words."""
        await wait(after, response)
        story = await journey_story(overview, journey, governance.clock.now())
        if story is None:
            raise NotFound("There is no journey with this id.")
        await within(directory, me, story["site"])
        await overview.require_open(governance.mapper.keys, me.actor_id, journey)
        return story

    @api.get("/sites/{site}")
    async def site(
        response: Response, me: Me, site: str, after: After = "", known_on: KnownOn = None
    ) -> dict[str, Any]:
        """How one site stands."""
        await wait(after, response)
        await within(directory, me, site)
        story = await site_story(overview, await directory.site(site), governance.clock.now(), known_on)
        open_to_me: dict[str, Any] = without_shut(story, await overview.shut_to(governance.mapper.keys, me.actor_id))
        return open_to_me

    @api.get("/provider")
    async def provider(response: Response, me: Me, after: After = "", known_on: KnownOn = None) -> dict[str, Any]:
        """How the sites that the acting post covers stand together."""
        await wait(after, response)
        sites = await sites_of(directory, me)
        name = sites[0].provider if sites else me.scope.partition(":")[2]
        story = await provider_story(overview, name, sites, governance.clock.now(), known_on)
        open_to_me: dict[str, Any] = without_shut(story, await overview.shut_to(governance.mapper.keys, me.actor_id))
        return open_to_me
