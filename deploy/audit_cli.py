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
        str | None,
        typer.Option(help="The folder or object store (s3://…) with signed checkpoints, where it is elsewhere."),
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


@audit.command("as-of")
def as_of(
    var: VAR = Path("var"),
    provider: Annotated[
        str, typer.Option(help="The provider's record (its id may be left out where there is one).")
    ] = "",
    site: Annotated[str, typer.Option(help="A site's record.")] = "",
    journey: Annotated[str, typer.Option(help="A journey's record.")] = "",
    known_at: Annotated[
        str, typer.Option(help="Only what had been recorded by then, such as 2026-03-02T09:00:00Z.")
    ] = "",
    true_at: Annotated[str, typer.Option(help="Only what had occurred by then.")] = "",
) -> None:
    """Show a record as it stood: as known at a moment, as true at a moment, or both. The same bytes as were shown then."""
    from deploy.audit_past import as_of as answered
    from deploy.past.moment import Moment, NoSuchMoment
    from libs.service import NotFound

    path = f"journeys/{journey}" if journey else f"sites/{site}" if site else "provider"
    try:
        moment = Moment.of(known_at, true_at)
        typer.echo(asyncio.run(answered(var, path, provider, moment, Console(stderr=True))), nl=False)
    except NoSuchMoment as fault:
        raise typer.BadParameter(str(fault)) from None
    except NotFound as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(1) from None


@audit.command()
def checkpoint(
    var: VAR = Path("var"),
    ledger: Annotated[list[str] | None, typer.Option(help="One service's ledger; all where none is named.")] = None,
) -> None:
    """Sign the ledgers as they are now, and print the notes; they are also published and kept in the folder."""
    from deploy.audit_keys import sign
    from libs.domain import Refused
    from libs.service import NotFound

    try:
        typer.echo("\n".join(asyncio.run(sign(var, ledger or []))), nl=False)
    except (Refused, NotFound) as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None


@audit.command("change-key")
def change_key(var: VAR = Path("var")) -> None:
    """Sign with a new key from now on. Old checkpoints still verify; the old key signs nothing more that counts."""
    from deploy.audit_keys import change_key as changed
    from libs.domain import Refused

    try:
        typer.echo(f"Signing with a new key: {asyncio.run(changed(var))}")
    except Refused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None
