"""Who a program is that calls the API: by one of our own tokens, or by a signed one of the organisation's sign-in service."""

from __future__ import annotations

from libs.logs import log
from libs.web.api_tokens import PREFIX, ApiTokens
from libs.web.oidc import Issuer, NotBelieved, SignInUnavailable, WhoIs
from libs.web.posts import SignedIn


class Bearers:
    """Looks a bearer token up where it must come from; None for one that is unknown, forged, expired, or of nobody here."""

    def __init__(self, tokens: ApiTokens, issuer: Issuer, who_is: WhoIs) -> None:
        self._tokens, self._issuer, self._who_is = tokens, issuer, who_is
        self._log = log("sign-in")

    async def find_token(self, token: str) -> SignedIn | None:
        """Who the token stands for, acting in their first post."""
        if token.startswith(PREFIX):
            return await self._tokens.find_token(token)
        try:
            who = await self._who_is(await self._issuer.of_api(token))
        except (NotBelieved, SignInUnavailable) as fault:
            self._log.warning("token_refused", kind=type(fault).__name__, reason=str(fault))
            return None
        if who is None:
            return None
        first = who.posts[0]
        return SignedIn(who.actor_id, first.role, first.scope, who.label, who.posts, until=first.until)
