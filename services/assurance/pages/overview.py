"""The page at /assurance: what was measured at my sites, what is to be held, and which changes are not yet proven."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import ClosureState
from libs.calendar import local_day
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.assurance.application import Assurance
from services.assurance.pages.words import journeys_of, measured, round_words

Me = Annotated[SignedIn, Depends(signed_in)]
AHEAD = timedelta(days=31)
"""How long before its day a change is shown as to be looked at again."""
FEW = 3
"""With more sites than this, rounds are shown where one is missing; the others are a click away at their site."""


def add(router: APIRouter, assurance: Assurance) -> None:
    """The page at /assurance."""

    @router.get("/assurance")
    async def overview(request: Request, me: Me, after: int = 0, site: str = "") -> Response:
        await assurance.standing.reached("assurance", after)
        mine = [each for each in await sites_of(assurance.directory, me) if site in {"", each.site_id}]
        titles = {each.site_id: each.title for each in mine}
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "assurance/overview.html",
            measures=await _measures(assurance, titles),
            rounds=await _rounds(assurance, me, titles),
            changes=await _changes(assurance, titles),
            looks=[
                row | {"site_title": titles[row["site"]]}
                for row in await assurance.standing.looks_due(list(titles), assurance.today() + AHEAD)
            ],
            many=len(titles) > 1,
        )


async def _measures(assurance: Assurance, titles: dict[str, str]) -> list[dict[str, Any]]:
    rows = await assurance.standing.measures(list(titles))
    references = await assurance.cases.references(journeys_of(rows))
    return [
        {
            "href": f"/assurance/measure/{row['id']}",
            "title": row["title"],
            "site": titles[row["site"]],
            "last": measured(row, references) if row["period"] else None,
            "next_check": row["next_check"],
            "target": row["target_percent"],
        }
        for row in rows
    ]


async def _rounds(assurance: Assurance, me: SignedIn, titles: dict[str, str]) -> list[dict[str, Any]]:
    kind, _, name = me.scope.partition(":")
    whole = {"": "The whole provider"} if kind == "provider" else {}
    rows = await assurance.standing.cadences(list(titles), name if whole else "")
    shown = [row for row in rows if not row["site"] or len(titles) <= FEW or (row["missed_on"] and not row["held_on"])]
    today = local_day(assurance.clock.now())
    return [round_words(row, (titles | whole)[row["site"]], today) for row in shown]


async def _changes(assurance: Assurance, titles: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "href": f"/assurance/{row['journey']}",
            "what": row["what_changed"],
            "site": titles[row["site"]],
            "changed_on": row["changed_on"],
            "held": [state.label for state in ClosureState if state in row["held"]],
        }
        for row in await assurance.standing.open_follow_ups(list(titles))
    ]
