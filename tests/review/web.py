"""Review in a browser's or a program's hands: a real house behind its real front door, one triage already made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import uvicorn

from deploy.house import Platform
from deploy.web import Door
from libs.deciding import Act
from libs.web.posts import Post
from services.intake.application import Report
from tests.hands import Reception
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

if TYPE_CHECKING:
    from starlette.types import ASGIApp

MANAGER = Post("elm.registered_manager", "registered_manager", "site:elm", "Registered manager, Elm")
DEPUTY = Post("elm.deputy_manager", "deputy_manager", "site:elm", "Deputy manager, Elm")
ELSEWHERE = Post("oak.registered_manager", "registered_manager", "site:oak", "Registered manager, Oak")
WEIGHS = Act("person:ann", "registered_manager", "site:elm", rationale="There is much to learn from it.")
HAPPENED = "He nearly fell in the hall."


@asynccontextmanager
async def received(database: Database, messaging: Messaging, key: Path) -> AsyncIterator[Reception]:
    """Governance, intake and review, with sites elm and oak and a deputy's post at elm, and the door open."""
    async with housed(database, messaging, key, "governance", "intake", "review") as platform:
        await with_sites(platform, "elm", "oak")
        governance = platform.service("governance")
        await governance.establish_post(
            OPERATOR, "acme", "elm", "elm.deputy_manager", "deputy_manager", "site:elm", "Deputy manager, Elm", None
        )
        await governance.appoint(OPERATOR, "elm.deputy_manager", uuid4(), "Bo Lindqvist", "bo@example.org")
        door = Door(platform, None)
        await door.open()
        try:
            yield Reception(platform, door)
        finally:
            await door.close()


async def triaged(house: Platform, response: str = "after_action_review", kind: str = "near_miss") -> UUID:
    """An opportunity at Elm that was reported, made safe and weighed."""
    intake = house.service("intake")
    report = Report("elm", kind, HAPPENED, immediate_action="He sat down.")
    journey = (await intake.raise_opportunity(WEIGHS, report)).id
    await intake.triage(WEIGHS, journey, response, [], {}, ["falls"])
    await house.settle()
    return UUID(str(journey))


@asynccontextmanager
async def answering(app: ASGIApp) -> AsyncIterator[str]:
    """The app on a free port, on the loop that the house lives on; gives the address it answers at."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task
