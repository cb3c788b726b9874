"""Themes at sites as a table of numbers, and one theme: where it rose, month by month, and what was learned about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import Theme
from libs.charts.sparks import spark
from libs.directory import Site
from libs.service import NotFound
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.pages.asked import SPANS, Asked, address, asked_of, counted, journeys_behind
from services.governance.pages.live import live
from services.governance.pages.narrowing import narrowed
from services.governance.pages.sentences import label
from services.governance.projection import Overview
from services.governance.projection.counting import Counted, counted_months, learning_of, months_of, themes_of
from services.governance.projection.peers import Peers, peer_groups
from services.governance.projection.spreading import Cell, by_month, by_region, first_rise, heat, risen

Me = Annotated[SignedIn, Depends(signed_in)]
MONTHS = 24
MOST_COLUMNS = 40
"""Sites of a table of themes; where there are more, its columns are regions, and one theme's lines are those with most."""
SHOWN = 12
"""Months of a theme's table; its chart goes further back."""


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """The table of themes and sites, and the page of one theme."""

    @router.get("/themes")
    async def themes(request: Request, me: Me) -> Response:
        scope = await narrowed(request, governance.directory, me)
        sites = scope.sites
        asked = asked_of(request, governance.clock.now(), await overview.shut_to(governance.mapper.keys, me.actor_id))
        everything = replace(asked.what, kind="", theme="")
        ids = [site.site_id for site in sites]
        told = await overview.together(
            rows=months_of(overview, ids, everything), counts=themes_of(overview, ids, everything)
        )
        rows, counts = told["rows"], told["counts"]
        groups = [group for group in peer_groups(sites, rows) if group.code == group.unit]
        grouped = {site.site_id for group in groups for site in group.sites}
        apart = [site for site in sites if site.site_id not in grouped]
        if apart:
            groups.append(Peers("", "Sites that stated nothing to divide by", "", tuple(apart)))
        folded = len(sites) > MOST_COLUMNS and len(scope.regions) > 1 and not scope.region
        shown = [by_region(group, rows, counts) for group in groups] if folded else [(g, rows, counts) for g in groups]
        return live(
            request,
            "governance/themes.html",
            "governance/themes_part.html",
            asked=asked,
            form=asked.form,
            spans=SPANS,
            scope=scope,
            folded=folded,
            tables=[_table(asked, *each, folded=folded) for each in shown],
        )

    @router.get("/themes/{theme}")
    async def theme(request: Request, me: Me, theme: str) -> Response:
        if theme not in set(Theme):
            raise NotFound("There is no theme of this name. Choose one from the table of themes.")
        scope = await narrowed(request, governance.directory, me)
        sites = scope.sites
        shut = await overview.shut_to(governance.mapper.keys, me.actor_id)
        ids, what = [site.site_id for site in sites], counted("", theme, governance.clock.now(), shut, MONTHS)
        told = await overview.together(
            rows=months_of(overview, ids, what),
            rises=counted_months(overview, ids, what, first_rise),
            learned=learning_of(overview, ids, what),
        )
        return live(
            request,
            "governance/theme.html",
            "governance/theme_part.html",
            scope=scope,
            theme=theme,
            title=label(Theme, theme),
            risen=[
                (each, address("/trend", site=each.site.site_id, theme=theme)) for each in risen(sites, told["rises"])
            ],
            learned=told["learned"],
            titles={site.site_id: site.title for site in sites},
            **_months(what, sites, told["rows"]),
        )


def _table(
    asked: Asked, peers: Peers, rows: list[dict[str, Any]], counts: list[dict[str, Any]], *, folded: bool
) -> dict[str, Any]:
    exposure: dict[str, float] = {}
    for row in rows:
        if row["unit"] == peers.unit and row["exposure"]:
            exposure[row["site"]] = exposure.get(row["site"], 0.0) + row["exposure"]

    def shown(cell: Cell, site: str, theme: str) -> dict[str, Any]:
        what = Counted(asked.what.since, asked.what.until, theme=theme)
        return {
            "events": cell.events,
            "rate": cell.per_thousand,
            "level": cell.level,
            "href": journeys_behind(what, region=site) if folded else journeys_behind(what, site),
        }

    lines = [
        {
            "title": label(Theme, line.theme),
            "href": address(f"/themes/{line.theme}"),
            "cells": [shown(cell, s.site_id, line.theme) for s, cell in zip(peers.sites, line.cells, strict=True)],
            "together": line.together,
        }
        for line in heat(peers, exposure, counts)
    ]
    return {"peers": peers, "lines": lines}


def _months(what: Counted, sites: list[Site], rows: list[dict[str, Any]]) -> dict[str, Any]:
    months, counts = by_month(rows)
    months = months[-SHOWN:]
    most = sorted(sites, key=lambda site: -sum(counts.get(site.site_id, {}).get(m, 0) for m in months))[:MOST_COLUMNS]
    had = [site for site in sites if any(month in counts.get(site.site_id, {}) for month in months)]
    lines = [
        {
            "title": site.title,
            "spark": spark(f"spark-{site.site_id}", site.title, [counts[site.site_id].get(m, 0) for m in months]),
            "trend": address("/trend", site=site.site_id, theme=what.theme),
            "cells": [(counts[site.site_id].get(m, 0), journeys_behind(what, site.site_id, month=m)) for m in months],
        }
        for site in had
        if site in most
    ]
    return {"months": months, "lines": lines, "left_out": len(had) - len(lines)}
