"""The wrapping key can be changed: every key opens throughout, a kill leaves nothing half done, and pseudonyms stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap
from psycopg_pool import AsyncConnectionPool

from libs.keys import KeyRing
from libs.rewrapping import rewrap
from tests.servers import Database

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PEOPLE = 60
CHILD = """
import sys
from libs.rewrapping import rewrap
for done in rewrap(sys.argv[1], bytes(range(32)), bytes(range(32, 64)), batch=10):
    print(done, flush=True)
    sys.stdin.readline()
"""


def killed_after_one_batch(owner: str) -> None:
    """Another process begins, and is killed when it has committed the first batch."""
    command = [sys.executable, "-c", CHILD, owner]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(Path.cwd())}, **pipes) as child:  # type: ignore[call-overload]
        assert child.stdout.readline().strip() == "10"
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL


async def test_a_change_of_the_wrapping_key_that_is_killed_is_begun_again_and_nothing_is_lost(
    database: Database,
) -> None:
    people = [uuid4() for _ in range(PEOPLE)]
    async with AsyncConnectionPool(database.conninfo("keys"), open=False, kwargs={"autocommit": True}) as pool:
        before = KeyRing(pool, OLD)
        await before.ready(people, make=True)
        tokens = [before.seal(person, f"words of {person}", "here") for person in people]
        known = before.pseudonym("person", "Ada Okafor")
        killed_after_one_batch(database.owner)

        async def reads(*keks: bytes) -> list[str]:
            ring = KeyRing(pool, *keks)
            await ring.prepare()
            await ring.ready(people)
            assert ring.pseudonym("person", "ada okafor") == known
            return [ring.open(token) for token in tokens]

        said = [f"words of {person}" for person in people]
        assert await reads(NEW, OLD) == said
        for one in (OLD, NEW):
            with pytest.raises(InvalidUnwrap):
                await reads(one)
        late = KeyRing(pool, OLD)
        await late.ready([newcomer := uuid4()], make=True)
        assert max(rewrap(database.owner, OLD, NEW, batch=10)) == PEOPLE - 10 + 1
        assert await reads(NEW) == said
        after = KeyRing(pool, NEW)
        await after.ready([newcomer])
        assert set(rewrap(database.owner, OLD, NEW, batch=10)) == {0}
        assert max(rewrap(database.owner, NEW, OLD, batch=100)) == PEOPLE + 1
        assert await reads(OLD) == said


async def test_a_key_that_was_destroyed_meanwhile_stays_destroyed(database: Database) -> None:
    async with AsyncConnectionPool(database.conninfo("keys"), open=False, kwargs={"autocommit": True}) as pool:
        ring = KeyRing(pool, OLD)
        people = sorted(uuid4() for _ in range(4))
        await ring.ready(people, make=True)
        under_way = rewrap(database.owner, OLD, NEW, batch=1)
        next(under_way)
        for person in (people[0], people[-1]):
            assert await ring.forget(person)
        list(under_way)
        assert subjects(database) == set(people[1:-1])


def subjects(database: Database) -> set[UUID]:
    with psycopg.connect(database.admin) as connection:
        return {row[0] for row in connection.execute("SELECT subject FROM keys.person_key")}
