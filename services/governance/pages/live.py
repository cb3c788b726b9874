"""Pages that keep themselves up to date: one address answers a browser whole, and its refreshing with what is new."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from libs.views import View
from libs.web.asking import number_in
from libs.web.shell import Shell

STILL = "still"
"""Set in the address of a page whose reader does not want it to change by itself (WCAG 2.2, 2.2.2)."""


def shell_of(request: Request) -> Shell:
    """The shell of the app that answers."""
    found: Shell = request.app.state.shell
    return found


def live(request: Request, page: str, part: str, status: int = 200, **context: Any) -> Response:
    """`page` around `part`, or `part` alone for a refresh; nothing at all (204) where its reader has just this part."""
    shell = shell_of(request)
    body = bytes(shell.page(request, part, **context).body)
    mark = sha256(body).hexdigest()[:16]
    refreshing = "HX-Request" in request.headers
    if refreshing and request.query_params.get("seen") == mark:
        return Response(status_code=204)
    around = {"part": Markup(body.decode()), "mark": mark, **_addresses(request)}  # noqa: S704 - rendered, with escapes, above
    return shell.page(request, "governance/live_part.html" if refreshing else page, status, **context, **around)


def _addresses(request: Request) -> dict[str, str | bool]:
    asked = [(k, v) for k, v in request.query_params.multi_items() if k not in ("seen", "after", STILL)]
    path, plain, still = request.url.path, urlencode(asked), urlencode([*asked, (STILL, "yes")])
    # A form that came back stands at an address at which there is nothing to look up.
    looked_up = request.method == "GET"
    return {
        "looked_up": looked_up,
        "moving": looked_up and STILL not in request.query_params,
        "live_href": f"{path}?{plain}" if plain else path,
        "still_href": f"{path}?{still}",
    }


async def wait_for(view: View, after: str) -> None:
    """Let the view reach what the reader has just done: a position of governance's own log, or <service>:<position>."""
    source, _, position = after.rpartition(":")
    place = number_in(position)
    if place is not None:
        await view.reached(source or "governance", place)
