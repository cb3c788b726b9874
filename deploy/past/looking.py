"""Answering for the past of a platform: the right events replayed, and governance asked about them."""

from __future__ import annotations

from fastapi import Request

from deploy.house import Platform
from deploy.past.asking import JOURNEY, RECORDS, SITE, Answer, application, asked
from deploy.past.moment import Moment
from deploy.past.replaying import Archive
from libs.service import NotFound
from libs.web.phrases import LONDON, local_time
from libs.web.posts import SignedIn
from services.audit.application import Audit


class PastDoor:
    """Answers for the past of a platform that has audit in it."""

    def __init__(self, platform: Platform) -> None:
        self.audit: Audit = platform.service("audit")
        self.archive = Archive(platform.env, platform.keys, platform.clock, platform.rooms)

    async def ask(self, request: Request, moment: Moment, path: str, inner: str, root: str = "") -> Answer:
        """What governance would have answered for `path`, which is `inner` to its own routes."""
        past = await self.archive.at(moment, await self.site(path))
        app = application(past, request.app.state, root, said)
        return await asked(app, dict(request.scope), inner, root)

    async def site(self, path: str) -> str:
        """Whose events alone a page is made of, or empty for all: one site's page and one journey's need no others."""
        if found := SITE.fullmatch(path):
            return found[1]
        if found := JOURNEY.fullmatch(path):
            return await self.audit.site_of(found[1])
        return ""

    async def views(self, me: SignedIn) -> list[tuple[str, str]]:
        """What the reader may look at whole: the provider, and each site within reach."""
        _, sites = await self.audit.reach(me)
        return [("provider", "The provider"), *((f"site/{site.site_id}", site.title) for site in sites)]

    async def record(self, request: Request, moment: Moment, path: str) -> Answer:
        """The record that governance's API gave, byte for byte. Raises NotFound."""
        if not RECORDS.fullmatch(path):
            raise NotFound("Only provider, sites/<id> and journeys/<id> can be asked for as they stood.")
        return await self.ask(request, moment, path, f"/api/governance/{path}")


def said(moment: Moment) -> str:
    """The moment in words."""
    parts = []
    if moment.known:
        parts.append(f"as it was known on {local_time(moment.known, LONDON)}")
    if moment.true:
        parts.append(f"as it was on {local_time(moment.true, LONDON)}")
    return ", and ".join(parts)
