"""A trigger fires on facts that came together, once for each, and what must follow is on record or missed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from libs.calendar import WorkingDays, end_of_day
from libs.vigilance import Trigger
from services.assurance.domain import Sign, Watch
from services.assurance.domain.refusals import FollowedAlready, NotFired, NotHeldYet, NotOften, ReasonMissing
from services.assurance.domain.watch import Fact
from tests.given import NOW, event, given
from tests.house import rules

TRIGGER = next(Trigger.model_validate(each) for each in rules()["triggers"] if each["id"] == "notes-grow-vague")
OPENED = event(Watch.Opened, trigger_id=TRIGGER.id)
DAY, DUE = date(2026, 3, 2), date(2026, 3, 9)
FIRING = UUID(int=5)
FIRED = event(
    Watch.Fired, firing_id=FIRING, trigger_id=TRIGGER.id, definition=TRIGGER.model_dump(mode="json"), version="1",
    facts=[], due=DUE,
)  # fmt: skip
FOLLOWED = event(Watch.Followed, firing_id=FIRING, trigger_id=TRIGGER.id, how="Screened since Monday.", late=False)


def fact(source: str, on: date = DAY, times: int = 1) -> Fact:
    return Fact("A vague note", on, source, None, times)


def noted(source: str, on: date = DAY) -> Any:
    return event(Watch.FactNoted, fact=fact(source, on))


def notes(found: Fact) -> Any:
    return lambda watch: watch.note(found, TRIGGER, "pack/1", WorkingDays("ENG"))


def test_it_fires_when_enough_came_together_and_says_what_must_follow_and_when() -> None:
    given(Watch, OPENED, noted("a")).when(notes(fact("b"))).then(noted("b"))
    given(Watch, OPENED, noted("a"), noted("b")).when(notes(fact("c"))).then(
        event(Watch.Fired, facts=[fact("a"), fact("b"), fact("c")], due=DUE, version="pack/1")
    )
    given(Watch, OPENED).when(notes(fact("a", times=3))).then(event(Watch.Fired))


def test_what_lies_too_far_apart_does_not_come_together() -> None:
    long_ago = DAY - timedelta(days=30)
    given(Watch, OPENED, noted("a", long_ago), noted("b")).when(notes(fact("c"))).then(noted("c"))
    given(Watch, OPENED, noted("a"), noted("b")).when(notes(fact("c", long_ago))).then(noted("c", long_ago))


def test_a_fact_is_counted_once() -> None:
    given(Watch, OPENED, noted("a"), noted("b")).when(notes(fact("b"))).nothing()


def test_while_something_is_owed_further_facts_are_kept_and_fire_nothing() -> None:
    given(Watch, OPENED, FIRED).when(notes(fact("d", times=9))).then(event(Watch.FactNoted))
    given(Watch, OPENED, FIRED, FOLLOWED).when(notes(fact("d", times=9))).then(event(Watch.Fired))


def test_what_followed_is_put_on_record_once_late_or_not() -> None:
    how = "Screened since Monday."
    given(Watch, OPENED, FIRED).when(lambda w: w.follow(FIRING, how)).then(FOLLOWED)
    given(Watch, OPENED, FIRED).when(lambda w: w.follow(FIRING, how), at=end_of_day(DUE)).then(
        event(Watch.Followed, late=True)
    )
    given(Watch, OPENED, FIRED).when(lambda w: w.follow(FIRING, " ")).refused(ReasonMissing)
    given(Watch, OPENED, FIRED).when(lambda w: w.follow(UUID(int=6), how)).refused(NotFired)
    given(Watch, OPENED, FIRED, FOLLOWED).when(lambda w: w.follow(FIRING, how)).refused(FollowedAlready)


def test_what_did_not_follow_by_its_day_is_a_fact_of_its_own_once() -> None:
    missed = event(Watch.NotFollowed, firing_id=FIRING, trigger_id=TRIGGER.id, title="t", owed_by="board", due=DUE)
    given(Watch, OPENED, FIRED).when(lambda w: w.miss(FIRING), at=end_of_day(DUE)).then(
        event(Watch.NotFollowed, title=TRIGGER.title, owed_by="registered_manager", due=DUE)
    )
    given(Watch, OPENED, FIRED).when(lambda w: w.miss(FIRING)).nothing()
    given(Watch, OPENED, FIRED, missed).when(lambda w: w.miss(FIRING), at=end_of_day(DUE)).nothing()
    given(Watch, OPENED, FIRED, FOLLOWED).when(lambda w: w.miss(FIRING), at=end_of_day(DUE)).nothing()
    given(Watch, OPENED, FIRED, missed).when(lambda w: w.follow(FIRING, "Late."), at=end_of_day(DUE)).then(
        event(Watch.Followed, late=True)
    )


def test_an_early_sign_is_a_count_of_something_that_was_noticed() -> None:
    def take(times: int, on: date) -> Any:
        return lambda _: Sign.take_down("acme", "elm", UUID(int=1), "vague-notes", "A vague note", times, on, "")

    given(Sign).when(take(2, DAY)).then(event(Sign.Noted, sign="vague-notes", times=2))
    given(Sign).when(take(0, DAY)).refused(NotOften)
    given(Sign).when(take(1, NOW.date() + timedelta(days=1))).refused(NotHeldYet)
