"""What surrounds every page and route: safe headers, one origin, and a limit to what may be sent."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.web.errors import answer
from libs.web.signed_in import SAFE_METHODS
from libs.web.static_files import PREFIX

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
ONE_YEAR_HTTPS = "max-age=31536000"
MEBIBYTE = 1024 * 1024


class SafeHeaders:
    """Sets the headers of every answer; nothing but the styles and scripts may be kept by a browser or a proxy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", ONE_YEAR_HTTPS)
                if not scope["path"].startswith(f"{PREFIX}/"):
                    headers["Cache-Control"] = "no-store"  # whatever a route may say: it may carry a record
            await send(message)

        await self._app(scope, receive, guarded)


class SameOrigin:
    """A browser may change something only from one of our own pages. Programs say who they are by a bearer token.

    The browser's own word is believed (Sec-Fetch-Site, else Origin); when it says neither, the form's token decides.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not _is_ours(request := Request(scope)):
            refusal = await answer(
                request,
                403,
                kind="foreign-origin",
                title="This was not sent from Candour",
                detail="It came from another site's page, so nothing was changed.",
                next_step="Open Candour itself and do it there.",
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_ours(request: Request) -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or urlsplit(origin).netloc == request.headers.get("Host")


class BodyLimit:
    """Refuses a body of more than `most` bytes (413), or of what `larger` grants under a path.

    What is over is read and thrown away up to eight times as much, because a browser whose sending is cut off shows a
    broken connection instead of the reason.
    """

    def __init__(self, app: ASGIApp, most: int = MEBIBYTE, larger: Mapping[str, int] | None = None) -> None:
        self._app, self._most, self._larger = app, most, larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0
        most = next((size for path, size in self._larger.items() if scope["path"].startswith(path)), self._most)

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                await _drain(message, receive, 8 * most)
                raise HTTPException(413, f"The most you can send at once is {_size(most)}. Nothing was saved.")
            return message

        await self._app(scope, limited, send)


async def _drain(message: Message, receive: Receive, most: int) -> None:
    thrown = 0
    while message.get("more_body") and thrown < most:
        message = await receive()
        thrown += len(message.get("body", b""))


def _size(number: int) -> str:
    return f"{number // MEBIBYTE} MB" if number >= MEBIBYTE else f"{number // 1024} kB"
