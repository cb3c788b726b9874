"""Readers' profiles, tables and frameworks are data: what ships names only what the services really store."""

from pathlib import Path
from typing import get_type_hints

import pytest
from pydantic import ValidationError

from deploy.packs.counting import ALL, NOT_SAID, counted, parts
from deploy.packs.framework import framework, frameworks
from deploy.packs.profile import NoSuchProfile, NotForThisReader, SmallNumbers, profile, profiles
from deploy.packs.query import Query
from deploy.packs.stored import kinds
from deploy.packs.story import TELLING
from deploy.packs.tables import PICK, specs
from libs.policytext import DocumentMalformed

STORED = {topic: get_type_hints(kind) for topic, kind in kinds().items()}


def test_every_event_that_a_story_a_table_or_a_framework_names_is_stored_by_a_service() -> None:
    named = {*TELLING, *(t for s in specs() for t in s.topics if t), *(t for p in profiles() for t in p.shows)}
    named |= {topic for f in frameworks() for s in f.statements for e in s.evidence for topic in e.topics}
    assert named - STORED.keys() == set()


def test_every_column_of_a_table_comes_from_a_field_of_one_of_its_events() -> None:
    for spec in specs():
        fields = {field for topic in spec.topics for field in STORED.get(topic, {"by": None})}
        for name, column in spec.columns.items():
            for place in filter(None, column.source.split("|")):
                first = picked[1] if (picked := PICK.match(place)) else place.split(".")[0]
                assert first in fields | {"originator_id", "by"}, f"{spec.name}.{name}: {place}"


def test_every_word_that_a_profile_opens_is_a_field_of_a_stored_event() -> None:
    for each in profiles():
        for opened in each.opens:
            topic, _, field = opened.rpartition(".")
            assert opened == "by.rationale" or field in STORED[topic], opened


def test_every_table_that_a_profile_names_exists_and_every_counted_column_too() -> None:
    names = {spec.name for spec in specs()}
    for each in profiles():
        assert {*each.counts, *each.leaves_out} <= names
    for spec in specs():
        assert set(spec.count_by) <= {*spec.columns, "site", "journey"}


def test_a_reader_is_not_given_a_pack_of_a_kind_that_is_not_theirs() -> None:
    with pytest.raises(NotForThisReader):
        profile("complainant").require(Query(sites=("elm",)))
    profile("inspector").require(Query(sites=("elm",)))


def test_what_is_about_staff_as_employees_is_shown_to_no_reader() -> None:
    assert not any(each.shows_event("intake.StaffAllegation.Opened") for each in profiles())
    assert profile("inspector").shows_event("intake.Opportunity.Raised")


def test_an_unknown_reader_is_refused() -> None:
    with pytest.raises(NoSuchProfile):
        profile("nobody")


def test_no_small_number_is_said_and_others_are_rounded() -> None:
    told = SmallNumbers(fewest=5, round_to=5)
    assert {told.said(number) for number in range(1, 5)} == {"fewer than 5"}
    for number in (0, *range(5, 500)):
        assert abs(int(told.said(number)) - number) * 2 <= 5


def test_limits_within_which_nothing_could_be_told_of_what_leaks_are_not_offered() -> None:
    with pytest.raises(ValidationError):
        SmallNumbers.model_validate({"fewest": 5, "round_to": 6})


def test_what_would_let_a_small_count_be_worked_out_is_not_said_either() -> None:
    """Elm has 2 falls and 9 complaints: were the 9 told beside the 11, which are told as 10, the 2 could be no 4."""
    said = dict(counted({("elm", "falls"): 2, ("elm", "complaint"): 9, ("oak", "falls"): 12, ("oak", "complaint"): 30}))
    assert (
        said["elm", "falls"] == said["elm", "complaint"] == said["oak", "falls"] == said["oak", "complaint"] == NOT_SAID
    )
    assert (said["elm", ALL], said["oak", ALL], said[ALL, ALL]) == ("10", "40", "55")
    assert counted({}) == []
    assert parts([3, 40]) == ([NOT_SAID, NOT_SAID], "45")
    assert parts([10, 20]) == (["10", "20"], "30")


def test_a_new_framework_is_loaded_as_data(tmp_path: Path) -> None:
    text = """
id: local
version: "1"
title: Our own promises
issued_by: The provider
source_url: https://example.org/promises
checked_on: 2026-01-01
confirmed: true
categories: {done: What was done}
statements:
  - {id: one, title: We listen, group: Promises, citation: "1", evidence: [{category: CATEGORY, topics: [TOPIC]}]}
"""
    own = tmp_path / "own.yaml"
    text = text.replace("TOPIC", "intake.Opportunity.Raised")
    own.write_text(text.replace("CATEGORY", "done"))
    assert framework(str(own)).statements[0].title == "We listen"
    own.write_text(text.replace("CATEGORY", "other"))
    with pytest.raises(DocumentMalformed, match="not listed"):
        framework(str(own))


def test_the_frameworks_that_ship_cover_the_five_regulations() -> None:
    cited = {statement.citation for each in frameworks() for statement in each.statements}
    assert {f"Regulation {number}" for number in (12, 13, 16, 17, 20)} <= cited
