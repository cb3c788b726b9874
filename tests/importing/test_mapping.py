"""A mapping is data, and what is wrong with it is said before any row is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contracts.taxonomy import OpportunityKind
from deploy.importing.mapping import LARGEST, MapFile, MappingUnreadable, load
from deploy.importing.taking import BEFORE_INSPECTION, deadline
from deploy.importing.targets import OpportunityRow
from tests.importing.files import BEDS, SITES

WELL = """
title = "Beds"
version = "1"
source = "testers"
provider = "oakgroup"
target = "capacity"
[fields]
site = "{id}"
month = {text = "{day}", as = "date"}
beds = {text = "{beds}", as = "number"}
"""
KEPT = sorted(Path("deploy/sources").rglob("*.toml"))


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "map.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_mapping_names_every_column_it_reads(tmp_path: Path) -> None:
    assert load(written(tmp_path, WELL)).columns() == {"id", "day", "beds"}


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_every_mapping_that_is_kept_with_the_platform_can_be_read(path: Path) -> None:
    assert load(path).fields


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (WELL.replace('"{id}"', '"{id}'), "Illegal character"),
        (WELL.replace('version = "1"', ""), "version: Field required"),
        (
            WELL.replace('"capacity"', '"rooms"'),
            "target: Input should be 'site', 'capacity', 'opportunity', 'count' or 'shift'",
        ),
        (WELL.replace("testers", "The Testers"), "source: String should match"),
        (WELL.replace("oakgroup", "oak/group"), "provider: String should match"),
        (WELL.replace('site = "{id}"\n', ""), "fields missing: site; fields unknown: none"),
        (WELL + 'colour = "{red}"\n', "fields missing: none; fields unknown: colour"),
        (WELL.replace('"number"', '"guess"'), "fields.beds.as: Input should be"),
        (WELL.replace('"{beds}", as', '"{beds}", format = "x", as'), "fields.beds.format: Extra inputs"),
        (WELL.replace("title", 'colour = "red"\ntitle'), "colour: Extra inputs"),
        (WELL.replace('"{id}"', "3"), "fields.site"),
        (WELL.replace("[fields]", '[posts]\nprovider_title = "Oak"\n[fields]'), "posts come with sites only"),
        (WELL.replace("title", 'encoding = "latin"\ntitle'), "encoding: Input should be 'utf-8' or 'cp1252'"),
        (b"\xff\xfe", "codec can't decode"),
        ("#" * (LARGEST + 1), "is larger than a mapping can be"),
        ("", "title: Field required"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_named(tmp_path: Path, text: str | bytes, reason: str) -> None:
    with pytest.raises(MappingUnreadable) as refused:
        load(written(tmp_path, text))
    assert reason in str(refused.value)
    assert str(refused.value).endswith("Nothing was imported.")


def test_a_misspelt_code_in_the_mapping_is_its_own_fault_and_not_every_rows(tmp_path: Path) -> None:
    path = Path("deploy/sources/care_inspectorate/counters.toml")
    text = path.read_text().replace('"enforcement"', '"enforcment"')
    with pytest.raises(MappingUnreadable, match=r"fields\.count_kind: 'enforcment': Input should be"):
        load(written(tmp_path, text))
    path = Path("deploy/sources/care_inspectorate/requirements.toml")
    with pytest.raises(MappingUnreadable, match=r"fields\.kind: 'inspektion'"):
        load(written(tmp_path, path.read_text().replace('"inspection_or_audit"', '"inspektion"')))


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingUnreadable):
        load(tmp_path / "nowhere.toml")


def test_a_mapping_that_reads_otherwise_is_another_one() -> None:
    assert BEDS.digest != BEDS.model_copy(update={"skip_when_empty": []}).digest
    assert BEDS.digest == MapFile.model_validate(BEDS.model_dump(by_alias=True)).digest
    assert SITES.digest != BEDS.digest


def required(*due: date | str) -> OpportunityRow:
    kind = OpportunityKind.INSPECTION_OR_AUDIT
    return OpportunityRow(site="ash", kind=kind, summary="Do.", source_key="k", occurred=date(2024, 3, 1), due=due)


def test_the_first_day_that_can_be_a_deadline_is_the_deadline() -> None:
    assert deadline(required(date(2024, 6, 1), date(2024, 4, 1))) == (date(2024, 4, 1), "")
    assert deadline(required()) == (None, "")


def test_a_deadline_before_its_inspection_is_none_and_is_noted() -> None:
    assert deadline(required(date(2024, 2, 1))) == (None, BEFORE_INSPECTION)
    assert deadline(required(date(2024, 2, 1), date(2024, 4, 1))) == (date(2024, 4, 1), BEFORE_INSPECTION)


def test_a_day_that_no_calendar_has_is_noted() -> None:
    due, note = deadline(required("2024-11-31", date(2024, 4, 1)))
    assert due == date(2024, 4, 1)
    assert "2024-11-31" in note
