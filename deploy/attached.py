"""Finding the servers of a run: those of the one that is up, or our own for as long as a command needs them."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.servers import Servers
from deploy.house import statements


class AlreadyRunning(Exception):
    """Candour is running over this data already. Use that one, or stop it first."""


@contextmanager
def alone(var: Path) -> Iterator[None]:
    """Hold the data in `var` for ourselves. Raises AlreadyRunning where another process does.

    Two runs over the same data would end each other's servers. The lock goes with the process, however it ends.
    """
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(f"{AlreadyRunning.__doc__} (data: {var})") from None
        yield


@contextmanager
def announced(var: Path, env: Mapping[str, str]) -> Iterator[None]:
    """While this holds, commands beside us find the servers: their settings, readable by us alone."""
    path = var / "run.env.json"
    settings = {name: value for name, value in env.items() if name.startswith("CANDOUR_")}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(settings, file)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def settings(var: Path, sources: Sequence[str]) -> Iterator[tuple[dict[str, str], bool]]:
    """Settings, and whether somebody else's rooms run on them: the run that is up over `var`, or servers started for
    now and stopped afterwards.

    Where CANDOUR_PG_ADMIN is set already (containers, a cluster), those settings hold.
    """
    if "CANDOUR_PG_ADMIN" in os.environ:
        yield dict(os.environ), True
        return
    try:
        with alone(var), Servers(var, sources=sources, ddl=statements()) as servers:
            yield dict(os.environ) | servers.environment(), False
    except AlreadyRunning:
        yield dict(os.environ) | json.loads((var / "run.env.json").read_text()), True
