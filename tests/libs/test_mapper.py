"""Between decisions and their stored form: what is written reads back the same, and no word lies open."""

from collections.abc import AsyncIterator
from dataclasses import field, replace
from typing import Any
from uuid import uuid4

import orjson
import pytest
from psycopg_pool import AsyncConnectionPool
from pydantic import ValidationError

from contracts.sealed import ERASED, is_sealed
from libs.deciding import Act, deciding
from libs.domain import Aggregate, Created, Event, Sealed, event
from libs.keys import KeyRing
from libs.mapper import Mapper, UnkeepableText, UnknownTopic
from tests.given import NOW, SOMEONE
from tests.libs.engine_sample import Tale
from tests.servers import Database


@pytest.fixture
async def mapper(database: Database) -> AsyncIterator[Mapper]:
    async with AsyncConnectionPool(database.conninfo("keys"), open=False, kwargs={"autocommit": True}) as pool:
        yield Mapper([Tale], KeyRing(pool, bytes(range(32))))


def told(words: str = "He nearly fell.", act: Act = SOMEONE) -> list[Event]:
    journey = uuid4()
    with deciding(act, NOW, causation="cause", trace="trace"):
        tale = Tale(provider="acme", site="elm", journey=journey, about=journey, words=words)
        tale.go_on("And then he laughed.")
    return decided(tale)


def decided(aggregate: Aggregate) -> list[Any]:
    return list(aggregate.collect_events())


async def test_what_is_written_reads_back_the_same(mapper: Mapper) -> None:
    events = told()
    read = await mapper.read(await mapper.store(events))
    assert [vars(e) for e in read] == [vars(e) for e in events]
    assert [type(e) for e in read] == [type(e) for e in events]


async def test_no_personal_word_is_stored_or_shown_to_a_view(mapper: Mapper) -> None:
    stored = await mapper.store(told())
    assert all(b"fell" not in s.state and b"laughed" not in s.state and b"needed" not in s.state for s in stored)
    [begun, _] = mapper.sealed(stored)
    assert is_sealed(begun.words)  # type: ignore[attr-defined]
    assert is_sealed(begun.by.rationale)


async def test_words_read_erased_once_the_key_is_gone(mapper: Mapper) -> None:
    events = told()
    stored = await mapper.store(events)
    await mapper.keys.forget(events[0].about)
    [begun, _] = await mapper.read(stored)
    assert (begun.words, begun.by.rationale) == (ERASED, ERASED)  # type: ignore[attr-defined]
    assert begun.site == "elm"


async def test_ciphertext_of_one_event_reads_erased_in_another(mapper: Mapper) -> None:
    one, other = await mapper.store(told())
    mine, theirs = orjson.loads(one.state), orjson.loads(other.state)
    moved = replace(other, state=orjson.dumps(theirs | {"words": mine["words"]}))
    [read] = await mapper.read([moved])
    assert read.words == ERASED  # type: ignore[attr-defined]


async def test_an_event_that_nobody_was_told_of_is_not_read(mapper: Mapper) -> None:
    [stored, _] = await mapper.store(told())
    with pytest.raises(UnknownTopic):
        await mapper.read([replace(stored, topic="os.system")])


async def test_what_could_not_be_read_back_is_not_written(mapper: Mapper) -> None:
    [begun, _] = told()
    object.__setattr__(begun, "words", ["not", "text"])
    with pytest.raises(ValidationError):
        await mapper.store([begun])


async def test_words_are_not_repeated_in_what_is_said_of_them(mapper: Mapper) -> None:
    [begun, _] = told()
    object.__setattr__(begun, "words", ["He nearly fell."])
    with pytest.raises(ValidationError) as refused:
        await mapper.store([begun])
    assert "fell" not in str(refused.value)


async def test_a_null_character_is_refused_before_it_can_stop_a_view(mapper: Mapper) -> None:
    [begun, _] = told()
    object.__setattr__(begun, "site", "el\x00m")
    with pytest.raises(UnkeepableText):
        await mapper.store([begun])


class Older(Aggregate):
    TOPIC = "intake.Older"

    class Begun(Created):
        TOPIC = "intake.Older.Begun"
        title: str

    @event(Begun)
    def __init__(self, *, provider: str, site: str, journey: object, about: object, title: str) -> None:
        self.title = title


class Newer(Aggregate):
    TOPIC = "intake.Newer"

    class Begun(Created):
        TOPIC = "intake.Newer.Begun"
        class_version = 3
        heading: Sealed
        count: int

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            state["heading"] = state.pop("title")

        @staticmethod
        def upcast_v2_v3(state: dict[str, object]) -> None:
            state["count"] = 1

    @event(Begun)
    def __init__(self, *, provider: str, site: str, journey: object, about: object, heading: str, count: int) -> None:
        self.heading, self.count = heading, count


async def test_an_old_shape_reads_as_todays_and_todays_says_its_version(mapper: Mapper) -> None:
    with deciding(SOMEONE, NOW):
        older = Older(provider="acme", site="elm", journey=uuid4(), about=uuid4(), title="As it was")
        newer = Newer(provider="acme", site="elm", journey=uuid4(), about=uuid4(), heading="As it is", count=2)
    [written] = await Mapper([Older], mapper.keys).store(decided(older))
    todays = Mapper([Newer], mapper.keys)
    stored = [replace(written, topic=Newer.Begun.TOPIC), *await todays.store(decided(newer))]
    assert [orjson.loads(s.state).get("class_version") for s in stored] == [None, 3]
    read = await todays.read(stored)
    assert [(e.heading, e.count) for e in read] == [("As it was", 1), ("As it is", 2)]  # type: ignore[attr-defined]


class Grown(Aggregate):
    TOPIC = "intake.Grown"

    class Begun(Created):
        TOPIC = "intake.Grown.Begun"
        title: str
        named: Sealed = ""
        marks: list[str] = field(default_factory=list)

    @event(Begun)
    def __init__(
        self,
        *,
        provider: str,
        site: str,
        journey: object,
        about: object,
        title: str,
        named: str = "",
        marks: object = None,
    ) -> None:
        self.title, self.named, self.marks = title, named, marks


async def test_a_field_that_came_later_has_its_default_in_what_was_stored_before(mapper: Mapper) -> None:
    with deciding(SOMEONE, NOW):
        older = Older(provider="acme", site="elm", journey=uuid4(), about=uuid4(), title="As it was")
    [written] = await Mapper([Older], mapper.keys).store(decided(older))
    [read] = await Mapper([Grown], mapper.keys).read([replace(written, topic=Grown.Begun.TOPIC)])
    assert (read.title, read.named, read.marks) == ("As it was", "", [])  # type: ignore[attr-defined]
