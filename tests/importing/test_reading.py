"""A file that is not what it should be is refused by name, with its line, before anything is taken."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from deploy.importing.reading import ColumnsMissing, Fault, NotATable, Row, WrongEncoding, digest, rows
from deploy.importing.targets import CapacityRow, OpportunityRow
from tests.importing.files import BEDS, BEDS_HEAD, REQUIREMENTS, SITES, SITES_HEAD, table

MANY = 60_000
BOUND = 8_000_000
"""Bytes; a reader that kept its rows would need three times as many for this file."""


def faults(path: Path) -> list[Fault]:
    return [row for row in rows(path, BEDS) if isinstance(row, Fault)]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "beds.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_row_is_read_into_our_words(tmp_path: Path) -> None:
    (row,) = rows(written(tmp_path, "id,day,beds\nash,2024-03-31,38.0\n"), BEDS)
    assert isinstance(row, Row)
    assert row.line == 2
    assert isinstance(row.fields, CapacityRow)
    assert (row.fields.site, row.fields.beds) == ("ash", 38)


def test_a_row_with_nothing_there_says_nothing_and_is_no_nought(tmp_path: Path) -> None:
    assert list(rows(written(tmp_path, "id,day,beds\nash,2024-03-31,\n\n , , \n"), BEDS)) == []


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert len(list(rows(written(tmp_path, b"\xef\xbb\xbfid,day,beds\nash,2024-03-31,4\n"), BEDS))) == 1


def test_a_wrong_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    lines = [b"id,day,beds", *[b"ash,2024-03-31,4"] * 2000, b"caf\xe9,2024-03-31,4", *[b"ash,2024-04-30,4"] * 2000]
    with pytest.raises(WrongEncoding, match=r"line 2002, is not utf-8 text\. Nothing was imported\."):
        list(rows(written(tmp_path, b"\n".join(lines)), BEDS))


def test_a_spreadsheets_own_encoding_is_refused_on_its_first_line(tmp_path: Path) -> None:
    with pytest.raises(WrongEncoding, match="line 1,"):
        list(rows(written(tmp_path, "id,day,beds\nash,2024-03-31,4\n".encode("utf-16")), BEDS))


def test_an_encoding_that_the_mapping_names_is_read(tmp_path: Path) -> None:
    path = table(tmp_path / "sites.csv", SITES_HEAD, [("ash", "Café", "Fellside", "2001-04-01")], encoding="cp1252")
    (row,) = rows(path, SITES.model_copy(update={"encoding": "cp1252"}))
    assert isinstance(row, Row)
    assert row.fields.model_dump()["title"] == "Café"


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(ColumnsMissing, match=r"lacks the columns beds, day\. Nothing was imported"):
        list(rows(written(tmp_path, "id,months\nash,3\n"), BEDS))


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnsMissing, match="two columns called beds"):
        list(rows(written(tmp_path, "id,day,beds,beds\nash,2024-03-31,3,4\n"), BEDS))


def test_an_empty_file_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(NotATable, match=r"is empty\. Nothing was imported"):
        list(rows(written(tmp_path, ""), BEDS))


def test_a_header_alone_holds_no_rows(tmp_path: Path) -> None:
    assert list(rows(written(tmp_path, "id,day,beds\n"), BEDS)) == []


def test_ragged_rows_are_faults_with_their_lines(tmp_path: Path) -> None:
    found = faults(written(tmp_path, "id,day,beds\nash,2024-03-31\nash,2024-03-31,4\nash,2024-03-31,4,5\n"))
    assert found == [
        Fault(2, "The line has 2 fields where the header has 3."),
        Fault(4, "The line has 4 fields where the header has 3."),
    ]


def test_a_fault_after_a_field_of_many_lines_has_the_line_of_the_file(tmp_path: Path) -> None:
    path = table(
        tmp_path / "r.csv", ("id", "day", "words", "due"), [("ash", "2024-03-31", "one\ntwo\nthree", ""), ("x",)]
    )
    first, second = rows(path, REQUIREMENTS)
    assert (first.line, second.line) == (2, 5)
    assert isinstance(second, Fault)


def test_a_nul_byte_is_a_fault_of_its_row_alone(tmp_path: Path) -> None:
    found = faults(written(tmp_path, "id,day,beds\na\0sh,2024-03-31,4\nash,2024-03-31,4\n"))
    assert found == [Fault(2, "The line holds a NUL byte, which no text has.")]


def test_a_huge_field_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(NotATable, match="near line 3: field larger than field limit"):
        list(rows(written(tmp_path, f"id,day,beds\nash,2024-03-31,4\n{'x' * 250_000},2024-03-31,4\n"), BEDS))


def test_a_file_without_line_ends_is_not_read_into_memory_whole(tmp_path: Path) -> None:
    with pytest.raises(NotATable, match="line 1, is longer than 1,000,000 characters"):
        list(rows(written(tmp_path, "id,day,beds," * 200_000), BEDS))


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    with pytest.raises(NotATable, match="unexpected end of data"):
        list(rows(written(tmp_path, 'id,day,beds\nash,2024-03-31,"4\nbay,2024-03-31,4\n'), BEDS))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ash,31/03/2024,4", "month: '31/03/2024' is not a date such as 2026-03-31."),
        ("ash,,4", "month is empty."),
        ("ash,2024-03-31,many", "beds: 'many' is not a whole number."),
        ("ash,2024-03-31,4.5", "beds: '4.5' is not a whole number."),
        ("ash,2024-03-31,inf", "beds: 'inf' is not a whole number."),
        ("ash,2024-03-31,nan", "beds: 'nan' is not a whole number."),
        ("ash,2024-03-31,-4", "beds: '-4' cannot be taken. Input should be greater than or equal to 0."),
        ("a/../b,2024-03-31,4", "site: 'a/../b' cannot be taken."),
    ],
)
def test_a_field_that_cannot_be_read_is_named_with_what_is_wrong(tmp_path: Path, row: str, reason: str) -> None:
    (found,) = faults(written(tmp_path, f"id,day,beds\n{row}\n"))
    assert found.line == 2
    assert found.reason.startswith(reason)


def test_of_what_somebody_wrote_only_the_beginning_is_repeated(tmp_path: Path) -> None:
    (found,) = faults(written(tmp_path, f"id,day,beds\nash,2024-03-31,{'9x' * 500}\n"))
    assert len(found.reason) < 100


def test_a_day_that_no_calendar_has_is_kept_as_it_was_written(tmp_path: Path) -> None:
    path = table(
        tmp_path / "r.csv", ("id", "day", "words", "due"), [("ash", "2024-03-31", "Do it.", "2024-05-01;2024-11-31")]
    )
    (row,) = rows(path, REQUIREMENTS)
    assert isinstance(row, Row)
    assert isinstance(row.fields, OpportunityRow)
    assert [str(day) for day in row.fields.due] == ["2024-05-01", "2024-11-31"]
    assert row.fields.due[1] == "2024-11-31"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotATable, match="cannot be read"):
        digest(tmp_path / "nowhere.csv")


def test_a_long_file_is_read_in_the_memory_of_a_short_one(tmp_path: Path) -> None:
    path = table(tmp_path / "beds.csv", BEDS_HEAD, (("ash", "2024-03-31", n % 90) for n in range(MANY)))
    tracemalloc.start()
    try:
        count = sum(1 for _ in rows(path, BEDS))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == MANY
    assert peak < BOUND
