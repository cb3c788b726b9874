"""Tables to take away, and what each column means."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from libs.calendar import local_day
from libs.service import NotFound
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.pages import formats
from services.governance.pages.live import shell_of
from services.governance.pages.narrowing import narrowed
from services.governance.pages.outside import OUTSIDE, quarters
from services.governance.pages.taking import require_taker, sent
from services.governance.projection import Overview
from services.governance.projection.dictionary import Table
from services.governance.projection.taking_away import may_be_taken

Me = Annotated[SignedIn, Depends(signed_in)]


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """The page of tables, the dictionary, and the files."""
    known = {name: table for name, table in sorted(overview.dictionary().items()) if may_be_taken(table)}

    @router.get("/tables")
    async def tables(request: Request, me: Me) -> Response:
        require_taker(me)
        scope = await narrowed(request, governance.directory, me)
        since, until = quarters(local_day(governance.clock.now()))
        return shell_of(request).page(
            request, "governance/tables.html", tables=known.values(), scope=scope, since=since, until=until,
            formats=formats.KINDS, outside={name: title for name, (title, _) in OUTSIDE.items()},
        )  # fmt: skip

    @router.get("/tables/dictionary")
    async def dictionary(request: Request, me: Me) -> Response:
        return shell_of(request).page(request, "governance/dictionary.html", tables=overview.dictionary().values())

    @router.get("/tables/{name}.definition.json")
    async def definition(request: Request, me: Me, name: str) -> Response:
        return JSONResponse(formats.definition(_one(known, name)), media_type="application/csvm+json")

    @router.get("/tables/{name}.{kind}")
    async def file(request: Request, me: Me, name: str, kind: str) -> Response:
        require_taker(me)
        scope = await narrowed(request, governance.directory, me)
        if kind not in formats.KINDS:
            raise NotFound("A table comes as csv, json or parquet.")
        table = _one(known, name)
        shut = await overview.shut_to(governance.mapper.keys, me.actor_id)
        return await sent(kind, table, overview.whole(table, scope.ids, shut), name)


def _one(known: dict[str, Table], name: str) -> Table:
    if name not in known:
        raise NotFound("There is no such table. Choose one from the list of tables.")
    return known[name]
