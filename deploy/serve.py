"""`candour serve`: one service in a process of its own, wired to servers that others run."""

from __future__ import annotations

import os
import signal
from asyncio import FIRST_COMPLETED, Event, create_task, get_running_loop, wait

import uvicorn

from deploy.demo.people import personas
from deploy.house import Platform, ready
from deploy.tls import encrypted
from deploy.web import Door
from libs import logs, telemetry
from libs.clock import SystemClock
from libs.sweeping import settled
from libs.web.sign_in import Persona


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
            people = await personas(platform)
        door = Door(platform, (lambda: people) if shows_personas else None)
        await door.open()
        settled()
        try:
            await _listen(door, host, port)
        finally:
            await door.close()
    finally:
        await platform.close()


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
