"""Which dates action sets; what it does when they come is told in the house."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from libs.calendar import WorkingDays, end_of_day
from libs.deadlines import Due, Lifted
from libs.escalating import Escalation
from libs.policytext import read
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
        (
            event(Action.SentBack, due=DUE, because="Not yet.", next_on=LATER),  # late before it was said to be made
            [Due(OVERDUE, end_of_day(DUE)), Due(ESCALATE, end_of_day(LATER))],
        ),
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
    scotland, route = WorkingDays("SCO"), Escalation()
    days = [route.day(n, due, scotland) for n in (1, 2, 3, 4)]
    assert days == [date(2026, 3, 31), date(2026, 4, 8), date(2026, 4, 15), None]
    # What was stored before rules named the route says no day.
    assert list(dates(past(late))) == [Due(ESCALATE, end_of_day(date(2026, 3, 31)))]
    assert list(dates(past(step))) == [Due(ESCALATE, end_of_day(date(2026, 4, 8)))]


def test_the_next_step_is_watched_for_on_the_day_that_the_rules_in_force_said_and_not_after_the_last() -> None:
    on = date(2026, 3, 20)
    late = event(Action.Overdue, due=DUE, owner_post="elm.registered_manager", nation="ENG", next_on=on)
    step = {"due": DUE, "to_posts": ["elm.deputy"], "nation": "ENG"}
    assert list(dates(past(late))) == [Due(ESCALATE, end_of_day(on))]
    assert list(dates(past(event(Action.Escalated, step=1, level=1, next_on=on, **step)))) == [
        Due(ESCALATE, end_of_day(on))
    ]
    assert list(dates(past(event(Action.Escalated, step=2, level=2, next_on=None, **step)))) == []


def test_the_route_that_ships_is_the_one_that_was_followed_before_rules_named_it() -> None:
    shipped = Escalation.model_validate(read(Path("deploy/rules/escalation.yaml"))["escalation"])
    assert (shipped.steps, Escalation().again) == (Escalation().steps, None)
    assert "to be confirmed by the provider" in shipped.source


def past(happened: Happened) -> Any:
    """An event of the past with just the fields that were said."""
    kind, fields = happened
    found: Any = object.__new__(kind)
    object.__setattr__(found, "__dict__", dict(fields))
    return found
