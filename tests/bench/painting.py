"""When a page shows what it is about: the moments that a real browser itself notes, from the click to what is painted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from tests.bench.measuring import percentile
from tests.browser import lane

TRIES = 7
LARGEST = """() => new Promise(told => new PerformanceObserver(seen => told(seen.getEntries().at(-1).startTime))
    .observe({type: 'largest-contentful-paint', buffered: true}))"""
"""When the largest piece of text or picture in the window was painted (W3C Largest Contentful Paint), in milliseconds."""

Asked = tuple[str, str]
"""Who asks (as they sign in), and for which address."""


async def measure(app: ASGIApp, asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """Milliseconds until each page shows its largest piece, at both widths, in a browser that has nothing kept yet.

    The server's own time is within them. Empty where this machine has no browser.
    """
    if lane.why_not():
        return {}
    from playwright.async_api import async_playwright

    told: dict[str, dict[str, float]] = {}
    async with _served(app) as base, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=lane.found(), args=lane.FLAGS)
        for actor, address in asked:
            for width in (lane.PHONE, lane.DESK):
                painted = [await _painted(chromium, base, actor, address, width) for _ in range(TRIES + 1)][1:]
                told[f"{address} at {width} px"] = {
                    "p50": round(percentile(painted, 0.5)), "p95": round(percentile(painted, 0.95)),
                }  # fmt: skip
        await chromium.close()
    return told


@asynccontextmanager
async def _served(app: ASGIApp) -> AsyncIterator[str]:
    """The app on a free port, on the loop that its house lives on."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def _painted(chromium: Any, base: str, actor: str, address: str, width: int) -> float:
    context = await chromium.new_context(viewport={"width": width, "height": 900}, locale="en-GB")
    try:
        door = {"actor_id": actor, "next": "/start"}
        await context.request.post(f"{base}/sign-in", form=door, headers={"Origin": base}, max_redirects=0)
        page = await context.new_page()
        answer = await page.goto(base + address, wait_until="load")
        if answer is None or answer.status != 200:
            raise LookupError(f"{address} was answered with {answer and answer.status}")
        return float(await asyncio.wait_for(page.evaluate(LARGEST), 30))
    finally:
        await context.close()
