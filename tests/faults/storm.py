"""Journeys lived side by side while the process and its servers are killed, one thing or two at once, and begun again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from deploy.embedded.servers import Servers
from tests.faults.caller import PATIENCE, Acknowledged, Caller
from tests.faults.story import Story
from tests.faults.whole_house import House

AT_ONCE = 6
CHANCE = random.Random(7)


class Storm:
    """Journeys that are lived side by side while something is killed."""

    def __init__(self, servers: Servers, house: House, people: Mapping[str, Caller], said: Acknowledged) -> None:
        self.servers, self.house, self.people, self.said = servers, house, people, said
        self.journeys: dict[str, UUID] = {}
        self.killed = {"process": 0, "postgres": 0, "nats": 0}
        self._over = asyncio.Event()

    async def blow(self, times: int) -> None:
        """Live on until so many times something was killed, and then until each journey that was begun has come to its end."""
        async with asyncio.TaskGroup() as group:
            for lane in range(AT_ONCE):
                group.create_task(self._live(lane))
            await self._kill(times)
            self._over.set()

    async def _live(self, lane: int) -> None:
        number = 0
        while not self._over.is_set():
            story = Story(f"{lane}-{number}", self.people)
            await story.live()
            self.journeys[story.name] = UUID(story.journey)
            number += 1

    async def _kill(self, times: int) -> None:
        """Each blow falls on work that is under way again after the one before."""
        while sum(self.killed.values()) < times:
            before = len(self.said.answers)
            async with asyncio.timeout(PATIENCE):
                while len(self.said.answers) <= before:  # noqa: ASYNC110 workers fill it
                    await asyncio.sleep(0.01)
            await asyncio.sleep(CHANCE.uniform(0.0, 0.6))
            targets = CHANCE.sample(sorted(self.killed), CHANCE.choice([1, 1, 2]))
            await asyncio.gather(*(self._blow(target) for target in targets))

    async def _blow(self, target: str) -> None:
        self.killed[target] += 1
        if target == "process":
            self.house.kill()
            return
        server: Any = getattr(self.servers, target)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
