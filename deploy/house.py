"""The whole house in one process: every room, the keys they share, and how long until all is quiet."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from deploy.nats.topology import services
from libs.clock import Clock
from libs.keys import DDL as KEYS_DDL
from libs.keys import KeyRing
from libs.pooled import unbroken
from libs.publishing import Publisher
from libs.room import House, Room
from libs.store import EventStore
from libs.store_sql import ddl
from libs.views import View
from services.audit.ledger import DDL as LEDGER_DDL


def statements() -> list[str]:
    """The tables that the owner makes: every service's event store, the keys, and audit's ledger."""
    made = [each.as_string() for service in services() for each in ddl(service)]
    return [*made, KEYS_DDL, LEDGER_DDL]


def wrapping_keys(env: Mapping[str, str]) -> list[bytes]:
    """The wrapping key, and those that may unwrap besides while it is being changed: CANDOUR_KEK_ALSO names their files."""
    also = [path for path in env.get("CANDOUR_KEK_ALSO", "").split(":") if path]
    return [KeyRing.wrapping_key(path) for path in (env["CANDOUR_KEK_FILE"], *also)]


TWICE = 2
"""Quiet must be seen twice running, since something may be on its way between two rooms at a glance."""


class Platform:
    """Rooms that are opened and closed together. `only` names some of them, for a process that runs one service."""

    def __init__(self, env: Mapping[str, str], clock: Clock, only: Iterable[str] = ()) -> None:
        self.env, self.clock = env, clock
        self.keys_pool = AsyncConnectionPool(
            env["CANDOUR_PG_KEYS"], min_size=1, max_size=3, open=False, kwargs={"autocommit": True}, name="keys",
            check=unbroken,
        )  # fmt: skip
        self.keys = KeyRing(self.keys_pool, *wrapping_keys(env))
        house = House(env, clock, self.keys)
        self.rooms: dict[str, Room] = {
            name: importlib.import_module(f"services.{name}.app").room(house) for name in only or services()
        }

    def service(self, name: str) -> Any:
        """A service by name."""
        return self.rooms[name].service

    def logs(self) -> dict[str, tuple[EventStore, Publisher]]:
        """Each room's log, and who says what of it leaves: what views are built anew from."""
        return {name: (room.store, room.publisher) for name, room in self.rooms.items()}

    def outdated(self) -> list[View]:
        """The views whose rows another release made, once they are open."""
        return [view for room in self.rooms.values() for view in room.outdated()]

    async def open(self) -> None:
        """Open every store and view; nothing runs yet."""
        await self.keys_pool.open(wait=True)
        await self.keys.prepare()
        for room in self.rooms.values():
            await room.open()

    async def start(self, *, wake: bool = True) -> None:
        """Let every room hear, publish and show."""
        await asyncio.gather(*(room.start(wake=wake) for room in self.rooms.values()))

    async def close(self) -> None:
        """Stop everything and let go of the servers."""
        await asyncio.gather(*(room.close() for room in self.rooms.values()))
        await self.keys_pool.close()

    async def settle(self, patience: float = 120.0) -> None:
        """Wait until nothing is under way in any room. Raises TimeoutError after `patience` seconds."""
        async with asyncio.timeout(patience):
            still = 0
            while still < TWICE:
                still = still + 1 if await self._quiet() else 0
                await asyncio.sleep(0.01)

    async def _quiet(self) -> bool:
        rooms, said = self.rooms.values(), dict[str, int]()
        if not all(room.idle() for room in rooms):  # costs nothing, and is the answer most of the time
            return False
        for room in rooms:
            if not await room.quiet(said):
                return False
        return True


async def ready(conninfo: str, patience: float = 30.0) -> None:
    """Wait until a database answers. Raises TimeoutError."""
    async with asyncio.timeout(patience):
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(conninfo)
                await connection.close()
                return
            except psycopg.OperationalError:
                await asyncio.sleep(0.2)
