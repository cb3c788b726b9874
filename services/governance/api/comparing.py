"""Sites compared, trends, and themes, over HTTP: the same figures that the pages draw."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.taxonomy import OpportunityKind, Theme
from libs.deciding import Act
from libs.directory import Site
from libs.web.asking import act_of, told
from libs.web.posts import SignedIn
from libs.web.reach import OutOfReach, sites_of
from libs.web.signed_in import signed_in
from services.governance.application import Governance, Subject
from services.governance.domain.comparing import Compared, compare_sites
from services.governance.domain.trending import Drawn
from services.governance.projection import Overview
from services.governance.projection.counting import Counted, months_of, themes_of
from services.governance.projection.months import last_months
from services.governance.projection.peers import peer_groups, site_rates
from services.governance.projection.watching import Watched, watch, watch_measure

Me = Annotated[SignedIn, Depends(signed_in)]
Months = Annotated[int, Query(ge=3, le=60, description="whole months up to the last that has ended")]
Code = Annotated[str, Query(max_length=100)]


class Reset(BaseModel):
    """From which month a trend's limits are set anew, and why. Empty: not narrowed by it."""

    model_config = ConfigDict(extra="forbid")

    site: str = Field(default="", max_length=100)
    kind: OpportunityKind | None = None
    theme: Theme | None = None
    measure_id: str = Field(default="", max_length=100)
    from_month: date
    because: str = Field(min_length=1, max_length=4_000)


def add(api: APIRouter, governance: Governance, overview: Overview) -> None:
    """Reading routes, and the decision that sets limits anew."""

    async def counted(me: SignedIn, kind: OpportunityKind | None, theme: Theme | None, months: int) -> Counted:
        since, until = last_months(governance.clock.now(), months)
        shut = await overview.shut_to(governance.mapper.keys, me.actor_id)
        return Counted(since, until, kind or "", theme or "", tuple(shut))

    @api.get("/comparison")
    async def comparison(
        me: Me, kind: OpportunityKind | None = None, theme: Theme | None = None, months: Months = 12, peers: Code = ""
    ) -> dict[str, Any]:
        """Sites of one peer group as rates per 1,000, with each site's class; peers: one of the codes in `groups`."""
        sites, what = await sites_of(governance.directory, me), await counted(me, kind, theme, months)
        rows = await months_of(overview, [site.site_id for site in sites], what)
        groups = peer_groups(sites, rows)
        group = next((each for each in groups if each.code == peers), groups[0] if groups else None)
        compared = compare_sites(site_rates(group, rows)) if group else None
        return {
            "since": what.since, "until": what.until, "peers": group.code if group else None,
            "unit": group.unit if group else None,
            "groups": [{"code": each.code, "title": each.title, "sites": len(each.sites)} for each in groups],
            **(_compared(compared) if compared else {"sites": [], "sentences": []}),
        }  # fmt: skip

    @api.get("/trend")
    async def trend(
        me: Me, site: Code = "", kind: OpportunityKind | None = None, theme: Theme | None = None, measure: Code = "",
        unit: Code = "", months: Months = 24,
    ) -> dict[str, Any]:  # fmt: skip
        """A figure month by month with its limits and signals; of one site, or of the sites the acting post covers."""
        sites, what = await _sites(governance, me, site), await counted(me, kind, theme, months)
        provider = sites[0].provider if sites else ""
        if measure:
            ids = [each.site_id for each in sites]
            return _watched(await watch_measure(overview, ids, provider, site, measure, what))
        return _watched(await watch(overview, sites, provider, site, what, unit))

    @api.get("/themes")
    async def themes(me: Me, months: Months = 12) -> dict[str, Any]:
        """How many journeys of each theme each site had."""
        what = await counted(me, None, None, months)
        ids = [site.site_id for site in await sites_of(governance.directory, me)]
        return {"since": what.since, "until": what.until, "counts": await themes_of(overview, ids, what)}

    @api.post("/baselines", status_code=201)
    async def reset(request: Request, response: Response, me: Me, said: Reset) -> dict[str, Any]:
        """Set a trend's limits anew from a month on."""
        sites = await _sites(governance, me, said.site)
        subject = Subject(sites[0].provider, said.site, said.kind or "", said.theme or "", said.measure_id)
        act: Act = act_of(request, me)
        saved = await governance.reset_baseline(act, subject, said.from_month, said.because)
        return told(response, saved, 200 if saved.replayed else 201)


async def _sites(governance: Governance, me: SignedIn, site: str) -> list[Site]:
    found = [each for each in await sites_of(governance.directory, me) if site in ("", each.site_id)]
    if not found:
        raise OutOfReach
    return found


def _compared(compared: Compared) -> dict[str, Any]:
    found = compared.funnel
    return {
        "target_per_thousand": 1000 * found.target,
        "phi": found.phi,
        "tau2": found.tau2,
        "sites": [
            {
                "site": each.rate.site, "events": each.rate.events, "exposure": each.rate.exposure,
                "months": each.rate.months, "per_thousand": each.per_thousand, "class": each.placed,
                "limits_per_thousand": dict(
                    zip(("low.001", "low.025", "high.025", "high.001"), compared.limits(each.rate.exposure), strict=True)
                ),
            }
            for each in compared.sites
        ],
        "sentences": compared.sentences,
    }  # fmt: skip


def _watched(watched: Watched) -> dict[str, Any]:
    trended = watched.trended
    return {
        "unit": watched.unit or None,
        "chart": trended.drawn_as if trended else None,
        "target": watched.target,
        "assurance": trended.assurance or None if trended and not trended.has_outgrown else None,
        "points": [_point(each) for each in trended.points] if trended else [],
        "sentences": trended.sentences if trended else [],
        "baselines": watched.baselines,
        "unstated": watched.unstated,
    }


def _point(each: Drawn) -> dict[str, Any]:
    lines = each.lines
    return {
        "label": each.label, "month": each.month, "count": each.count, "of": each.of, "value": each.value,
        "middle": lines.mean if lines else None, "lower": lines.lower if lines else None,
        "upper": lines.upper if lines else None, "signal": each.signal, "baseline": each.baseline,
    }  # fmt: skip
