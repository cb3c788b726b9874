"""Whom the organisation's own sign-in says somebody is: OpenID Connect, by authorisation code with PKCE.

OpenID Connect Core 1.0, RFC 7636 (PKCE, S256 only), RFC 9207 is not asked for. A token is believed only when it was signed
by a key of the issuer, for us, now, and (an ID token) in answer to the very request that this browser began.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from libs.web.posts import Post

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures only, never `none` and never a shared secret: a public key must not be taken for one."""
NEEDED = frozenset({"authorization_endpoint", "token_endpoint", "jwks_uri"})
"""What its metadata must name."""
PATIENCE = 10.0
KEYS_KEPT = 3600.0
"""Seconds that the issuer's metadata and keys are believed without asking again; a key we do not know is asked for at once."""
ASKED_AGAIN = 30.0
"""Seconds between two questions for keys, so that forged tokens cannot make us flood the issuer."""
LEEWAY = 60
"""Seconds that two clocks may differ."""


class NotBelieved(Exception):
    """What the sign-in service sent cannot be trusted, so nobody was signed in."""


class SignInUnavailable(Exception):
    """The organisation's sign-in service does not answer. Nobody was signed in; try again in a moment."""


@dataclass(frozen=True)
class Known:
    """Whom the claims of a token stand for: their id, how the page greets them, and the posts they hold."""

    actor_id: str
    label: str
    posts: tuple[Post, ...]


WhoIs = Callable[[Mapping[str, Any]], Awaitable[Known | None]]
"""Finds the person or program behind verified claims; None where they hold no post."""


@dataclass(frozen=True)
class Settings:
    """How we are registered with the issuer. `audience` is what an access token for our API must name."""

    issuer: str
    client_id: str
    client_secret: str
    address: str
    audience: str = ""

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Settings | None:
        """From CANDOUR_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET_FILE, _AUDIENCE and CANDOUR_ADDRESS; None without an issuer.

        Raises ValueError for an issuer or address that is neither https nor this machine.
        """
        if not (issuer := env.get("CANDOUR_OIDC_ISSUER", "").rstrip("/")):
            return None
        address = env["CANDOUR_ADDRESS"].rstrip("/")
        for url in (issuer, address):
            if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
                raise ValueError(f"{url} must be https")
        secret = Path(env["CANDOUR_OIDC_CLIENT_SECRET_FILE"]).read_text().strip()
        return cls(issuer, env["CANDOUR_OIDC_CLIENT_ID"], secret, address, env.get("CANDOUR_OIDC_AUDIENCE", ""))

    @property
    def back(self) -> str:
        """Where the issuer sends the browser back to."""
        return f"{self.address}/sign-in/back"


def challenge(verifier: str) -> str:
    """What we show of a secret before we show the secret itself (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Issuer:
    """The organisation's sign-in service."""

    def __init__(self, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.settings, self._monotonic = settings, monotonic
        self._metadata: dict[str, Any] = {}
        self._keys = KeySet([])
        self._asked = float("-inf")

    async def authorisation(self, state: str, nonce: str, verifier: str) -> str:
        """The address to send a browser to. Raises SignInUnavailable or NotBelieved."""
        await self._know()
        asked = {
            "response_type": "code", "client_id": self.settings.client_id, "redirect_uri": self.settings.back,
            "scope": "openid email profile", "state": state, "nonce": nonce,
            "code_challenge": challenge(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        return f"{self._metadata['authorization_endpoint']}?{urlencode(asked)}"

    async def claims(self, code: str, verifier: str, nonce: str) -> Mapping[str, Any]:
        """Who came back with this code. Raises SignInUnavailable or NotBelieved."""
        await self._know()
        sent = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.settings.back, "code_verifier": verifier,
        }  # fmt: skip
        answer = await self._ask("POST", self._metadata["token_endpoint"], sent)
        found = await self._verified(str(answer.get("id_token", "")), self.settings.client_id)
        if found.get("nonce") != nonce:
            raise NotBelieved("the token answers another request")
        if "azp" in found and found["azp"] != self.settings.client_id:
            raise NotBelieved("the token was issued to another client")
        return found

    async def of_api(self, token: str) -> Mapping[str, Any]:
        """The claims of an access token that came with an API request. Raises NotBelieved or SignInUnavailable."""
        if not self.settings.audience:
            raise NotBelieved("no audience is set, so no token is for us")
        return await self._verified(token, self.settings.audience)

    async def _verified(self, token: str, audience: str) -> dict[str, Any]:
        await self._know()
        try:
            read = jwt.decode(token, self._keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            await self._know(anew=True)
            try:
                read = jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError) as fault:
                raise NotBelieved(type(fault).__name__) from None
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            rules.validate(read.claims)
        except JoseError as fault:
            raise NotBelieved(f"{type(fault).__name__}: {getattr(fault, 'claim', '')}") from None
        return dict(read.claims)

    async def _know(self, *, anew: bool = False) -> None:
        age = self._monotonic() - self._asked
        if age < (ASKED_AGAIN if anew else KEYS_KEPT):
            return
        metadata = await self._ask("GET", f"{self.settings.issuer}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.settings.issuer:
            raise NotBelieved("the service says it is another issuer")
        if missing := NEEDED - metadata.keys():
            raise NotBelieved(f"the service does not say its {', '.join(sorted(missing))}")
        keys = await self._ask("GET", metadata["jwks_uri"])
        try:
            self._keys = KeySet.import_key_set(keys)  # type: ignore[arg-type]  # it checks the shape itself
        except (JoseError, ValueError, KeyError) as fault:
            raise NotBelieved(type(fault).__name__) from None
        self._metadata, self._asked = metadata, self._monotonic()

    async def _ask(self, method: str, url: str, sent: Mapping[str, str] | None = None) -> dict[str, Any]:
        secret = (self.settings.client_id, self.settings.client_secret) if sent else None
        try:
            async with httpx2.AsyncClient(timeout=PATIENCE, follow_redirects=False) as web:
                answer = await web.request(method, url, data=sent, auth=secret)
        except httpx2.HTTPError as fault:
            raise SignInUnavailable(type(fault).__name__) from None
        if answer.is_server_error:
            raise SignInUnavailable(str(answer.status_code))
        if not answer.is_success:
            raise NotBelieved(f"the service answered {answer.status_code}")
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise NotBelieved("the service answered with something else than was asked for")
        return found


def programs(
    posts: Mapping[str, Sequence[Post]], subjects: Mapping[str, str] | None = None
) -> Callable[[Mapping[str, Any]], Known | None]:
    """Whom a client-credentials token stands for: a program by its client id, in the posts it was given.

    A token that somebody let a program have names its client as well (RFC 9068, 2.2), and its subject is that person. So
    the subject must be the client itself, or what `subjects` says that the issuer calls it.
    """
    called = subjects or {}

    def known(claims: Mapping[str, Any]) -> Known | None:
        client = str(claims.get("client_id", ""))
        given = posts.get(client)
        itself = claims.get("sub") == called.get(client, client)
        return Known(f"client:{client}", client, tuple(given)) if given and itself else None

    return known
