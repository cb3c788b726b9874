"""A service decides when asked, each request once, and on the record as it is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import BaseModel, Field

from contracts.sealed import ERASED
from libs.service import LARGEST, KeyReused, NotFound, Stale, TooLargeToKeep, TooLongToShare
from tests.libs.engine_sample import SOMEONE, Rooms, Tale, Teller, TooMuch, publish, rooms
from tests.servers import Database, Messaging

KEYED = replace(SOMEONE, key="k1")


@pytest.fixture
async def platform(database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Rooms]:
    async with rooms(database, messaging, wrapping_key, start=False) as opened:
        yield opened


@pytest.fixture
def teller(platform: Rooms) -> Teller:
    found: Teller = platform.teller.service
    return found


async def test_a_repeated_request_is_answered_as_before(teller: Teller) -> None:
    first = await teller.begin(KEYED, "once")
    again = await teller.begin(KEYED, "once")
    assert (again.id, again.version, again.replayed) == (first.id, first.version, True)
    assert len(await teller.store.read(0)) == 1


async def test_a_repeat_that_would_now_be_refused_is_answered_as_before(teller: Teller) -> None:
    saved = await teller.begin(SOMEONE, "1")
    for n in range(2, 12):
        await teller.go_on(SOMEONE, saved.id, str(n))
    last = await teller.go_on(KEYED, saved.id, "12")
    with pytest.raises(TooMuch):
        await teller.go_on(SOMEONE, saved.id, "13")
    assert (await teller.go_on(KEYED, saved.id, "12")).version == last.version == 12


async def test_a_repeat_based_on_an_old_version_is_answered_as_before(teller: Teller) -> None:
    saved = await teller.begin(SOMEONE, "1")
    act = replace(KEYED, based_on=1)
    first = await teller.go_on(act, saved.id, "2")
    assert (await teller.go_on(act, saved.id, "2")).version == first.version


class Told(BaseModel):
    words: str = Field(max_length=5)


async def test_what_could_not_be_sent_on_is_refused_by_name_and_leaves_nothing(teller: Teller) -> None:
    assert teller.publish is publish
    teller.publish = lambda said: Told(words=said.words)
    saved = await teller.begin(SOMEONE, "short")
    with pytest.raises(TooLongToShare, match=r"“words” .* 5 characters at most"):
        await teller.go_on(SOMEONE, saved.id, "far too long")
    teller.publish = publish
    with pytest.raises(TooLargeToKeep):
        await teller.go_on(SOMEONE, saved.id, "x" * LARGEST)
    assert len(await teller.store.read(0)) == 1


async def test_a_key_is_for_one_request(teller: Teller) -> None:
    await teller.begin(KEYED, "one thing")
    with pytest.raises(KeyReused):
        await teller.begin(KEYED, "another thing")


async def test_a_key_is_its_actors_own(teller: Teller) -> None:
    first = await teller.begin(KEYED, "one thing")
    assert (await teller.begin(replace(KEYED, actor="person:other"), "another")).id != first.id


async def test_who_asked_cannot_be_read_from_what_is_kept_of_a_request(teller: Teller, platform: Rooms) -> None:
    await teller.begin(KEYED, "one thing")
    await teller.begin(replace(KEYED, key="k2"), "another")
    async with platform.teller.pool.connection() as connection:
        kept = await (await connection.execute("SELECT consumer, message_id FROM intake.inbox")).fetchall()
    assert {key for _, key in kept} == {"k1", "k2"}
    assert len({consumer for consumer, _ in kept}) == 2, "nor that both were asked by one and the same"
    assert not any("someone" in consumer for consumer, _ in kept)


async def test_the_same_request_many_times_at_once_happens_once(teller: Teller) -> None:
    answers = await asyncio.gather(*(teller.begin(KEYED, "once") for _ in range(10)))
    assert len({answer.id for answer in answers}) == 1
    assert len(await teller.store.read(0)) == 1


async def test_nobody_overwrites_what_they_have_not_seen(teller: Teller) -> None:
    saved = await teller.begin(SOMEONE, "1")
    await teller.go_on(replace(SOMEONE, based_on=1), saved.id, "2")
    with pytest.raises(Stale):
        await teller.go_on(replace(SOMEONE, based_on=1), saved.id, "3")


async def test_who_names_no_version_decides_anew_after_losing_a_race(teller: Teller) -> None:
    saved = await teller.begin(SOMEONE, "1")
    await asyncio.gather(*(teller.go_on(SOMEONE, saved.id, str(n)) for n in range(4)))
    tale = await teller.get(Tale, saved.id)
    assert sorted(tale.told) == ["0", "1", "1", "2", "3"]


async def test_what_is_not_there_is_not_found(teller: Teller) -> None:
    with pytest.raises(NotFound):
        await teller.go_on(SOMEONE, uuid4(), "words")


async def test_a_remembered_record_is_as_the_store_has_it(teller: Teller, platform: Rooms) -> None:
    saved = await teller.begin(SOMEONE, "1")
    for n in range(2, 11):
        await teller.go_on(SOMEONE, saved.id, str(n))
    assert (await teller.get(Tale, saved.id)).version == 10
    remembered = teller.remembered.recall(saved.id)
    assert remembered is not None
    elsewhere = Teller(teller.store, teller.mapper, platform.clock)
    await elsewhere.go_on(SOMEONE, saved.id, "11")
    found = await teller.get(Tale, saved.id)
    assert found.told == [str(n) for n in range(1, 12)]
    found.told.append("never kept")
    assert (await teller.get(Tale, saved.id)).told == [str(n) for n in range(1, 12)]


async def test_a_remembered_record_is_forgotten_with_its_key(teller: Teller, platform: Rooms) -> None:
    saved = await teller.begin(SOMEONE, "1")
    for n in range(2, 11):
        await teller.go_on(SOMEONE, saved.id, str(n))
    tale = await teller.get(Tale, saved.id)
    await platform.keys.forget(tale.about)
    assert set((await teller.get(Tale, saved.id)).told) == {ERASED}
