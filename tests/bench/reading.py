"""Reading back: the relay's rate, a view built anew, and aggregates with long histories."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.house import Platform
from libs.deciding import Act
from libs.rebuild import rebuild
from libs.relay import Relay
from libs.remembering import Remembered
from libs.wire import stream_of
from services.intake.application import Report
from services.intake.domain import Opportunity
from tests.bench.measuring import percentile

ACT = Act("person:bench", "registered_manager", "site:elm")
HISTORIES = (10, 100, 1000)
LOADS = 30


async def relay_rate(platform: Platform) -> dict[str, Any]:
    """Messages a second over both streams of a log that waits to be published. Call before the platform is started."""
    room = platform.rooms["intake"]
    await room.wire.open()
    began = time.perf_counter()
    for stream, render in (
        (stream_of(room.name), room.publisher.for_neighbours),
        (f"AUDIT_{room.name.upper()}", room.publisher.for_audit),
    ):
        await Relay(room.store, room.wire.connect, stream, render).send_all()
    spent = time.perf_counter() - began
    messages = 2 * room.store.position
    return {"messages": messages, "per_second": round(messages / spent)}


async def rebuild_rate(platform: Platform) -> dict[str, Any]:
    """Events a second into governance's overview, built anew beside the live one from every service's log."""
    overview = platform.service("governance").overview
    events = sum(room.store.position for room in platform.rooms.values())
    began = time.perf_counter()
    await rebuild(overview, platform.logs())
    spent = time.perf_counter() - began
    return {"events": events, "per_second": round(events / spent)}


async def load_times(platform: Platform) -> list[dict[str, Any]]:
    """Milliseconds to load one opportunity by the length of its history: from the store, and kept in memory."""
    intake = platform.service("intake")
    told = []
    for length in HISTORIES:
        saved = await intake.raise_opportunity(ACT, Report("elm", "near_miss", "A wheel came loose."))
        for number in range(length - 1):
            await intake.confirm_safety(ACT, saved.id, f"Checked again, round {number}.")
        told.append({"events": length, **await _loads(intake, saved.id)})
    return told


async def _loads(intake: Any, journey: UUID) -> dict[str, float]:
    kept, cold = [], []
    for _ in range(LOADS):
        began = time.perf_counter()
        await intake.find(Opportunity, journey)
        kept.append((time.perf_counter() - began) * 1000)
        intake.remembered = Remembered(intake.mapper.keys)
        began = time.perf_counter()
        await intake.find(Opportunity, journey)
        cold.append((time.perf_counter() - began) * 1000)
    return {"kept_p50_ms": round(percentile(kept, 0.5), 2), "cold_p50_ms": round(percentile(cold, 0.5), 2)}


def resident_megabytes(processes: list[int]) -> float:
    """Resident memory of processes and what they started, shared pages counted by share where the system tells (PSS)."""
    total = 0
    for process in _with_children(processes):
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return round(total / 1024, 1)


def processor_seconds(processes: list[int]) -> float:
    """Processor time that processes and what they started have used, by the system's own count."""
    total = 0
    for process in _with_children(processes):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15])  # its own, and of children that have ended
    return total / os.sysconf("SC_CLK_TCK")


def _with_children(processes: list[int]) -> list[int]:
    found = list(processes)
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    for process in found:
        found += [child for child, parent in parents.items() if parent == process and child not in found]
    return found


def ourselves() -> list[int]:
    """This process, whose children are the embedded servers."""
    return [os.getpid()]
