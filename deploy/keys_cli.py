"""`candour keys`: change the wrapping key, and destroy again what a restored backup has brought back."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

keys = typer.Typer(no_args_is_help=True, help="Change the key that wraps people's keys; destroy what was erased again.")

VAR = Annotated[Path, typer.Option(help="Where data is kept.", envvar="CANDOUR_VAR")]
BYTES = 32


@keys.callback()
def _group() -> None:
    """Change the key that wraps people's keys; destroy what was erased again."""


@keys.command()
def rotate(
    to: Annotated[Path, typer.Option(help="The file of the new wrapping key; made where it is missing.")],
    var: VAR = Path("var"),
    everyone_has_both: Annotated[
        bool,
        typer.Option("--everyone-has-both", help="Every running process was given the new key in CANDOUR_KEK_ALSO."),
    ] = False,
) -> None:
    """Wrap every person's key under a new wrapping key. Broken off anywhere, the same command goes on where it stood.

    Nothing is wrapped while processes run that could not unwrap it: stop them, or give each both keys first.
    """
    from deploy.attached import settings
    from deploy.demo.people import SOURCES
    from libs.keys import KeyRing
    from libs.rewrapping import UnderNeither, rewrap

    with settings(var, SOURCES) as (env, shared):
        if shared and not everyone_has_both:
            typer.echo(
                f"Candour is running. Give every process the new key first (CANDOUR_KEK_ALSO={to}), start them again, then"
                " ask with --everyone-has-both; or stop Candour. Nothing was changed.", err=True,
            )  # fmt: skip
            raise typer.Exit(1)
        try:
            new, old = KeyRing.wrapping_key(str(_made(to))), KeyRing.wrapping_key(env["CANDOUR_KEK_FILE"])
            for done in rewrap(env["CANDOUR_PG_OWNER"], old, new):
                typer.echo(f"{done} keys are under the new wrapping key.")
        except (OSError, ValueError, UnderNeither) as fault:
            typer.echo(f"{fault} What was done before stays; mend this, then ask again with the same {to}.", err=True)
            raise typer.Exit(1) from None
        typer.echo(
            f"None is left under {env['CANDOUR_KEK_FILE']}. Put {to} in its place now, and keep the former for as long as"
            " backups of the keys from before today are kept; then destroy it, and them with it."
        )


@keys.command("destroy-again")
def destroy_again(var: VAR = Path("var")) -> None:
    """After restoring a backup of the keys: destroy every key that a certificate of erasure says is destroyed."""
    from deploy.attached import settings
    from deploy.demo.people import SOURCES
    from deploy.keys_again import destroyed_again

    with settings(var, SOURCES) as (env, _):
        typer.echo(f"{destroyed_again(env['CANDOUR_PG_OWNER'])} keys had come back, and are destroyed again.")


def _made(path: Path) -> Path:
    """There as a whole or not at all: half a key, left by a crash, would be taken for one that was lost."""
    if not path.exists():
        beside = path.with_name(f"{path.name}.part")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(BYTES))
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    return path
