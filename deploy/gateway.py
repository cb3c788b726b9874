"""One address for all services: each path goes to the service that owns it, as an ingress does on a cluster.

For containers on one machine. It decides nothing; `routes` is the same table that the Helm chart's ingress has.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from http.cookiejar import DefaultCookiePolicy

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from libs.web.walls import MEBIBYTE, BodyLimit

OWNERS = (
    ("/report", "intake"),
    ("/intake", "intake"),
    ("/api/intake", "intake"),
    ("/review", "review"),
    ("/api/review", "review"),
    ("/action", "action"),
    ("/api/action", "action"),
    ("/notification", "notification"),
    ("/briefings", "notification"),
    ("/api/notification", "notification"),
    ("/assurance", "assurance"),
    ("/api/assurance", "assurance"),
    ("/audit", "audit"),
    ("/api/audit", "audit"),
)
FALLBACK = "governance"
LARGEST = 12 * MEBIBYTE
"""No service takes more than that; nobody is to fill the gateway's memory before one says so."""
SAID = frozenset({"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded"})
"""What only the gateway says of a visitor; what the visitor says of themself is dropped."""
HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "content-length"})
SAID_ANEW = frozenset({"content-encoding", "date", "server"})
"""What the gateway's own server says of each answer."""


def owner(path: str) -> str:
    """Which service a path belongs to."""
    return next((name for prefix, name in OWNERS if path == prefix or path.startswith(f"{prefix}/")), FALLBACK)


def application(
    port: int = 8000, *, encrypted: bool = False, transport: httpx2.AsyncBaseTransport | None = None
) -> Starlette:
    """The gateway, reaching each service under its own name on `port`; `encrypted`: by TLS, whose name must be its own.

    `transport` stands for the network between.
    """
    scheme, trusted = ("https", ssl.create_default_context()) if encrypted else ("http", False)
    client = httpx2.AsyncClient(timeout=30, follow_redirects=False, verify=trusted, transport=transport)
    # Cookies are between a browser and the services. A client that kept them would sign the next visitor in as the last.
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))

    async def forward(request: Request) -> Response:
        target = f"{scheme}://{owner(request.url.path)}:{port}{request.url.path}"
        kept = [(name, value) for name, value in request.headers.raw if name.decode().lower() not in HOP | SAID]
        headers = [*kept, (b"host", request.headers.get("host", "").encode()), *_forwarded(request)]
        try:
            answer = await client.request(
                request.method, target, params=request.query_params, headers=headers, content=await request.body()
            )
        except httpx2.HTTPError:
            detail = "This part of Candour is starting or away. Nothing was changed; try again in a moment."
            return JSONResponse({"title": "Not reachable", "status": 503, "detail": detail}, 503)
        response = Response(answer.content, answer.status_code)
        response.raw_headers = [(n, v) for n, v in answer.headers.raw if n.decode().lower() not in HOP | SAID_ANEW]
        response.headers["content-length"] = str(len(answer.content))
        return response

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    limit = Middleware(BodyLimit, most=LARGEST)

    @asynccontextmanager
    async def letting_go(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    routes = [Route("/{path:path}", forward, methods=methods)]
    return Starlette(routes=routes, middleware=[limit], lifespan=letting_go)


def _forwarded(request: Request) -> Iterable[tuple[bytes, bytes]]:
    yield b"x-forwarded-proto", request.url.scheme.encode()
    if request.client:
        yield b"x-forwarded-for", request.client.host.encode()
