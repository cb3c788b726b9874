"""A person's words are sealed under their own key, open only where they belong, and end with the key."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap
from psycopg_pool import AsyncConnectionPool

from contracts.sealed import ERASED, is_sealed
from libs import keys
from libs.keys import KeyNotLoaded, KeyRing
from tests.servers import Database

KEK = bytes(range(32))


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[AsyncConnectionPool]:
    async with AsyncConnectionPool(database.conninfo("keys"), open=False, kwargs={"autocommit": True}) as opened:
        yield opened


@pytest.fixture
def ring(pool: AsyncConnectionPool) -> KeyRing:
    return KeyRing(pool, KEK)


async def sealed(ring: KeyRing, subject: UUID, text: str = "He nearly fell.", place: str = "here") -> str:
    await ring.ready([subject], make=True)
    return ring.seal(subject, text, place)


async def test_words_open_again_in_another_process(ring: KeyRing, pool: AsyncConnectionPool) -> None:
    token = await sealed(ring, uuid4())
    assert is_sealed(token)
    assert "fell" not in token
    other = KeyRing(pool, KEK)
    with pytest.raises(KeyNotLoaded):
        other.open(token)
    subject = KeyRing.subject_of(token)
    assert subject is not None
    await other.ready([subject])
    assert other.open(token, "here") == "He nearly fell."


async def test_words_cannot_be_moved_to_another_place(ring: KeyRing) -> None:
    one, other = uuid4(), uuid4()
    token = await sealed(ring, one)
    assert ring.open(token, "elsewhere") == ERASED
    assert ring.open(token.replace(":here:", ":elsewhere:")) == ERASED
    await ring.ready([other], make=True)
    assert ring.open(token.replace(one.hex, other.hex)) == ERASED


async def test_the_same_words_are_never_the_same_ciphertext(ring: KeyRing) -> None:
    subject = uuid4()
    assert await sealed(ring, subject) != await sealed(ring, subject)


async def test_a_destroyed_key_leaves_nothing_to_read(ring: KeyRing, pool: AsyncConnectionPool) -> None:
    subject = uuid4()
    token = await sealed(ring, subject)
    assert await ring.forget(subject)
    assert ring.open(token) == ERASED
    assert not await ring.forget(subject)
    other = KeyRing(pool, KEK)
    await other.ready([subject])
    assert other.open(token) == ERASED


async def test_what_one_process_forgets_another_forgets_once_it_asks_again(
    ring: KeyRing, pool: AsyncConnectionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "TRUSTED", 0.0)
    subject, other = uuid4(), KeyRing(pool, KEK)
    token = await sealed(ring, subject)
    await other.ready([subject])
    assert other.open(token) == "He nearly fell."
    await ring.forget(subject)
    await other.ready([subject])
    assert other.open(token) == ERASED


async def test_another_wrapping_key_opens_nothing(ring: KeyRing, pool: AsyncConnectionPool) -> None:
    subject = uuid4()
    await sealed(ring, subject)
    with pytest.raises(InvalidUnwrap):
        await KeyRing(pool, bytes(32)).ready([subject])


async def test_many_who_ask_at_once_get_one_key_each_in_few_questions(ring: KeyRing, pool: AsyncConnectionPool) -> None:
    people = [uuid4() for _ in range(100)]
    before = pool.get_stats().get("requests_num", 0)
    await asyncio.gather(*(ring.ready([person], make=True) for person in people for _ in range(3)))
    assert pool.get_stats()["requests_num"] - before <= 3
    async with pool.connection() as connection:
        row = await (await connection.execute("SELECT count(*) FROM keys.person_key")).fetchone()
    assert row == (100,)


async def test_two_processes_agree_on_a_new_persons_key(ring: KeyRing, pool: AsyncConnectionPool) -> None:
    other, subject = KeyRing(pool, KEK), uuid4()
    await asyncio.gather(ring.ready([subject], make=True), other.ready([subject], make=True))
    assert other.open(ring.seal(subject, "same", "here")) == "same"


async def test_whoever_gives_up_waiting_does_not_keep_others_from_their_keys(ring: KeyRing) -> None:
    one, other = uuid4(), uuid4()
    first = asyncio.create_task(ring.ready([one], make=True))
    second = asyncio.create_task(ring.ready([other], make=True))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert ring.seal(other, "words", "here")


async def test_only_so_many_keys_are_held(ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "HELD", 3)
    people = [uuid4() for _ in range(5)]
    for person in people:
        await ring.ready([person, people[0]], make=True)
    assert ring.seal(people[0], "used throughout", "here")
    with pytest.raises(KeyNotLoaded):
        ring.seal(people[1], "let go of", "here")


async def test_a_pseudonym_tells_the_same_person_again_without_saying_who(
    ring: KeyRing, pool: AsyncConnectionPool
) -> None:
    known = ring.pseudonym("person", "Ada  OKAFOR ")
    assert known == KeyRing(pool, KEK).pseudonym("person", "ada okafor")
    assert "okafor" not in known
    others = {ring.pseudonym("actor", "ada okafor"), KeyRing(pool, bytes(32)).pseudonym("person", "ada okafor")}
    assert known not in others
