"""`candour audit as-of`: the record of a provider, a site or a journey as it stood, the same bytes as the API gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg_pool import AsyncConnectionPool
from rich.console import Console
from rich.progress import Progress

from deploy.attached import settings
from deploy.demo.people import SOURCES
from deploy.house import wrapping_keys
from deploy.past.asking import JOURNEY, SITE, application, asked
from deploy.past.looking import said
from deploy.past.moment import Moment
from deploy.past.replaying import Archive
from libs.clock import SystemClock
from libs.connecting import connected
from libs.keys import KeyRing
from libs.service import NotFound
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in

FOUND = 200


async def as_of(var: Path, path: str, provider: str, moment: Moment, console: Console) -> bytes:
    """The record at `path` (provider, sites/<id>, journeys/<id>). Raises NotFound where there was none."""
    with settings(var, SOURCES) as (env, _):
        pool = AsyncConnectionPool(env["CANDOUR_PG_KEYS"], min_size=1, max_size=2, open=False, name="keys",
                                   kwargs={"autocommit": True})  # fmt: skip
        await pool.open(wait=True)
        keys = KeyRing(pool, *wrapping_keys(env))
        await keys.prepare()
        archive = Archive(env, keys, SystemClock())
        try:
            owner, site = await _whose(archive.auditor, path)
            reader = _reader(provider or owner)
            with Progress(console=console) as progress:
                bars: dict[str, Any] = {}

                def told(service: str, read: int, last: int) -> None:
                    bar = bars.get(service)
                    if bar is None:
                        bar = bars[service] = progress.add_task(service, total=last)
                    progress.update(bar, completed=read)

                past = await archive.at(moment, site, told)
            app = application(past, None, "", said)
            app.dependency_overrides[signed_in] = lambda: reader
            answer = await asked(app, REQUEST, f"/api/governance/{path}")
        finally:
            await archive.close()
            await pool.close()
    if answer.status != FOUND:
        raise NotFound(f"There was no {path} to show, {said(moment)}.")
    return answer.body


REQUEST: dict[str, Any] = {
    "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"accept", b"application/json")], "client": None, "server": ("localhost", 80),
}  # fmt: skip


def _reader(provider: str) -> SignedIn:
    return SignedIn("operator", "auditor", f"provider:{provider}", "Whoever runs the platform", ())


async def _whose(auditor: str, path: str) -> tuple[str, str]:
    """The provider and the site that a path is about; of the provider's own record, the one provider there is."""
    where, given = "provider <> 'platform'", ""
    if found := JOURNEY.fullmatch(path):
        where, given = "journey = %s::uuid AND site <> ''", found[1]
    elif found := SITE.fullmatch(path):
        where, given = "site = %s", found[1]
    async with connected(auditor, autocommit=True) as connection:
        rows = await connection.execute(
            f"SELECT provider, {'site' if given else 'NULL'} FROM audit.decision WHERE {where} LIMIT 1",
            (given,) if given else (),
        )
        row = await rows.fetchone()
    if row is None:
        raise NotFound(f"There is nothing on record about {path}.")
    return row[0], row[1] or ""
