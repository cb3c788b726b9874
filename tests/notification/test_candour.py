"""The duty of candour as its own record: told, written, enquiry, outcome, learning; not reached; declined."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from libs.deciding import deciding
from services.notification.domain.account import Account
from services.notification.domain.candour import (
    ApologyMissing,
    Candour,
    CandourDoesNotApply,
    CandourNeedsWords,
    ContactIsClosed,
    InContactAlready,
    NobodyTried,
    Step,
    StepBeforeItsTime,
    StepTakenAlready,
)
from services.notification.domain.duty import Duty
from services.notification.policy.candour import in_contact_again
from tests.given import JOURNEY, NOW, PLACE, SOMEONE, event, given
from tests.notification.samples import owing

APPLIES = event(Candour.Assessed, applies=True, because=["prolonged pain"])
NOT = event(Candour.Assessed, applies=False, because=[])
TRIED = event(Candour.ContactTried, note="Rang twice.")
DECLINED = event(Candour.Declined, note="She would rather not.")


def step(which: Step, *, apologised: bool = False) -> Any:
    return event(Candour.StepTaken, step=which.value, note="Said.", apologised=apologised)


TOLD = step(Step.TOLD_IN_PERSON, apologised=True)
WRITTEN = step(Step.WRITTEN_FOLLOW_UP, apologised=True)


def take(which: Step, *, apologised: bool = False) -> Any:
    return lambda candour: candour.take(which, "Said.", apologised=apologised)


def test_the_steps_follow_each_other_from_telling_to_learning() -> None:
    given(Candour, APPLIES).when(take(Step.TOLD_IN_PERSON, apologised=True)).then(TOLD)
    given(Candour, APPLIES, TOLD).when(take(Step.WRITTEN_FOLLOW_UP, apologised=True)).then(WRITTEN)
    given(Candour, APPLIES, TOLD, WRITTEN).when(take(Step.OUTCOME_LETTER)).then(step(Step.OUTCOME_LETTER))
    given(Candour, APPLIES, TOLD).when(take(Step.LEARNING_TOLD)).then(step(Step.LEARNING_TOLD))


@pytest.mark.parametrize("early", [Step.WRITTEN_FOLLOW_UP, Step.ENQUIRY_NEWS, Step.OUTCOME_LETTER, Step.LEARNING_TOLD])
def test_nothing_is_written_before_the_person_was_told(early: Step) -> None:
    given(Candour, APPLIES).when(take(early, apologised=True)).refused(StepBeforeItsTime)


def test_the_outcome_follows_the_letter() -> None:
    given(Candour, APPLIES, TOLD).when(take(Step.OUTCOME_LETTER)).refused(StepBeforeItsTime)


def test_nobody_is_told_without_an_apology() -> None:
    given(Candour, APPLIES).when(take(Step.TOLD_IN_PERSON)).refused(ApologyMissing)
    given(Candour, APPLIES, TOLD).when(take(Step.WRITTEN_FOLLOW_UP)).refused(ApologyMissing)


def test_a_step_is_taken_once_but_news_of_the_enquiry_may_come_again() -> None:
    given(Candour, APPLIES, TOLD).when(take(Step.TOLD_IN_PERSON, apologised=True)).refused(StepTakenAlready)
    news = step(Step.ENQUIRY_NEWS)
    given(Candour, APPLIES, TOLD, news).when(take(Step.ENQUIRY_NEWS)).then(news)


def test_who_cannot_be_reached_was_tried_first() -> None:
    given(Candour, APPLIES).when(lambda c: c.find_unreachable("No answer.")).refused(NobodyTried)
    given(Candour, APPLIES).when(lambda c: c.try_contact("Rang twice.")).then(TRIED)
    found = event(Candour.FoundUnreachable, note="No answer.")
    given(Candour, APPLIES, TRIED).when(lambda c: c.find_unreachable("No answer.")).then(found)
    given(Candour, APPLIES, TRIED, found).when(take(Step.TOLD_IN_PERSON, apologised=True)).refused(ContactIsClosed)


def test_who_declines_may_change_their_mind() -> None:
    given(Candour, APPLIES).when(lambda c: c.decline("She would rather not.")).then(DECLINED)
    resumed = event(Candour.ContactResumed, note="She rang.")
    given(Candour, APPLIES, DECLINED).when(lambda c: c.resume("She rang.")).then(resumed)
    given(Candour, APPLIES, DECLINED, resumed).when(take(Step.TOLD_IN_PERSON, apologised=True)).then(TOLD)
    given(Candour, APPLIES).when(lambda c: c.resume("She rang.")).refused(InContactAlready)


def test_where_the_duty_does_not_apply_nothing_is_put_on_it_until_it_is_weighed_again() -> None:
    given(Candour, NOT).when(take(Step.TOLD_IN_PERSON, apologised=True)).refused(CandourDoesNotApply)
    anew = event(Candour.AssessedAnew, applies=True, because=["prolonged pain"])
    given(Candour, NOT).when(lambda c: c.assess(["prolonged pain"], applies=True)).then(anew)
    given(Candour, NOT).when(lambda c: c.assess([], applies=False)).nothing()


def test_every_entry_says_what_was_done() -> None:
    given(Candour, APPLIES).when(lambda c: c.take(Step.SUPPORT_GIVEN, " ")).refused(CandourNeedsWords)
    given(Candour, APPLIES).when(lambda c: c.decline("")).refused(CandourNeedsWords)


class Kept:
    """Aggregates as their service would find them."""

    def __init__(self, *aggregates: Any) -> None:
        self.aggregates = {each.id: each for each in aggregates}

    async def find(self, kind: type, identity: UUID) -> Any:
        return self.aggregates.get(identity)


def test_contact_brings_back_what_is_owed_under_the_rules_as_weighed_and_not_what_was_weighed_away() -> None:
    with deciding(SOMEONE, NOW):
        account, candour = Account(**PLACE), Candour(**PLACE, applies=True, because=[])
        account.settle({"candour-support", "candour-written-account", "complaint-acknowledged"})
        rules = ("candour-told-in-person", "candour-support", "candour-written-account", "learning-relevant-person")
        told, support, written, learning = (Duty(**PLACE, owing=owing(rule)) for rule in rules)
        told.lift("It was weighed again.")
        support.lift("Not reached.")
        written.discharge("in_writing", "By post.")
        learning.decline("No.")
        kept = Kept(account, candour, told, support, written, learning)
        assert asyncio.run(in_contact_again(kept, candour)) == [support]
        assert [each.state for each in (told, support, written, learning)] == [
            "lifted", "owed", "discharged", "declined",
        ]  # fmt: skip
        assert asyncio.run(in_contact_again(Kept(candour, told, support), candour)) == []
    assert candour.journey == JOURNEY
