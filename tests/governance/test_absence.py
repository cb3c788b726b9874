"""Somebody who holds a post may be away from a day to a day, and someone else stands in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.governance.domain import Post
from services.governance.domain.post import (
    AwayAlreadyOver,
    AwayBackwards,
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
    assert again.away == {ANN: (FIRST, earlier - timedelta(days=1), None)}
    assert given(Post, *HELD, AWAY, back(FIRST)).aggregate.away == {}


def test_nobody_comes_back_who_is_not_away_nor_in_the_past_nor_when_they_are_back_anyway() -> None:
    week = timedelta(days=7)
    after = datetime.combine(LAST + week, time(9), UTC)
    given(Post, *HELD).when(lambda p: p.come_back(ANN, FIRST)).refused(NotAway)
    given(Post, *HELD, AWAY).when(lambda p: p.come_back(ANN, LAST + week), at=after).refused(NotAway)
    given(Post, *HELD, AWAY).when(lambda p: p.come_back(ANN, FIRST - week)).refused(BackInThePast)
    given(Post, *HELD, AWAY).when(lambda p: p.come_back(ANN, LAST + week)).refused(BackNoEarlier)
