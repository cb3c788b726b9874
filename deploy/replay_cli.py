"""`candour audit replay`: what another rule pack would have made of history, before anybody adopts it."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from libs.domain import Refused

DAY = "%Y-%m-%d"


def replay(
    rules: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help="The rule pack; several files make one.")],
    since: Annotated[datetime, typer.Option("--from", formats=[DAY], help="The first day of the period.")],
    until: Annotated[datetime, typer.Option("--to", formats=[DAY], help="Its last day. History is as known at its end.")],
    provider: Annotated[str, typer.Option(help="One provider's sites; all, unless named.")] = "",
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Where to write every difference (JSON).")] = None,
    var: Annotated[Path, typer.Option(help="Where data is kept.", envvar="CANDOUR_VAR")] = Path("var"),
) -> None:  # fmt: skip
    """Run history through other rules: every decision, clock and trigger that would have differed, by site.

    Nothing is touched. The same history, rules and period give the same bytes.
    """
    from deploy.attached import settings
    from deploy.demo.people import SOURCES
    from deploy.replay.running import Period, pack_from
    from deploy.replay.running import replay as run

    if until < since:
        raise typer.BadParameter("The period ends before it begins. Turn the two days round.")
    try:
        _, content = pack_from(*rules)
    except Refused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(2) from None
    began = time.monotonic()
    with settings(var, SOURCES) as (env, _), Progress(console=Console(stderr=True), transient=True) as progress:
        bars: dict[str, TaskID] = {}

        def told(service: str, read: int, of: int) -> None:
            bars.setdefault(service, progress.add_task(service, total=of))
            progress.update(bars[service], completed=read, total=of)

        found = run(env["CANDOUR_PG_AUDITOR"], content, Period(since.date(), until.date()), provider, told)
    if out:
        out.write_bytes(found.written)
    _show(found.counts, out)
    events, seconds = found.content["events"], time.monotonic() - began
    typer.echo(f"{events:,} events that rules bear on, in {seconds:.1f} s. Nothing was changed.", err=True)


def _show(counts: dict[str, dict[str, int]], out: Path | None) -> None:
    if not counts:
        typer.echo("Nothing would have differed.")
        return
    table = Table("Site", "Decisions", "Clocks", "Triggers")
    for site, found in sorted(counts.items()):
        table.add_row(site, *(str(number) for number in found.values()))
    Console().print(table)
    typer.echo(f"Every difference is in {out}." if out else "Name a file with --out to have every difference.")
