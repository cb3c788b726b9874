"""The tree as it is kept gives the roots and proofs of the whole one, and a start reads a few hundred hashes of it."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from services.audit.ledger import Book, Entry, Tree
from services.audit.ledger.history import History, Wanted, decision_of
from services.audit.ledger.kept import KeptTree
from tests.servers import Database

AT = datetime(2026, 3, 2, tzinfo=UTC)
SIZES = (1, 255, 256, 257, 600, 1029)


def entry(place: int) -> Entry:
    """An entry that stands for nothing in particular."""
    leaf = hashlib.sha256(f"leaf {place}".encode()).digest()
    said = {"timestamp": AT.isoformat(), "journey": str(UUID(int=place % 7)), "provider": "acme", "site": "elm",
            "by": {"actor": "person:a", "role": "auditor"}}  # fmt: skip
    decision = decision_of("review", place, place * 2, "review.Review.Opened", UUID(int=place), 1, said)
    return Entry("review", place, place * 2, leaf, decision.topic, UUID(int=place), 1, decision.journey, AT, decision)


ENTRIES = [entry(place) for place in range(1, SIZES[-1] + 1)]
WHOLE = Tree(each.leaf for each in ENTRIES)


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[AsyncConnectionPool]:
    async with AsyncConnectionPool(
        database.conninfo("audit"), min_size=1, max_size=1, kwargs={"autocommit": True}
    ) as opened:
        yield opened


async def same_as_whole(tree: KeptTree) -> None:
    assert len(tree) == len(WHOLE)
    for size in SIZES:
        assert await tree.root(size) == WHOLE.root(size)
        for index in {0, size // 2, size - 1}:
            assert await tree.inclusion(index, size) == WHOLE.inclusion(index, size)
        assert await tree.consistency(size) == WHOLE.consistency(size)
    assert await tree.leaf(300) == WHOLE.leaf(300)
    with pytest.raises(IndexError):
        await tree.root(len(WHOLE) + 1)


async def test_it_grows_starts_again_and_is_completed_where_it_is_older_than_what_is_kept(
    database: Database, pool: AsyncConnectionPool
) -> None:
    book, begun = Book("review", pool), 0
    for size in SIZES:
        await book.add(ENTRIES[begun:size])
        begun = size
        assert await book.tree.root() == WHOLE.root(size)
    await same_as_whole(book.tree)
    again = Book("review", pool)
    await again.load()
    assert await again.tree.root() == WHOLE.root()
    await same_as_whole(again.tree)
    with psycopg.connect(database.admin) as administrator:
        assert administrator.execute("DELETE FROM audit.ledger_node").rowcount == 4
    await again.load()
    await same_as_whole(again.tree)
    await _searched(pool)


async def _searched(pool: AsyncConnectionPool) -> None:
    history = History(pool)
    assert len(await history.of_journey(UUID(int=3), limit=5)) == 5
    page = await history.listed("acme", ["elm"], Wanted(role="auditor", by_people=True))
    assert [each.place for each in page[:2]] == [1029, 1028]
    older = await history.listed("", ["elm"], Wanted(), (page[1].recorded, "review", page[1].place))
    assert older[0].place == 1027
    assert await history.listed("", ["oak"], Wanted()) == []
    assert await history.listed("", ["elm"], Wanted(until=datetime(2026, 1, 1, tzinfo=UTC))) == []
