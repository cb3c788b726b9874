"""The house's front door: every room's pages and routes under one address, with health, sign-in and tracing around."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deploy.accounts import accounts
from deploy.errands import Errands
from deploy.gate import HouseGate
from deploy.house import Platform
from deploy.packs.api import pack_api
from deploy.packs.handing import Counter
from deploy.packs.pages import pack_routes
from deploy.past.door import past_routes
from deploy.past.looking import PastDoor
from deploy.replay.pages import replay_routes
from deploy.rooms_page import rooms_routes
from deploy.subject_access import access_to
from deploy.subject_access.desk import Desk
from deploy.threats import threats_routes
from libs.clock import SystemClock
from libs.logs import log
from libs.pooled import unbroken
from libs.telemetry import span, traceparent
from libs.web.access import OPEN, Access, guard
from libs.web.api_tokens import ApiTokens
from libs.web.bearer import Bearers
from libs.web.furnish import furnish
from libs.web.limits import Limits
from libs.web.oidc import Issuer, Settings
from libs.web.sessions import DDL as SESSIONS_DDL
from libs.web.sessions import Sessions
from libs.web.shell import LISTS, NAVIGATION, Shell
from libs.web.sign_in import Persona, sign_in_routes
from libs.web.signing_in import DDL as SIGNING_IN_DDL
from libs.web.signing_in import SigningIn, oidc_routes
from libs.web.walls import MEBIBYTE

LARGER = {"/intake/evidence/": 11 * MEBIBYTE, "/api/intake/evidence/": 11 * MEBIBYTE}
"""Where files are sent in. Each is at most 10 MB; the form around it takes a little more."""

SERVICES = Path(__file__).parent.parent / "services"
ACCESS = Path(__file__).parent / "access"


class Door:
    """The web application of a platform. `people` says who may sign in by picking a persona (demo only)."""

    def __init__(
        self, platform: Platform, people: Callable[[], Sequence[Persona]] | None, banner: Callable[[], str] = str
    ) -> None:
        self.platform = platform
        self.pool = AsyncConnectionPool(
            platform.env["CANDOUR_PG_WEB"], min_size=1, max_size=4, open=False, kwargs={"autocommit": True}, name="web",
            check=unbroken,
        )  # fmt: skip
        # Sessions live by the machine's time: a demo clock that leaps months would sign everyone out.
        self.sessions = Sessions(self.pool, SystemClock())
        self.tokens = ApiTokens(self.pool, SystemClock())
        settings, who_is = Settings.of(platform.env), accounts(platform, platform.env)
        issuer = Issuer(settings) if settings else None
        bearers = Bearers(self.tokens, issuer, who_is) if issuer else self.tokens
        self.app = FastAPI(title="Candour", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
        templates = [SERVICES / name / "templates" for name in platform.rooms] + [Path(__file__).parent / "templates"]
        self.access = Access(ACCESS)
        self.shell = Shell(
            platform.clock, templates, mounted=self._mounted(), lists=LISTS, may=self._may_open, banner=banner
        )
        furnish(
            self.app,
            shell=self.shell,
            sessions=self.sessions,
            api_tokens=bearers,
            limits=Limits.of(platform.env),
            larger=LARGER,
        )
        self.app.middleware("http")(_traced)
        self._gate = [Depends(guard(self.access, HouseGate(platform, self.access)))]
        self.past = PastDoor(platform) if "audit" in platform.rooms else None
        rooms = [router for room in platform.rooms.values() for router in room.routes()]
        self.errands = Errands()
        counter = Counter(platform, self.errands)
        packs = [pack_routes(counter), pack_api(counter), *access_to(Desk(platform))]
        beside = [past_routes(self.past), *packs, replay_routes(platform, self.errands)] if self.past else []
        for router in [*rooms, rooms_routes(platform), threats_routes(), *beside]:
            self.add(router)
        if issuer:
            self.add(oidc_routes(issuer, SigningIn(self.pool, SystemClock()), who_is))
        elif people is not None:
            self.add(sign_in_routes(people))
        self._health()

    @staticmethod
    def _mounted() -> set[str]:
        # Every path is reachable: here, or behind the gateway that each service's pages share.
        return {link.path for link in (*NAVIGATION, *LISTS)}

    def _may_open(self, role: str, path: str) -> bool:
        action = self.access.asked("GET", path)
        return action == OPEN or self.access.decide(role, action).allowed

    def add(self, router: APIRouter) -> None:
        """Let these routes be asked for, by whoever may: each must be named in deploy/access/routes.yaml."""
        self.app.include_router(router, dependencies=self._gate)

    async def open(self) -> None:
        """Make the tables of sessions where they are missing."""
        await self.pool.open(wait=True)
        async with self.pool.connection() as connection:
            await connection.execute(SESSIONS_DDL)
            await connection.execute(SIGNING_IN_DDL)
        await self.sessions.forget_expired()

    async def close(self) -> None:
        """Let go of the database, and of what is still under way."""
        await self.errands.close()
        if self.past:
            await self.past.archive.close()
        await self.pool.close()

    def _health(self) -> None:
        @self.app.get("/health/live", include_in_schema=False)
        async def live() -> JSONResponse:
            return JSONResponse({"live": True})

        @self.app.get("/health/ready", include_in_schema=False)
        async def ready() -> JSONResponse:
            states = {name: await room.state() for name, room in self.platform.rooms.items()}
            well = all(state["well"] for state in states.values())
            return JSONResponse({"ready": well, "rooms": states}, 200 if well else 503)


_log = log("web")


async def _traced(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    began = time.perf_counter()
    with span(f"HTTP {request.method}", parent=request.headers.get("traceparent", "")) as current:
        answer = await call_next(request)
        route = request.scope.get("route")
        path = getattr(route, "path", "unmatched")
        current.update_name(f"{request.method} {path}")
        current.set_attribute("http.response.status_code", answer.status_code)
        if here := traceparent():
            answer.headers["traceparent"] = here
        if not path.startswith(("/static", "/health")):
            # The route's pattern, never the address itself: an address may name a person's record.
            _log.info("answered", method=request.method, path=path, status=answer.status_code,
                      milliseconds=round((time.perf_counter() - began) * 1000, 1))  # fmt: skip
    return answer
