"""`candour run`: real servers, every room in one process, a demo provider on first start, and a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import psycopg
import uvicorn
from markupsafe import Markup
from rich.console import Console

from deploy.attached import AlreadyRunning, alone, announced
from deploy.demo.people import SOURCES, personas
from deploy.demo.playing import PLAYER
from deploy.embedded.servers import Servers
from deploy.house import Platform, statements
from deploy.nats.topology import services
from deploy.rebuilding import bring_up_to_date
from deploy.travel import Traveller, travel_routes
from deploy.web import Door
from libs import logs, telemetry
from libs.clock import TravelledClock
from libs.sweeping import settled
from libs.web.sign_in import Persona

ENDED = "SELECT 1 FROM governance.inbox WHERE consumer = %s AND message_id = 'ended'"
PORT = 8000
STOPPING = (signal.SIGINT, signal.SIGTERM)
RENEWED = 10.0
"""Seconds between looks at who may sign in."""

Furnished = tuple[Platform, Door, list[Persona]]
"""The rooms, the door, and who may sign in by being picked."""


class ToldToStop(Exception):
    """A signal came before there was anything to serve."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number
        """As a shell has it."""


class EmbeddedRun:
    """One run over the data in `var`. `seed` makes the demo provider where the data is new."""

    def __init__(self, var: Path, *, port: int, sites: int, months: int, seed: bool, console: Console) -> None:
        self.var, self.port, self.sites, self.months, self.seed, self.console = var, port, sites, months, seed, console
        self.kept_clock = var / "clock.json"
        self.clock = TravelledClock(self._ahead())

    def _ahead(self) -> timedelta:
        if self.kept_clock.exists():
            return timedelta(seconds=json.loads(self.kept_clock.read_text())["ahead_seconds"])
        return timedelta()

    def keep_clock(self) -> None:
        """Remember how far the demo's clock was moved, so that a later start does not go back in time."""
        fresh = self.kept_clock.with_suffix(".new")
        fresh.write_text(json.dumps({"ahead_seconds": self.clock.ahead.total_seconds()}))
        fresh.replace(self.kept_clock)

    async def run(self) -> None:
        """Start, serve until told to stop, stop. Raises AlreadyRunning where another run holds the data; ToldToStop where
        a signal came before the door was open."""
        with alone(self.var):
            running, told = asyncio.current_task(), list[int]()

            def stop(number: int) -> None:
                if running and not told:
                    running.cancel()
                told.append(number)

            for number in STOPPING:
                asyncio.get_running_loop().add_signal_handler(number, stop, number)
            try:
                await self._run()
            except (asyncio.CancelledError, SystemExit):
                if told:
                    raise ToldToStop(told[0]) from None
                raise

    async def _run(self) -> None:
        self.console.print("Starting PostgreSQL and NATS …")
        is_new = not (self.var / "postgres").exists()
        servers = Servers(self.var, sources=SOURCES, ddl=statements())
        making = await self._demo() if self.seed and is_new else None
        starting = asyncio.create_task(asyncio.to_thread(servers.start))
        try:
            await asyncio.shield(starting)
            for difference in servers.drift:
                self.console.print(f"[yellow]Streams differ from what is declared:[/] {difference}")
            env = os.environ | servers.environment() | {"CANDOUR_VAR": str(self.var)}
            telemetry.begin(env)
            house = None
            if self.seed and not _is_made(env):
                making = making or await self._demo()
                house = await self._made(making, env)
            with announced(self.var, env):
                await self._open(house or self._furnished(env))
        except asyncio.CancelledError:
            if making and making.returncode != 0:
                self.console.show_cursor()
                self.console.print("The demo provider is not whole yet. The next start goes on where this one stopped.")
            raise
        finally:
            if making and making.returncode is None:
                making.terminate()
                await making.wait()
            self.console.print("Stopping …")
            await asyncio.wait({starting})  # what is half up cannot be stopped
            await asyncio.to_thread(servers.stop)
            self.console.print("Stopped. All data is kept; start again with the same command.")

    async def _demo(self) -> asyncio.subprocess.Process:
        """Whoever makes the demo provider: in a process of its own, so that the memory it takes goes with it, and begun
        before there are servers, since it has much to load."""
        asked = ("-m", "deploy.demo", str(self.var), str(self.sites), str(self.months))
        return await asyncio.create_subprocess_exec(sys.executable, *asked, stdin=asyncio.subprocess.PIPE)

    async def _made(self, making: asyncio.subprocess.Process, env: dict[str, str]) -> Furnished:
        """Let it be made. Meanwhile load and furnish what we need ourselves once it is."""
        settings = {name: value for name, value in env.items() if name.startswith("CANDOUR_")}
        asked = asyncio.create_task(making.communicate(json.dumps(settings).encode()))
        await asyncio.to_thread(_load)
        house = self._furnished(env)
        await asked
        if code := making.returncode:
            raise SystemExit(
                f"The demo provider could not be made (it ended with {code}). What was made is kept; run it again."
            )
        return house

    async def serve(self, env: dict[str, str]) -> None:
        """Open every room and its door, on servers that somebody keeps, until told to stop."""
        await self._open(self._furnished(env))

    def _furnished(self, env: dict[str, str]) -> Furnished:
        """The rooms and their door, before anything runs: it takes seconds, in which nothing else would be answered."""
        platform = Platform(env, self.clock)
        people: list[Persona] = []
        door = Door(platform, lambda: people, banner=self._banner)
        door.add(travel_routes(Traveller(platform, self.clock, self.keep_clock)))
        return platform, door, people

    async def _open(self, house: Furnished) -> None:
        platform, door, people = house
        await platform.open()
        try:
            await bring_up_to_date(platform.outdated(), platform.logs(), self.console)
            await door.open()
            settled()
            await platform.start()
            people += await personas(platform)
            renewing = asyncio.create_task(_renew(people, platform))
            try:
                await self._listen(door, people)
            finally:
                renewing.cancel()
                await door.close()
        finally:
            await platform.close()

    def _banner(self) -> str:
        now = self.clock.now()
        moved = self.clock.ahead > timedelta(minutes=1)
        when = f"Its clock says {now:%-d %B %Y, %H:%M}." if moved else ""
        move = Markup('<a class="govuk-link" href="/demo/clock">Move its clock</a>')
        return Markup("This is a demonstration. The people and sites are invented. {} {}").format(when, move)

    async def _listen(self, door: Door, people: list[Persona]) -> None:
        config = uvicorn.Config(
            door.app, host="127.0.0.1", port=self.port, log_config=None, access_log=False, lifespan="off",
            timeout_graceful_shutdown=3,
        )  # fmt: skip
        server = uvicorn.Server(config)
        stop = asyncio.Event()
        for number in STOPPING:
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # ours stop everything in order
        serving = asyncio.create_task(server._serve())
        while not server.started and not serving.done():  # noqa: ASYNC110 uvicorn offers no event to wait for
            await asyncio.sleep(0.02)
        if serving.done():
            raise SystemExit(f"Port {self.port} could not be opened. Choose another with --port.")
        self._welcome(people)
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
        waiting.cancel()

    def _welcome(self, people: list[Persona]) -> None:
        self.console.print(f"\n[bold]Candour is running at http://127.0.0.1:{self.port}[/]\n")
        self.console.print("Open it and choose who to be. For instance:")
        for person in people[:6]:
            self.console.print(f"  • {person.label}: {person.description}")
        self.console.print("\nCtrl-C stops everything and keeps the data.\n")


def _is_made(env: Mapping[str, str]) -> bool:
    with psycopg.connect(env["CANDOUR_PG_GOVERNANCE"]) as connection:
        return connection.execute(ENDED, (PLAYER,)).fetchone() is not None


def _load() -> None:
    for service in services():
        importlib.import_module(f"services.{service}.app")


async def _renew(people: list[Persona], platform: Platform) -> None:
    """Who may sign in, looked up anew: an import may have brought a provider of its own."""
    while True:
        await asyncio.sleep(RENEWED)
        try:
            people[:] = await personas(platform)
        except psycopg.Error:
            continue


def free_port(wanted: int) -> int:
    """`wanted` where it is free, else any free port."""
    for port in (wanted, 0):
        with contextlib.closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
            except OSError:
                continue
    raise SystemExit("No port is free on this machine.")


def main(var: Path, port: int | None, sites: int, months: int, *, seed: bool, loop: Callable[..., None]) -> None:
    """Run until stopped."""
    console = Console(stderr=False)
    logs.begin(pretty=sys.stderr.isatty(), level=int(os.environ.get("CANDOUR_LOG_LEVEL", "30")))
    chosen = port or free_port(PORT)
    try:
        loop(EmbeddedRun(var, port=chosen, sites=sites, months=months, seed=seed, console=console).run())
    except AlreadyRunning as refusal:
        raise SystemExit(str(refusal)) from None
    except ToldToStop as told:
        raise SystemExit(told.status) from None
