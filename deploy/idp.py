"""A sign-in service for demonstrations: it asks no password, lets a visitor choose whom to be, and says so in signed tokens.

A real OpenID provider in small (discovery, keys, authorisation code with PKCE, client credentials), so that what is shown
and tested is the way in that an organisation's own service takes. It refuses to start where CANDOUR_ENV is "production".
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from libs.clock import Clock
from libs.web.oidc import challenge
from libs.web.sign_in import require_no_production

LASTING = 300
"""Seconds that a token is good for."""


@dataclass(frozen=True)
class Account:
    """Somebody who can be chosen."""

    subject: str
    name: str
    email: str


@dataclass(frozen=True)
class Client:
    """Who may ask: its secret, and where a browser may be sent back to."""

    secret: str
    back: str = ""


@dataclass
class Idp:
    """The service. `audience` is what tokens of client credentials name. Raises NotInProduction."""

    issuer: str
    clock: Clock
    accounts: Sequence[Account]
    clients: Mapping[str, Client]
    audience: str = "candour-api"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_no_production()

    @property
    def app(self) -> Starlette:
        """The web application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/keys", self._keys),
                Route("/authorise", self._choose, methods=["GET"]),
                Route("/authorise", self._chosen, methods=["POST"]),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _metadata(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorise",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
            }
        )

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _choose(self, request: Request) -> Response:
        if refused := self._refusal(request.query_params):
            return refused
        asked = "".join(
            f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in request.query_params.items()
        )
        people = "".join(
            f'<p><button name="subject" value="{escape(a.subject)}">{escape(a.name)}</button></p>'
            for a in self.accounts
        )
        return HTMLResponse(
            '<!doctype html><html lang="en"><title>Who are you today?</title><main><h1>Who are you today?</h1>'
            f'<p>A demonstration: there are no passwords.</p><form method="post">{asked}{people}</form></main></html>'
        )

    async def _chosen(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        if refused := self._refusal(form):
            return refused
        if form.get("subject") not in {account.subject for account in self.accounts}:
            return JSONResponse({"error": "access_denied"}, 403)
        code = secrets.token_urlsafe(32)
        self.codes[code] = form
        sent = urlencode({"code": code, "state": form.get("state", "")})
        return RedirectResponse(f"{form['redirect_uri']}?{sent}", 303)

    def _refusal(self, asked: Mapping[str, str]) -> Response | None:
        client = self.clients.get(asked.get("client_id", ""))
        if client is None or not client.back or asked.get("redirect_uri") != client.back:
            return JSONResponse({"error": "invalid_request", "error_description": "unknown client or address"}, 400)
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            return JSONResponse({"error": "invalid_request", "error_description": "code with S256 only"}, 400)
        return None

    async def _token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        client_id = self._client(request)
        if client_id is None:
            return JSONResponse({"error": "invalid_client"}, 401)
        if form.get("grant_type") == "client_credentials":
            claims = {"sub": client_id, "client_id": client_id, "aud": self.audience}
            return JSONResponse({"access_token": self.sign(claims), "token_type": "Bearer", "expires_in": LASTING})
        asked = self.codes.pop(form.get("code", ""), None)
        shown = challenge(form.get("code_verifier", ""))
        if asked is None or asked["client_id"] != client_id or not hmac.compare_digest(shown, asked["code_challenge"]):
            return JSONResponse({"error": "invalid_grant"}, 400)
        who = next(account for account in self.accounts if account.subject == asked["subject"])
        told = {"sub": who.subject, "aud": client_id, "nonce": asked.get("nonce", "")}
        told |= {"name": who.name, "email": who.email}
        token = self.sign({**told, "email_verified": True})
        return JSONResponse({"id_token": token, "access_token": secrets.token_urlsafe(16), "token_type": "Bearer"})

    def _client(self, request: Request) -> str | None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except ValueError:
            return None
        known = self.clients.get(name)
        right = known is not None and hmac.compare_digest(secret.encode(), known.secret.encode())
        return name if scheme.lower() == "basic" and right else None

    def sign(self, claims: Mapping[str, Any], **header: Any) -> str:
        """A token with these claims, as of now."""
        now = int(self.clock.now().timestamp())
        full = {"iss": self.issuer, "iat": now, "exp": now + LASTING} | dict(claims)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid} | header, full, self.key)
