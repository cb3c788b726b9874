"""How far the loop is closed, and the board's page."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import ClosureState, Theme
from libs.calendar import local_day
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.pages.live import live, wait_for
from services.governance.pages.narrowing import narrowed
from services.governance.pages.sentences import label
from services.governance.pages.sites import shown_measures
from services.governance.projection import Overview
from services.governance.projection.barring import without_shut
from services.governance.projection.months import months_before
from services.governance.projection.oversight import board_story, loop_story

Me = Annotated[SignedIn, Depends(signed_in)]
PERIODS = {"12": "the last twelve months", "6": "the last six months", "": "all time"}


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """The pages of oversight."""

    @router.get("/loop")
    async def loop(request: Request, me: Me, after: str = "", months: str = "12") -> Response:
        await wait_for(overview, after)
        scope = await narrowed(request, governance.directory, me)
        period = months if months in PERIODS else "12"
        now = governance.clock.now()
        since = months_before(local_day(now), int(period)) if period else None
        story = await loop_story(overview, scope.ids, now, since)
        story = without_shut(story, await overview.shut_to(governance.mapper.keys, me.actor_id))
        return live(
            request,
            "governance/loop.html",
            "governance/loop_part.html",
            story=story,
            scope=scope,
            states=ClosureState,
            sentence=_sentence(story),
            periods=PERIODS,
            period=period,
        )

    @router.get("/board")
    async def board(request: Request, me: Me, after: str = "") -> Response:
        await wait_for(overview, after)
        scope = await narrowed(request, governance.directory, me)
        now = governance.clock.now()
        story = await board_story(overview, scope.provider, scope.sites, now)
        story = without_shut(story, await overview.shut_to(governance.mapper.keys, me.actor_id))
        return live(
            request,
            "governance/board.html",
            "governance/board_part.html",
            story=story,
            scope=scope,
            measures=shown_measures(story["measures"]),
            themes=[row | {"label": label(Theme, row["theme"])} for row in story["themes"]],
            sentence=_sentence(story["loop"]),
        )


def _sentence(loop: dict[str, Any]) -> str:
    """What the figures say, in a sentence: how many of what was learned came how far."""
    if not loop["learned"]:
        return "No review with something to change has been signed off in this time."
    held = {row["state"]: row["journeys"] for row in loop["states"]}
    since: date | None = loop["since"]
    when = f" since {since:%B %Y}" if since else ""
    return (
        f"Of {loop['learned']:,} {'review' if loop['learned'] == 1 else 'reviews'} signed off with something to change{when}, "
        f"{held['done']:,} led to changes that were made and verified, {held['effective']:,} were shown to work, "
        f"and {held['sustained']:,} were shown to last."
    )
