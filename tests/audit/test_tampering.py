"""Each way the past can be changed by whoever owns the database, and that each is found and named."""

import hashlib
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from deploy.house import Platform
from libs.clock import HandClock
from libs.deciding import Act
from services.audit.application import Audit
from services.audit.ledger import Outside, Signer, leaf_of
from services.governance.application import NewSite
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

AUDITOR = Act("person:auditor", "auditor", "provider:acme")
LEDGER = "governance"


@pytest.fixture
async def platform(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path, tmp_path: Path
) -> AsyncIterator[Platform]:
    key = Path(shutil.copy(wrapping_key, tmp_path / "audit_key"))
    async with housed(database, fresh_messaging, wrapping_key, "governance", "audit") as running:
        audit: Audit = running.service("audit")
        audit.key_file, audit.outside = key, Outside(tmp_path / "checkpoints")
        await with_sites(running, "elm", "oak", "ash", "fir")
        await signed(running)
        yield running


async def signed(platform: Platform) -> None:
    """A checkpoint of the ledger, on record and in the folder."""
    audit: Audit = platform.service("audit")
    await audit.sign_checkpoint(AUDITOR, LEDGER)
    await platform.settle()
    await audit.keep_outside()


def tamper(database: Database, *statements: str) -> None:
    """Change the past as only a superuser could."""
    with psycopg.connect(database.admin) as administrator:
        for statement in statements:
            assert administrator.execute(statement.encode()).rowcount >= 1


async def found(platform: Platform) -> list[tuple[str, int]]:
    audit: Audit = platform.service("audit")
    return [(fault.kind, fault.position) for fault in (await audit.verify(LEDGER)).faults]


EVENTS = "governance.events"
SWAPPED = (
    f"UPDATE {EVENTS} SET notification_id = 99 WHERE notification_id = 2",
    f"UPDATE {EVENTS} SET notification_id = 2 WHERE notification_id = 3",
    f"UPDATE {EVENTS} SET notification_id = 3 WHERE notification_id = 99",
)
ALTERED = f"UPDATE {EVENTS} SET state = state || ' '::bytea WHERE notification_id = 2"
RENAMED = f"UPDATE {EVENTS} SET topic = 'x' WHERE notification_id = 2"
DELETED = f"DELETE FROM {EVENTS} WHERE notification_id = 3"
INSERTED = f"INSERT INTO {EVENTS} SELECT gen_random_uuid(), 1, topic, state, 0 FROM {EVENTS} WHERE notification_id = 2"
REPLACED = f"UPDATE {EVENTS} SET originator_id = gen_random_uuid(), topic = 'x' WHERE notification_id = 3"
WAYS: list[tuple[tuple[str, ...], list[tuple[str, int]]]] = [
    ((ALTERED,), [("altered", 2)]),
    ((RENAMED,), [("altered", 2)]),
    ((DELETED,), [("removed", 3)]),
    ((INSERTED,), [("inserted", 0)]),
    (SWAPPED, [("moved", 2), ("moved", 3)]),
    ((REPLACED,), [("replaced", 3)]),
    ((ALTERED, DELETED, INSERTED), [("inserted", 0), ("altered", 2), ("removed", 3)]),
]


@contextmanager
def undone(database: Database) -> Iterator[None]:
    """Whatever is done to the events inside is put right again afterwards."""
    tamper(database, f"CREATE TABLE kept AS TABLE {EVENTS}")
    yield
    tamper(database, f"DELETE FROM {EVENTS}", f"INSERT INTO {EVENTS} TABLE kept")
    with psycopg.connect(database.admin) as administrator:
        administrator.execute("DROP TABLE kept")


async def test_each_thing_that_can_be_done_to_the_store_is_found_and_named(
    platform: Platform, database: Database
) -> None:
    for change, faults in WAYS:
        with undone(database):
            tamper(database, *change)
            assert await found(platform) == faults, change
    assert await found(platform) == []


def altered_alike(database: Database, position: int) -> UUID:
    """Alter an event and its leaf, so that store and ledger agree again; whose event it was."""
    with psycopg.connect(database.admin) as administrator:
        row = administrator.execute(
            f"UPDATE {EVENTS} SET state = state || ' '::bytea WHERE notification_id = {position}"
            " RETURNING notification_id, originator_id, originator_version, topic, state"
        ).fetchone()
        assert row is not None
        administrator.execute(
            "UPDATE audit.ledger_entry SET leaf = %s WHERE service = %s AND position = %s",
            (leaf_of(*row), LEDGER, position),
        )
    aggregate: UUID = row[1]
    return aggregate


async def test_who_alters_store_and_ledger_alike_is_told_on_by_the_checkpoints_and_the_stream_says_which(
    platform: Platform, database: Database
) -> None:
    audit: Audit = platform.service("audit")
    aggregate = altered_alike(database, 2)
    told = await audit.verify(LEDGER)
    assert "signed" in told.broken
    assert [(f.kind, f.position, f.aggregate) for f in told.faults] == [("rewritten", 2, aggregate)]


async def test_who_removes_the_checkpoints_too_is_told_on_by_the_folder(platform: Platform, database: Database) -> None:
    audit: Audit = platform.service("audit")
    altered_alike(database, 2)
    tamper(
        database,
        "DELETE FROM audit.events WHERE topic = 'audit.Checkpoint.Signed'",
        "DELETE FROM audit_view.checkpoint",
    )
    told = await audit.verify(LEDGER)
    assert told.checkpoints == 1
    assert "(in the folder)" in told.broken
    assert [fault.kind for fault in told.faults] == ["rewritten"]


async def test_an_end_cut_off_from_store_and_ledger_alike_is_missed(platform: Platform, database: Database) -> None:
    tamper(
        database,
        f"DELETE FROM {EVENTS} WHERE notification_id = 5",
        f"DELETE FROM audit.ledger_entry WHERE service = '{LEDGER}' AND position = 5",
    )
    audit: Audit = platform.service("audit")
    assert "no longer has them all" in (await audit.verify(LEDGER)).broken


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (f"DELETE FROM audit.ledger_entry WHERE service = '{LEDGER}' AND place = 2", "entry 2 is missing"),
        (f"UPDATE audit.ledger_entry SET place = 99 WHERE service = '{LEDGER}' AND place = 2", "entry 2 is missing"),
        (f"DELETE FROM audit.decision WHERE service = '{LEDGER}' AND place = 2", "history of decisions (1)"),
    ],
    ids=["a leaf deleted", "a leaf reordered", "a line of the history deleted"],
)  # fmt: skip
async def test_what_was_done_to_the_ledger_itself_is_said(
    platform: Platform, database: Database, change: str, words: str
) -> None:
    tamper(database, change)
    audit: Audit = platform.service("audit")
    assert words in (await audit.verify(LEDGER)).broken


async def test_a_forged_checkpoint_is_none_and_one_in_the_folder_is_held_against_the_ledger(platform: Platform) -> None:
    audit: Audit = platform.service("audit")
    assert audit.outside is not None
    audit.outside.keep(LEDGER, 2, Signer(bytes(32)).sign(LEDGER, 2, hashlib.sha256(b"forged").digest()))
    assert "bears no signature" in (await audit.verify(LEDGER)).broken
    audit.outside.keep(LEDGER, 1, audit.signer.sign(LEDGER, 1, hashlib.sha256(b"wrong").digest()))
    assert "does not continue" in (await audit.verify(LEDGER)).broken


async def test_a_checkpoint_is_announced_as_a_note_of_its_own_and_never_written_over(
    platform: Platform, fresh_messaging: Messaging
) -> None:
    audit: Audit = platform.service("audit")
    latest = await audit.checkpoints.latest(LEDGER)
    assert latest is not None
    connection = await fresh_messaging.connect("audit")
    try:
        said = await connection.jetstream().get_last_msg("CHECKPOINTS", f"checkpoints.{LEDGER}")
    finally:
        await connection.close()
    assert said.data is not None
    assert said.data.decode() == latest["note"]
    assert audit.outside is not None
    assert list(audit.outside.notes(LEDGER)) == [latest["note"]]
    assert not audit.outside.keep(LEDGER, latest["size"], "another")
    assert list(audit.outside.notes(LEDGER)) == [latest["note"]]


async def test_the_key_changes_old_checkpoints_verify_and_the_old_key_signs_nothing_new(platform: Platform) -> None:
    audit: Audit = platform.service("audit")
    old = audit.signer
    await audit.change_key(AUDITOR)
    await platform.settle()
    governance = platform.service("governance")
    await with_sites_more(governance)
    await platform.settle()
    await signed(platform)
    assert audit.signer.verifier != old.verifier
    told = await audit.verify(LEDGER)
    assert (told.sound, told.checkpoints) == (True, 2)
    assert audit.outside is not None
    assert len(audit.outside.statements()) == 1
    book = audit.book(LEDGER)
    audit.outside.keep(LEDGER, 99, old.sign(LEDGER, len(book.tree), await book.tree.root()))
    assert "bears no signature that counts" in (await audit.verify(LEDGER)).broken


async def with_sites_more(governance: Any) -> None:
    site = NewSite("acme", "yew", "Yew", "North", "ENG", "care_home_residential", date(2020, 1, 1))
    await governance.register_site(OPERATOR, site)


async def test_everything_is_verified_every_day_by_itself_and_what_was_found_is_on_record(platform: Platform) -> None:
    audit: Audit = platform.service("audit")
    assert await audit.verifications.latest() is None
    assert isinstance(platform.clock, HandClock)
    platform.clock.move_to(platform.clock.now() + timedelta(days=1, minutes=1))
    latest = None
    while latest is None:
        latest = await audit.verifications.latest()
    assert (latest["sound"], latest["actor"]) == (True, "clock:audit")
    assert {each["ledger"] for each in latest["ledgers"]} == set(audit.books)


async def test_a_forgotten_person_leaves_every_proof_valid(platform: Platform) -> None:
    audit: Audit = platform.service("audit")
    [first, *_] = await platform.rooms["governance"].store.read(0)
    [event] = await platform.rooms["governance"].mapper.read([first.stored])
    await platform.keys.ready([event.about], make=True)
    assert await platform.keys.forget(event.about)
    assert (await audit.verify(LEDGER)).sound
