"""The question every page and route asks first: who is this, and did they mean to send it?"""

import hmac

from starlette.requests import Request

from libs.web import cookies
from libs.web.api_tokens import ApiTokens
from libs.web.bearer import Bearers
from libs.web.forms import CSRF_FIELD
from libs.web.posts import SignedIn
from libs.web.sessions import Sessions

CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class NotSignedIn(Exception):
    """This needs someone who is signed in."""


class FormTooOld(Exception):
    """A form is taken only from a page of the same session."""


async def signed_in(request: Request) -> SignedIn:
    """Whoever made the request; a FastAPI dependency, also readable afterwards as `request.state.signed_in`.

    Raises NotSignedIn (a page goes to sign in, an API client gets 401) and FormTooOld (403) for a change without the
    session's own token.
    """
    me = await maybe_signed_in(request)
    if me is None:
        raise NotSignedIn
    if me.session_id is not None and request.method not in SAFE_METHODS:
        await _require_own_form(request, me)
    return me


async def maybe_signed_in(request: Request) -> SignedIn | None:
    """Whoever made the request, or None: for the few pages that anyone may read."""
    if not hasattr(request.state, "signed_in"):
        request.state.signed_in = await _find(request)
    found: SignedIn | None = request.state.signed_in
    return found


async def _find(request: Request) -> SignedIn | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        tokens: ApiTokens | Bearers = request.app.state.api_tokens
        return await tokens.find_token(token.strip())
    cookie = cookies.read(request)
    sessions: Sessions = request.app.state.sessions
    return await sessions.find(cookie) if cookie else None


async def _require_own_form(request: Request, me: SignedIn) -> None:
    sent = request.headers.get(CSRF_HEADER, "")
    if not sent and request.headers.get("Content-Type", "").startswith(FORMS):
        field = (await request.form()).get(CSRF_FIELD)
        sent = field if isinstance(field, str) else ""
    if not hmac.compare_digest(sent.encode(), me.csrf.encode()):
        raise FormTooOld
