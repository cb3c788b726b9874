"""Every room of the house in one process behind its door, as `candour run` serves it: killed again and again, and begun again."""

from __future__ import annotations

import asyncio
import importlib
import io
import json
import logging
import multiprocessing
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from deploy.nats.topology import services
from deploy.run import EmbeddedRun
from libs import logs
from tests.faults.under_fire import PRELOADED

for service in services():
    # Brought in here, once, for every process that is begun anew.
    importlib.import_module(f"services.{service}.app")

MORNING = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
"""A Monday on which no date falls due while a test lasts."""


def serve(env: Mapping[str, str], var: Path, port: int) -> None:
    """The process. Where a server is away while it starts it ends, as a real one would, and is begun again."""
    logs.begin(level=logging.CRITICAL)  # its faults are the point of the test
    logging.disable(logging.CRITICAL)
    run = EmbeddedRun(var, port=port, sites=0, months=0, seed=False, console=Console(file=io.StringIO()))
    try:
        asyncio.run(run.serve(dict(env)))
    finally:
        os._exit(1)


class House:
    """The process, begun again each time it ends."""

    def __init__(self, env: Mapping[str, str], var: Path, port: int) -> None:
        self.env, self.var, self.port = env, var, port
        self.begun = 0
        self._process: multiprocessing.process.BaseProcess | None = None
        self._keeping: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin, and begin again whenever it has ended, until closed."""
        ahead = (MORNING - datetime.now(UTC)).total_seconds()
        (self.var / "clock.json").write_text(json.dumps({"ahead_seconds": ahead}))
        self._keeping = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            process: Any = PRELOADED.Process(target=serve, args=(dict(self.env), self.var, self.port), daemon=True)
            process.start()
            self._process, self.begun = process, self.begun + 1
            await asyncio.to_thread(process.join)

    def kill(self) -> None:
        """End it with SIGKILL: nothing is flushed, nobody is told."""
        if self._process:
            self._process.kill()

    async def close(self) -> None:
        """End it for good."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        self.kill()
        if self._process:
            await asyncio.to_thread(self._process.join)
