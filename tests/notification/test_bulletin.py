"""The learning bulletin: accessible, anonymous, with what went well."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pikepdf
import pytest

from services.notification.pages.bulletin import pdf, start, went_well

WELL: dict[str, Any] = {"kind": "compliment", "themes": [], "statement": "A calm voice helped at night."}
LEARNED: dict[str, Any] = {"kind": "near_miss", "themes": [], "statement": "Handover had no step for the #chart."}


def test_the_bulletin_is_an_accessible_pdf_with_a_title_and_a_language() -> None:
    with pikepdf.open(io.BytesIO(pdf(date(2026, 3, 1), [WELL, LEARNED], ["Two of us check."]))) as made:
        assert bool(made.Root.MarkInfo.Marked)
        assert str(made.Root.Lang).startswith("en")
        with made.open_metadata() as metadata:
            assert metadata["dc:title"] == "What we learned in March 2026"
            assert metadata["pdfuaid:part"] == "1"


def test_the_same_month_gives_the_same_bytes_and_an_empty_one_says_so() -> None:
    month = date(2026, 3, 1)
    assert pdf(month, [], []) == pdf(month, [], [])
    assert pdf(month, [LEARNED], []) != pdf(month, [], [])


@pytest.mark.parametrize(
    ("kind", "themes", "well"),
    [("compliment", [], True), ("near_miss", ["good_practice"], True), ("near_miss", [], False)],
)
def test_what_went_well_is_told_apart_from_what_went_wrong(kind: str, themes: list[str], well: bool) -> None:
    assert went_well({"kind": kind, "themes": themes}) is well


def test_a_month_begins_by_the_clock_of_the_sites() -> None:
    assert start(date(2026, 4, 1)) == datetime(2026, 3, 31, 23, tzinfo=UTC)
