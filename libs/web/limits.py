"""How often anyone may knock: so many tries to sign in, so many wrong tokens and so many requests in a minute."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import ceil

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.clock import Clock
from libs.web.errors import answer
from libs.web.signed_in import SAFE_METHODS

KNOWN = 10_000
"""Callers that are remembered; who has not knocked for longest is forgotten first, so that memory has a bound."""
SIGN_IN = ("/sign-in",)
NO_SIGN_IN = ("/report/talk",)
"""Where anybody may send something without being signed in."""
WRONG = frozenset({401})


@dataclass(frozen=True, slots=True)
class Limits:
    """Each is how many are let through at once, and again in each minute after."""

    sign_in: int = 30
    wrong_tokens: int = 30
    requests: int = 1200

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Limits:
        """From settings: CANDOUR_API_PER_MINUTE, CANDOUR_SIGN_INS_PER_MINUTE. Raises ValueError for what is no number."""
        usual = cls()
        return cls(
            sign_in=int(env.get("CANDOUR_SIGN_INS_PER_MINUTE", usual.sign_in)),
            wrong_tokens=usual.wrong_tokens,
            requests=int(env.get("CANDOUR_API_PER_MINUTE", usual.requests)),
        )


class Allowance:
    """A bucket for each caller, filled anew by the clock."""

    def __init__(self, clock: Clock, a_minute: int) -> None:
        self._clock, self._most = clock, a_minute
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def left(self, caller: str) -> float:
        """How many a caller has left now."""
        held, since = self._left.get(caller, (float(self._most), self._clock.now()))
        passed = max(0.0, (self._clock.now() - since).total_seconds())
        return min(float(self._most), held + passed * self._most / 60)

    def spend(self, caller: str) -> bool:
        """Take one; False where none is left."""
        left = self.left(caller)
        if left < 1:
            return False
        self._left[caller] = (left - 1, self._clock.now())
        self._left.move_to_end(caller)
        while len(self._left) > KNOWN:
            self._left.popitem(last=False)
        return True

    def wait(self, caller: str) -> int:
        """Seconds until there is one again."""
        return max(1, ceil((1 - self.left(caller)) * 60 / self._most))


class RateLimit:
    """Answers 429 to who knocks too often. A program is known by its token; a sign-in, and whoever sends something without
    one, by the address it comes from.

    It counts in this process alone: with several behind a balancer, each lets through as many.
    """

    def __init__(self, app: ASGIApp, clock: Clock, limits: Limits) -> None:
        self._app = app
        self._sign_in = Allowance(clock, limits.sign_in)
        self._wrong = Allowance(clock, limits.wrong_tokens)
        self._requests = Allowance(clock, limits.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        address = request.client.host if request.client else ""
        token = request.headers.get("Authorization", "")
        if over := self._over(request, address, token):
            headers = {"Retry-After": str(over)}
            await (await answer(request, 429, headers=headers))(scope, receive, send)
            return

        async def noted(message: Message) -> None:
            if token and message["type"] == "http.response.start" and message["status"] in WRONG:
                self._wrong.spend(address)
            await send(message)

        await self._app(scope, receive, noted)

    def _over(self, request: Request, address: str, token: str) -> int:
        """Seconds to wait, or 0 for who may pass."""
        if token:
            if self._wrong.left(address) < 1:
                return self._wrong.wait(address)
            caller = sha256(token.encode()).hexdigest()
            return 0 if self._requests.spend(caller) else self._requests.wait(caller)
        path, sends = request.url.path, request.method not in SAFE_METHODS
        knocks = (path.startswith(SIGN_IN) and (sends or path != "/sign-in")) or (sends and path.startswith(NO_SIGN_IN))
        if knocks and not self._sign_in.spend(address):
            return self._sign_in.wait(address)
        return 0
