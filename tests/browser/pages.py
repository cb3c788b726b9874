"""The pages that have to be seen on a phone and at a desk, and the round on which a test ticks off each that it saw.

`pages.yaml` names every page of the house: in which test it is seen, and how it stands then. `test_pages.py` holds it
against the real routes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml
from starlette.routing import compile_path

from tests.browser.lane import DESK, PHONE, Watched

if TYPE_CHECKING:
    import pytest

PICTURES = os.environ.get("CANDOUR_PICTURES", "")
"""Where to put a picture of each page at each width, for whoever wants to look at them; none is taken otherwise."""
UNFOLD = "() => document.querySelectorAll('details').forEach(each => { each.open = true })"
UNHEEDED = """at => {
  const form = at.form ?? at
  form.noValidate = true
  HTMLFormElement.prototype.requestSubmit.call(form, at === form ? null : at) }"""
"""Send a form as it stands, by one of its buttons where one is meant, past what the browser would ask to be mended."""
SAYS_NO = re.compile(r"status of 4(09|22)")
"""What a browser notes of a form that came back: not a fault of the page."""
Seen = tuple[str, str]
"""A route, and how its page stood: filled unless said otherwise."""


@dataclass(frozen=True)
class Listed:
    """What pages.yaml says: by test, the pages that it sees; and what is asked for by GET and is no page, with why."""

    seen: Mapping[str, frozenset[Seen]]
    apart: Mapping[str, str]

    @property
    def routes(self) -> set[str]:
        """Every page that some test sees."""
        return {route for pages in self.seen.values() for route, _ in pages}


@cache
def listed() -> Listed:
    """The list as it stands in pages.yaml."""
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("pages.yaml").read_text())
    seen = {
        f"{file}::{test}": frozenset((route, state) for route, states in pages.items() for state in states)
        for file, tests in content["seen"].items()
        for test, pages in tests.items()
    }
    return Listed(seen, content["apart"])


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Each route with what fits it, those that say most in plain words first, as the house itself tells them apart."""
    known = {*listed().routes, *listed().apart}
    plainest = sorted(known, key=lambda route: ([not each.startswith("{") for each in route.split("/")], len(route)))
    return [(route, compile_path(route)[0]) for route in reversed(plainest)]


def route_of(path: str) -> str:
    """The route of the list that an address belongs to. Raises LookupError where there is none."""
    for route, pattern in _patterns():
        if pattern.match(path):
            return route
    raise LookupError(f"{path} stands on no line of tests/browser/pages.yaml")


@dataclass
class Round:
    """One test's way through its pages. Whatever it looks at is looked at on a phone and at a desk, unfolded.

    What is wrong is gathered, so that a round tells of every page at once.
    """

    site: str
    due: frozenset[Seen]
    seen: set[Seen] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    _route: str = ""

    async def visit(self, watched: Watched, path: str, state: str = "filled") -> None:
        """Load a page and look at it."""
        answer = await watched.page.goto(self.site + path)
        if answer is None or not answer.ok:
            self.wrong.append(f"{path} was answered by {answer.status if answer else 'nothing'}")
        await self.look(watched, state)

    async def look(self, watched: Watched, state: str = "filled") -> None:
        """The page that is open: nothing axe objects to, nothing wider than the window, nothing asked of elsewhere."""
        self._route = route_of(urlsplit(watched.page.url).path)
        await self._looked_at(watched, state)

    async def refuse(self, watched: Watched, form: str) -> None:
        """Send a form of the page just looked at as it stands, or press its button; it comes back and says what is wrong."""
        async with watched.page.expect_event("load"):
            await watched.page.locator(form).first.evaluate(UNHEEDED)
        if not await watched.page.locator(".govuk-error-summary").count():
            self.wrong.append(f"{self._route}: {form} was sent as it stands, and nothing says what is wrong")
        watched.complaints[:] = [each for each in watched.complaints if not SAYS_NO.search(each)]
        await self._looked_at(watched, "refused")

    async def _looked_at(self, watched: Watched, state: str) -> None:
        await watched.page.evaluate(UNFOLD)
        size = watched.page.viewport_size
        begun = size["width"] if size else PHONE
        for width in sorted((PHONE, DESK), key=lambda each: each != begun):
            await watched.narrowed_to(width)
            if PICTURES:
                await self._pictured(watched, f"{state}-{width}")
            found = await watched.violations()
            if (wider := await watched.overflow()) > 0:
                found.append(f"wider than the window by {wider} pixels")
            self.wrong += [f"{self._route}, {state}, {width} pixels: {each}" for each in found]
        await watched.narrowed_to(begun)
        self.wrong += [f"{self._route}, {state}: {each}" for each in (*watched.strayed, *watched.complaints)]
        watched.strayed.clear()
        watched.complaints.clear()
        self.seen.add((self._route, state))

    async def _pictured(self, watched: Watched, state: str) -> None:
        name = f"{self._route.strip('/').replace('/', '-') or 'start'}-{state}.png"
        await watched.page.screenshot(path=Path(PICTURES) / name, full_page=True)


@contextmanager
def round_of(request: pytest.FixtureRequest, site: str) -> Iterator[Round]:
    """The pages that pages.yaml expects of this test; afterwards it has seen these, and no others, and all were sound."""
    made = Round(site, listed().seen[request.node.nodeid])
    try:
        yield made
    except Exception as fault:
        fault.add_note("\n".join(["Seen until then:", *made.wrong]))
        raise
    assert made.wrong == [], "\n".join(made.wrong)
    assert made.seen == made.due, {"not seen": sorted(made.due - made.seen), "not listed": sorted(made.seen - made.due)}
