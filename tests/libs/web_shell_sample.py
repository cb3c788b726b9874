"""A small real service in Candour's shell: pages with every part, forms, rules that refuse and faults."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from libs.clock import Clock, HandClock
from libs.domain import Refused
from libs.service import KeyReused, NotFound, Stale
from libs.web.api_tokens import ApiTokens
from libs.web.forms import Form
from libs.web.furnish import furnish
from libs.web.posts import Post, SignedIn
from libs.web.sessions import DDL, Pool, Sessions
from libs.web.shell import Shell
from libs.web.sign_in import Persona, sign_in_routes
from libs.web.signed_in import signed_in

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
Me = Annotated[SignedIn, Depends(signed_in)]
AT_ELM_COURT = Post("p-1", "registered_manager", "site:elm-court", "Registered manager, Elm Court")
AT_OAK_LODGE = Post("p-2", "registered_manager", "site:oak-lodge", "Registered manager, Oak Lodge")
ON_NIGHTS = Post("p-3", "carer", "site:elm-court")
PEOPLE = (
    Persona("ann", "Ann, registered manager", "Sees to what happened at Elm Court.", (AT_ELM_COURT, AT_OAK_LODGE)),
    Persona("dev", "Dev, carer on nights", "Reports what he saw and reads briefings.", (ON_NIGHTS,)),
    Persona("mo", "Mo, quality lead", "Watches over twelve sites.", (Post("p-4", "quality_lead", "provider:willow"),)),
    Persona("ada", "Ada, auditor", "Checks that the record is whole.", (Post("p-5", "auditor", "provider:willow"),)),
)


class AlreadySignedOff(Refused):
    """A review is signed off once."""


class Reading(BaseModel):
    """What a sensor sent."""

    celsius: float = Field(ge=-50, le=60)
    notes: list[str] = []


@asynccontextmanager
async def pool_of(conninfo: str) -> AsyncIterator[Pool]:
    """An open pool to a database where the web tables are in place."""
    async with AsyncConnectionPool(conninfo, min_size=1, max_size=4, open=False) as pool:
        async with pool.connection() as connection:
            await connection.execute(DDL)
        yield pool


def sample_app(pool: Pool, clock: Clock | None = None, larger: Mapping[str, int] | None = None) -> FastAPI:
    """The service, wired as a real one is."""
    clock = clock or HandClock(NOW)
    shell = Shell(
        HandClock(NOW),
        [Path(__file__).parent / "web_shell_templates"],
        banner=lambda: "Demonstration with made-up people. The demo clock says 20 Nov 2026, 14:05.",
    )
    app = FastAPI()
    sessions, tokens = Sessions(pool, clock), ApiTokens(pool, clock)
    furnish(app, shell=shell, sessions=sessions, api_tokens=tokens, most=64 * 1024, larger=larger)
    app.include_router(sign_in_routes(lambda: PEOPLE))
    _pages(app, shell)
    _routes(app)
    return app


def _pages(app: FastAPI, shell: Shell) -> None:
    @app.get("/work")
    async def work(request: Request, me: Me) -> Response:
        typed = {"what": "She was found on the floor by the <window>.", "kind": "fall", "who": ["resident"]}
        wrong = Form(typed | {"seen-day": "2026-11-20"})
        wrong.text("site", missing="Choose the site where it happened")
        wrong.moment("seen", "Europe/London")
        late, soon = NOW - timedelta(days=2), NOW + timedelta(days=4)
        return shell.page(request, "everything.html", form=wrong, late=late, soon=soon)

    @app.get("/report")
    async def blank(request: Request, me: Me) -> Response:
        return shell.page(request, "report.html", form=Form())

    @app.post("/report")
    async def report(request: Request, me: Me) -> Response:
        form = await Form.of(request)
        form.text("what", missing="Say what happened")
        if not form.ok:
            return shell.page(request, "report.html", 422, form=form)
        return RedirectResponse("/work", 303)

    @app.post("/sign-off")
    async def sign_off(me: Me) -> Response:
        raise AlreadySignedOff("This review was signed off on 3 Nov 2026.")

    @app.post("/overtaken")
    async def overtaken(me: Me) -> Response:
        raise Stale("It was at version 3 when you opened it, and is at 4 now.")


def _routes(app: FastAPI) -> None:
    @app.get("/api/journeys/{name}")
    async def journey(name: str, me: Me) -> None:
        raise NotFound(f"There is no journey {name}.")

    @app.put("/api/readings")
    async def overtaken(me: Me) -> None:
        raise Stale("It was at version 3 when you opened it, and is at 4 now.")

    @app.post("/api/repeated")
    async def repeated(me: Me) -> None:
        raise KeyReused

    @app.post("/api/readings")
    async def take(reading: Reading, me: Me) -> dict[str, str]:
        return {"by": me.actor_id, "role": me.role}

    @app.get("/api/fault")
    async def fault(me: Me) -> None:
        raise RuntimeError("Mrs Okafor fell")
