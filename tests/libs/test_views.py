"""Views: rows and the page they were read to change together, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.intake import ImmediateSafetyConfirmed
from contracts.sealed import is_sealed
from libs.following import Follower
from libs.hearing import Heard as Told
from libs.view_tables import Tables
from libs.views import KeptElsewhere, Rows
from tests.given import heard
from tests.libs.engine_sample import Heard, Rooms, listener_views, rooms
from tests.servers import Database, Messaging


@pytest.fixture
async def platform(database: Database, fresh_messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Rooms]:
    async with rooms(database, fresh_messaging, wrapping_key, start=False) as opened:
        yield opened


@pytest.fixture
def view(platform: Rooms) -> Heard:
    return platform.heard


def said(position: int) -> Any:
    fact = heard(ImmediateSafetyConfirmed(measures="sealed:1:x"))
    fact._envelope = fact.envelope.model_copy(update={"sequence": position, "id": uuid4()})
    return fact


def test_only_what_speaks_of_other_tables_is_overtaken() -> None:
    rows, tables = Rows(), ("letter", "reader")
    for number in (1, 2):
        rows.execute("INSERT INTO letter VALUES (%s)", (number,))
        rows.execute("INSERT INTO reader VALUES (%s)", (number,))
    rows.execute("UPDATE letter SET read = (SELECT count(*) FROM reader)")
    rows.execute("INSERT INTO reader VALUES (%s)", (3,))
    rows.execute("SELECT recounted()")
    rows.execute("INSERT INTO letter VALUES (%s)", (4,))
    assert list(rows.runs(tables)) == [
        ("INSERT INTO letter VALUES (%s)", [(1,), (2,)]),
        ("INSERT INTO reader VALUES (%s)", [(1,), (2,)]),
        ("UPDATE letter SET read = (SELECT count(*) FROM reader)", [()]),
        ("INSERT INTO reader VALUES (%s)", [(3,)]),
        ("SELECT recounted()", [()]),
        ("INSERT INTO letter VALUES (%s)", [(4,)]),
    ]


def test_no_view_calls_a_table_as_the_engine_calls_its_own() -> None:
    with pytest.raises(ValueError, match="calls a table filled"):
        Tables("posts", ("post", "filled"), "", {}, "")


async def test_rows_and_page_change_together(view: Heard) -> None:
    await view.keep([said(1), said(2)], {"intake": (2, 2)})
    assert await view.counts() == {1: 1, 2: 1}
    await view.set_up()
    assert view.places == {"intake": (2, 2)}


async def test_a_page_is_not_turned_twice_and_its_rows_not_counted_twice(platform: Rooms, view: Heard) -> None:
    [twin] = listener_views("review", platform.listener.pool)
    await view.keep([said(1)], {"intake": (1, 1)})
    with pytest.raises(KeptElsewhere):
        await twin.keep([said(1)], {"intake": (1, 1)})
    assert await view.counts() == {1: 1}


async def test_an_outcome_that_was_lost_is_looked_up_and_not_repeated(platform: Rooms, view: Heard) -> None:
    follower = Follower(view, None, None)
    told = [Told("intake", n, said(n).envelope) for n in (1, 2, 3)]
    await follower._keep_heard(told)
    view.places, view.pages = {}, {}  # as if the commit's answer had never come
    for each in told:
        await follower.take(each)
    running = asyncio.create_task(follower.run())
    await follower.take(Told("intake", 4, said(4).envelope))
    assert await view.reached("intake", 4, patience=60)
    running.cancel()
    assert await view.counts() == {1: 1, 2: 1, 3: 1, 4: 1}


async def test_what_was_in_hand_when_the_work_broke_off_is_not_lost(
    view: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = Follower(view, None, None)
    with monkeypatch.context() as faulty:
        faulty.setattr(view, "keep", lambda *_: 1 / 0)
        await follower.take(Told("intake", 1, said(1).envelope))
        with pytest.raises(ZeroDivisionError):
            await follower.run()
    running = asyncio.create_task(follower.run())
    assert await view.reached("intake", 1, patience=60)
    running.cancel()
    assert await view.counts() == {1: 1}


async def test_an_unreadable_event_turns_the_page_and_shows_nothing(view: Heard) -> None:
    await Follower(view, None, None)._keep_heard([Told("intake", 1, None, "not json")])
    assert view.places == {"intake": (0, 1)}
    assert await view.counts() == {}


async def test_what_changes_nothing_is_passed_by_and_written_down_with_the_next_that_does(view: Heard) -> None:
    await view.keep([], {"intake": (3, 3)})
    assert view.places == {"intake": (3, 3)}
    assert await view._kept_to() == {}
    await view.keep([said(4)], {"intake": (4, 4)})
    assert await view._kept_to() == {"intake": (4, 4)}
    assert not view.ahead()


async def test_who_writes_a_view_while_its_page_is_turned_waits_for_that(view: Heard) -> None:
    await view.keep([], {"intake": (1, 1)})
    await asyncio.gather(view.turn(), view.keep([said(2)], {"intake": (2, 2)}), view.keep([said(3)], {}))
    assert await view._kept_to() == {"intake": (2, 2)} == view.pages
    assert await view.counts() == {2: 1, 3: 1}


async def test_at_rest_it_is_written_down_how_far_everything_was_taken(view: Heard) -> None:
    follower = Follower(view, None, None)
    running = asyncio.create_task(follower.run())
    await follower.take(Told("intake", 7, None, "not json"))
    async with asyncio.timeout(60):
        while await view._kept_to() != {"intake": (0, 7)}:  # noqa: ASYNC110 a row of the database
            await asyncio.sleep(0.02)
    running.cancel()


async def test_a_view_that_looks_again_keeps_in_mind_what_it_passed_by(view: Heard) -> None:
    view.kept_here = True
    await view.keep([said(1)], {"intake": (1, 1)})
    await view.keep([], {"intake": (2, 2), "review": (1, 5)})
    await view.set_up()
    assert view.places == {"intake": (1, 2), "review": (0, 5)}


async def test_a_question_is_asked_once_until_the_view_changes(view: Heard) -> None:
    asked: list[int] = []

    async def ask() -> dict[int, int]:
        asked.append(1)
        return await view.counts()

    view.kept_here = True
    assert await view.cached("counts", ask) == await view.cached("counts", ask) == {}
    await view.keep([said(1)], {"intake": (1, 1)})
    assert await view.cached("counts", ask) == {1: 1}
    assert len(asked) == 2


async def test_an_answer_from_before_a_change_is_not_kept_after_it(view: Heard) -> None:
    async def ask() -> dict[int, int]:
        found = await view.counts()
        await view.keep([said(1)], {"intake": (1, 1)})
        return found

    assert await view.cached("counts", ask) == {}
    assert await view.cached("counts", view.counts) == {1: 1}


async def test_a_reader_waits_for_its_own_write_but_not_for_ever(view: Heard) -> None:
    waiting = asyncio.create_task(view.reached("intake", 1, patience=60))
    await view.keep([said(1)], {"intake": (1, 1)})
    assert await waiting
    assert not await view.reached("intake", 2, patience=0.05)


async def test_a_view_hears_each_event_once_and_keeps_words_sealed(platform: Rooms) -> None:
    await platform.start()
    for _ in range(30):
        await platform.begin()
    await platform.settle()
    counts = await platform.heard.counts()
    assert len(counts) == 30
    assert set(counts.values()) == {1}
    kept = await platform.heard.rows("SELECT words FROM retold")
    assert len(kept) == sum(is_sealed(row["words"]) for row in kept) > 0
