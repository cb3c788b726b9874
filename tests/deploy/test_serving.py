"""A service in a process of its own comes up, however busy the database is while all of them start; a run that is told
to stop does so, whatever it is at."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from deploy.serve import patiently


class Busy:
    """Has no connection for the first few who ask."""

    def __init__(self, first: int) -> None:
        self.left = first

    async def people(self) -> list[str]:
        if self.left:
            self.left -= 1
            raise PoolTimeout("couldn't get a connection after 10.00 sec")
        return ["Priya"]


async def test_what_the_database_has_no_moment_for_is_asked_again() -> None:
    assert await patiently(Busy(2).people, 3) == ["Priya"]


async def test_a_database_that_stays_away_is_told_of() -> None:
    with pytest.raises(psycopg.OperationalError):
        await patiently(Busy(2).people, 2)


async def test_a_run_that_is_told_to_stop_while_the_demonstration_is_made_says_so_and_keeps_what_there_is(
    reachable_directory: Path,
) -> None:
    asked = ("-m", "deploy", "run", "--sites", "1", "--months", "1", "--var", str(reachable_directory / "var"))
    run = await asyncio.create_subprocess_exec(sys.executable, *asked, stdout=PIPE, stderr=STDOUT)
    assert run.stdout
    said = ""
    while "Making a demo provider" not in said:
        said += (line := await run.stdout.readline()).decode()
        assert line, said
    run.send_signal(signal.SIGTERM)
    said += (await run.stdout.read()).decode()
    said = " ".join(said.split())
    assert await run.wait() == 128 + signal.SIGTERM
    assert "The next start goes on where this one stopped." in said
    assert "All data is kept" in said
    assert "Traceback" not in said
