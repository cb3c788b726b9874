"""Links made by hand: with a reason, taken back with one, and counted in patterns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.taxonomy import LinkKind
from services.intake.domain import Link
from services.intake.domain.link import as_linked
from services.intake.domain.pattern import Sighting
from services.intake.domain.refusals import LinkedAlready, LinkedToItself, NotLinked, RationaleMissing
from tests.given import event, given

HERE, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
OPENED = event(Link.Opened, other=OTHER)
MADE = event(Link.Made, other=OTHER, how="same_event", reason="Both saw the same fall.")
UNDONE = event(Link.Undone, other=OTHER, how="same_event", reason="It was the day before.")
FIRST = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_two_records_are_linked_with_the_reason_and_once_in_each_way() -> None:
    given(Link, OPENED).when(lambda link: link.make("same_event", "Both saw the same fall.")).then(MADE)
    given(Link, OPENED).when(lambda link: link.make("same_event", " ")).refused(RationaleMissing)
    given(Link, OPENED, MADE).when(lambda link: link.make("same_event", "Again.")).refused(LinkedAlready)
    second = event(Link.Made, other=OTHER, how="same_person", reason="Both are about him.")
    given(Link, OPENED, MADE).when(lambda link: link.make("same_person", "Both are about him.")).then(second)


def test_a_link_is_taken_back_with_the_reason() -> None:
    given(Link, OPENED, MADE).when(lambda link: link.undo("same_event", "It was the day before.")).then(UNDONE)
    given(Link, OPENED, MADE).when(lambda link: link.undo("same_event", "")).refused(RationaleMissing)
    given(Link, OPENED, MADE, UNDONE).when(lambda link: link.undo("same_event", "Again.")).refused(NotLinked)
    given(Link, OPENED, MADE, UNDONE).when(lambda link: link.make("same_event", "Both saw the same fall.")).then(MADE)


def test_a_record_is_not_linked_to_itself_and_a_pair_is_one_from_both_sides() -> None:
    with pytest.raises(LinkedToItself):
        Link.between(provider="acme", site="elm", journey=HERE, other=HERE)
    assert Link.create_id(HERE, OTHER) == Link.create_id(OTHER, HERE)


def seen(journey: UUID, person: str = "", place: str = "", themes: tuple[str, ...] = ("falls",)) -> Sighting:
    return Sighting(
        journey, "acme", "elm", "near_miss", themes, (), FIRST + timedelta(hours=journey.int), person, (), place
    )


@pytest.mark.parametrize("how", [LinkKind.DUPLICATE, LinkKind.SAME_EVENT])
def test_one_happening_told_twice_counts_once(how: LinkKind) -> None:
    found = as_linked(
        [seen(OTHER, place="stairs", themes=("culture",)), seen(HERE, person="p"), seen(THIRD)], [(HERE, OTHER, how)]
    )
    assert found == [seen(HERE, "p", "stairs", ("falls", "culture")), seen(THIRD)]


def test_linked_persons_are_one_however_they_were_written() -> None:
    links = [(HERE, OTHER, "same_person"), (OTHER, THIRD, "same_person")]
    found = as_linked([seen(HERE, "b"), seen(OTHER), seen(THIRD, "a")], links)
    assert {each.person for each in found} == {"a"}
    unnamed = as_linked([seen(HERE), seen(OTHER)], links[:1])
    assert len({each.person for each in unnamed}) == 1
    assert unnamed[0].person


def test_linked_places_are_one_within_a_site() -> None:
    links = [(HERE, OTHER, "same_place")]
    assert {each.place for each in as_linked([seen(HERE, place="stairs"), seen(OTHER)], links)} == {"stairs"}
    away = replace(seen(OTHER), site="oak")
    assert [each.place for each in as_linked([seen(HERE, place="stairs"), away], links)] == ["stairs", ""]


def test_what_is_linked_to_something_long_ago_stands_as_it_was() -> None:
    assert as_linked([seen(HERE, "p")], [(HERE, OTHER, "same_event"), (OTHER, THIRD, "same_person")]) == [
        seen(HERE, "p")
    ]
