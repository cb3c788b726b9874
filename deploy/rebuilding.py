"""`candour rebuild`: views made anew from the first event, asked for by name or because another release made their rows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from multiprocessing import get_all_start_methods
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TaskID

from deploy.attached import settings
from deploy.demo.people import SOURCES
from deploy.house import Platform
from libs.beside import Beside
from libs.clock import SystemClock
from libs.rebuild import NotMadeOfEvents, Sources, rebuild
from libs.views import View

__all__ = ["NoSuchView", "NotMadeOfEvents", "all_up_to_date", "bring_up_to_date", "build_anew"]


MOST_BESIDE = 3
"""One process keeps the rows, and keeps no more than these busy."""


class NoSuchView(LookupError):
    """There is no view by that name."""


async def build_anew(var: Path, service: str, name: str) -> int:
    """Build a view anew from every log, beside the one in use, and put it in its place; how many events it took."""
    with settings(var, SOURCES) as (env, _):
        platform = Platform(env, SystemClock())
        with ExitStack() as stack:
            crew = [stack.enter_context(each) for each in crew_of(platform)]
            return await _opened(platform, service, name, crew)


async def _opened(platform: Platform, service: str, name: str, crew: Sequence[Beside]) -> int:
    await platform.open()
    try:
        view = platform.rooms[service].kept.get(name) if service in platform.rooms else None
        if view is None:
            known = [f"{room}.{view}" for room in platform.rooms for view in platform.rooms[room].kept]
            raise NoSuchView(f"There is no view {service}.{name}. There are: {', '.join(known)}.")
        return await _built(view, platform.logs(), Console(), crew)
    finally:
        await platform.close()


def crew_of(platform: Platform) -> list[Beside]:
    """As many processes beside this one as it can keep busy, of a platform that is not open yet; none to be entered later."""
    if "fork" not in get_all_start_methods():
        return []
    views = {(name, view.name): view for name, room in platform.rooms.items() for view in room.kept.values()}
    logs = {name: (platform.env[f"CANDOUR_PG_{name.upper()}"], room.publisher) for name, room in platform.rooms.items()}
    return [Beside(views, logs) for _ in range(min((os.cpu_count() or 1) - 1, MOST_BESIDE))]


async def all_up_to_date(var: Path) -> list[str]:
    """Build those views anew whose rows another release made; their names."""
    with settings(var, SOURCES) as (env, _):
        platform = Platform(env, SystemClock())
        await platform.open()
        try:
            return await bring_up_to_date(platform.outdated(), platform.logs(), Console())
        finally:
            await platform.close()


async def bring_up_to_date(views: Iterable[View], logs: Sources, console: Console) -> list[str]:
    """Build these views anew, each after the other, and say so; their names."""
    done = []
    for view in views:
        console.print(f"Bringing what {view.service} remembers as {view.name} up to this release …")
        await _built(view, logs, console)
        done.append(f"{view.service}.{view.name}")
    return done


async def _built(view: View, logs: Sources, console: Console, crew: Sequence[Beside] = ()) -> int:
    with Progress(console=console) as progress:
        bars: dict[str, TaskID] = {}

        def told(source: str, position: int, end: int) -> None:
            if source not in bars:
                bars[source] = progress.add_task(source, total=end)
            progress.update(bars[source], completed=position, total=end)

        return sum((await rebuild(view, logs, told, crew)).values())
