"""What is new since the reader was last here, and three things to look at for someone who never was.

When someone was here is kept in their own browser, and nowhere else.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from contracts.taxonomy import Role
from libs.web.phrases import counted
from libs.web.posts import SignedIn
from services.governance.projection import Overview
from services.governance.projection.figures import FIGURES

AWAY = timedelta(hours=1)
"""After so long without a page, the next one begins a new visit."""
KEPT = 365 * 24 * 3600
LONGEST = 11
"""Digits of a time that we set."""
FRESH = ("new_reports", "new_learned", "new_changes", "fell_back", "new_answers")
"""What counts as news, by figure."""

MY_WORK = ("My work", "/work", "What waits for you, over all services, in the order in which it is due.")
MY_SITE = (
    "Your site",
    "/site",
    "On one page: what is open and late, who is owed an account, and whether changes held.",
)
PROVIDER = ("Provider", "/provider", "All sites together. Every number leads to the journeys behind it.")
LOOP = (
    "How far the loop is closed",
    "/loop",
    "Of what was learned: how much was done, briefed, practised, and shown to last.",
)
BOARD = ("Board page", "/board", "Themes, strength of changes, verdicts and challenges, on one sheet for a meeting.")
JOURNEYS = (
    "A journey",
    "/journeys",
    "Open any one: who decided what, why, on what evidence, under which rule.",
)
AUDIT = ("Audit", "/audit", "The ledger of every record of every service, and how to check that nothing was altered.")
REPORT = ("Report", "/report", "Something happened that the service can learn from? It takes two minutes.")
BRIEFINGS = (
    "Briefings to read",
    "/briefings",
    "What changed at your site, and the question that shows it was understood.",
)


class Visits:
    """When someone was here before, as their browser remembers it."""

    def __init__(self, request: Request, me: SignedIn, now: datetime) -> None:
        self.now = now
        self._secure = request.url.scheme == "https"
        self._name = f"candour_visit_{sha256(me.actor_id.encode()).hexdigest()[:12]}"
        before, _, last = request.cookies.get(self._name, "").partition(".")
        self.last = _time(last)
        ended = self.last if self.last and now - self.last > AWAY else _time(before)
        self.since = ended if ended and ended <= now else None
        self.first = self.last is None

    def remember(self, response: Response) -> None:
        """Note in the reader's browser that they are here now."""
        begun = int(self.since.timestamp()) if self.since else ""
        value = f"{begun}.{int(self.now.timestamp())}"
        response.set_cookie(self._name, value, max_age=KEPT, httponly=True, samesite="lax", secure=self._secure)


def _time(text: str) -> datetime | None:
    return (
        datetime.fromtimestamp(int(text), UTC) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None
    )


async def news(overview: Overview, sites: list[str], since: datetime) -> list[dict[str, Any]]:
    """What happened at these sites since a moment, each with the list behind it; nothing for what did not happen."""
    found = await overview.fresh(sites, since)
    query = urlencode({"since": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")})
    return [
        {
            "words": counted(found[name], FIGURES[name].one, FIGURES[name].many),
            "href": f"/journeys?figure={name}&{query}",
        }
        for name in FRESH
        if found[name]
    ]


def three_things(me: SignedIn) -> list[tuple[str, str, str]]:
    """What someone in this post looks at first: title, address, and why."""
    if me.role == Role.AUDITOR:
        return [AUDIT, JOURNEYS, PROVIDER]
    if not me.scope.startswith("site:"):
        return [PROVIDER, LOOP, BOARD]
    if me.role in {Role.CARE_WORKER, Role.KEY_WORKER}:
        return [REPORT, BRIEFINGS, MY_WORK]
    return [MY_WORK, MY_SITE, JOURNEYS]
