"""A real browser for tests: Debian's Chromium driven by Playwright, watched for access, reflow and stray requests.

Where there is no Chromium and none can be installed, tests that ask for `browser` are skipped with that reason.
They run on the session's loop: `pytestmark = pytest.mark.asyncio(loop_scope="session")`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

if TYPE_CHECKING:  # Only tests that ask for a browser pay for loading what drives it.
    from playwright.async_api import Browser, Page
    from starlette.types import ASGIApp

BROWSERS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
"""The same engine with and without a window's frame; without it a page costs half the processor time."""
PACKAGES = ("chromium-headless-shell", "fonts-liberation")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).with_name("axe.min.js")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
JUDGED = """async tags => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], ancestry: false})
  return found.violations.flatMap(rule => rule.nodes.map(node => [rule.id, rule.help, node.html.slice(0, 160)])) }"""
"""Only what is broken is written out in full, and only what is told of it leaves the page."""
PHONE, DESK = 320, 1280
PATIENCE = 90_000
"""Milliseconds until a page is given up: on a busy machine a page that comes late is no fault of the page."""


@lru_cache(maxsize=1)
def _axe() -> str:
    return AXE.read_text()


def found() -> Path | None:
    """The browser that is here."""
    return next((browser for browser in BROWSERS if browser.exists()), None)


@lru_cache(maxsize=1)
def why_not() -> str:
    """Why there is no browser on this machine; empty when there is one. Root on Debian installs it."""
    if found():
        return ""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return f"there is no Chromium; install it with: apt-get install {' '.join(PACKAGES)}"
    command = [apt, "install", "-y", "--no-install-recommends", *PACKAGES]
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=quiet, timeout=600)
    return "" if found() else f"chromium could not be installed: {done.stderr.strip()[-200:]}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole session; each page has a profile of its own."""
    if reason := why_not():
        pytest.skip(reason)
    from playwright.async_api import async_playwright, expect

    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=found(), args=FLAGS)
        yield chromium
        await chromium.close()


@dataclass
class Watched:
    """A page and everything it did that a page of ours must not do."""

    page: Page
    strayed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def asked(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.strayed.append(address)

    async def narrowed_to(self, width: int) -> None:
        """The same page in a window of another width, as when a tablet is turned: nothing is loaded again."""
        await self.page.set_viewport_size({"width": width, "height": 900})

    async def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA and good practice: rule, why, and where."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(_axe())
        broken: list[list[str]] = await self.page.evaluate(JUDGED, STANDARDS)
        return [f"{rule}: {why}: {where}" for rule, why, where in broken]

    async def overflow(self) -> int:
        """By how many CSS pixels the page is wider than its window."""
        root = "document.documentElement"
        return int(await self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


@asynccontextmanager
async def opened(browser: Browser, width: int = DESK, javascript: bool = True) -> AsyncIterator[Watched]:
    """A fresh page of this width, watched from its first request."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        java_script_enabled=javascript,
        locale="en-GB",
        timezone_id="Europe/London",
    )
    context.set_default_timeout(PATIENCE)
    watched = Watched(await context.new_page())
    watched.page.on("request", lambda request: watched.asked(request.url))
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    watched.page.on("console", lambda said: watched.complaints.append(said.text) if said.type == "error" else None)
    try:
        yield watched
    finally:
        await context.close()


@contextmanager
def serving(app: ASGIApp, patience: float = 300) -> Iterator[str]:
    """The app on a free port of this machine, in a thread with its own loop; gives the address it answers at."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + patience
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise RuntimeError("the app did not start")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(patience)
