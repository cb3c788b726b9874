"""Somebody who holds a post may be away from a day to a day, and someone else stands in."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from services.governance.domain import Post
from services.governance.domain.organisation import AwayBackwards, NotInPost, OwnDeputy
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
    left = event(Post.PersonLeft, post_id="elm.manager", person_id=ANN)
    given(Post, *HELD, AWAY, left).when(lambda p: p.note_absence(ANN, FIRST, LAST)).refused(NotInPost)
