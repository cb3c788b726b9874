"""What an operator does now and then: seed a demonstration, see what was parked."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from deploy.attached import settings
from deploy.demo.people import SOURCES
from deploy.demo.seeding import seed_with_progress
from deploy.house import Platform
from libs.clock import SystemClock


async def seed(var: Path, sites: int, months: int) -> None:
    """Make the demo provider where it is not there yet. The services should not be at work meanwhile."""
    with settings(var, SOURCES) as (env, _):
        await seed_with_progress(env, var, sites, months, Console())


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
