"""Somebody who holds a post may be away from a day to a day, and someone else stands in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.governance.domain import Post
from services.governance.domain.post import (
    Absence,
    AwayAlreadyOver,
    AwayBackwards,
    AwayThenAlready,
    BackInThePast,
    BackNoEarlier,
    NotAway,
    NotInPost,
    OwnDeputy,
)
from tests.given import event, given

ANN = UUID(int=0xA)
FIRST, LAST = date(2026, 4, 6), date(2026, 4, 17)
HELD: list[Any] = [
    event(
        Post.Established, post_id="elm.manager", role="registered_manager", scope="site:elm", title="Manager",
        deputy_post_id="elm.deputy",
    ),
    event(Post.PersonAppointed, post_id="elm.manager", person_id=ANN, person_name="Ann", email=""),
]  # fmt: skip
AWAY = event(Post.HolderAway, post_id="elm.manager", person_id=ANN, from_day=FIRST, until_day=LAST, deputy_post_id=None)


def test_a_holder_is_away_and_said_again_the_latest_holds() -> None:
    given(Post, *HELD).when(lambda p: p.note_absence(ANN, FIRST, LAST)).then(AWAY)
    given(Post, *HELD, AWAY).when(lambda p: p.note_absence(ANN, FIRST, LAST)).nothing()
    given(Post, *HELD, AWAY).when(lambda p: p.note_absence(ANN, FIRST, FIRST, "oak.manager")).then(
        event(Post.HolderAway, until_day=FIRST, deputy_post_id="oak.manager")
    )


def test_only_who_holds_a_post_is_away_from_it_and_for_days_that_follow_each_other() -> None:
    given(Post, *HELD).when(lambda p: p.note_absence(UUID(int=2), FIRST, LAST)).refused(NotInPost)
    given(Post, *HELD).when(lambda p: p.note_absence(ANN, LAST, FIRST)).refused(AwayBackwards)
    given(Post, *HELD).when(lambda p: p.note_absence(ANN, FIRST, LAST, "elm.manager")).refused(OwnDeputy)
    before = date(2026, 2, 27)
    given(Post, *HELD).when(lambda p: p.note_absence(ANN, before, before)).refused(AwayAlreadyOver)
    left = event(Post.PersonLeft, post_id="elm.manager", person_id=ANN)
    given(Post, *HELD, AWAY, left).when(lambda p: p.note_absence(ANN, FIRST, LAST)).refused(NotInPost)


def back(on: date) -> Any:
    return event(Post.HolderBack, post_id="elm.manager", person_id=ANN, back_on=on)


def test_who_is_back_before_the_last_day_is_asked_again_from_that_day_on() -> None:
    earlier = FIRST + timedelta(days=4)
    given(Post, *HELD, AWAY).when(lambda p: p.come_back(ANN, earlier)).then(back(earlier))
    given(Post, *HELD, AWAY).when(lambda p: p.come_back(ANN, FIRST)).then(back(FIRST))
    again = given(Post, *HELD, AWAY, back(earlier)).aggregate
    assert list(again.away[ANN].values()) == [Absence(FIRST, earlier - timedelta(days=1), None)]
    assert not given(Post, *HELD, AWAY, back(FIRST)).aggregate.away[ANN]


def test_nobody_comes_back_who_is_not_away_nor_in_the_past_nor_when_they_are_back_anyway() -> None:
    week = timedelta(days=7)
    after = datetime.combine(LAST + week, time(9), UTC)
    given(Post, *HELD).when(lambda p: p.come_back(ANN, FIRST)).refused(NotAway)
    given(Post, *HELD, AWAY).when(lambda p: p.come_back(ANN, LAST + week), at=after).refused(NotAway)
    given(Post, *HELD, AWAY).when(lambda p: p.come_back(ANN, FIRST - week)).refused(BackInThePast)
    given(Post, *HELD, AWAY).when(lambda p: p.come_back(ANN, LAST + week)).refused(BackNoEarlier)


WEEK = timedelta(days=7)
IN_MAY = event(
    Post.HolderAway, post_id="elm.manager", person_id=ANN, from_day=FIRST + 4 * WEEK, until_day=LAST + 4 * WEEK,
    deputy_post_id=None, known_by=FIRST + 4 * WEEK,
)  # fmt: skip
IN_APRIL = event(
    Post.HolderAway, post_id="elm.manager", person_id=ANN, from_day=FIRST, until_day=LAST, deputy_post_id=None,
    known_by=FIRST,
)  # fmt: skip


def test_several_absences_stand_beside_each_other_and_one_day_belongs_to_one() -> None:
    given(Post, *HELD, IN_APRIL).when(lambda p: p.note_absence(ANN, FIRST + 4 * WEEK, LAST + 4 * WEEK)).then(IN_MAY)
    both = given(Post, *HELD, IN_APRIL, IN_MAY)
    assert [each.from_day for each in both.aggregate.away[ANN].values()] == [FIRST, FIRST + 4 * WEEK]
    for first, last in ((FIRST - WEEK, FIRST), (LAST, LAST + WEEK), (FIRST - WEEK, LAST + 9 * WEEK)):
        both.when(partial(Post.note_absence, person_id=ANN, from_day=first, until_day=last)).refused(AwayThenAlready)
    day_after = LAST + timedelta(days=1)
    both.when(lambda p: p.note_absence(ANN, day_after, day_after)).then(event(Post.HolderAway, known_by=day_after))


def test_an_absence_is_changed_by_its_first_day_also_one_that_was_said_when_only_one_was_kept() -> None:
    longer = LAST + timedelta(days=2)
    changed = event(Post.HolderAway, from_day=FIRST, until_day=longer)
    for said, known_by in ((IN_APRIL, FIRST), (AWAY, None)):
        expected = (changed[0], changed[1] | {"known_by": known_by})
        given(Post, *HELD, said).when(lambda p: p.note_absence(ANN, FIRST, longer)).then(expected)
    replaced = given(Post, *HELD, AWAY, event(Post.HolderAway, person_id=ANN, **moved())).aggregate
    assert [each.from_day for each in replaced.away[ANN].values()] == [FIRST + WEEK * 9]


def moved() -> dict[str, Any]:
    """Said again as it was said when a new absence took the place of the old one."""
    days = {"from_day": FIRST + WEEK * 9, "until_day": LAST + WEEK * 9}
    return {"post_id": "elm.manager", "deputy_post_id": None} | days


def test_who_is_back_early_is_back_from_the_absence_that_is_meant() -> None:
    both = given(Post, *HELD, IN_APRIL, IN_MAY)
    cancelled = event(Post.HolderBack, back_on=FIRST + 4 * WEEK, known_by=FIRST + 4 * WEEK)
    given(Post, *HELD, IN_APRIL, IN_MAY).when(lambda p: p.come_back(ANN, FIRST + 4 * WEEK, FIRST + 4 * WEEK)).then(
        cancelled
    )
    both.when(lambda p: p.come_back(ANN, FIRST + 4 * WEEK, FIRST)).refused(BackNoEarlier)
    both.when(lambda p: p.come_back(ANN, LAST + WEEK)).refused(BackNoEarlier)
    both.when(lambda p: p.come_back(ANN, FIRST, FIRST + WEEK)).refused(NotAway)
    given(Post, *HELD, AWAY).when(lambda p: p.come_back(ANN, FIRST)).then(event(Post.HolderBack, known_by=None))
