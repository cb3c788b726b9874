"""`candour pack`: make an evidence pack, and see for which readers and against which frameworks packs are made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from libs.domain import Refused

pack = typer.Typer(no_args_is_help=True, help="Hand over evidence that checks itself.")
DAY = "%Y-%m-%d"


@pack.command()
def create(
    reader: Annotated[str, typer.Option("--for", help="Reader's profile, or the file of one of your own.")] = "inspector",
    journey: Annotated[UUID | None, typer.Option(help="One journey, by its id.")] = None,
    theme: Annotated[list[str] | None, typer.Option(help="A theme; may be given several times.")] = None,
    site: Annotated[list[str] | None, typer.Option(help="A site; may be given several times.")] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=[DAY], help="Put on record from this day.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=[DAY], help="Put on record up to this day.")] = None,
    contract: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A commissioner's contract (YAML).")] = None,
    framework: Annotated[list[str] | None, typer.Option(help="Held against; every one that ships, unless named.")] = None,
    at: Annotated[datetime | None, typer.Option(help="As signed by this moment (UTC); now, unless given.")] = None,
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder to write it to.")] = Path(),
    var: Annotated[Path, typer.Option(help="Where data is kept.", envvar="CANDOUR_VAR")] = Path("var"),
) -> None:  # fmt: skip
    """Make a pack of what the signed ledgers hold: one zip file. The same asked at the same checkpoint: the same bytes."""
    from deploy.packs.beside import made_beside
    from deploy.packs.framework import framework as framework_of
    from deploy.packs.framework import frameworks
    from deploy.packs.making import Request
    from deploy.packs.profile import profile
    from deploy.packs.query import contract_of, query_of

    try:
        query = query_of(
            journey=journey, themes=theme or [], sites=site or [], since=_day(since), until=_day(until),
            contract=contract_of(contract) if contract else None,
        )  # fmt: skip
        held = [framework_of(name) for name in framework] if framework else frameworks()
        moment = at.replace(tzinfo=UTC) if at else None
        out.mkdir(parents=True, exist_ok=True)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            made = asyncio.run(made_beside(var, Request(query, profile(reader), held, moment), out, _watched(progress)))
    except Refused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{made.path}\n{made.events:,} events, as of {made.as_of.isoformat()}. SHA-256 {made.digest}")
    typer.echo("Whoever gets it unpacks it and runs: python -I verify.py")


@pack.command()
def readers() -> None:
    """List the readers' profiles that ship, and what each is shown."""
    from deploy.packs.profile import profiles

    for each in profiles():
        typer.echo(f"{each.id} (version {each.version}): {each.title}. {each.note.strip()}\n")


@pack.command()
def frameworks() -> None:
    """List the frameworks that ship, with their versions."""
    from deploy.packs.framework import frameworks as every

    for each in every():
        typer.echo(f"{each.id} (version {each.version}): {each.title}, {len(each.statements)} expectations.")


def _watched(progress: Progress) -> Callable[[str, int, int], None]:
    bars: dict[str, TaskID] = {}

    def told(part: str, read: int, of: int) -> None:
        if part not in bars:
            bars[part] = progress.add_task(part, total=of)
        progress.update(bars[part], completed=read, total=of)

    return told


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
