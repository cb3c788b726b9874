"""`candour import`: what a person at a terminal sees of a file being taken in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.attached import AlreadyRunning, settings
from deploy.demo.people import SOURCES
from deploy.embedded.process import ServerFailed
from deploy.house import Platform
from deploy.importing.mapping import MapFile, load
from deploy.importing.reading import Fault, digest
from deploy.importing.running import Import, Outcome, RowsAtFault, TooManyFaults
from deploy.importing.targets import Target
from deploy.importing.telling import told_in_words, write_faults
from libs import logs
from libs.clock import SystemClock
from libs.directory import Directory
from libs.domain import Refused
from libs.store import Conflict, Unavailable

ROOMS = ("governance", "intake")
TAKEN, AT_FAULT, UNREADABLE, STOPPED = 0, 1, 2, 130
WAIT = 20.0
"""Seconds to wait until a run that is up shows what was taken."""
CATCHING_UP = 600.0
"""Seconds at most until an import that was stopped before is shown, so that every site is known."""
ROWS_A_SECOND = 100
"""Slower than any machine shows rows; decides how long is waited for them to be shown."""


def main(file: Path, map_: Path, var: Path, *, dry_run: bool, skip_bad_rows: bool, loop: Callable[..., None]) -> int:
    """The exit code: 0 where all was taken, 1 where rows were at fault, 2 where nothing could be read, 130 where it was
    stopped half-way."""
    logs.begin(level=40)
    console = Console(soft_wrap=True)
    codes: list[int] = []

    async def work() -> None:
        codes.append(await _run(console, file, load(map_), var, dry_run=dry_run, skip_bad_rows=skip_bad_rows))

    try:
        loop(work())
    except (Refused, AlreadyRunning, ServerFailed) as refusal:
        console.print(f"[red]{escape(str(refusal))}[/]")
        return UNREADABLE
    except (Unavailable, Conflict, psycopg.Error, TimeoutError) as fault:
        console.print(f"[red]It could not go on ({type(fault).__name__}).[/] {_GOES_ON}")
        return STOPPED
    except KeyboardInterrupt:
        console.print(f"Stopped. {_GOES_ON}")
        return STOPPED
    return codes[0]


_GOES_ON = "What was taken is kept; the same command goes on from there."


async def _run(console: Console, file: Path, mapping: MapFile, var: Path, *, dry_run: bool, skip_bad_rows: bool) -> int:
    digest(file)
    with settings(var, SOURCES) as (env, shared):
        platform = Platform(
            env, SystemClock(), only=(*ROOMS, "notification") if mapping.target is Target.SHIFT else ROOMS
        )
        await platform.open()
        try:
            if not shared:
                await platform.start(wake=False)
                await platform.settle(CATCHING_UP)
            outcome = await _taken(
                console, Import(platform, file, mapping), var, dry_run=dry_run, skip_bad_rows=skip_bad_rows
            )
            if outcome is None:
                return AT_FAULT
            if not dry_run:
                await _shown(console, platform, outcome, shared=shared)
        finally:
            await platform.close()
    for line in told_in_words(outcome, dry_run=dry_run):
        console.print(line)
    _point_at(console, file, [*outcome.faults, *outcome.notes], var)
    return AT_FAULT if outcome.faults else TAKEN


async def _taken(console: Console, work: Import, var: Path, *, dry_run: bool, skip_bad_rows: bool) -> Outcome | None:
    """What became of the rows; None where none was taken, since some cannot be."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        checking = progress.add_task(f"Checking {work.path.name}", total=None)
        checked = await work.check(lambda n: progress.advance(checking, n))
        progress.update(checking, total=checked.count, completed=checked.count)
        if dry_run:
            return await work.dry_run(checked)
        try:
            bar = progress.add_task(f"Taking {work.path.name}", total=checked.count)
            return await work.take(checked, skip_bad_rows=skip_bad_rows, told=lambda n: progress.advance(bar, n))
        except (RowsAtFault, TooManyFaults) as refusal:
            progress.stop()
            console.print(f"[red]{escape(str(refusal))}[/]")
            _point_at(console, work.path, checked.faults, var)
            return None


def _point_at(console: Console, file: Path, rows: Sequence[Fault], var: Path) -> None:
    if rows:
        console.print(f"What to look at, line by line, is in {escape(str(write_faults(file, rows, var / 'imports')))}")


async def _shown(console: Console, platform: Platform, outcome: Outcome, *, shared: bool) -> None:
    """Wait until what was taken is shown. It is on record already, so a wait that is too long is no fault."""
    patience = WAIT + outcome.counts.total() / ROWS_A_SECOND
    try:
        if not shared:
            await platform.settle(patience)
            return
        # Another process keeps the views; the next file may speak of sites as soon as intake knows of them.
        directory, position = platform.rooms["intake"].view(Directory), platform.service("governance").store.position
        async with asyncio.timeout(patience):
            while await _place(directory) < position:  # noqa: ASYNC110 the views are kept by another process
                await asyncio.sleep(0.2)
    except TimeoutError:
        console.print("Everything taken is on record. The pages are still catching up and show it a little later.")


async def _place(directory: Directory) -> int:
    row = await directory.row("SELECT position FROM bookmark WHERE view = 'directory' AND source = 'governance'")
    return row["position"] if row else 0
