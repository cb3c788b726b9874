"""The ledgers on real servers: they hold every decision, and show each way the past can be changed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from psycopg.sql import SQL

from deploy.house import Platform
from deploy.nats.topology import services
from libs.clock import HandClock
from libs.service import NotFound
from services.audit.application import EVERY, LEDGERS, Audit, LedgerHalted, NothingToSign, verifying
from services.audit.application.signing import NewestNotOurs
from services.audit.ledger import Book, opened
from services.audit.ledger.proving import includes
from tests.audit.world import AUDITOR, World, more
from tests.audit.world import opened as housed
from tests.house import with_sites
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    backend: Backend, messaging: Messaging, wrapping_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with housed(backend, messaging, wrapping_key, tmp_path_factory.mktemp("audit")) as made:
        await with_sites(made.platform, "elm", "oak", "ash")
        yield made


@pytest.fixture
def platform(world: World) -> Platform:
    return world.platform


@pytest.fixture
def audit(world: World) -> Audit:
    return world.audit


async def test_there_is_a_ledger_for_every_service() -> None:
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


async def test_what_grew_is_signed_by_the_clock_and_signing_comes_to_rest(
    world: World, platform: Platform, audit: Audit
) -> None:
    await more(world.platform, "yew")
    assert "governance" in await audit.sign_grown()
    await platform.settle()
    assert await audit.sign_grown() == []
    await more(world.platform, "fig")
    assert isinstance(platform.clock, HandClock)
    platform.clock.move_to(platform.clock.now() + EVERY + timedelta(seconds=1))
    latest = None
    while latest is None or latest["size"] < len(audit.book("governance").tree):
        latest = await audit.checkpoints.latest("governance")


async def test_a_verification_that_could_not_be_made_is_tried_again_after_a_while_and_not_at_once(
    world: World, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, looked, latest = [], [], audit.verifications.latest

    async def looks() -> object:
        looked.append(audit.clock.now())
        return await latest()

    async def cannot(_: object) -> None:
        tried.append(audit.clock.now())
        raise ConnectionError

    monkeypatch.setattr(verifying, "LOOK", 0)
    monkeypatch.setattr(audit, "verify_all", cannot)
    monkeypatch.setattr(audit.verifications, "latest", looks)
    assert isinstance(audit.clock, HandClock)
    async with asyncio.timeout(60):
        for times in (1, 2):
            audit.clock.move_to(audit.clock.now() + verifying.DAILY + timedelta(minutes=1))
            seen = len(looked)
            while len(tried) < times or len(looked) < seen + 20:
                await latest()
            assert len(tried) == times


async def test_a_ledger_rewritten_to_fit_the_store_is_not_signed_again(world: World, audit: Audit) -> None:
    await world.signed()
    book = audit.book("governance")
    with world.undone():
        world.tamper("UPDATE audit.ledger_entry SET leaf = sha256('x') WHERE service = 'governance' AND place = 1")
        assert "signed" in (await audit.verify("governance")).broken
        await book.load()
        with pytest.raises(LedgerHalted):
            await audit.sign_checkpoint(AUDITOR, "governance")
    await taken_up_again(book)


async def taken_up_again(book: Book) -> None:
    """What a restart does, once somebody has put right what made the ledger stop."""
    book.halted = ""
    await book.load()
    assert book.halted == ""


async def test_a_ledger_halts_over_a_record_that_is_not_the_one_it_took(platform: Platform, audit: Audit) -> None:
    book = audit.book("governance")
    entry = await book.entry(2)
    assert entry is not None
    changed = type(entry)(**{name: getattr(entry, name) for name in entry.__slots__} | {"leaf": bytes(32)})
    await book.add([changed])
    assert "not the one" in book.halted
    assert not (await audit.verify("governance")).sound
    await taken_up_again(book)


async def test_a_ledger_halts_over_a_gap(audit: Audit) -> None:
    book = audit.book("governance")
    size = len(book.tree)
    assert book.last is not None
    later = {"place": size + 3, "position": book.last.position + 3}
    await book.add([type(book.last)(**{name: getattr(book.last, name) for name in book.last.__slots__} | later)])
    assert f"records {size + 1} to {size + 2} are missing" in book.halted
    assert len(book.tree) == size
    await taken_up_again(book)


async def test_what_was_heard_before_is_not_entered_twice(audit: Audit) -> None:
    book = audit.book("governance")
    size, root = len(book.tree), await book.tree.root()
    entry = await book.entry(size)
    assert entry is not None
    await book.add([entry])
    assert (len(book.tree), await book.tree.root(), book.halted) == (size, root, "")


async def test_a_restarted_ledger_is_the_same_and_sees_its_own_missing_entry(
    world: World, platform: Platform, audit: Audit
) -> None:
    book = audit.book("governance")
    again = Book("governance", platform.rooms["audit"].pool)
    await again.load()
    assert (await again.tree.root(), again.last) == (await book.tree.root(), book.last)
    with world.undone():
        world.tamper("DELETE FROM audit.ledger_entry WHERE service = 'governance' AND place = 2")
        await again.load()
    assert "entries 1 to 4 are not all in the ledger" in again.halted


@pytest.mark.parametrize("change", ["UPDATE audit.ledger_entry SET leaf = ''", "DELETE FROM audit.ledger_entry"])
async def test_audit_itself_cannot_rewrite_its_ledger(world: World, change: str) -> None:
    async with await psycopg.AsyncConnection.connect(world.database.conninfo("audit")) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(SQL(change))


async def test_the_auditor_writes_nowhere(world: World) -> None:
    async with await psycopg.AsyncConnection.connect(world.database.conninfo("auditor")) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("DELETE FROM governance.events")


async def test_the_decisions_of_a_journey_are_listed_in_order(platform: Platform, audit: Audit) -> None:
    log = await platform.rooms["governance"].store.read(0)
    [site] = await platform.rooms["governance"].mapper.read([log[0].stored])
    decisions = await audit.decisions(site.journey)
    assert [entry.place for entry in decisions] == sorted(entry.place for entry in decisions)
    assert len(decisions) == len(log)


async def test_what_is_put_beside_the_checkpoints_of_one_ledger_stops_no_other_from_being_signed(
    world: World, audit: Audit
) -> None:
    await more(world.platform, "box")
    strange = [world.folder / "governance" / f"{name}.txt" for name in ("9" * 20, "²")]
    strange[0].parent.mkdir(exist_ok=True)
    for each in strange:
        each.write_text("no note of ours")
    signed = await audit.sign_grown()
    with pytest.raises(NewestNotOurs):
        await audit.sign_checkpoint(AUDITOR, "governance")
    for each in strange:
        each.unlink()
    assert ("governance" in signed, "audit" in signed) == (False, True)
    assert "governance" in await audit.sign_grown()
    await world.platform.settle()
