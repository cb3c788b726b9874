"""Tables to take away, what each column means, and counts that may leave the provider."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from contracts.taxonomy import OpportunityKind, Role, Theme
from libs.calendar import local_day
from libs.directory import Site
from libs.disclosure import Published, Release, TableTooLarge, differencing, protect
from libs.domain import Refused
from libs.service import NotFound
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.domain.challenges import OVERSIGHT
from services.governance.pages import formats
from services.governance.pages.live import shell_of
from services.governance.pages.narrowing import narrowed
from services.governance.pages.sentences import label
from services.governance.pages.work import RUNS_A_SITE
from services.governance.projection import Overview
from services.governance.projection.dictionary import Column, Table
from services.governance.projection.stories import months_before
from services.governance.projection.taking_away import may_be_taken

Me = Annotated[SignedIn, Depends(signed_in)]
TAKES_TABLES = (
    RUNS_A_SITE
    | OVERSIGHT
    | {Role.TEAM_LEADER, Role.FIELD_SUPERVISOR, Role.SENIOR_STAFF, Role.ADMINISTRATOR, Role.AUDITOR}
)
IN_MEMORY = 4 * 1024 * 1024
PIECE = 64 * 1024
MOST_ROWS = 40
"""Sites in a table for outsiders; where there are more, its rows are regions."""

OUTSIDE = {"kinds": ("What was reported", OpportunityKind), "themes": ("What it was about", Theme)}


class NotForThisPost(Refused):
    """Whole tables are for posts that manage, oversee or check. What concerns you is on the pages themselves."""


class GivesAway(Refused):
    """Beside the whole provider's table, this one would give away a small count. Ask a post over the provider for theirs."""


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """The page of tables, the dictionary, and the files."""
    known = {name: table for name, table in sorted(overview.dictionary().items()) if may_be_taken(table)}

    @router.get("/tables")
    async def tables(request: Request, me: Me) -> Response:
        _require(me)
        scope = await narrowed(request, governance.directory, me)
        since, until = quarters(local_day(governance.clock.now()))
        return shell_of(request).page(
            request, "governance/tables.html", tables=known.values(), scope=scope, since=since, until=until,
            formats=formats.KINDS, outside={name: title for name, (title, _) in OUTSIDE.items()},
        )  # fmt: skip

    @router.get("/tables/dictionary")
    async def dictionary(request: Request, me: Me) -> Response:
        return shell_of(request).page(request, "governance/dictionary.html", tables=overview.dictionary().values())

    @router.get("/tables/outside/{name}.{kind}")
    async def outside(request: Request, me: Me, name: str, kind: str) -> Response:
        _require(me)
        if name not in OUTSIDE or kind not in formats.KINDS:
            raise NotFound("There is no such table. Choose one from the list of tables.")
        mine = await sites_of(governance.directory, me)
        others = [s for s in await governance.directory.sites() if mine and s.provider == mine[0].provider]
        published = await _published(overview, name, mine, others, quarters(local_day(governance.clock.now())))
        table, rows = _for_outside(name, published)
        return await _file(kind, table, _once(rows), f"outside-{name}")

    @router.get("/tables/{name}.definition.json")
    async def definition(request: Request, me: Me, name: str) -> Response:
        return JSONResponse(formats.definition(_one(known, name)), media_type="application/csvm+json")

    @router.get("/tables/{name}.{kind}")
    async def file(request: Request, me: Me, name: str, kind: str) -> Response:
        _require(me)
        scope = await narrowed(request, governance.directory, me)
        if kind not in formats.KINDS:
            raise NotFound("A table comes as csv, json or parquet.")
        table = _one(known, name)
        shut = await overview.shut_to(governance.mapper.keys, me.actor_id)
        return await _file(kind, table, overview.whole(table, scope.ids, shut), name)


def quarters(today: date) -> tuple[date, date]:
    """The twelve months up to the end of the last full calendar quarter, so that two files seldom differ by a few days."""
    until = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    return months_before(until), until


def _require(me: SignedIn) -> None:
    if me.role not in TAKES_TABLES:
        raise NotForThisPost


async def _published(
    overview: Overview, name: str, mine: list[Site], all_sites: list[Site], when: tuple[date, date]
) -> Published:
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
        return await asyncio.to_thread(protect, counts)
    except TableTooLarge:
        raise GivesAway(TableTooLarge.__doc__) from None


def _one(known: dict[str, Table], name: str) -> Table:
    if name not in known:
        raise NotFound("There is no such table. Choose one from the list of tables.")
    return known[name]


def _for_outside(name: str, published: Published) -> tuple[Table, list[tuple[Any, ...]]]:
    title, taxonomy = OUTSIDE[name]
    about = (
        f"{title}, by site. Counts of 1 to 4 are hidden, as are others that would give them away; the rest are rounded"
        " to the nearest 5, so that parts need not add up to their totals. An empty cell is a hidden count."
    )
    columns = [
        Column(code, "int", label(taxonomy, code) if code != "Total" else "all together") for code in published.columns
    ]
    table = Table(f"outside-{name}", about, (Column("group", "text", "the site, or the region"), *columns))
    return table, [(row, *cells) for row, cells in zip(published.rows, published.cells, strict=True)]


async def _once(rows: list[tuple[Any, ...]]) -> formats.Batches:
    yield rows


async def _file(kind: str, table: Table, batches: formats.Batches, name: str) -> Response:
    """The table as a download. It is written whole first, so that no slow reader holds on to the database."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    try:
        await formats.written(kind, table, batches, file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Link": f'</tables/{table.name}.definition.json>; rel="describedby"; type="application/csvm+json"',
    }
    return StreamingResponse(_pieces(file), media_type=formats.KINDS[kind], headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
