"""Signing in with the organisation's own account: to its sign-in service and back, in one browser, within ten minutes."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from libs.clock import Clock
from libs.logs import log
from libs.web import cookies
from libs.web.errors import answer
from libs.web.oidc import Issuer, NotBelieved, SignInUnavailable, WhoIs
from libs.web.sessions import Pool, hashed
from libs.web.sign_in import ELSEWHERE, relative, session_routes
from libs.web.signed_in import maybe_signed_in

DDL = """
CREATE TABLE IF NOT EXISTS web.signing_in (
    state_hash bytea PRIMARY KEY,
    browser_hash bytea NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    onward text NOT NULL,
    until timestamptz NOT NULL
);
"""
LASTING = timedelta(minutes=10)
NO_POST = (
    "Your account is known, and it holds no post in Candour yet. Nobody was signed in. "
    "Ask your provider's administrator to give your work e-mail address to your post."
)
NOT_BELIEVED = "The sign-in service's answer could not be trusted, or it took too long. Nobody was signed in."


@dataclass(frozen=True)
class Begun:
    """A sign-in under way."""

    nonce: str
    verifier: str
    onward: str


class SigningIn:
    """Sign-ins under way, each good once, and only in the browser that began it."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool, self._clock = pool, clock

    async def begin(self, state: str, browser: str, begun: Begun) -> None:
        """Remember what was asked, and drop what nobody came back from."""
        now = self._clock.now()
        row = (hashed(state), hashed(browser), begun.nonce, begun.verifier, begun.onward, now + LASTING)
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM web.signing_in WHERE until <= %s", (now,))
            await connection.execute("INSERT INTO web.signing_in VALUES (%s, %s, %s, %s, %s, %s)", row)

    async def end(self, state: str, browser: str) -> Begun | None:
        """What was asked; None when it is unknown, used, too old, or was begun elsewhere."""
        async with self._pool.connection() as connection:
            rows = await connection.execute(
                "DELETE FROM web.signing_in WHERE state_hash = %s AND until > %s"
                " RETURNING browser_hash, nonce, verifier, onward",
                (hashed(state), self._clock.now()),
            )
            row = await rows.fetchone()
        if row is None or not hmac.compare_digest(bytes(row[0]), hashed(browser)):
            return None
        return Begun(*row[1:])


def oidc_routes(issuer: Issuer, under_way: SigningIn, who_is: WhoIs) -> APIRouter:
    """/sign-in to the organisation's service and back, changing post, and signing out."""
    router = session_routes()
    record = log("sign-in")

    @router.get("/sign-in")
    async def offer(request: Request, onward: Annotated[str, Query(alias="next")] = "/") -> Response:
        await maybe_signed_in(request)
        page: Response = request.app.state.shell.page(request, "sign_in_elsewhere.html", next=relative(onward))
        return page

    @router.get("/sign-in/begin")
    async def begin(request: Request, onward: Annotated[str, Query(alias="next")] = "/") -> Response:
        if not cookies.is_safe(request):
            return await answer(request, 403, kind="not-over-https", title="You cannot sign in here", detail=ELSEWHERE)
        state, nonce, verifier, browser = (token_urlsafe(32) for _ in range(4))
        try:
            address = await issuer.authorisation(state, nonce, verifier)
        except (SignInUnavailable, NotBelieved) as fault:
            record.warning("sign_in_unavailable", kind=type(fault).__name__, reason=str(fault))
            return await answer(request, 503, detail=SignInUnavailable.__doc__)
        await under_way.begin(state, browser, Begun(nonce, verifier, relative(onward)))
        response = RedirectResponse(address, 303)
        cookies.keep_asking(request, response, browser, LASTING)
        return response

    @router.get("/sign-in/back")
    async def back(request: Request, state: str = "", code: str = "") -> Response:
        begun = await under_way.end(state, cookies.read_asking(request))
        if begun is None or not code:
            return await answer(request, 403, title="You are not signed in", detail=NOT_BELIEVED)
        try:
            claims = await issuer.claims(code, begun.verifier, begun.nonce)
        except NotBelieved as fault:
            record.warning("sign_in_not_believed", reason=str(fault))
            return await answer(request, 403, title="You are not signed in", detail=NOT_BELIEVED)
        except SignInUnavailable as fault:
            record.warning("sign_in_unavailable", reason=str(fault))
            return await answer(request, 503, detail=SignInUnavailable.__doc__)
        who = await who_is(claims)
        if who is None:
            return await answer(request, 403, title="You hold no post here yet", detail=NO_POST)
        sessions = request.app.state.sessions
        token = await sessions.start(who.actor_id, who.posts, who.label, replacing=cookies.read(request))
        response = RedirectResponse(begun.onward, 303)
        cookies.keep(request, response, token)
        cookies.drop_asking(request, response)
        return response

    return router
