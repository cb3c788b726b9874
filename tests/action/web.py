"""Action in a browser's or a program's hands, through the real front door without a network between."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from deploy.web import Door
from libs.web.posts import Post
from tests import hands
from tests.action.world import ANN, World, world
from tests.hands import CARER, ELSEWHERE, MANAGER
from tests.servers import Database, Messaging

__all__ = ["CARER", "DEPUTY", "ELSEWHERE", "MANAGER", "Hands", "Office", "office"]

DEPUTY = Post("elm.deputy_manager", "deputy_manager", "site:elm", "Deputy manager, Elm")


class Hands(hands.Hands):
    """Someone at a browser whose pages hold several forms: what they post carries what just that form carries."""

    async def post(self, path: str, **typed: Any) -> httpx2.Response:
        """Send the form of the open page that leads to this path, then follow where it leads."""
        start = self.page.index(f'action="{path}"')
        form = self.page[start : self.page.index("</form>", start)]
        carried = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))
        answer = await self.client.post(path, data=carried | typed)
        if answer.status_code == httpx2.codes.SEE_OTHER:
            await self.get(answer.headers["Location"])
        else:
            self.page = answer.text
        return answer


@dataclass
class Office:
    """A world and its front door."""

    world: World
    door: Door

    async def browser(self, post: Post, actor: str = f"person:{ANN}") -> Hands:
        """Someone signed in with a browser."""
        token = await self.door.sessions.start(actor, [post], "Someone")
        return Hands(self._client({"Accept": "text/html"}, {"candour_session": token}))

    async def program(self, post: Post, actor: str) -> httpx2.AsyncClient:
        """A program with a bearer token."""
        token = await self.door.tokens.issue_token(actor, actor, [post], timedelta(days=1))
        return self._client({"Authorization": f"Bearer {token}"}, {})

    def _client(self, headers: dict[str, str], cookies: dict[str, str]) -> httpx2.AsyncClient:
        transport: Any = httpx2.ASGITransport(app=self.door.app)
        return httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers, cookies=cookies)


@asynccontextmanager
async def office(database: Database, messaging: Messaging, key: Path) -> AsyncIterator[Office]:
    """The world with its door open."""
    async with world(database, messaging, key) as opened:
        door = Door(opened.platform, None)
        await door.open()
        try:
            yield Office(opened, door)
        finally:
            await door.close()
