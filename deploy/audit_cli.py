"""`candour audit`: check the ledgers, sign them, change the signing key, and see how things stood."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

audit = typer.Typer(no_args_is_help=True, help="Check the record, sign it, and see how things stood at any moment.")

VAR = Annotated[Path, typer.Option(help="Where data is kept.", envvar="CANDOUR_VAR")]


@audit.callback()
def _group() -> None:
    """Check the record, sign it, and see how things stood at any moment."""


@audit.command()
def verify(
    var: VAR = Path("var"),
    ledger: Annotated[list[str] | None, typer.Option(help="One service's ledger; all where none is named.")] = None,
    checkpoints: Annotated[
        Path | None, typer.Option(file_okay=False, help="The folder with signed checkpoints, where it is elsewhere.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Tell programs instead of people.")] = False,
) -> None:
    """Recompute everything: stores against ledgers, ledgers against checkpoints, checkpoints against each other.

    Says each event that was altered, removed, slipped in, moved or replaced: service, position, id. Ends with 1 then.
    """
    from deploy.audit_check import check, sentences

    try:
        found = asyncio.run(check(var, ledger or [], checkpoints, Console(stderr=True)))
    except LookupError as unknown:
        raise typer.BadParameter(str(unknown)) from None
    if json:
        typer.echo(orjson.dumps([each.told() for each in found], option=orjson.OPT_INDENT_2))
    else:
        for each in found:
            typer.echo("\n".join(sentences(each)))
    raise typer.Exit(0 if all(each.sound for each in found) else 1)
