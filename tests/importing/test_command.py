"""`candour import` as it is given at a terminal, beside a run that is up: told in sentences, stopped and gone on with."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from deploy.attached import alone, announced
from deploy.house import Platform
from deploy.importing.command import main
from deploy.importing.mapping import load
from tests.house import housed
from tests.importing.files import (
    REQUIREMENTS_HEAD,
    SITES,
    SITES_HEAD,
    TWO_SITES,
    on_record,
    table,
    with_two_sites,
)
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
MARK = "intake.ImportBatch.RowsTaken"
NOTED = "SELECT count(*) FROM intake.events WHERE topic = %s"
MANY = 800
PATIENCE = 180
"""Seconds that a busy machine may take to start the command and to note its place for the first time."""
HEAD = 'title = "A test"\nversion = "1"\nsource = "testers"\nprovider = "oakgroup"\n'
SITES_MAP = (
    HEAD
    + """target = "site"
[fields]
site = "{id}"
title = "{name}"
region = "{area}"
nation = "SCO"
service_kind = "care_home_nursing"
opened_on = {text = "{opened}", as = "date"}
"""
)
REQUIREMENTS_MAP = (
    HEAD
    + """target = "opportunity"
[fields]
site = "{id}"
kind = "inspection_or_audit"
source_key = "testers:{id}:{words}"
summary = "{words}"
occurred = {text = "{day}", as = "date"}
due = {text = "{due}", as = "dates"}
"""
)


@dataclass
class Terminal:
    """Somebody at a terminal beside a run."""

    platform: Platform
    database: Database
    var: Path
    folder: Path

    def maps(self) -> tuple[Path, Path]:
        sites, requirements = self.folder / "sites.toml", self.folder / "requirements.toml"
        sites.write_text(SITES_MAP)
        requirements.write_text(REQUIREMENTS_MAP)
        return sites, requirements

    async def begin(self, file: Path, mapping: Path) -> Process:
        """Give the command in a process of its own, which can be stopped."""
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy", "import", str(file), "--map", str(mapping), "--var", str(self.var),
            stdout=PIPE, stderr=PIPE,
        )  # fmt: skip

    async def give(self, file: Path, mapping: Path, *, dry_run: bool = False, skip: bool = False) -> tuple[int, str]:
        """Give the command and wait for its end, in a loop of its own as at a terminal; what it printed."""
        printed = StringIO()
        with redirect_stdout(printed):
            code = await asyncio.to_thread(
                main, file, mapping, self.var, dry_run=dry_run, skip_bad_rows=skip, loop=asyncio.run
            )
        return code, printed.getvalue()

    async def stop(self, file: Path, mapping: Path, number: signal.Signals) -> tuple[int | None, str]:
        """Stop the command as soon as it has noted its place once more."""
        with psycopg.connect(self.database.owner, autocommit=True) as connection:
            noted = connection.execute(NOTED, (MARK,)).fetchone()
            process = await self.begin(file, mapping)
            try:
                async with asyncio.timeout(PATIENCE):
                    while connection.execute(NOTED, (MARK,)).fetchone() == noted:  # noqa: ASYNC110 another process writes it
                        await asyncio.sleep(0.01)
            except TimeoutError:
                number = signal.SIGKILL
            process.send_signal(number)
        out, _ = await process.communicate()
        return process.returncode, out.decode()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def terminal(
    module_database: Database, messaging: Messaging, wrapping_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Terminal]:
    var, folder = tmp_path_factory.mktemp("var"), tmp_path_factory.mktemp("files")
    async with housed(module_database, messaging, wrapping_key, "governance", "intake") as platform:
        with ExitStack() as stack:
            stack.enter_context(alone(var))
            stack.enter_context(announced(var, platform.env))
            await with_two_sites(platform, folder)
            yield Terminal(platform, module_database, var, folder)


async def test_what_became_of_a_file_is_told_in_sentences_and_the_run_shows_it(terminal: Terminal) -> None:
    mapping, _ = terminal.maps()
    path = table(
        terminal.folder / "new.csv", SITES_HEAD, [*TWO_SITES, ("eddy", "Eddy House", "Lochside", "2004-04-01")]
    )
    code, out = await terminal.give(path, mapping)
    assert code == 0
    assert "2 rows told nothing new and changed nothing." in out
    assert "1 row became a site." in out
    assert "eddy" in {site.site_id for site in await terminal.platform.service("intake").directory.sites()}
    code, out = await terminal.give(path, mapping)
    assert code == 0
    assert "3 rows had been taken before; nothing of that was done again." in out


async def test_a_dry_run_says_that_it_took_nothing(terminal: Terminal) -> None:
    _, mapping = terminal.maps()
    before = on_record(terminal.database)
    path = table(terminal.folder / "dry.csv", REQUIREMENTS_HEAD, [("ash", "2024-01-01", "Dry.", "2023-01-01")])
    code, out = await terminal.give(path, mapping, dry_run=True)
    assert code == 0
    assert "1 row would be new." in out
    assert "Nothing was taken: this was a dry run." in out
    assert (terminal.var / "imports" / "dry.errors.csv").read_text().startswith("line,reason\n2,A deadline lies before")
    assert on_record(terminal.database) == before


async def test_rows_at_fault_are_listed_in_a_file_and_nothing_is_taken(terminal: Terminal) -> None:
    _, mapping = terminal.maps()
    before = on_record(terminal.database)
    rows = [("ash", "2024-01-01", "Well.", ""), ("nowhere", "2024-01-01", "Ill.", ""), ("ash", "soon", "Ill.", "")]
    path = table(terminal.folder / "bad.csv", REQUIREMENTS_HEAD, rows)
    code, out = await terminal.give(path, mapping)
    listed = terminal.var / "imports" / "bad.errors.csv"
    assert code == 1
    assert "2 of 3 rows cannot be taken, so none was taken." in out
    assert str(listed) in out
    assert [line.split(",")[0] for line in listed.read_text().splitlines()] == ["line", "3", "4"]
    assert on_record(terminal.database) == before
    code, out = await terminal.give(path, mapping, skip=True)
    assert code == 1
    assert "1 row put something to learn from on record." in out
    assert "2 rows could not be taken." in out


async def test_what_cannot_be_read_is_refused_in_a_sentence(terminal: Terminal) -> None:
    sites, _ = terminal.maps()
    path = terminal.folder / "latin.csv"
    path.write_bytes(b"id,name,area,opened\nash,Caf\xe9,Fellside,2001-04-01\n")
    code, out = await terminal.give(path, sites)
    assert code == 2
    assert "line 2, is not utf-8 text. Nothing was imported." in out
    broken = terminal.folder / "broken.toml"
    broken.write_text("title = [")
    code, out = await terminal.give(path, broken)
    assert code == 2
    assert "cannot be read as a mapping" in out


async def test_stopped_and_killed_half_way_it_goes_on_with_nothing_lost_and_nothing_doubled(terminal: Terminal) -> None:
    _, mapping = terminal.maps()
    rows = [(("ash", "bay")[n % 2], "2024-01-01", f"Do thing {n}.", "") for n in range(MANY)]
    path = table(terminal.folder / "many.csv", REQUIREMENTS_HEAD, rows)
    before = on_record(terminal.database)
    code, out = await terminal.stop(path, mapping, signal.SIGINT)
    assert code == 130
    assert "What was taken is kept; the same command goes on from there." in out
    code, _ = await terminal.stop(path, mapping, signal.SIGKILL)
    assert code == -signal.SIGKILL
    half = (on_record(terminal.database) - before)["intake.Opportunity.Raised"]
    assert 0 < half < MANY
    code, out = await terminal.give(path, mapping)
    assert code == 0
    assert "had been taken before" in out
    added = on_record(terminal.database) - before
    assert added["intake.Opportunity.Raised"] == MANY
    assert added["intake.Opportunity.Corrected"] == 0
    assert added["intake.ImportBatch.Ended"] == 1


async def test_the_maps_of_these_tests_are_read_as_the_others_are(terminal: Terminal) -> None:
    sites, _ = terminal.maps()
    assert load(sites).fields == SITES.fields
