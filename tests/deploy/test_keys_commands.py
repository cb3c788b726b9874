"""The wrapping key is changed, and what a backup brought back destroyed, by commands that may be broken off and asked again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool
from typer.testing import CliRunner, Result

from deploy.cli import app
from deploy.keys_again import CERTIFIED, EXPIRED
from libs.keys import KeyRing
from libs.rewrapping import rewrap
from tests.servers import Database

WORDS, PEOPLE = "She was alone.", [UUID(int=n) for n in range(1, 6)]
ERASED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BROKEN_OFF = """
CREATE FUNCTION keys.broken_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF OLD.subject = '{subject}' THEN RAISE EXCEPTION 'the server went away'; END IF; RETURN coalesce(NEW, OLD); END $$;
CREATE TRIGGER broken_off BEFORE {verb} ON keys.person_key FOR EACH ROW EXECUTE FUNCTION keys.broken_off();
"""


@contextmanager
def broken_off_at(database: Database, verb: str, subject: UUID) -> Iterator[None]:
    """While this holds, the server fails when it comes to one of the keys."""
    with psycopg.connect(database.admin, autocommit=True) as connection:
        connection.execute(BROKEN_OFF.format(verb=verb, subject=subject).encode())
        yield
        connection.execute("DROP FUNCTION keys.broken_off() CASCADE")


def asked(database: Database, kek: Path, *words: str) -> Result:
    env = database.environment() | {"CANDOUR_KEK_FILE": str(kek)}
    return CliRunner().invoke(app, ["keys", *words], env=env)


@contextmanager
def files(folder: Path) -> Iterator[tuple[Path, Path]]:
    old, new = folder / "kek", folder / "next"
    old.write_bytes(bytes(range(32)))
    yield old, new


async def ring(database: Database, *files: Path) -> tuple[KeyRing, AsyncConnectionPool]:
    pool = AsyncConnectionPool(database.conninfo("keys"), open=False, kwargs={"autocommit": True})
    await pool.open(wait=True)
    keys = KeyRing(pool, *(KeyRing.wrapping_key(str(each)) for each in files))
    await keys.prepare()
    return keys, pool


async def sealed(database: Database, kek: Path) -> tuple[list[str], str]:
    keys, pool = await ring(database, kek)
    await keys.ready(PEOPLE, make=True)
    tokens, apart = [keys.seal(each, WORDS, "a|b|1|c") for each in PEOPLE], keys.pseudonym("person", "Ada")
    await pool.close()
    return tokens, apart


async def opened(database: Database, tokens: list[str], *files: Path) -> tuple[set[str], str]:
    keys, pool = await ring(database, *files)
    try:
        await keys.ready(PEOPLE)
        return {keys.open(token) for token in tokens}, keys.pseudonym("person", "Ada")
    finally:
        await pool.close()


async def test_the_wrapping_key_changes_and_nobody_is_lost_however_it_is_broken_off(
    database: Database, tmp_path: Path
) -> None:
    with files(tmp_path) as (old, new):
        tokens, apart = await sealed(database, old)
        refused = asked(database, old, "rotate", "--to", str(new))
        assert (refused.exit_code, "Nothing was changed" in refused.stderr, new.exists()) == (1, True, False)

        told = ("rotate", "--to", str(new), "--everyone-has-both")
        with broken_off_at(database, "UPDATE", PEOPLE[3]):
            broken = asked(database, old, *told)
            assert isinstance(broken.exception, psycopg.Error)
        assert (new.stat().st_mode & 0o777, len(new.read_bytes())) == (0o600, 32)
        assert await opened(database, tokens, old, new) == ({WORDS}, apart)

        next(rewrap(database.owner, old.read_bytes(), new.read_bytes(), batch=2))  # killed after its first commit
        assert await opened(database, tokens, new, old) == ({WORDS}, apart)
        for _ in range(2):
            done = asked(database, old, *told)
            assert (done.exit_code, f"None is left under {old}" in done.output) == (0, True), done.output
            assert await opened(database, tokens, new) == ({WORDS}, apart)


@pytest.mark.parametrize(("content", "says"), [(b"half", "should hold 32 bytes"), (bytes(32), "")])
async def test_a_file_that_is_no_key_or_another_changes_nothing(
    content: bytes, says: str, database: Database, tmp_path: Path
) -> None:
    with files(tmp_path) as (old, new):
        tokens, apart = await sealed(database, old)
        wrong = tmp_path / "wrong"
        wrong.write_bytes(content)
        answer = asked(database, wrong, "rotate", "--to", str(new), "--everyone-has-both")
        assert (answer.exit_code, (says or "under neither wrapping key") in answer.stderr) == (1, True), answer.output
        assert await opened(database, tokens, old) == ({WORDS}, apart)


async def test_what_a_backup_brought_back_is_destroyed_again_all_or_nothing(database: Database, tmp_path: Path) -> None:
    with files(tmp_path) as (old, _), psycopg.connect(database.admin, autocommit=True) as admin:
        await sealed(database, old)
        admin.execute("UPDATE keys.person_key SET made_at = %s", (ERASED - timedelta(days=1),))
        for topic, record, keys in ((CERTIFIED, uuid4(), PEOPLE[:2]), (EXPIRED, PEOPLE[2], [])):
            state = orjson.dumps({"keys": [str(key) for key in keys], "timestamp": ERASED.isoformat()})
            admin.execute(
                "INSERT INTO intake.events (originator_id, originator_version, topic, state) VALUES (%s, 1, %s, %s)",
                (record, topic, state),
            )

        def left() -> set[UUID]:
            return {row[0] for row in admin.execute("SELECT subject FROM keys.person_key").fetchall()}

        with broken_off_at(database, "DELETE", PEOPLE[2]):
            assert isinstance(asked(database, old, "destroy-again").exception, psycopg.Error)
        assert left() == set(PEOPLE)
        for many in (3, 0):
            answer = asked(database, old, "destroy-again")
            assert (answer.exit_code, f"{many} keys had come back" in answer.output) == (0, True), answer.output
            assert left() == set(PEOPLE[3:])
