"""`candour wire`: who may sign in to NATS; outside systems are added and removed, and keys changed, while all goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from deploy.embedded.process import command_line, write_private
from deploy.nats import users
from deploy.nats.keys import Keys, NotAdmitted

wire = typer.Typer(no_args_is_help=True, help="Who may sign in to NATS, by which key.")

T = TypeVar("T")
FOLDER = Annotated[Path, typer.Option(help="Where keys are: var/containers, or var/secrets of `candour run`.")]
PUBLIC = Annotated[
    str | None, typer.Option("--key", help="Its own public key (U…), where it keeps its seed to itself.")
]
CONTAINERS = Path("var/containers")


@wire.command("list")
def list_(folder: FOLDER = CONTAINERS) -> None:
    """Show who may sign in, by which public keys, the newest first."""
    for user, keys in _keys(folder).known().items():
        typer.echo(f"{user}\t{' '.join(keys)}")


@wire.command()
def add(system: str, key: PUBLIC = None, folder: FOLDER = CONTAINERS) -> None:
    """Let another system send incidents to external.incidents.SYSTEM and hear answers.incidents.SYSTEM, and nothing else."""
    keys = _keys(folder)
    user = _done(lambda: keys.add(system, key))
    _told(keys, user)


@wire.command()
def renew(user: str, key: PUBLIC = None, folder: FOLDER = CONTAINERS) -> None:
    """Give a user (intake, source_careplan …) another key. The former stays good until `candour wire retire`."""
    keys = _keys(folder)
    _done(lambda: keys.renew(user, key))
    _told(keys, user)
    typer.echo(f"When {user} signs in by the new key: candour wire retire {user}")


@wire.command()
def retire(user: str, folder: FOLDER = CONTAINERS) -> None:
    """Let a user sign in by its newest key alone; whoever is signed in by a former one is cut off."""
    keys = _keys(folder)
    gone = _done(lambda: keys.retire(user))
    typer.echo(f"No longer good: {' '.join(gone)}" if gone else f"{user} has one key; nothing was changed.")
    _apply(keys)


@wire.command()
def remove(system: str, folder: FOLDER = CONTAINERS) -> None:
    """Let another system sign in no more, and cut it off."""
    keys = _keys(folder)
    _done(lambda: keys.remove(system))
    _apply(keys)


def _keys(folder: Path) -> Keys:
    """Those of a folder that a start has made already."""
    keys = Keys(folder)
    if not any(keys.public(users.OPERATOR)):
        typer.echo(
            f"There are no keys in {folder} yet. Begin with `candour containers`, or `candour run` and --folder var/secrets."
        )
        raise typer.Exit(1)
    return keys


def _told(keys: Keys, user: str) -> None:
    if (seed := keys.seed_file(user)).exists():
        typer.echo(f"Its seed is in {seed}: a secret, which the other side needs to sign in.")
    _apply(keys)


def _apply(keys: Keys) -> None:
    """Tell the server, where it runs from this folder; else say how."""
    beside = keys.folder / "wire"
    place = beside if beside.exists() else keys.folder.parent / "nats"
    write_private(place / users.USERS, users.users_conf(keys.known()))
    if beside.exists():
        (place / users.USERS).chmod(0o644)
        typer.echo(
            "NATS must read it again: docker compose kill -s HUP nats; a service with a new key: candour containers"
        )
    elif reload(place):
        typer.echo("NATS has been told.")


def reload(place: Path) -> bool:
    """Let the server that runs from this folder read its configuration again; whether there is one."""
    note = place / "server.pid"
    pid = int(note.read_text().strip() or 0) if note.exists() else 0
    if not pid or str(place / "server.conf") not in command_line(pid):
        return False
    os.kill(pid, signal.SIGHUP)
    return True


def _done(asked: Callable[[], T]) -> T:
    try:
        return asked()
    except NotAdmitted as refusal:
        typer.echo(f"Nothing was changed. {refusal}")
        raise typer.Exit(1) from None
