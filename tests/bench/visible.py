"""From a command accepted to the journey seen on the provider's view, at a steady rate of commands."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import UUID

from deploy.house import Platform
from libs.deciding import Act
from services.intake.application import Report
from tests.bench.measuring import percentile

ACT = Act("person:bench", "registered_manager", "site:elm")


async def measure(platform: Platform, rate: int, seconds: float) -> dict[str, Any]:
    """Commands arrive at `rate` a second whatever happens (an open loop); each is timed until its row can be read."""
    intake = platform.service("intake")
    overview = platform.service("governance").overview
    accepted: dict[UUID, float] = {}
    saved_ms: list[float] = []
    seen_ms: list[float] = []
    pending: set[asyncio.Task[None]] = set()
    report = Report("elm", "near_miss", "A wheel came loose; nobody was hurt.", immediate_action="Taken out of use.")

    async def one(due: float) -> None:
        saved = await intake.raise_opportunity(ACT, report)
        saved_ms.append((time.perf_counter() - due) * 1000)
        accepted[saved.id] = due
        if await overview.reached("intake", saved.position, 30.0):
            seen_ms.append((time.perf_counter() - due) * 1000)

    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(one(due))
        pending.add(task)
        task.add_done_callback(pending.discard)
    await asyncio.gather(*pending)
    spent = time.perf_counter() - began
    return {
        "asked_per_second": rate,
        "done_per_second": round(len(seen_ms) / spent, 1),
        "accepted_p50_ms": round(percentile(saved_ms, 0.5), 1),
        "accepted_p99_ms": round(percentile(saved_ms, 0.99), 1),
        "visible_p50_ms": round(percentile(seen_ms, 0.5), 1),
        "visible_p99_ms": round(percentile(seen_ms, 0.99), 1),
        "never_seen": len(accepted) - len(seen_ms),
    }
