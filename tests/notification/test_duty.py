"""An account that is owed: given, tried, declined, late, lifted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from libs.service import NotFound
from services.notification.domain.duty import (
    AlreadySettled,
    AttemptNeedsWords,
    Duty,
    NoLongerOwed,
    TellingNeedsWords,
)
from services.notification.policy.owing import LOOKS, heard_of
from services.notification.publication import publish
from tests.given import event, given
from tests.notification.samples import DUE, owing

OWED = event(Duty.Owed, owing=owing())
WITHOUT_DATE = event(Duty.Owed, owing=owing("feedback-to-reporter", None))
GIVEN = event(Duty.Discharged, channel="in_person", note="Told her what we found.")
LIFTED = event(Duty.Lifted, because="weighed again")
DECLINED = event(Duty.Declined, note="He said he would rather not.")
LATE = event(Duty.FellOverdue, due=DUE)


def test_an_account_that_was_given_discharges_the_duty() -> None:
    given(Duty, OWED).when(lambda d: d.discharge("in_person", "Told her what we found.")).then(GIVEN)


def test_what_was_told_is_on_the_record_in_a_sentence() -> None:
    given(Duty, OWED).when(lambda d: d.discharge("in_person", "  ")).refused(TellingNeedsWords)


@pytest.mark.parametrize("settled", [GIVEN, DECLINED])
def test_a_settled_duty_is_not_settled_twice(settled: Any) -> None:
    for act in (lambda d: d.discharge("phone", "again"), lambda d: d.attempt("rang"), lambda d: d.decline("no")):
        given(Duty, OWED, settled).when(act).refused(AlreadySettled)


def test_an_attempt_is_recorded_and_the_duty_stays_owed() -> None:
    tried = event(Duty.ContactAttempted, note="Rang twice, no answer.")
    given(Duty, OWED).when(lambda d: d.attempt("Rang twice, no answer.")).then(tried)
    given(Duty, OWED, tried).when(lambda d: d.discharge("in_person", "Told her what we found.")).then(GIVEN)


def test_an_attempt_says_how_it_was_made() -> None:
    given(Duty, OWED).when(lambda d: d.attempt("")).refused(AttemptNeedsWords)
    given(Duty, OWED).when(lambda d: d.decline("")).refused(AttemptNeedsWords)


def test_someone_who_does_not_wish_to_be_told_settles_the_duty() -> None:
    given(Duty, OWED).when(lambda d: d.decline("He said he would rather not.")).then(DECLINED)


def test_a_duty_falls_overdue_once() -> None:
    given(Duty, OWED).when(Duty.fall_overdue).then(LATE)
    given(Duty, OWED, LATE).when(Duty.fall_overdue).nothing()


@pytest.mark.parametrize("history", [(WITHOUT_DATE,), (OWED, GIVEN), (OWED, LIFTED), (OWED, DECLINED)])
def test_only_a_duty_still_owed_with_a_date_falls_overdue(history: Any) -> None:
    given(Duty, *history).when(Duty.fall_overdue).nothing()


def test_a_late_account_is_still_an_account() -> None:
    given(Duty, OWED, LATE).when(lambda d: d.discharge("in_person", "Told her what we found.")).then(GIVEN)


def test_a_duty_that_no_longer_applies_is_lifted_with_its_reason() -> None:
    given(Duty, OWED).when(lambda d: d.lift("weighed again")).then(LIFTED)
    given(Duty, OWED, LIFTED).when(lambda d: d.lift("weighed again")).nothing()
    given(Duty, OWED, LIFTED).when(lambda d: d.discharge("phone", "Told him.")).refused(NoLongerOwed)


def test_an_account_that_was_given_stays_given_when_the_rule_no_longer_applies() -> None:
    given(Duty, OWED, GIVEN).when(lambda d: d.lift("weighed again")).nothing()


def test_a_lifted_or_settled_duty_can_be_owed_again_and_is_not_late_from_before() -> None:
    again = event(Duty.OwedAgain, owing=owing(due=None))
    for history in ([OWED, LIFTED], [OWED, LATE, GIVEN]):
        given(Duty, *history).when(lambda d: d.owe_again(owing(due=None))).then(again)
    assert not given(Duty, OWED, LATE, GIVEN, again).aggregate.is_overdue


def test_a_duty_still_owed_is_not_owed_twice() -> None:
    given(Duty, OWED).when(lambda d: d.owe_again(owing(due=None))).nothing()


@pytest.mark.parametrize(
    "turn", [lambda d: d.discharge("phone", "Told."), lambda d: d.attempt("Rang."), lambda d: d.decline("No."),
             lambda d: d.lift("weighed again"), Duty.fall_overdue],
)  # fmt: skip
def test_neighbours_hear_of_every_turn_that_a_duty_takes(turn: Any) -> None:
    (duty,) = given(Duty, OWED).when(turn).act()
    (turned,) = duty.collect_events()
    assert publish(turned)


class Behind:
    """A directory that is so many words behind governance."""

    def __init__(self, words: int) -> None:
        self.words, self.places = words, {"governance": (10, 0)}

    async def reached(self, source: str, position: int) -> bool:
        assert position > self.places[source][0]
        self.words, self.places = self.words - 1, {source: (position, 0)}
        return True

    async def rules(self) -> str:
        if self.words:
            raise NotFound("Not yet")
        return "rules"


def test_what_governance_has_said_is_waited_for_a_little() -> None:
    for words in range(LOOKS + 1):
        behind = Behind(words)
        assert asyncio.run(heard_of(behind, behind.rules)) == "rules"  # type: ignore[arg-type]
    never = Behind(99)
    with pytest.raises(NotFound):
        asyncio.run(heard_of(never, never.rules))  # type: ignore[arg-type]
