"""Each way the past can be changed by whoever owns the database, in store, ledger and checkpoints; each is found and named."""

import shutil
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio

from libs.clock import HandClock
from services.audit.application import verifying
from services.audit.ledger import Signer, leaf_of, outside_at
from tests.audit.ways import OF, WAYS
from tests.audit.world import AUDITOR, EVENTS, LEDGER, World, begun, more, opened
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    backend: Backend, messaging: Messaging, wrapping_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with opened(backend, messaging, wrapping_key, tmp_path_factory.mktemp("audit")) as made:
        await begun(made)
        yield made


async def test_each_thing_that_can_be_done_to_store_or_ledger_is_found_and_named(world: World) -> None:
    for change, faults in WAYS:
        with world.undone():
            world.tamper(*change)
            assert await world.faults() == faults, change
    assert (await world.found()).sound


def altered_alike(world: World, position: int) -> UUID:
    """Alter an event and its leaf, so that store and ledger agree again; whose event it was."""
    with psycopg.connect(world.database.owner) as owner:
        row = owner.execute(
            f"UPDATE {EVENTS} SET state = state || ' '::bytea WHERE notification_id = {position}"
            " RETURNING notification_id, originator_id, originator_version, topic, state"
        ).fetchone()
        assert row is not None
        owner.execute(f"UPDATE audit.ledger_entry SET leaf = %s {OF} position = {position}".encode(), (leaf_of(*row),))
    aggregate: UUID = row[1]
    return aggregate


async def test_who_alters_store_and_ledger_alike_is_told_on_by_the_checkpoints_and_the_stream_says_which(
    world: World,
) -> None:
    with world.undone():
        aggregate = altered_alike(world, 2)
        told = await world.found()
        assert "signed" in told.broken
        assert [(f.kind, f.position, f.aggregate) for f in told.faults] == [("rewritten", 2, aggregate)]
        world.tamper(f"DELETE FROM audit.events WHERE topic = '{SIGNED}'")
        told = await world.found()
        assert told.checkpoints == 2  # those who removed them from the record too are told on by folder and wire
        assert "(in the folder)" in told.broken
        assert [fault.kind for fault in told.faults] == ["rewritten"]


async def test_an_end_cut_off_from_store_and_ledger_alike_is_missed(world: World) -> None:
    with world.undone():
        world.tamper(
            f"DELETE FROM {EVENTS} WHERE notification_id = 6", f"DELETE FROM audit.ledger_entry {OF} position = 6"
        )
        told = await world.found()
        assert "no longer has them all" in told.broken
        assert [(fault.kind, fault.position) for fault in told.faults] == [("removed", 6)]


async def test_a_line_of_the_history_that_is_not_the_ledger_s_is_said(world: World) -> None:
    with world.undone():
        world.tamper(f"DELETE FROM audit.decision {OF} place = 2")
        assert "history of decisions (1, from entry 2 on)" in (await world.found()).broken
    for column in ("actor", "role", "site", "rules"):
        with world.undone():
            world.tamper(f"UPDATE audit.decision SET {column} = 'another' {OF} place = 3")
            assert "history of decisions (1, from entry 3 on)" in (await world.found()).broken, column
    with world.undone():
        world.tamper(*(f"UPDATE audit.{table} SET recorded = recorded - interval '1 day' {OF} place = 3"
                       for table in ("decision", "ledger_entry")))  # fmt: skip
        assert "history of decisions (1, from entry 3 on)" in (await world.found()).broken


async def test_database_and_folder_put_back_together_to_an_older_state_are_told_on_by_the_wire(world: World) -> None:
    with world.undone():
        world.tamper(
            f"DELETE FROM {EVENTS} WHERE notification_id > 4",
            f"DELETE FROM audit.ledger_entry {OF} place > 4",
            f"DELETE FROM audit.decision {OF} place > 4",
            f"DELETE FROM audit.events WHERE {CHECKPOINT} '6'",
        )
        (world.folder / LEDGER / f"{6:020d}.txt").unlink()
        told = await world.found()
        assert "6 entries were signed (on the wire), and the ledger no longer has them all" in told.broken
        assert [(fault.kind, fault.position) for fault in told.faults] == [("removed", 5), ("removed", 6)]


async def test_a_store_that_cannot_be_read_is_not_sound(world: World) -> None:
    with psycopg.connect(world.database.owner, autocommit=True) as owner:
        owner.execute(f"ALTER TABLE {EVENTS} RENAME TO away")
        try:
            told = await world.found()
        finally:
            owner.execute("ALTER TABLE governance.away RENAME TO events")
    assert (told.sound, told.compared) == (False, 0)
    assert "cannot be read (UndefinedTable)" in told.broken


SIGNED = "audit.Checkpoint.Signed"
CHECKPOINT = f"topic = '{SIGNED}' AND convert_from(state, 'UTF8')::jsonb->>'size' ="
BLANK = "convert_to(replace(convert_from(state, 'UTF8'), 'candour/governance\\n4', 'candour/governance\\n5'), 'UTF8')"
FORGED = (
    "INSERT INTO audit.events SELECT gen_random_uuid(), 1, topic,"
    " convert_to(replace(replace(convert_from(state, 'UTF8'), 'governance\\n4', 'governance\\n5'),"
    f" '\"size\":4', '\"size\":5'), 'UTF8'), 0 FROM audit.events WHERE {CHECKPOINT} '4'"
)
ON_RECORD: list[tuple[str, list[str], list[str]]] = [
    (f"UPDATE audit.events SET state = {BLANK} WHERE {CHECKPOINT} '4'",
     ["the checkpoint at 4 on record bears no signature"], ["altered"]),
    (f"DELETE FROM audit.events WHERE {CHECKPOINT} '4'",
     ["the checkpoint at 4 is in the folder and not on record", "the checkpoint at 4 is on the wire and not on record"],
     ["removed"]),
    (FORGED, ["the checkpoint at 5 on record bears no signature"], ["inserted"]),
    (f"UPDATE audit.events e SET state = (SELECT state FROM audit.events WHERE {CHECKPOINT} '4') WHERE {CHECKPOINT} '6'",
     ["the checkpoint at 6 is in the folder and not on record"], ["altered"]),
    (f"UPDATE audit.events SET notification_id = notification_id - 100 WHERE {CHECKPOINT} '6'", [], ["moved"]),
]  # fmt: skip
"""What is done to a checkpoint in the database, what the ledger it is about says, and what audit's own ledger says."""


async def test_each_thing_that_can_be_done_to_a_checkpoint_on_record_is_found_and_named(world: World) -> None:
    for change, sentences, kinds in ON_RECORD:
        with world.undone():
            world.tamper(change)
            problems = (await world.found()).problems
            assert all(any(each.startswith(s) for each in problems) for s in sentences), (change, problems)
            assert bool(problems) == bool(sentences), (change, problems)
            assert [kind for kind, _, _ in await world.faults("audit")] == kinds, change
    assert (await world.found("audit")).sound


async def test_each_thing_that_can_be_done_to_a_checkpoint_in_the_folder_is_found_and_named(world: World) -> None:
    four, six = (world.folder / LEDGER / f"{size:020d}.txt" for size in (4, 6))
    ways: dict[str, Callable[[], object]] = {
        "the checkpoint at 4 in the folder bears no signature": lambda: _write(
            four, four.read_text().replace("\n4\n", "\n5\n")
        ),
        "the checkpoint at 4 is on record and not in the folder": four.unlink,
        "the checkpoint at 5 in the folder bears no signature": lambda: _write(
            four.with_name(f"{5:020d}.txt"), Signer(bytes(32)).sign(LEDGER, 5, bytes(32))
        ),
        "what is kept as the checkpoint at 4 in the folder is the one at 6": lambda: _swap(four, six),
        "the checkpoint at 6 in the folder is one of review": lambda: _write(
            six, world.audit.signer.sign("review", 6, bytes(32))
        ),
        "the ledger is not the one whose first 5 entries were signed (in the folder)": lambda: _write(
            four.with_name(f"{5:020d}.txt"), world.audit.signer.sign(LEDGER, 5, bytes(32))
        ),
    }  # fmt: skip
    for sentence, change in ways.items():
        with world.undone():
            change()
            told = await world.found()
            assert any(each.startswith(sentence) for each in told.problems), (sentence, told.problems)
            assert told.faults == []
    assert (await world.found()).sound


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text)


def _swap(one: Path, other: Path) -> None:
    first, second = one.read_text(), other.read_text()
    _write(one, second)
    _write(other, first)


async def test_a_checkpoint_is_announced_as_a_note_of_its_own_and_never_written_over(
    world: World, messaging: Messaging
) -> None:
    latest = await world.audit.checkpoints.latest(LEDGER)
    assert latest is not None
    connection = await messaging.connect("audit")
    try:
        said = await connection.jetstream().get_last_msg("CHECKPOINTS", f"checkpoints.{LEDGER}")
    finally:
        await connection.close()
    assert said.data is not None
    assert said.data.decode() == latest["note"]
    assert world.audit.outside is not None
    before = list(world.audit.outside.notes(LEDGER))
    assert before[-1] == latest["note"]
    assert not world.audit.outside.keep(LEDGER, latest["size"], "another")
    assert list(world.audit.outside.notes(LEDGER)) == before


async def test_a_forgotten_person_leaves_every_proof_valid(world: World) -> None:
    [first, *_] = await world.platform.rooms["governance"].store.read(0)
    [event] = await world.platform.rooms["governance"].mapper.read([first.stored])
    await world.platform.keys.ready([event.about], make=True)
    assert await world.platform.keys.forget(event.about)
    assert (await world.found()).sound


async def test_everything_is_verified_every_day_by_itself_and_what_was_found_is_on_record(world: World) -> None:
    assert await world.audit.verifications.latest() is None
    assert isinstance(world.platform.clock, HandClock)
    world.platform.clock.move_to(world.platform.clock.now() + timedelta(days=1, minutes=1))
    latest = None
    while latest is None:
        latest = await world.audit.verifications.latest()
    assert (latest["sound"], latest["actor"]) == (True, "clock:audit")
    assert {each["ledger"] for each in latest["ledgers"]} == set(world.audit.books)


async def test_checkpoints_that_are_no_longer_outside_are_missed_once_they_had_time_to_get_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "LOOKS", 1)
    with world.undone(), monkeypatch.context() as patch:
        # What is gone would be brought there again, by the next round or by one that is under way.
        patch.setattr(world.audit, "keep_outside", _nothing)
        patch.setattr(world.audit.outside, "keep", lambda *_: False)
        shutil.rmtree(world.folder / LEDGER)
        problems = (await world.found()).problems
    assert problems == [f"the checkpoint at {size} is on record and not in the folder" for size in (4, 6)]
    with monkeypatch.context() as patch:
        objects = outside_at("memory:///")
        patch.setattr(world.audit, "outside", objects)
        patch.setattr(world.audit, "_kept_outside", None)
        await world.audit.keep_outside()
        assert [size for size, _ in objects.kept(LEDGER)] == [4, 6]
        assert (await world.found()).sound


async def _nothing() -> int:
    return 0


async def test_an_end_cut_off_from_store_and_ledger_alike_before_it_was_signed_is_named_by_the_stream(
    world: World,
) -> None:
    await more(world.platform, "bay")
    assert (await world.found()).sound
    with world.undone():
        world.tamper(
            f"DELETE FROM {EVENTS} WHERE notification_id = 7", f"DELETE FROM audit.ledger_entry {OF} position = 7",
            f"DELETE FROM audit.decision {OF} position = 7",
        )  # fmt: skip
        assert await world.faults() == [("removed", 7, "store")]


async def test_the_key_changes_old_checkpoints_verify_and_the_old_key_signs_nothing_new(world: World) -> None:
    old = world.audit.signer
    await world.audit.change_key(AUDITOR)
    await world.platform.settle()
    await more(world.platform, "yew")
    await world.signed()
    assert world.audit.signer.verifier != old.verifier
    told = await world.found()
    assert (told.sound, told.checkpoints) == (True, 3)
    assert world.audit.outside is not None
    assert len(world.audit.outside.statements()) == 1
    book = world.audit.book(LEDGER)
    world.audit.outside.keep(LEDGER, 99, old.sign(LEDGER, len(book.tree), await book.tree.root()))
    assert "bears no signature that counts" in (await world.found()).broken
