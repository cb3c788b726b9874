"""Which dates action sets; what it does when they come is told in the house."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from libs.calendar import end_of_day
from libs.deadlines import Due, Lifted
from services.action.domain.action import Action
from services.action.policy import ESCALATE, OVERDUE, dates
from tests.action.facts import DUE, agreed, implemented
from tests.given import Happened, event

LATER = DUE.replace(day=30)


@pytest.mark.parametrize(
    ("happened", "set_"),
    [
        (agreed(), [Due(OVERDUE, end_of_day(DUE))]),
        (event(Action.Extended, due=LATER, because="Parts."), [Lifted(ESCALATE), Due(OVERDUE, end_of_day(LATER))]),
        (event(Action.SentBack, due=DUE, because="Not yet."), [Due(OVERDUE, end_of_day(DUE))]),
        (implemented(), [Lifted(OVERDUE), Lifted(ESCALATE)]),
        (event(Action.Withdrawn, because="Closed."), [Lifted(OVERDUE), Lifted(ESCALATE)]),
        (event(Action.Started), []),
    ],
)
def test_a_due_day_is_watched_until_the_change_is_made(happened: Happened, set_: list[Due | Lifted]) -> None:
    assert list(dates(past(happened))) == set_


def test_each_step_of_the_route_comes_five_working_days_of_the_nation_after_the_one_before() -> None:
    """In Scotland Good Friday is a holiday, and Easter Monday is not."""
    due = date(2026, 3, 24)
    late = event(Action.Overdue, due=due, owner_post="elm.registered_manager", nation="SCO")
    step = event(Action.Escalated, due=due, step=1, to_posts=["elm.deputy"], nation="SCO")
    assert list(dates(past(late))) == [Due(ESCALATE, end_of_day(date(2026, 3, 31)))]
    assert list(dates(past(step))) == [Due(ESCALATE, end_of_day(date(2026, 4, 8)))]


def past(happened: Happened) -> Any:
    """An event of the past with just the fields that were said."""
    kind, fields = happened
    found: Any = object.__new__(kind)
    object.__setattr__(found, "__dict__", dict(fields))
    return found
