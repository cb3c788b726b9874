"""Finding the servers of a run: those of the one that is up, or our own for as long as a command needs them."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.embedded.servers import Servers
from deploy.house import statements

ANNOUNCED = "run.env.json"


class AlreadyRunning(Exception):
    """Candour is running over this data already. Use that one, or stop it first."""


class InUse(AlreadyRunning):
    """Another command is at work on this data, or a run is just starting. Nothing was done; try again in a moment."""


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
    path = var / ANNOUNCED
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

    Where CANDOUR_PG_ADMIN is set already (containers, a cluster), those settings hold. Raises InUse where the data is
    held by somebody who does not say how to join in.
    """
    if "CANDOUR_PG_ADMIN" in os.environ:
        yield dict(os.environ), True
        return
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(var))
        except AlreadyRunning:
            env, shared = _of_the_run(var), True
        else:
            # What a run that was killed announced leads to servers that are gone.
            (var / ANNOUNCED).unlink(missing_ok=True)
            env, shared = stack.enter_context(Servers(var, sources=sources, ddl=statements())).environment(), False
        yield dict(os.environ) | env, shared


def _of_the_run(var: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((var / ANNOUNCED).read_text())
    except (OSError, ValueError):
        raise InUse(f"{InUse.__doc__} (data: {var})") from None
    return found
