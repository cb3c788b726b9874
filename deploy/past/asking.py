"""Putting a question to the past: the pages and routes that governance has today, over how things stood then."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from markupsafe import Markup
from starlette.types import Message, Scope

from deploy.past.moment import Moment
from deploy.past.replaying import Past
from libs.web.errors import install_errors
from libs.web.shell import LISTS, NAVIGATION, Shell

SERVICES = Path(__file__).parents[2] / "services"
PAGES = re.compile(r"(provider|board|loop|comparison|trend|themes(/[^/]+)?|site(/[^/]+)?|journeys(/[0-9a-f-]{36})?)")
"""What can be looked at in the past: pages that only read, and only views."""
RECORDS = re.compile(r"(provider|comparison|trend|themes|sites/[^/]+|journeys/[0-9a-f-]{36})")
JOURNEY = re.compile(r"journeys/([0-9a-f-]{36})")
SITE = re.compile(r"sites?/([^/]+)")
RECORDED_AS = ("provider",)
LINKS = re.compile(r'(<a\b[^>]*\bhref=")(/(?:provider|board|loop|comparison|trend|themes|site|journeys)(?=["/?#]))')


class Answer:
    """What the past answered: status, type, body."""

    def __init__(self) -> None:
        self.status, self.kind, self.body, self.location = 500, "", b"", ""

    async def take(self, message: Message) -> None:
        """One part of an ASGI response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = dict(message["headers"])
            self.kind = headers.get(b"content-type", b"").decode()
            self.location = headers.get(b"location", b"").decode()
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


def application(past: Past, state: Any, prefix: str, said: Callable[[Moment], str]) -> FastAPI:
    """Governance's own routes over a past. `state` is the front door's: who is signed in is known there."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    mounted = {link.path for link in (*NAVIGATION, *LISTS)}
    banner = Markup(
        'This shows how things stood, {}. <a class="govuk-link" href="/audit/past">Choose another moment</a>'
    ).format(said(past.moment))
    templates = [SERVICES / "governance" / "templates"]
    may = {} if state is None else {"may": state.shell.may}  # whoever asks sees of the menu what they see of today's
    app.state.shell = Shell(
        past.room.house.clock, templates, mounted=mounted, lists=LISTS, banner=lambda: banner, **may
    )
    if state is not None:
        app.state.sessions, app.state.api_tokens = state.sessions, state.api_tokens
    install_errors(app)
    for router in past.room.routes():
        app.include_router(router)
    return app


async def asked(app: FastAPI, scope: Scope, path: str, root: str = "") -> Answer:
    """Ask for a path (with what `root` stands for before it) as the outer request would."""
    answer = Answer()
    inner = {
        key: value for key, value in scope.items() if key not in {"app", "router", "endpoint", "path_params", "route"}
    }
    inner |= {"method": "GET", "path": path, "raw_path": path.encode(), "root_path": root, "state": {}}

    async def nothing_more() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    await app(inner, nothing_more, answer.take)
    if root and answer.location.startswith("/"):
        answer.location = root + answer.location
    if root and answer.kind.startswith("text/html"):
        answer.body = LINKS.sub(rf"\g<1>{root}\g<2>", answer.body.decode()).encode()
    return answer
