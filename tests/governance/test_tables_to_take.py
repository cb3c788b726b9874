"""What is taken away: every column is explained, nothing under seal leaves, and no journey that is shut to its reader."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool

from contracts import intake
from libs.keys import KeyRing
from libs.reach import everything, narrow
from libs.service import NotFound
from services.governance.pages import formats
from services.governance.pages.outside import quarters
from services.governance.projection import Overview, searching
from services.governance.projection.barring import without_shut
from services.governance.projection.counting import Counted, months_of, themes_of
from services.governance.projection.dictionary import Column, Table
from services.governance.projection.journey_reading import Filters
from services.governance.projection.taking_away import may_be_taken
from tests.governance.facts import FIRST, SECOND, story
from tests.governance.saying import Saying
from tests.servers import Database

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
SITES = ["elm", "oak"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(module_database: Database) -> AsyncIterator[Overview]:
    """The overview after a whole story."""
    conninfo = module_database.conninfo("governance")
    async with AsyncConnectionPool(conninfo, open=False, kwargs={"autocommit": True}) as pool:
        view = Overview("governance", pool)
        await view.set_up()
        await view.keep([event for events in story().said.values() for event in events], {})
        yield view


async def taken(view: Overview, name: str, kind: str, shut: list[UUID] | None = None) -> bytes:
    file, table = io.BytesIO(), view.dictionary()[name]
    await formats.written(kind, table, view.whole(table, SITES, shut or []), file)
    return file.getvalue()


async def test_every_column_of_every_table_is_explained(told: Overview) -> None:
    found = await told.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = ANY(%s)",
        (told.live, list(told.table_names)),
    )
    explained = {
        (table.name, each.name) for table in told.dictionary().values() for each in table.columns if each.about
    }
    assert {(row["table_name"], row["column_name"]) for row in found} - explained == set()
    assert [table.name for table in told.dictionary().values() if not table.about] == []


async def test_every_kind_of_column_has_a_type_in_the_definitions(told: Overview) -> None:
    kinds = {column.kind for table in told.dictionary().values() for column in table.columns}
    assert kinds <= formats.CSVW.keys()


async def test_every_table_comes_in_every_format_and_nothing_leaves_under_seal(told: Overview) -> None:
    from pyarrow import parquet  # type: ignore[import-untyped]

    for table in filter(may_be_taken, told.dictionary().values()):
        names = [column.name for column in table.taken]
        rows = list(csv.reader(io.StringIO((await taken(told, table.name, "csv")).decode())))
        whole: dict[str, Any] = json.loads(await taken(told, table.name, "json"))
        columns = parquet.read_table(io.BytesIO(await taken(told, table.name, "parquet")))
        assert (rows[0], columns.column_names) == (names, names)
        assert len(rows) - 1 == len(whole["rows"]) == columns.num_rows
        assert columns.schema.field(names[0]).metadata[b"description"].decode() == table.taken[0].about
        assert [each["name"] for each in whole["definition"]["tableSchema"]["columns"]] == names
        assert "sealed:" not in json.dumps(whole["rows"])


async def test_a_text_that_a_spreadsheet_would_run_stays_a_text() -> None:
    table = Table("notes", "Each note.", (Column("what", "text", "what"), Column("n", "int", "how many")))

    async def rows() -> AsyncIterator[list[tuple[Any, ...]]]:
        yield [("=1+1", -1), ("plain", 2)]

    file = io.BytesIO()
    await formats.written("csv", table, rows(), file)
    assert file.getvalue().decode().splitlines() == ["what,n", "'=1+1,-1", "plain,2"]


async def test_counts_for_outsiders_are_of_full_quarters_and_whole_groups(told: Overview) -> None:
    assert quarters(date(2026, 5, 1)) == (date(2025, 4, 1), date(2026, 4, 1))
    assert quarters(date(2026, 1, 31)) == (date(2025, 1, 1), date(2026, 1, 1))
    counts = await told.counts("themes", {"elm": "North", "oak": "South"}, *quarters(date(2026, 5, 1)))
    assert (counts.rows, counts.columns, counts.cells) == (("North", "South"), ("falls",), ((1,), (1,)))


async def test_a_journey_is_shut_to_whom_an_allegation_is_about(told: Overview) -> None:
    keys = KeyRing.__new__(KeyRing)  # only its pseudonyms are needed, and they need no database
    keys._tell_apart = bytes(32)
    says = Saying(NOW)
    says.sequences["intake"] = 1_000
    barred = keys.pseudonym("actor", "person:dev")
    await told.keep([says.say(intake.SubjectBarred(subject=barred), FIRST)], {})
    shut = await told.shut_to(keys, "person:dev")
    assert (shut, await told.shut_to(keys, "person:ann")) == ([FIRST], [])
    with pytest.raises(NotFound):
        await told.require_open(keys, "person:dev", FIRST)
    listed = await told.listed(SITES, Filters(), NOW, None, shut)
    assert [row["journey"] for row in listed] == [SECOND]
    assert await told.counted(SITES, Filters(), NOW, shut) == (1, 1)
    assert str(FIRST).encode() not in await taken(told, "moment", "json", shut)
    assert without_shut({"rows": [{"journey": FIRST}, {"journey": SECOND}]}, shut) == {"rows": [{"journey": SECOND}]}
    await told.keep([says.say(intake.SubjectBarLifted(subject=barred), FIRST)], {})
    assert await told.shut_to(keys, "person:dev") == []


@pytest.mark.parametrize("kept_here", [True, False], ids=["where they are kept", "elsewhere"])
async def test_sums_hold_nothing_that_is_shut_to_whoever_asks(
    told: Overview, kept_here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "kept_here", kept_here)

    async def seen() -> list[int]:
        stages = await told.stages(SITES)
        what = Counted(date(2026, 1, 1), date(2026, 12, 1))
        months, themes = await months_of(told, SITES, what), await themes_of(told, SITES, what)
        events = [sum(row["events"] for row in rows) for rows in (months, themes)]
        return [sum(each.found("", "") for each in stages.values()), *events, (await told.steps(SITES))[0]["learned"]]

    assert await seen() == [2, 2, 2, 1]
    with everything():
        narrow(SITES, [FIRST])
        assert await seen() == [1, 1, 1, 0]
        narrow(SITES[:1])
        assert await seen() == [1, 1, 1, 1]
    assert await seen() == [2, 2, 2, 1]


@pytest.mark.parametrize(
    ("few", "many"), [(10, 500), (0, 500), (0, 0)], ids=["at few sites", "by text", "newest first"]
)
async def test_words_are_found_where_they_stand_in_clear(
    told: Overview, few: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FEW_SITES", few)
    monkeypatch.setattr(searching, "MANY", many)
    for words, found in (
        ("handover form", [FIRST]),
        ("REF-102", [SECOND]),
        ("recommended nowhere", []),
        ("vacant", [FIRST]),
    ):
        listed = await told.listed(SITES, Filters(words=words), NOW)
        assert (words, [row["journey"] for row in listed]) == (words, found)
    assert await told.listed(["oak"], Filters(words="handover"), NOW) == []
    late = Filters(words="handover", figure="changes_late")  # what is counted leads to the journeys, then the words
    assert await told.listed(SITES, late, NOW) == []
