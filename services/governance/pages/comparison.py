"""Sites compared with those that are like them, in a funnel: none is called different where chance may have made it so."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import OpportunityKind, Theme
from libs.charts import Figure
from libs.charts.funnel import Compared as Comparing
from libs.charts.funnel import Spot, funnel_chart
from libs.statistics.funnel import HIGH_FAR, LOW_FAR
from libs.statistics.quantiles import make_ready
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.domain.comparing import Compared, compare_sites
from services.governance.pages.asked import SPANS, Asked, address, asked_of, journeys_behind
from services.governance.pages.live import live
from services.governance.pages.narrowing import narrowed
from services.governance.projection import Overview
from services.governance.projection.counting import months_of
from services.governance.projection.peers import Peers, peer_groups, site_rates, unstated

Me = Annotated[SignedIn, Depends(signed_in)]


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """The comparison of the sites that the reader's post covers."""
    make_ready()

    @router.get("/comparison")
    async def comparison(request: Request, me: Me) -> Response:
        scope = await narrowed(request, governance.directory, me)
        sites = scope.sites
        shut = await overview.shut_to(governance.mapper.keys, me.actor_id)
        asked = asked_of(request, governance.clock.now(), shut)
        rows = await months_of(overview, [site.site_id for site in sites], asked.what)
        groups = peer_groups(sites, rows)
        peers = next(
            (group for group in groups if group.code == asked.form.value("peers")), groups[0] if groups else None
        )
        rates = site_rates(peers, rows) if peers else []
        compared = compare_sites(rates)
        shown = {site.site_id for group in groups for site in group.sites}
        return live(
            request,
            "governance/comparison.html",
            "governance/comparison_part.html",
            scope=scope,
            asked=asked,
            form=asked.form,
            kinds=OpportunityKind.choices(),
            themes=Theme.choices(),
            spans=SPANS,
            groups=[
                (group.code, f"{group.title} ({len(group.sites)}), per 1,000 {group.unit_words}") for group in groups
            ],
            peers=peers,
            rates=rates,
            figure=_figure(asked, peers, compared) if peers and compared else None,
            missing=[site for site in sites if site.site_id not in shown],
            uncounted=unstated(rows),
            uncounted_href=journeys_behind(asked.what, unit="none", region=scope.region),
        )


def _figure(asked: Asked, peers: Peers, compared: Compared) -> Figure:
    spots = [
        Spot(
            each.rate.title,
            each.rate.events,
            each.rate.exposure,
            each.per_thousand,
            each.direction,
            each.placed in (HIGH_FAR, LOW_FAR),
            each.said,
            journeys_behind(asked.what, each.rate.site, peers.unit),
            address("/trend", site=each.rate.site, **asked.query),
        )
        for each in compared.sites
    ]
    unit = f"per 1,000 {peers.unit_words}"
    what = Comparing(unit, "reports", peers.unit_words, 1000 * compared.funnel.target)
    title = f"{asked.words}, {asked.span}: {peers.title.lower()}"
    return funnel_chart("comparison", title, spots, compared.limits, compared.sentences, what)
