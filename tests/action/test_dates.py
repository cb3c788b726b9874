"""Which dates action sets; what it does when they come is told in the house."""

from __future__ import annotations

from typing import Any

import pytest

from libs.calendar import end_of_day
from libs.deadlines import Due, Lifted
from services.action.domain.action import Action
from services.action.policy import OVERDUE, dates
from tests.action.facts import DUE, agreed, implemented
from tests.given import Happened, event

LATER = DUE.replace(day=30)


@pytest.mark.parametrize(
    ("happened", "set_"),
    [
        (agreed(), Due(OVERDUE, end_of_day(DUE))),
        (event(Action.Extended, due=LATER, because="Parts."), Due(OVERDUE, end_of_day(LATER))),
        (event(Action.SentBack, due=DUE, because="Not yet."), Due(OVERDUE, end_of_day(DUE))),
        (implemented(), Lifted(OVERDUE)),
        (event(Action.Withdrawn, because="Closed."), Lifted(OVERDUE)),
        (event(Action.Started), None),
    ],
)
def test_a_due_day_is_watched_until_the_change_is_made(happened: Happened, set_: Due | Lifted | None) -> None:
    kind, fields = happened
    past: Any = object.__new__(kind)
    object.__setattr__(past, "__dict__", dict(fields))
    assert list(dates(past)) == ([set_] if set_ else [])
