"""Rows written as lines arrive as they were: whatever stands in them, and just as the driver would have spelled it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta, timezone
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.types.json import Jsonb

from libs.filled_lines import ARRAY, FLOAT, OPTIONS, Lines
from tests.servers import Database

KINDS = ("", "", "", ARRAY, "", "", FLOAT, "", "")
COLUMNS = (
    "(id int, said text, at timestamptz, themes text[], day date, who uuid, share float8, codes jsonb, done boolean)"
)
said = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
written = st.sampled_from(
    ['"', "\\", '\\"', "\\n", "\n", "\t", "\r", "\x1f", ",", "null", "NULL", "\\.", "{}", "\x7f", "é", ""]
)
words = st.lists(said | written, max_size=4).map("".join)
zones = st.sampled_from([UTC, timezone(timedelta(hours=1))])
rows = st.tuples(
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | words,
    st.none() | st.datetimes(timezones=zones),
    st.none() | st.lists(st.none() | words, max_size=3),
    st.none() | st.dates(date(1, 1, 1)),
    st.none() | st.uuids(),
    st.none() | st.floats() | st.integers(-9, 9),
    st.none() | st.dictionaries(st.sampled_from("ab"), words, max_size=2).map(Jsonb),
    st.none() | st.booleans(),
)


@pytest.fixture(scope="module")
def connection(module_database: Database) -> Iterator[Connection[Any]]:
    """One with two tables alike that nobody else sees."""
    with psycopg.connect(module_database.admin, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE by_line " + COLUMNS)
        connection.execute("CREATE TEMP TABLE by_value " + COLUMNS)
        yield connection


@settings(max_examples=60, deadline=None)
@given(held=st.lists(rows, max_size=6))
def test_what_is_copied_by_lines_is_what_is_copied_by_values(
    connection: Connection[Any], held: list[tuple[Any, ...]]
) -> None:
    connection.execute("TRUNCATE by_line, by_value")
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY by_line FROM STDIN ({OPTIONS})") as copy:
            copy.write(Lines(KINDS).of(held))
        with cursor.copy("COPY by_value FROM STDIN") as copy:
            for row in held:
                copy.write_row(row)
        by_line, by_value = (
            cursor.execute(f"SELECT t::text FROM {t} AS t").fetchall() for t in ("by_line", "by_value")
        )
    assert by_line == by_value
    assert len(by_line) == len(held)
