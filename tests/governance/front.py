"""The house's front door for tests: someone signed in, and every journey's events as a script to play."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import httpx2

from deploy.house import Platform
from deploy.web import Door
from libs.web.posts import Post
from libs.web.sign_in import Persona
from tests.hands import Hands

ANN = UUID("00000000-0000-4000-8000-0000000000a1")
QUINN = UUID("00000000-0000-4000-8000-0000000000a2")
DEV = UUID("00000000-0000-4000-8000-0000000000a3")
AT_ELM = Post("elm.registered_manager", "registered_manager", "site:elm", "Registered manager, Elm")
OVER_ALL = Post("acme.quality", "provider_quality_lead", "provider:acme", "Quality lead")
ON_NIGHTS = Post("elm.care_worker", "care_worker", "site:elm", "Care worker, Elm")
PEOPLE = (
    Persona(f"person:{ANN}", "Ann, manager", "Sees to Elm.", (AT_ELM,)),
    Persona(f"person:{QUINN}", "Quinn, quality lead", "Oversees the sites.", (OVER_ALL,)),
    Persona(f"person:{DEV}", "Dev, care worker", "Works nights.", (ON_NIGHTS,)),
)


@asynccontextmanager
async def door_of(platform: Platform, people: Sequence[Persona] = PEOPLE) -> AsyncIterator[Door]:
    """The pages and routes of a platform, for these people."""
    door = Door(platform, lambda: people)
    await door.open()
    try:
        yield door
    finally:
        await door.close()


@asynccontextmanager
async def browsing(door: Door, person: UUID) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody signed in, as a browser without scripts."""
    transport = httpx2.ASGITransport(app=door.app)
    headers = {"Accept": "text/html", "Origin": "http://127.0.0.1"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        await client.post("/sign-in", data={"actor_id": f"person:{person}", "next": "/"})
        yield client


@asynccontextmanager
async def asking(door: Door, person: object, post: Post) -> AsyncIterator[httpx2.AsyncClient]:
    """An API client in a post."""
    token = await door.tokens.issue_token(str(uuid4()), f"person:{person}", [post], timedelta(hours=1))
    transport = httpx2.ASGITransport(app=door.app)
    headers = {"Authorization": f"Bearer {token}"}
    base = "http://127.0.0.1/api/governance"
    async with httpx2.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
        yield client


async def browser(door: Door, person: UUID, post: Post) -> Hands:
    """Somebody at a browser without scripts."""
    token = await door.sessions.start(f"person:{person}", [post], "Somebody")
    transport = httpx2.ASGITransport(app=door.app)
    client = httpx2.AsyncClient(
        transport=transport, base_url="http://localhost", headers={"Accept": "text/html"}, cookies={"candour_session": token}
    )  # fmt: skip
    return Hands(client)


def csrf_in(page: str) -> str:
    """The token of the forms on a page."""
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def in_order(page: str, *words: str) -> bool:
    """Whether these words stand on a page one after the other."""
    places: Sequence[int] = [page.find(each) for each in words]
    return -1 not in places and list(places) == sorted(places)
