"""Every reader of what comes from outside takes any bytes: it reads them, or refuses them by name, and comes to an end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contracts.external import IncidentReported
from contracts.foreign import decode_foreign
from contracts.unreadable import Unreadable
from deploy.importing.mapping import MapFile, MappingUnreadable, load
from deploy.importing.reading import rows
from deploy.packs.query import contract_from, query_of
from deploy.past.moment import Moment, NoSuchMoment
from deploy.stats_table import Unreadable as NoTable
from deploy.stats_table import read_table
from libs.domain import Refused
from libs.policytext import read
from libs.web.access import addressed
from services.audit.application.asking import wanted_of
from services.intake.domain.evidence import examined

MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
TEXT = st.text(max_size=60)
TABLES = st.one_of(
    st.binary(max_size=400),
    st.lists(st.lists(st.text('ab",\n\r;\x00é1-/', max_size=8), max_size=5), max_size=8).map(
        lambda lines: "\n".join(",".join(line) for line in lines).encode("utf-8", "surrogatepass")
    ),
)
STAMPS = st.one_of(
    TEXT,
    st.builds("{}-{}".format, st.sampled_from(["known", "true", "then", ""]), st.one_of(TEXT, st.datetimes().map(str))),
    st.builds("known-{}~true-{}".format, st.datetimes().map("{:%Y%m%dT%H%M%S}+2359".format), TEXT),
)
TYPES = {IncidentReported.name}
MAPS = sorted(Path("deploy/sources").rglob("*.toml"))


def ends(reader: Callable[[], object], *refusals: type[Exception]) -> bool:
    """Whether it was read, or refused by one of these in a sentence; anything else it raises is our fault."""
    try:
        reader()
    except refusals as refusal:
        return bool(str(refusal))
    return True


@pytest.fixture(scope="module")
def mapping() -> MapFile:
    return load(MAPS[0])


@MANY
@given(content=TABLES)
def test_any_bytes_as_a_table_are_read_or_refused_by_name(content: bytes, mapping: MapFile, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    assert ends(lambda: list(rows(file, mapping)), Refused)
    assert ends(lambda: read_table(file), NoTable)


@MANY
@given(content=st.one_of(st.binary(max_size=300), TEXT.map(lambda text: f"[columns]\n{text}".encode())))
def test_any_bytes_as_a_map_are_read_or_refused_by_name(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "map.toml"
    file.write_bytes(content)
    assert ends(lambda: load(file), MappingUnreadable)


NAMED = st.one_of(TEXT, st.sampled_from(["ce-id", "ce-type", "ce-time", "ce-specversion", "content-type"]))


@MANY
@given(headers=st.dictionaries(NAMED, TEXT, max_size=6), payload=st.binary(max_size=300))
def test_any_message_is_read_or_refused_by_name(headers: dict[str, str], payload: bytes) -> None:
    for kind in ("application/json", "application/cloudevents+json", ""):
        told = headers | {"content-type": kind}
        assert ends(partial(decode_foreign, told, payload, types=TYPES), Unreadable)


HEADS = st.sampled_from([b"%PDF-", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""])


@MANY
@given(head=HEADS, rest=st.binary(max_size=600))
def test_any_bytes_as_a_file_are_known_for_what_they_are_or_refused(head: bytes, rest: bytes) -> None:
    assert ends(lambda: examined(head + rest), Refused)


@MANY
@example(stamp="known-00010101T000000+2359")
@given(stamp=STAMPS)
def test_any_moment_is_read_and_can_be_written_again_or_is_refused(stamp: str) -> None:
    assert ends(lambda: Moment.of_stamp(Moment.of_stamp(stamp).stamp), NoSuchMoment)


ASKED = st.sampled_from(["journey", "themes", "sites", "since", "until", "provider", "contract"])


@MANY
@given(asked=st.dictionaries(ASKED, st.one_of(TEXT, st.lists(TEXT, max_size=2), st.none(), st.dates()), max_size=4))
def test_any_query_of_a_pack_is_read_or_refused(asked: dict[str, Any]) -> None:
    assert ends(lambda: query_of(**asked), Refused)
    assert ends(lambda: contract_from(asked), Refused)


@MANY
@given(text=st.one_of(TEXT, st.text("&*!|>%@`-:[]{}#\n a1", max_size=80)))
def test_any_document_is_read_or_refused(text: str) -> None:
    assert ends(lambda: read(text), Refused)


@MANY
@given(typed=st.dictionaries(st.sampled_from(["journey", "since", "until", "site", "by_people"]), TEXT, max_size=4))
def test_any_question_to_the_history_is_understood(typed: dict[str, str]) -> None:
    assert ends(lambda: wanted_of(typed))


@MANY
@given(path=st.one_of(TEXT, st.uuids().map("/a/{}/b".format)))
def test_the_records_that_an_address_names_are_found_in_any_address(path: str) -> None:
    assert all(isinstance(each, UUID) for each in addressed(path))
