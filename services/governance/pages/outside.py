"""Counts for people outside the provider: looked at first, then let go and remembered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import OpportunityKind, Theme
from libs.calendar import local_day
from libs.directory import Site
from libs.disclosure import Counts, Published, Release, TableTooLarge, differencing, protect
from libs.domain import Refused
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.domain import GivesAwayWithEarlier, Releases
from services.governance.domain.releases import Table
from services.governance.pages import formats
from services.governance.pages.live import shell_of
from services.governance.pages.sentences import label
from services.governance.pages.taking import require_taker, sent
from services.governance.projection import Overview
from services.governance.projection.dictionary import Column
from services.governance.projection.dictionary import Table as Described
from services.governance.projection.months import months_before

Me = Annotated[SignedIn, Depends(signed_in)]
MOST_ROWS = 40
"""Sites in a table for outsiders; where there are more, its rows are regions."""

OUTSIDE = {"kinds": ("What was reported", OpportunityKind), "themes": ("What it was about", Theme)}


class GivesAway(Refused):
    """Beside the whole provider's table, this one would give away a small count. Ask a post over the provider for theirs."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A table as it would leave: what is behind it, what is published of it, and over which months."""

    name: str
    provider: str
    months: tuple[date, date]
    counts: Table
    published: Published

    @property
    def title(self) -> str:
        """What it counts."""
        return OUTSIDE[self.name][0]

    @property
    def last_day(self) -> date:
        """The last day that is counted."""
        return self.months[1] - timedelta(days=1)

    @property
    def columns(self) -> list[str]:
        """What each column counts, in words."""
        return [label(OUTSIDE[self.name][1], c) if c != "Total" else "All together" for c in self.published.columns]


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """Looking at a table for outsiders, and taking it."""

    async def leaving(me: SignedIn, name: str, kind: str = "csv") -> tuple[Leaving, Releases | None]:
        require_taker(me)
        if name not in OUTSIDE or kind not in formats.KINDS:
            raise NotFound("There is no such table. Choose one from the list of tables.")
        mine = await sites_of(governance.directory, me)
        others = [s for s in await governance.directory.sites() if mine and s.provider == mine[0].provider]
        provider = mine[0].provider if mine else ""
        found = await _leaving(overview, name, provider, mine, others, quarters(local_day(governance.clock.now())))
        return found, await governance.released(provider, name, *found.months)

    async def shown(request: Request, me: SignedIn, name: str, form: Form, status: int = 200) -> Response:
        found, before = await leaving(me, name)
        rows = list(zip(found.published.rows, found.published.cells, strict=True))
        return shell_of(request).page(
            request, "governance/outside.html", status, leaving=found, rows=rows, formats=formats.KINDS, form=form,
            left=before is not None and before.holds(found.counts),
            given_away=before.gives_away(found.counts)[:3] if before and not before.holds(found.counts) else [],
        )  # fmt: skip

    @router.get("/tables/outside/{name}.{kind}")
    async def again(request: Request, me: Me, name: str, kind: str) -> Response:
        """The file of a table that has left already; one that has not is looked at first."""
        found, before = await leaving(me, name, kind)
        if before is None or not before.holds(found.counts):
            return RedirectResponse(f"/tables/outside/{name}", 303)
        return await _file(found, kind)

    @router.get("/tables/outside/{name}")
    async def look(request: Request, me: Me, name: str) -> Response:
        return await shown(request, me, name, Form())

    @router.post("/tables/outside/{name}")
    async def take(request: Request, me: Me, name: str) -> Response:
        form = await Form.of(request)
        kind = form.one_of("kind", set(formats.KINDS), "Choose a kind of file")
        if kind is None:
            return await shown(request, me, name, form, 422)
        found, _ = await leaving(me, name, kind)
        act = act_of_form(me, form.value("key"))
        try:
            await governance.release_table(act, found.provider, name, *found.months, found.counts)
        except GivesAwayWithEarlier as refusal:
            form.wrong(str(refusal), "kind")
            return await shown(request, me, name, form, 409)
        return await _file(found, kind)


def quarters(today: date) -> tuple[date, date]:
    """The twelve months up to the end of the last full calendar quarter, so that two files seldom differ by a few days."""
    until = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    return months_before(until), until


async def _leaving(
    overview: Overview, name: str, provider: str, mine: list[Site], all_sites: list[Site], when: tuple[date, date]
) -> Leaving:
    """The reader's counts as they may leave. Raises GivesAway where they would not go beside the whole provider's."""
    by = {s.site_id: s.region if len(mine) > MOST_ROWS else s.title for s in mine}
    counts = await overview.counts(name, by, *when)
    whole = await overview.counts(name, {s.site_id: "all" for s in all_sites}, *when)
    totals = dict(zip(whole.columns, whole.cells[0], strict=True)) if whole.cells else {}
    everywhere, here = frozenset(s.site_id for s in all_sites), frozenset(by)
    for place, code in enumerate(counts.columns):
        of_mine = Release("these sites", here, sum(row[place] for row in counts.cells))
        if differencing([of_mine, Release("all sites", everywhere, totals[code])]):
            raise GivesAway
    try:
        published = await asyncio.to_thread(protect, counts)
    except TableTooLarge:
        raise GivesAway(TableTooLarge.__doc__) from None
    return Leaving(name, provider, when, _table(counts, by), published)


def _table(counts: Counts, by: dict[str, str]) -> Table:
    groups = {row: [site for site, group in by.items() if group == row] for row in counts.rows}
    return Table(groups, counts.columns, dict(zip(counts.rows, counts.cells, strict=True)))


async def _file(leaving: Leaving, kind: str) -> Response:
    about = (
        f"{leaving.title}, by site. Counts of 1 to 4 are hidden, as are others that would give them away; the rest are"
        " rounded to the nearest 5, so that parts need not add up to their totals. An empty cell is a hidden count."
    )
    columns = [
        Column(code, "int", words) for code, words in zip(leaving.published.columns, leaving.columns, strict=True)
    ]
    described = Described(
        f"outside-{leaving.name}", about, (Column("group", "text", "the site, or the region"), *columns)
    )

    async def once() -> formats.Batches:
        cells: list[tuple[Any, ...]] = list(zip(leaving.published.rows, leaving.published.cells, strict=True))
        yield [(row, *numbers) for row, numbers in cells]

    return await sent(kind, described, once(), f"outside-{leaving.name}")
