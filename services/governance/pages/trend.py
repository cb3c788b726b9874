"""How a figure went month by month, with the limits of chance; and setting those limits anew, which is a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import OpportunityKind, Role, Theme
from libs.charts import Figure
from libs.charts.control import Dot, Look, control_chart
from libs.directory import Site
from libs.domain import Refused
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.governance.application import Governance, Subject
from services.governance.domain.challenges import LONGEST
from services.governance.domain.trend import MAY_RESET
from services.governance.domain.trending import Drawn, Trended
from services.governance.pages.asked import Asked, address, asked_of, journeys_behind
from services.governance.pages.live import live, wait_for
from services.governance.pages.narrowing import Narrowed, narrowed
from services.governance.pages.sentences import label
from services.governance.projection import Overview
from services.governance.projection.counting import measures_of
from services.governance.projection.watching import Watched, watch, watch_measure

Me = Annotated[SignedIn, Depends(signed_in)]
MONTHS = 24


@dataclass(frozen=True, slots=True)
class Here:
    """Which sites a trend is of, and which figure."""

    asked: Asked
    sites: list[Site]
    reached: list[Site]
    site: str
    measure: str
    unit: str
    scope: Narrowed

    @property
    def is_regional(self) -> bool:
        """Whether it is of a region's sites together, whose limits nobody sets anew: only a site's or all sites' are."""
        return bool(self.scope.region) and not self.site

    def subject(self, me: SignedIn) -> Subject:
        """What a decision about its limits names."""
        provider = self.sites[0].provider if self.sites else me.scope.partition(":")[2]
        kind, theme = ("", "") if self.measure else (self.asked.what.kind, self.asked.what.theme)
        return Subject(provider, self.site, kind, theme, self.measure)

    def query(self) -> dict[str, str]:
        """What an address needs to show the same."""
        kept = {"kind": self.asked.what.kind, "theme": self.asked.what.theme} if not self.measure else {}
        return {
            "site": self.site, "region": "" if self.site else self.scope.region, "measure": self.measure, "unit": self.unit,
            **kept,
        }  # fmt: skip


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """The trend of a site or of all the reader's sites together."""

    async def here_of(request: Request, me: SignedIn) -> Here:
        shut = await overview.shut_to(governance.mapper.keys, me.actor_id)
        asked = asked_of(request, governance.clock.now(), shut, MONTHS)
        reached = await sites_of(governance.directory, me)
        site, measure, unit = (request.query_params.get(name, "")[:100] for name in ("site", "measure", "unit"))
        scope = await narrowed(request, governance.directory, me)
        only = site or (reached[0].site_id if len(reached) == 1 else "")
        return Here(asked, scope.sites, reached, only, measure, unit, scope)

    async def shown(request: Request, me: SignedIn, here: Here, form: Form, status: int = 200) -> Response:
        ids = [site.site_id for site in here.sites]
        provider = "" if here.is_regional else here.subject(me).provider
        if here.measure:
            watched = await watch_measure(overview, ids, provider, here.site, here.measure, here.asked.what)
        else:
            watched = await watch(overview, here.sites, provider, here.site, here.asked.what, here.unit)
        title = here.sites[0].title if here.site and here.sites else here.scope.region or "All your sites together"
        return live(
            request,
            "governance/trend.html",
            "governance/trend_part.html",
            status,
            scope=here.scope,
            title=title,
            trend=here,
            chosen=here.asked.form,
            form=form,
            figure=_figure(here, title, watched) if watched.trended else None,
            watched=watched,
            sites=[(site.site_id, site.title) for site in here.reached],
            kinds=OpportunityKind.choices(),
            themes=Theme.choices(),
            measures=[(row["measure_id"], row["title"]) for row in await measures_of(overview, ids)],
            resets=[row | {"by": label(Role, row["role"])} for row in watched.baselines],
            may_reset=me.role in MAY_RESET and not here.is_regional,
            here_href=address("/trend", **here.query()),
            post_href=address("/trend/baseline", **here.query()),
            longest=LONGEST,
        )

    @router.get("/trend")
    async def trend(request: Request, me: Me, after: str = "") -> Response:
        await wait_for(overview, after)
        return await shown(request, me, await here_of(request, me), Form())

    @router.post("/trend/baseline")
    async def baseline(request: Request, me: Me) -> Response:
        here, form = await here_of(request, me), await Form.of(request)
        month = form.day("from", "Choose the month from which the work was done in another way")
        words = form.text("because", "Say what is different since then", LONGEST)
        if not form.ok or month is None:
            return await shown(request, me, here, form, 422)
        try:
            saved = await governance.reset_baseline(act_of_form(me, form.value("key")), here.subject(me), month, words)
        except Refused as refusal:
            form.wrong(str(refusal), "because")
            return await shown(request, me, here, form, 409)
        return RedirectResponse(address("/trend", **here.query(), after=str(saved.position)), 303)


def _figure(here: Here, title: str, watched: Watched) -> Figure:
    trended = watched.trended
    assert trended is not None
    look = Look(
        _unit(watched, trended), better=1 if here.measure else 0, percent=bool(here.measure), target=watched.target
    )
    dots = [_dot(here, watched, each) for each in trended.points]
    heading = f"{watched.title or here.asked.words}, {title}"
    return control_chart("trend", heading, dots, trended.sentences, look)


def _unit(watched: Watched, trended: Trended) -> str:
    if trended.is_times:
        return "days since the one before"
    return f"per 1,000 {watched.unit_words}" if watched.unit_words else "share of cases"


def _behind(here: Here, watched: Watched, each: Drawn) -> str:
    """The journeys that a point counts, or those that missed the target; nothing where there is none."""
    if not each.month:
        return ""
    if not here.measure:
        return journeys_behind(
            here.asked.what, here.site, watched.unit, each.month, region="" if here.site else here.scope.region
        )
    if each.count >= each.of:
        return ""
    region = "" if here.site else here.scope.region
    return address("/journeys", measure=here.measure, period=each.month.isoformat(), site=here.site, region=region)


def _dot(here: Here, watched: Watched, each: Drawn) -> Dot:
    lines = each.lines
    direction = 0 if each.signal is None else (1 if each.signal.is_high else -1)
    href = _behind(here, watched, each)
    numbers = (
        f"{each.count} of {each.of:.0f}" if here.measure else (f"{each.count} in {each.of:,.0f}" if each.of else "")
    )
    return Dot(
        each.label,
        each.value,
        lines.mean if lines else None,
        lines.lower if lines else None,
        lines.upper if lines else None,
        direction,
        watched.why(each),
        baseline=each.baseline,
        numbers=numbers,
        href=href,
    )
