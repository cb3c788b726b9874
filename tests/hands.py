"""The house in a browser's or a program's hands: real rooms behind their real front door, without a network between."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from deploy.house import Platform
from deploy.web import Door
from libs.web.posts import Post
from libs.web.sign_in import Persona
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

MANAGER = Post("elm.registered_manager", "registered_manager", "site:elm", "Registered manager, Elm")
CARER = Post("elm.care_worker", "care_worker", "site:elm", "Care worker, Elm")
ELSEWHERE = Post("oak.registered_manager", "registered_manager", "site:oak", "Registered manager, Oak")
QUALITY = Post("acme.quality", "provider_quality_lead", "provider:acme", "Quality lead")


@dataclass
class Hands:
    """Someone at a browser or a program: what they post carries what the page they hold carries."""

    client: httpx2.AsyncClient
    page: str = ""

    async def get(self, path: str) -> httpx2.Response:
        answer = await self.client.get(path, follow_redirects=True)
        self.page = answer.text
        return answer

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return found[1] if found else ""

    async def post(self, path: str, **typed: Any) -> httpx2.Response:
        """Send the form of the page that is open."""
        carried = {name: self.hidden(name) for name in ("csrf_token", "key", "version", "seen", "word")}
        answer = await self.client.post(path, data={k: v for k, v in (carried | typed).items() if v != ""})
        if answer.status_code != 303:
            self.page = answer.text
        return answer


@dataclass
class Reception:
    """A house of governance and intake, and ways to enter it."""

    platform: Platform
    door: Door

    async def browser(self, post: Post, actor: str = "person:ann") -> Hands:
        """Someone signed in with a browser."""
        token = await self.door.sessions.start(actor, [post], "Ann Example")
        return Hands(self._client({"Accept": "text/html"}, {"candour_session": token}))

    async def program(self, post: Post, actor: str = "client:rota") -> httpx2.AsyncClient:
        """A program with a bearer token."""
        token = await self.door.tokens.issue_token(actor, actor, [post], timedelta(days=1))
        return self._client({"Authorization": f"Bearer {token}"}, {})

    def nobody(self) -> Hands:
        """Someone with a browser who is not signed in."""
        return Hands(self._client({"Accept": "text/html"}, {}))

    def _client(self, headers: dict[str, str], cookies: dict[str, str]) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.door.app)
        return httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers, cookies=cookies)


@asynccontextmanager
async def received(
    database: Database, messaging: Messaging, key: Path, people: Callable[[], Sequence[Persona]] | None = None
) -> AsyncIterator[Reception]:
    """Two sites, elm and oak, the rules in force, and the door open."""
    async with housed(database, messaging, key, "governance", "intake") as platform:
        await with_sites(platform, "elm", "oak")
        door = Door(platform, people)
        await door.open()
        try:
            yield Reception(platform, door)
        finally:
            await door.close()
