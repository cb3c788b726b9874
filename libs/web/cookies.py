"""The one cookie: its name, how it is set, and what makes it safe."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

SECURE_NAME = "__Host-candour_session"
LOOPBACK_NAME = "candour_session"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def is_safe(request: Request) -> bool:
    """Whether a browser would keep a session here: over https, or on the machine itself."""
    return request.url.scheme == "https" or request.url.hostname in LOOPBACK


def _name(request: Request) -> str:
    """The prefix makes browsers insist on Secure, this host only and the whole path; plain http cannot satisfy it."""
    return SECURE_NAME if request.url.scheme == "https" else LOOPBACK_NAME


def read(request: Request) -> str:
    """The session's cookie value, or empty; elsewhere than on https or the machine itself it is not even looked at."""
    return request.cookies.get(_name(request), "") if is_safe(request) else ""


def keep(request: Request, response: Response, token: str) -> None:
    """Give the browser its session until it closes; the server decides when it really ends."""
    secure = request.url.scheme == "https"
    response.set_cookie(_name(request), token, path="/", secure=secure, httponly=True, samesite="lax")


def drop(request: Request, response: Response) -> None:
    """Take the session's cookie away."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_name(request), path="/", secure=secure, httponly=True, samesite="lax")


def _asking_name(request: Request) -> str:
    return "__Host-candour_signing_in" if request.url.scheme == "https" else "candour_signing_in"


def keep_asking(request: Request, response: Response, value: str, lasting: timedelta) -> None:
    """Mark the browser that begins to sign in, so that only it can come back. Lax, since it comes back from elsewhere."""
    secure, seconds = request.url.scheme == "https", int(lasting.total_seconds())
    response.set_cookie(_asking_name(request), value, seconds, path="/", secure=secure, httponly=True, samesite="lax")


def read_asking(request: Request) -> str:
    """The mark of a sign-in under way, or empty."""
    return request.cookies.get(_asking_name(request), "")


def drop_asking(request: Request, response: Response) -> None:
    """It has come back."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_asking_name(request), path="/", secure=secure, httponly=True, samesite="lax")
