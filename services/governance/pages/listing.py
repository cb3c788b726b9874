"""The list of journeys: searched, narrowed, and reached from every number that another page shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import ClosureState, OpportunityKind, Theme
from libs.directory import Site
from libs.web.forms import Form
from libs.web.phrases import counted, day
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.pages.live import live, wait_for
from services.governance.pages.sentences import label, lower
from services.governance.projection import Overview
from services.governance.projection.figures import FIGURES
from services.governance.projection.journey_reading import PAGE, Filters
from services.governance.projection.searching import MANY
from services.governance.projection.stories import WHY_OPEN

Me = Annotated[SignedIn, Depends(signed_in)]
STATES = [("open", "All that are open"), *WHY_OPEN.items()]
ASKED = ("region", *Filters.__slots__)
LONGEST = 200


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """The list, and the search, which is the list narrowed by words."""

    @router.get("/journeys")
    async def journeys(request: Request, me: Me, before: str = "", after: str = "") -> Response:
        await wait_for(overview, after)
        reached = await sites_of(governance.directory, me)
        typed = {name: request.query_params.get(name, "")[:LONGEST] for name in ASKED}
        filters = filters_of(typed)
        sites = {s.site_id: s.title for s in reached if typed["region"] in ("", s.region)}
        now = governance.clock.now()
        shut = await overview.shut_to(governance.mapper.keys, me.actor_id)
        asked = await overview.together(
            rows=overview.listed(list(sites), filters, now, _place(before), shut),
            counts=overview.counted(list(sites), filters, now, shut),
        )
        rows, (found, things) = asked["rows"], asked["counts"]
        kept = urlencode({name: value for name, value in typed.items() if value})
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        if filters.words and found > MANY and not last and not before:  # nobody counted them, and here they all are
            found = things = len(rows)
        return live(
            request,
            "governance/journeys.html",
            "governance/journeys_part.html",
            form=Form(typed),
            sites={s.site_id: s.title for s in reached},
            regions=[(name, name) for name in sorted({s.region for s in reached})],
            kinds=OpportunityKind.choices(),
            themes=Theme.choices(),
            states=STATES,
            hidden=[name for name in ("figure", "since", "month", "until", "unit", "measure", "period") if typed[name]],
            filtered=any(typed.values()),
            narrowed=any(value for name, value in typed.items() if name != "words"),
            chosen=_chosen(filters, typed, reached),
            found=_found(filters, found, things),
            rows=[_line(row, sites) for row in rows[:PAGE]],
            newest=f"/journeys?{kept}" if before else "",
            older=f"/journeys?before={last['raised'].timestamp():.6f}~{last['journey']}&{kept}".rstrip("&")
            if last
            else "",
        )


def filters_of(typed: Mapping[str, str]) -> Filters:
    """What an address asks for; a figure or a day that cannot be read asks for nothing."""
    days: dict[str, Any] = {name: _day(typed[name]) for name in ("since", "month", "until", "period")}
    figure = typed["figure"] if typed["figure"] in FIGURES else ""
    plain: dict[str, Any] = {
        name: typed[name].strip() for name in ("site", "kind", "theme", "state", "unit", "measure", "words")
    }
    return Filters(**plain, **days, figure=figure)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _chosen(filters: Filters, typed: Mapping[str, str], sites: list[Site]) -> list[str]:
    """What the list is narrowed to, in words."""
    titles = {site.site_id: site.title for site in sites}
    return [
        *([typed["region"]] if typed["region"] else []),
        *([titles.get(filters.site, filters.site)] if filters.site else []),
        *([label(OpportunityKind, filters.kind)] if filters.kind else []),
        *([label(Theme, filters.theme)] if filters.theme else []),
        *([dict(STATES).get(filters.state, filters.state)] if filters.state else []),
        *([f"since {day(filters.since)}"] if filters.since and FIGURES.get(filters.figure) else []),
        *([_when(filters)] if filters.month else []),
        *([f"missed a target in {filters.period:%B %Y}"] if filters.period else []),
        *([f"about “{filters.words}”"] if filters.words else []),
    ]


def _when(filters: Filters) -> str:
    if filters.until and filters.month and filters.until > filters.month:
        return f"happened from {filters.month:%B %Y} to {filters.until:%B %Y}"
    return f"happened in {filters.month:%B %Y}"


def _found(filters: Filters, journeys: int, things: int) -> str:
    """How many there are: of what the figure counts, and of journeys."""
    figure = FIGURES.get(filters.figure)
    if filters.words and journeys > MANY:
        return "Many journeys, the newest first,"
    if figure is None:
        return counted(journeys, "journey")
    told = counted(things, figure.one, figure.many)
    return told if figure.table == "journey" else f"{told}, in {counted(journeys, 'journey')}"


def _place(before: str) -> tuple[datetime, UUID] | None:
    """Where the page before this one ended; a place that cannot be read is the beginning."""
    stamp, _, journey = before.partition("~")
    try:
        return datetime.fromtimestamp(float(stamp)).astimezone(), UUID(journey)
    except (ValueError, OverflowError, OSError):
        return None


def _line(row: dict[str, Any], sites: Mapping[str, str]) -> dict[str, Any]:
    about = row["learned"] or ", ".join(lower(label(Theme, theme)) for theme in row["themes"])
    return row | {
        "title": label(OpportunityKind, row["kind"]),
        "about": about,
        "site_title": sites[row["site"]],
        "why": WHY_OPEN[row["stage"]],
        "reached": list(ClosureState)[row["closure"] - 1].label if row["closure"] else "",
    }
