"""Action and notification are heard one before the other or mixed: which change everyone was briefed on comes out the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from uuid import UUID

import pytest

from contracts import notification
from contracts.envelope import PublishedEvent
from contracts.taxonomy import ClosureState
from services.assurance.domain import FollowUp
from tests.assurance.shelf import Shelf, changed
from tests.given import JOURNEY, heard

DONE, BRIEFED = ClosureState.DONE, ClosureState.BRIEFED


def issued(number: int) -> PublishedEvent:
    return heard(
        notification.BriefingIssued(
            briefing_id=UUID(int=number), title="t", what_changed="w", audience=4, number=number
        )
    )


def understood(number: int) -> PublishedEvent:
    return heard(notification.BriefingReached(briefing_id=UUID(int=number), audience=4, understood=4, number=number))


def interleaved(one: Sequence[PublishedEvent], other: Sequence[PublishedEvent]) -> Iterator[list[PublishedEvent]]:
    """Every way in which two publishers, each in its own order, may be heard."""
    for places in combinations(range(len(one) + len(other)), len(one)):
        first, second = iter(one), iter(other)
        yield [next(first) if n in places else next(second) for n in range(len(one) + len(other))]


def held(messages: Sequence[PublishedEvent]) -> set[str]:
    shelf = Shelf()
    for message in messages:
        shelf.hear(message)
    found: FollowUp = shelf.one(FollowUp, FollowUp.create_id(JOURNEY))
    return found.held


TOLD = [issued(1), understood(1), issued(2), understood(2)]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (TOLD, {DONE, BRIEFED}),
        (TOLD[:3], {DONE}),
        ([TOLD[0], TOLD[2], TOLD[1]], {DONE}),
        ([*TOLD, understood(1)], {DONE, BRIEFED}),
        ([TOLD[0], TOLD[2], TOLD[3], TOLD[1]], {DONE, BRIEFED}),
    ],
    ids=["both", "only the first", "the first late", "the first again", "the second before the first"],
)
def test_whether_everyone_is_briefed_on_the_latest_change_does_not_depend_on_who_is_heard_first(
    told: list[PublishedEvent], expected: set[str]
) -> None:
    changes = [changed(), changed()]
    assert [each for each in interleaved(changes, told) if held(each) != expected] == []


def test_a_briefing_from_before_it_said_which_change_it_tells_of_counts_for_the_change_known_then() -> None:
    old = heard(notification.BriefingReached(briefing_id=JOURNEY, audience=4, understood=4))
    assert held([old, changed()]) == held([changed(), old]) == {DONE, BRIEFED}
