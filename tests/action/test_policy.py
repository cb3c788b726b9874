"""What action does of its own accord, and what it leaves alone."""

from __future__ import annotations

from uuid import UUID

import pytest

from contracts.review import ReviewSignedOff, SignedOffFactor
from libs.calendar import end_of_day
from libs.deadlines import Due, Lifted
from services.action.domain.action import Action
from services.action.domain.plan import Plan
from services.action.policy import OVERDUE, dates
from tests.action.facts import DUE, HANDOVER, agreed, implemented
from tests.given import Happened, event, given

LATER = DUE.replace(day=30)


def signed_off(*factors: UUID) -> ReviewSignedOff:
    return ReviewSignedOff(
        review_id=UUID(int=31),
        learning_statement="Say it aloud.",
        factors=[SignedOffFactor(factor_id=each, category="handover", seips="tasks") for each in factors],
        themes=["falls"],
        author="person:author",
        signed_by="person:other",
    )


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
    history = [happened] if happened[0] is Action.Agreed else [agreed(), happened]
    aggregate = given(Action, *history)
    assert aggregate.aggregate is not None
    kind, fields = happened
    past = object.__new__(kind)
    object.__setattr__(past, "__dict__", dict(fields))
    assert list(dates(past)) == ([set_] if set_ else [])


def test_factors_keep_their_identity() -> None:
    assert signed_off(HANDOVER.factor_id).factors[0].factor_id == HANDOVER.factor_id
    assert Plan.create_id(UUID(int=5)) == Plan.create_id(UUID(int=5))
