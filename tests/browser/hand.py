"""A whole house behind a real address, and whoever plays a story in it by hand."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from deploy.travel import travel_routes
from libs.web.posts import Post
from libs.web.sign_in import Persona, sign_in_routes
from tests.journeys.outside import Town, town
from tests.servers import Database, Messaging

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page
    from starlette.types import Receive, Scope, Send


class Served:
    """A whole house with its demonstration clock, opened on the server's own loop."""

    def __init__(
        self, database: Database, messaging: Messaging, key: Path, *, site: str, kind: str, posts: Sequence[str]
    ) -> None:
        self._settings = database, messaging, key
        self._place: dict[str, Any] = {"site": site, "kind": kind, "posts": posts}
        self._app: FastAPI | None = None
        self._outer = FastAPI(lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with town(*self._settings, **self._place) as made:
            people = _people(made)
            self._app = made.door.app
            self._app.include_router(sign_in_routes(lambda: people))
            self._app.include_router(travel_routes(made.traveller))
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app if self._app and scope["type"] == "http" else self._outer)(scope, receive, send)


def _people(made: Town) -> list[Persona]:
    """Whoever has a token may also be picked at the door, under a label of their own."""
    return [
        Persona(each.actor, name.replace("_", " ").capitalize(), "Plays their part.", (_labelled(each.post),))
        for name, each in made.people.items()
    ]


def _labelled(post: Post) -> Post:
    return Post(post.post, post.role, post.scope, post.post)


SEE_OTHER = 303


@dataclass
class Hand:
    """Whoever plays, one person after another, at the same device."""

    page: Page
    site: str
    _people: dict[str, str] = field(default_factory=dict)

    async def become(self, who: str, onward: str = "/work") -> None:
        """Choose another person at the door: the first time on its page, later by what its button sends."""
        await self.page.context.clear_cookies()
        if not self._people:
            await self._choose(who, onward)
            return
        chosen = next(actor for label, actor in self._people.items() if label.startswith(who))
        said = await self.page.context.request.post(
            f"{self.site}/sign-in",
            form={"next": onward, "actor_id": chosen},
            headers={"Origin": self.site},
            max_redirects=0,
        )
        assert said.status == SEE_OTHER, await said.text()
        await self.page.goto(f"{self.site}{onward}")

    async def _choose(self, who: str, onward: str) -> None:
        await self.page.goto(f"{self.site}/sign-in?next={onward}")
        for button in await self.page.locator("button[name=actor_id]").all():
            self._people[await button.inner_text()] = await button.get_attribute("value") or ""
        await self.page.get_by_role("button", name=re.compile(f"^{who}")).click()
        await self.page.wait_for_url(f"{self.site}{onward}")

    async def press(self, name: str) -> None:
        """A button, and whatever page it leads to."""
        await self.led_on(self.page.get_by_role("button", name=name, exact=True).first)

    async def follow(self, name: str) -> None:
        """A link on the page."""
        await self.led_on(self.page.get_by_role("link", name=name).first)

    async def led_on(self, pressed: Locator) -> None:
        """Press what leads on, and wait until the next page is there: until then, this one would still answer."""
        if (await pressed.get_attribute("href") or "").startswith("#"):  # to another place on this page
            await pressed.click()
            return
        async with self.page.expect_event("load"):
            await pressed.click()

    async def write(self, label: str, words: str) -> None:
        """Fill a field by its label."""
        await self.page.get_by_label(label).first.fill(words)

    async def says(self, words: str) -> None:
        """The page says this, at once or as soon as the news has come."""
        await self.page.get_by_text(words).first.wait_for()

    async def figure(self, share: str, month: str, target: str) -> None:
        """A row of the page's measures says so, at once or as soon as the news has come: how many, when, and whether met."""
        rows = self.page.get_by_role("row").filter(has_text=f"{share}, {month}")
        await rows.filter(has_text=target).first.wait_for()

    async def clock(self, *steps: str) -> None:
        """Let time pass at the demonstration's clock."""
        await self.page.goto(f"{self.site}/demo/clock")
        for step in steps:
            await self.press(step)

    async def stays_narrow(self) -> None:
        """Nothing on the page is wider than the screen."""
        root = "document.documentElement"
        assert int(await self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")) <= 0, self.page.url
