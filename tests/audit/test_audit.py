"""The ledgers on real servers: they hold every decision, and show each way the past can be changed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL

from deploy.house import Platform
from deploy.nats.topology import services
from libs.clock import HandClock
from libs.deciding import Act
from libs.service import NotFound
from services.audit.application import EVERY, LEDGERS, Audit, LedgerHalted, NothingToSign
from services.audit.ledger import Book, opened
from services.audit.ledger.proving import includes
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

AUDITOR = Act("person:auditor", "auditor", "provider:acme")


@pytest.fixture
async def platform(database: Database, fresh_messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Platform]:
    async with housed(database, fresh_messaging, wrapping_key, "governance", "audit") as running:
        await with_sites(running, "elm", "oak", "ash")
        yield running


@pytest.fixture
def audit(platform: Platform) -> Audit:
    found: Audit = platform.service("audit")
    return found


def tamper(database: Database, statement: str, *parameters: Any) -> None:
    """Change the past as only an administrator of the database could."""
    with psycopg.connect(database.admin) as administrator:
        assert administrator.execute(statement.encode(), parameters).rowcount == 1


def test_there_is_a_ledger_for_every_service() -> None:
    assert set(LEDGERS) == set(services())


async def test_every_decision_is_in_its_ledger_and_proved(platform: Platform, audit: Audit) -> None:
    book = audit.book("governance")
    log = await platform.rooms["governance"].store.read(0)
    assert len(book.tree) == len(log) >= 5
    for row in log:
        entry = await book.at(row.position)
        assert entry is not None
        path = await book.tree.inclusion(entry.place - 1)
        assert includes(entry.leaf, entry.place - 1, len(log), path, await book.tree.root())
    found = await audit.verify("governance")
    assert found.sound
    assert found.compared == len(log)


async def test_a_checkpoint_is_signed_once_for_a_size_and_published(platform: Platform, audit: Audit) -> None:
    first = await audit.sign_checkpoint(AUDITOR, "governance")
    again = await audit.sign_checkpoint(AUDITOR, "governance")
    assert (again.id, again.replayed) == (first.id, True)
    await platform.settle()
    latest = await audit.checkpoints.latest("governance")
    assert latest is not None
    book = audit.book("governance")
    assert opened(latest["note"], audit.signer.verifier) == (
        "governance", len(book.tree), await book.tree.root()
    )  # fmt: skip
    assert platform.rooms["audit"].relays[0].sent == 1


async def test_nothing_is_signed_for_an_empty_ledger_or_a_stranger(audit: Audit) -> None:
    with pytest.raises(NothingToSign):
        await audit.sign_checkpoint(AUDITOR, "review")
    with pytest.raises(NotFound):
        await audit.sign_checkpoint(AUDITOR, "elsewhere")


async def test_what_grew_is_signed_by_the_clock_and_signing_comes_to_rest(platform: Platform, audit: Audit) -> None:
    assert isinstance(platform.clock, HandClock)
    platform.clock.move_to(platform.clock.now() + EVERY + timedelta(seconds=1))
    assert await audit.sign_grown() == ["governance"]
    await platform.settle()
    assert await audit.sign_grown() == []


async def test_an_altered_event_is_named(database: Database, audit: Audit) -> None:
    tamper(database, "UPDATE governance.events SET state = state || ' '::bytea WHERE notification_id = 2")
    found = await audit.verify("governance")
    assert [(fault.kind, fault.position) for fault in found.faults] == [("altered", 2)]
    assert not found.sound


async def test_a_removed_event_is_named(database: Database, audit: Audit) -> None:
    tamper(database, "DELETE FROM governance.events WHERE notification_id = 3")
    found = await audit.verify("governance")
    assert [(fault.kind, fault.position) for fault in found.faults] == [("removed", 3)]


async def test_an_event_slipped_in_is_named(database: Database, audit: Audit) -> None:
    tamper(database, "UPDATE governance.events SET notification_id = 0 WHERE notification_id = 1")
    found = await audit.verify("governance")
    assert [(fault.kind, fault.position) for fault in found.faults] == [("moved", 0)]


async def test_a_ledger_rewritten_to_fit_the_store_no_longer_fits_its_checkpoint(
    platform: Platform, database: Database, audit: Audit
) -> None:
    await audit.sign_checkpoint(AUDITOR, "governance")
    await platform.settle()
    tamper(database, "UPDATE audit.ledger_entry SET leaf = sha256('x') WHERE service = 'governance' AND place = 1")
    assert "signed" in (await audit.verify("governance")).broken
    await audit.book("governance").load()
    with pytest.raises(LedgerHalted):
        await audit.sign_checkpoint(AUDITOR, "governance")


async def test_a_ledger_halts_over_a_record_that_is_not_the_one_it_took(platform: Platform, audit: Audit) -> None:
    book = audit.book("governance")
    entry = await book.entry(2)
    assert entry is not None
    changed = type(entry)(**{name: getattr(entry, name) for name in entry.__slots__} | {"leaf": bytes(32)})
    await book.add([changed])
    assert "not the one" in book.halted
    assert not (await audit.verify("governance")).sound


async def test_a_ledger_halts_over_a_gap(audit: Audit) -> None:
    book = audit.book("governance")
    size = len(book.tree)
    assert book.last is not None
    later = {"place": size + 3, "position": book.last.position + 3}
    await book.add([type(book.last)(**{name: getattr(book.last, name) for name in book.last.__slots__} | later)])
    assert f"records {size + 1} to {size + 2} are missing" in book.halted
    assert len(book.tree) == size


async def test_what_was_heard_before_is_not_entered_twice(audit: Audit) -> None:
    book = audit.book("governance")
    size, root = len(book.tree), await book.tree.root()
    entry = await book.entry(size)
    assert entry is not None
    await book.add([entry])
    assert (len(book.tree), await book.tree.root(), book.halted) == (size, root, "")


async def test_a_restarted_ledger_is_the_same_and_sees_its_own_missing_entry(
    platform: Platform, database: Database, audit: Audit
) -> None:
    book = audit.book("governance")
    again = Book("governance", platform.rooms["audit"].pool)
    await again.load()
    assert (await again.tree.root(), again.last) == (await book.tree.root(), book.last)
    tamper(database, "DELETE FROM audit.ledger_entry WHERE service = 'governance' AND place = 2")
    await again.load()
    assert "entries 1 to 4 are not all in the ledger" in again.halted


@pytest.mark.parametrize("change", ["UPDATE audit.ledger_entry SET leaf = ''", "DELETE FROM audit.ledger_entry"])
async def test_audit_itself_cannot_rewrite_its_ledger(database: Database, change: str) -> None:
    async with await psycopg.AsyncConnection.connect(database.conninfo("audit")) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(SQL(change))


async def test_the_auditor_writes_nowhere(database: Database) -> None:
    async with await psycopg.AsyncConnection.connect(database.conninfo("auditor")) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("DELETE FROM governance.events")


async def test_the_decisions_of_a_journey_are_listed_in_order(platform: Platform, audit: Audit) -> None:
    log = await platform.rooms["governance"].store.read(0)
    [site] = await platform.rooms["governance"].mapper.read([log[0].stored])
    decisions = await audit.decisions(site.journey)
    assert [entry.place for entry in decisions] == sorted(entry.place for entry in decisions)
    assert len(decisions) == len(log)
