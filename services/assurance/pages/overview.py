"""The page at /assurance: what was measured at my sites, what is to be held, and which changes are not yet proven."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
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
Page = Annotated[int, Query(ge=1, le=10_000)]
Found = tuple[list[dict[str, Any]], int]
Span = tuple[int, int]
"""How many rows come before a page, and how many are on it."""
Ask = Callable[[Assurance, SignedIn, dict[str, str], Span], Awaitable[Found]]
PAGE, FIRST = 25, 6
"""Rows of a list on a page of its own, and where it stands among others."""
AHEAD = timedelta(days=31)
"""How long before its day a change is shown as to be looked at again."""
FEW = 3
"""With more sites than this, rounds are shown where one is missing; the others are a click away at their site."""


def add(router: APIRouter, assurance: Assurance) -> None:
    """The page at /assurance."""

    @router.get("/assurance")
    async def overview(
        request: Request, me: Me, after: int = 0, site: str = "", of: str = "", page: Page = 1
    ) -> Response:
        await assurance.standing.reached("assurance", after)
        titles = {each.site_id: each.title for each in await sites_of(assurance.directory, me)}
        titles = {name: title for name, title in titles.items() if site in {"", name}}
        lists = [name for name in LISTS if name == of] or list(LISTS)
        page = page if len(lists) == 1 else 0
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "assurance/overview.html",
            shown={name: await _page(LISTS[name], assurance, me, titles, page, name, site) for name in lists},
            one=len(lists) == 1,
            many=len(titles) > 1,
            site=site,
        )


async def _page(
    ask: Ask, assurance: Assurance, me: SignedIn, titles: dict[str, str], page: int, name: str, site: str
) -> dict[str, Any]:
    """A page of a list, or its first rows beside others; how many there are in all, and where the rest is."""
    before, size = ((page - 1) * PAGE, PAGE) if page else (0, FIRST)
    rows, in_all = await ask(assurance, me, titles, (before, size))
    address = f"/assurance?{urlencode({'of': name} | ({'site': site} if site else {}))}"
    more = before + len(rows) < in_all
    return {
        "rows": rows,
        "first": before + 1,
        "in_all": in_all,
        "whole": address if more and not page else "",
        "previous": f"{address}&page={page - 1}" if page > 1 else "",
        "next": f"{address}&page={page + 1}" if more and page else "",
    }


def _in_all(rows: list[dict[str, Any]]) -> int:
    return rows[0]["in_all"] if rows else 0


async def _measures(assurance: Assurance, me: SignedIn, titles: dict[str, str], span: Span) -> Found:
    rows = await assurance.standing.measures(list(titles), *span)
    references = await assurance.cases.references(journeys_of(rows))
    shown = [
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
    return shown, _in_all(rows)


async def _rounds(assurance: Assurance, me: SignedIn, titles: dict[str, str], span: Span) -> Found:
    kind, _, name = me.scope.partition(":")
    whole = {"": "The whole provider"} if kind == "provider" else {}
    rows = await assurance.standing.cadences(
        list(titles), name if whole else "", missing=len(titles) > FEW, offset=span[0], limit=span[1]
    )
    today = local_day(assurance.clock.now())
    return [round_words(row, (titles | whole)[row["site"]], today) for row in rows], _in_all(rows)


async def _looks(assurance: Assurance, me: SignedIn, titles: dict[str, str], span: Span) -> Found:
    rows = await assurance.standing.looks_due(list(titles), assurance.today() + AHEAD, *span)
    return [row | {"site_title": titles[row["site"]]} for row in rows], _in_all(rows)


async def _changes(assurance: Assurance, me: SignedIn, titles: dict[str, str], span: Span) -> Found:
    rows = await assurance.standing.open_follow_ups(list(titles), *span)
    shown = [
        {
            "href": f"/assurance/{row['journey']}",
            "what": row["what_changed"],
            "site": titles[row["site"]],
            "changed_on": row["changed_on"],
            "held": [state.label for state in ClosureState if state in row["held"]],
        }
        for row in rows
    ]
    return shown, _in_all(rows)


LISTS: dict[str, Ask] = {"measures": _measures, "rounds": _rounds, "looks": _looks, "changes": _changes}
"""The lists of the page, in its order. Each begins there, and may be read whole by itself."""
