"""Somebody in a post at the door of a running house: as a program with a token, or with a browser that is signed in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2

from deploy.house import Platform
from deploy.web import Door
from libs.web.posts import Post
from libs.web.sign_in import Persona

NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|[2-9A-Z]{4}-[2-9A-Z]{4}")
"""Ids, keys of forms, and receipt numbers, which are worked out from the id that is asked for."""


@asynccontextmanager
async def door_of(house: Platform, people: Callable[[], Sequence[Persona]] | None = None) -> AsyncIterator[Door]:
    """The house's one door. Every page and route is hung into it, which takes a second: so a test file opens it once."""
    door = Door(house, people)
    await door.open()
    try:
        yield door
    finally:
        await door.close()


@asynccontextmanager
async def client(door: Door, post: Post, actor: str = "") -> AsyncIterator[httpx2.AsyncClient]:
    """A program that acts in a post, for somebody."""
    token = await door.tokens.issue_token(post.post, actor or f"person:{post.post}", [post], timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/html"}
    async with _at(door, headers=headers) as web:
        yield web


@asynccontextmanager
async def browsing(door: Door, post: Post, actor: str = "") -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody signed in with a browser, whose cookie a page of another site would send along."""
    token = await door.sessions.start(actor or f"person:{post.post}", [post], post.post)
    async with _at(door, headers={"Accept": "application/json"}, cookies={"candour_session": token}) as web:
        yield web


def _at(door: Door, headers: dict[str, str], cookies: dict[str, str] | None = None) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(door.app)
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers, cookies=cookies)


def said(answer: Any) -> str:
    """What an answer says, without what only names the request."""
    found: str = answer.text.split('"correlation_id"')[0].split('"instance"')[0].split("give this reference")[0]
    return NUMBERS.sub("", found)
