"""`candour serve`: one service in a process of its own, wired to servers that others run."""

from __future__ import annotations

import os
import signal
from asyncio import FIRST_COMPLETED, Event, create_task, get_running_loop, sleep, wait
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
import uvicorn

from deploy.demo.people import personas
from deploy.house import Platform, ready
from deploy.tls import encrypted
from deploy.web import Door
from libs import logs, telemetry
from libs.clock import SystemClock
from libs.sweeping import settled
from libs.web.sign_in import Persona

T = TypeVar("T")
PAUSE = 0.5
"""Seconds between two tries."""


async def main(service: str, host: str, port: int, env: dict[str, str]) -> None:
    """Until SIGTERM. Waits for the database; the migrating job must have made the tables."""
    logs.begin(level=int(env.get("CANDOUR_LOG_LEVEL", "20")))
    telemetry.begin(env)
    await ready(env[f"CANDOUR_PG_{service.upper()}"], patience=120)
    platform = Platform(env, SystemClock(), only=[service])
    await platform.open()
    for view in platform.rooms[service].outdated():
        logs.log(service).warning(
            "made by another release: build it anew", command=f"candour rebuild {service}.{view.name}"
        )
    try:
        await platform.start()
        people: list[Persona] = []
        shows_personas = env.get("CANDOUR_ENV") == "demo"
        if shows_personas:
            people = await patiently(lambda: personas(platform))
        door = Door(platform, (lambda: people) if shows_personas else None)
        await door.open()
        settled()
        try:
            await _listen(door, host, port)
        finally:
            await door.close()
    finally:
        await platform.close()


async def patiently(asked: Callable[[], Awaitable[T]], tries: int = 12) -> T:
    """What the database answers, asked again while it has no connection for us: right after a start all of a room catches up
    at once. Raises psycopg.OperationalError once it was asked so often (each time for as long as the pool waits)."""
    for _ in range(tries - 1):
        try:
            return await asked()
        except psycopg.OperationalError as error:
            logs.log("web").warning("the database has no moment yet", reason=type(error).__name__)
            await sleep(PAUSE)
    return await asked()


async def _listen(door: Door, host: str, port: int) -> None:
    config = uvicorn.Config(
        door.app, host=host, port=port, log_config=None, access_log=False, lifespan="off", proxy_headers=True,
        forwarded_allow_ips=os.environ.get("CANDOUR_TRUSTED_PROXIES", "127.0.0.1"), timeout_graceful_shutdown=5,
        **encrypted(os.environ),
    )  # fmt: skip
    server = uvicorn.Server(config)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        get_running_loop().add_signal_handler(number, stop.set)
    serving, waiting = create_task(server._serve()), create_task(stop.wait())
    await wait({serving, waiting}, return_when=FIRST_COMPLETED)
    server.should_exit = True
    await serving
    waiting.cancel()
