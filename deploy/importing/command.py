"""`candour import`: what a person at a terminal sees of a file being taken in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.attached import settings
from deploy.demo.people import SOURCES
from deploy.house import Platform
from deploy.importing.mapping import MapFile, load
from deploy.importing.reading import digest
from deploy.importing.running import Import, Outcome, RowsAtFault, told_in_words, write_faults
from libs import logs
from libs.clock import SystemClock
from libs.domain import Refused

ROOMS = ("governance", "intake")


def main(file: Path, map_: Path, var: Path, *, dry_run: bool, skip_bad_rows: bool, loop: Callable[..., None]) -> int:
    """The exit code: 0 where all was taken, 1 where rows were at fault, 2 where nothing could be read."""
    logs.begin(level=40)
    console = Console()
    codes: list[int] = []

    async def work() -> None:
        codes.append(await _run(console, file, load(map_), var, dry_run=dry_run, skip_bad_rows=skip_bad_rows))

    try:
        loop(work())
    except Refused as refusal:
        console.print(f"[red]{refusal}[/]")
        return 2
    return codes[0]


async def _run(console: Console, file: Path, mapping: MapFile, var: Path, *, dry_run: bool, skip_bad_rows: bool) -> int:
    digest(file)
    with settings(var, SOURCES) as (env, shared):
        platform = Platform(env, SystemClock(), only=ROOMS)
        await platform.open()
        try:
            if not shared:
                await platform.start(wake=False)
                await platform.settle(60)
            outcome = await _take(
                console, Import(platform, file, mapping), dry_run=dry_run, skip_bad_rows=skip_bad_rows
            )
            if not shared:
                await platform.settle(120)
        except RowsAtFault as refusal:
            _, faults = await Import(platform, file, mapping).check()
            console.print(f"[red]{refusal}[/]\nThe reasons are in {write_faults(file, faults)}")
            return 1
        finally:
            await platform.close()
    for line in told_in_words(outcome):
        console.print(line)
    if outcome.faults or outcome.notes:
        console.print(f"What to look at is in {write_faults(file, [*outcome.faults, *outcome.notes])}")
    return 1 if outcome.faults else 0


async def _take(console: Console, work: Import, *, dry_run: bool, skip_bad_rows: bool) -> Outcome:
    if dry_run:
        return await work.dry_run()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        count, _ = await work.check()
        bar = progress.add_task(work.path.name, total=count)
        return await work.take(skip_bad_rows=skip_bad_rows, told=lambda n: progress.advance(bar, n))
