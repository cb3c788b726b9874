"""What an operator does now and then: seed a demonstration, build a view anew, see what was parked."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from deploy.attached import settings
from deploy.demo.people import SOURCES
from deploy.demo.seeding import seed_with_progress
from deploy.house import Platform
from libs.clock import SystemClock
from libs.rebuild import rebuild


class NoSuchView(LookupError):
    """There is no view by that name."""


async def seed(var: Path, sites: int, months: int) -> None:
    """Make the demo provider where it is not there yet. The services should not be at work meanwhile."""
    with settings(var, SOURCES) as (env, _):
        await seed_with_progress(env, var, sites, months, Console())


async def build_anew(var: Path, service: str, name: str) -> int:
    """Build a view anew from every log, beside the one in use, and put it in its place; how many events it took."""
    with settings(var, SOURCES) as (env, _):
        platform = Platform(env, SystemClock())
        await platform.open()
        try:
            view = platform.rooms[service].kept.get(name) if service in platform.rooms else None
            if view is None:
                known = [f"{room}.{view}" for room in platform.rooms for view in platform.rooms[room].kept]
                raise NoSuchView(f"There is no view {service}.{name}. There are: {', '.join(known)}.")
            sources = {room: (one.store, one.publisher) for room, one in platform.rooms.items()}
            with Progress() as progress:
                bars: dict[str, object] = {}

                def told(source: str, position: int, end: int) -> None:
                    bar = bars.setdefault(source, progress.add_task(source, total=end))
                    progress.update(bar, completed=position, total=end)  # type: ignore[arg-type]

                return sum((await rebuild(view, sources, told)).values())
        finally:
            await platform.close()


async def parked(var: Path) -> list[str]:
    """What every room has parked, a line each."""
    with settings(var, SOURCES) as (env, _):
        platform = Platform(env, SystemClock())
        await platform.open()
        try:
            return [
                f"{name}: {row['name']} of journey {row['journey']}, {row['reason']} (since {row['parked_at']:%Y-%m-%d %H:%M})"
                for name, room in platform.rooms.items()
                for row in await room.parking.waiting()
            ]
        finally:
            await platform.close()
