"""A pack's events on disk come back in the order of the record, each with the audit path that the whole tree gives."""

import hashlib
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson

from deploy.packs.spool import Entry, Spool, of_topics
from services.audit.ledger import Tree, includes

START = datetime(2026, 3, 2, tzinfo=UTC)
SIZE = 1_029
WANTED = [1, 2, 255, 256, 257, 512, 513, 1_024, 1_025, 1_029]


def entry(place: int) -> Entry:
    """An entry that was recorded the earlier, the later it was entered."""
    said = {"timestamp": (START - timedelta(minutes=place)).isoformat(), "journey": str(UUID(int=1)), "site": "elm"}
    topic = "a.B" if place % 2 else "a.C"
    return Entry(
        "review", place, place, UUID(int=place), 1, topic, orjson.dumps(said), hashlib.sha256(b"%d" % place).digest()
    )


def test_every_path_is_the_one_that_the_whole_tree_gives(tmp_path: Path) -> None:
    whole = Tree(entry(place).leaf for place in range(1, SIZE + 1))
    spool = Spool(tmp_path / "entries")
    try:
        spool.add(entry(place) for place in [*WANTED, WANTED[0]])
        top = spool.prove("review", (whole.leaf(index) for index in range(SIZE)))
        spool.ready()
        assert (top.root(), spool.size("review"), len(spool)) == (whole.root(), SIZE, len(WANTED))
        assert [each.place for each in spool] == WANTED[::-1]
        assert [each.place for each in of_topics(spool, {"a.C"})] == [1_024, 512, 256, 2]
        assert spool.topics() == {"a.B": 6, "a.C": 4}
        for each in spool:
            path = [b64decode(step) for step in spool.path(each)]
            assert path == whole.inclusion(each.place - 1)
            assert includes(each.leaf, each.place - 1, SIZE, path, whole.root())
    finally:
        spool.close()
