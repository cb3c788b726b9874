"""What is to be held regularly is held or missed, each time for itself, and never twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as some

from libs.calendar import WorkingDays, end_of_day
from libs.deciding import deciding
from libs.practice import Every
from services.assurance.domain import Cadence
from services.assurance.domain.cadence import TURNS, first_slot, slot_after, slot_of
from services.assurance.domain.refusals import AlreadyOnRecord, NotHeldYet, TooLongAgo
from tests.assurance.told import at, cadence
from tests.given import NOW, SOMEONE, event, given

ENGLAND = WorkingDays("ENG")
MONTHLY, DAILY = cadence("monthly-learning-review"), cadence("daily-indicator-screen")
LOG = "governance_report"


def was_set(definition: Any = MONTHLY, starts: date = date(2026, 3, 1), ends: date = date(2026, 3, 31)) -> Any:
    return event(
        Cadence.CadenceSet, cadence_id=definition.id, definition=definition.model_dump(mode="json"), version="pack/1",
        nation="ENG", starts=starts, ends=ends, next_due=end_of_day(ends),
    )  # fmt: skip


def was_kept(slot: date, held_on: date, starts: date, ends: date) -> Any:
    return event(
        Cadence.Kept, cadence_id=MONTHLY.id, title=MONTHLY.title, role=MONTHLY.role, slot=slot, held_on=held_on,
        register=LOG, note="", starts=starts, ends=ends, next_due=end_of_day(ends),
    )  # fmt: skip


HELD_IN_MARCH = was_kept(date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 30))


@pytest.mark.parametrize(
    ("every", "day", "slot"),
    [
        (Every.DAY, date(2026, 3, 4), (date(2026, 3, 4), date(2026, 3, 4))),
        (Every.WEEK, date(2026, 3, 4), (date(2026, 3, 2), date(2026, 3, 8))),
        (Every.MONTH, date(2024, 2, 29), (date(2024, 2, 1), date(2024, 2, 29))),
        (Every.QUARTER, date(2026, 12, 31), (date(2026, 10, 1), date(2026, 12, 31))),
    ],
)
def test_a_slot_is_the_day_week_month_or_quarter(every: Every, day: date, slot: tuple[date, date]) -> None:
    assert slot_of(every, day) == slot


def test_the_daily_round_passes_over_weekends_and_bank_holidays() -> None:
    thursday = slot_of(Every.DAY, date(2026, 4, 2))
    assert slot_after(Every.DAY, thursday, ENGLAND)[0] == date(2026, 4, 7)


def test_the_running_slot_is_asked_for_only_where_half_of_it_is_to_come() -> None:
    assert first_slot(Every.MONTH, date(2026, 3, 2), ENGLAND)[0] == date(2026, 3, 1)
    assert first_slot(Every.MONTH, date(2026, 3, 20), ENGLAND)[0] == date(2026, 4, 1)
    assert first_slot(Every.DAY, date(2026, 3, 6), ENGLAND)[0] == date(2026, 3, 9)


@whatever(some.sampled_from(Every), some.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_slots_follow_one_another_without_overlap(every: Every, day: date) -> None:
    slot = first_slot(every, day, ENGLAND)
    following = slot_after(every, slot, ENGLAND)
    assert slot[0] <= slot[1] < following[0]
    assert slot[1] >= day
    if every is not Every.DAY:
        assert following[0] == slot[1] + timedelta(days=1)
        assert slot_of(every, following[1]) == following


def test_what_was_held_is_kept_and_the_next_is_due() -> None:
    given(Cadence, was_set()).when(lambda c: c.keep(date(2026, 3, 2), LOG, "Two themes")).then(
        event(
            Cadence.Kept, slot=date(2026, 3, 1), held_on=date(2026, 3, 2), note="Two themes",
            next_due=end_of_day(date(2026, 4, 30)),
        )
    )  # fmt: skip


def test_it_is_on_record_once_for_each_time() -> None:
    given(Cadence, was_set(), HELD_IN_MARCH).when(lambda c: c.keep(date(2026, 3, 2), LOG, "")).refused(AlreadyOnRecord)


def test_what_has_not_taken_place_is_not_on_record() -> None:
    given(Cadence, was_set()).when(lambda c: c.keep(date(2026, 3, 3), LOG, "")).refused(NotHeldYet)


def test_each_time_that_passed_is_missed_for_itself() -> None:
    given(Cadence, was_set()).when(lambda c: c.lapse(), at=at(5, 1)).then(
        event(Cadence.Missed, slot=date(2026, 3, 1), due=date(2026, 3, 31)),
        event(Cadence.Missed, slot=date(2026, 4, 1), next_due=end_of_day(date(2026, 5, 31))),
    )


def test_what_was_kept_is_not_missed() -> None:
    given(Cadence, was_set(), HELD_IN_MARCH).when(lambda c: c.lapse(), at=at(4, 2)).nothing()


def test_what_was_held_but_recorded_late_is_recorded_and_the_gap_stays() -> None:
    missed = event(
        Cadence.Missed, cadence_id=MONTHLY.id, title=MONTHLY.title, role=MONTHLY.role, slot=date(2026, 3, 1),
        due=date(2026, 3, 31), starts=date(2026, 4, 1), ends=date(2026, 4, 30), next_due=end_of_day(date(2026, 4, 30)),
    )  # fmt: skip
    given(Cadence, was_set(), missed).when(lambda c: c.keep(date(2026, 3, 30), LOG, ""), at=at(4, 3)).then(
        event(Cadence.Kept, slot=date(2026, 3, 1), starts=date(2026, 4, 1))
    )


def test_amended_rules_count_what_is_on_record_already() -> None:
    renamed = MONTHLY.model_copy(update={"title": "Learning review"})
    given(Cadence, was_set(), HELD_IN_MARCH).when(lambda c: c.amend(renamed, "pack/2", "ENG")).then(
        event(Cadence.Amended, starts=date(2026, 4, 1))
    )
    given(Cadence, was_set()).when(lambda c: c.amend(MONTHLY, "pack/2", "ENG")).nothing()


def test_what_is_withdrawn_and_asked_for_again_does_not_ask_twice_for_the_same_month() -> None:
    withdrawn = event(Cadence.Withdrawn, version="pack/2")
    given(Cadence, was_set(), HELD_IN_MARCH).when(lambda c: c.withdraw("pack/2")).then(withdrawn)
    given(Cadence, was_set(), withdrawn).when(lambda c: c.lapse(), at=at(6, 1)).nothing()
    given(Cadence, was_set(), HELD_IN_MARCH, withdrawn).when(lambda c: c.amend(MONTHLY, "pack/3", "ENG")).then(
        event(Cadence.Amended, starts=date(2026, 4, 1))
    )


@settings(deadline=None)
@whatever(
    some.lists(some.integers(1, 90), max_size=12),
    some.sampled_from(["daily-indicator-screen", "weekly-documentation-audit", "monthly-learning-review"]),
)
def test_whatever_the_clock_does_every_slot_is_settled_once(days: list[int], name: str) -> None:
    definition = cadence(name)
    held = given(Cadence, was_set(definition, *first_slot(definition.every, NOW.date(), ENGLAND))).aggregate
    now: datetime = NOW
    for jump in days:
        now += timedelta(days=jump)
        with deciding(SOMEONE, now):
            if jump % 3 == 0 and slot_of(definition.every, now.date())[0] not in held.kept:
                held.keep(now.date(), LOG, "")
            held.lapse()
        assert end_of_day(held.slot[1]) > now
        assert held.slot[0] not in held.kept
    events = held.collect_events()
    settled = [each.slot for each in events if not isinstance(each, Cadence.CarriedOver)]
    assert len(set(settled)) == len(settled)
    assert as_read_later(events, held) == (held.id, held.version, held.site, held.slot, held.definition, held.is_set)


def as_read_later(events: list[Any], held: Cadence) -> tuple[Any, ...]:
    """What a cadence comes to when nothing is read from before it was last carried over."""
    carried = [n for n, each in enumerate(events) if isinstance(each, Cadence.CarriedOver)]
    read: Any = None if carried else held
    for each in events[carried[-1] :] if carried else ():
        read = each.mutate(read)
    return read.id, read.version, read.site, read.slot, read.definition, read.is_set


def test_what_was_held_before_it_was_carried_over_still_counts_as_on_record() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(60)]
    kept = [was_kept(day, day, date(2026, 3, 2), date(2026, 3, 2)) for day in days[:TURNS]]
    history = given(Cadence, was_set(DAILY, date(2026, 3, 2), date(2026, 3, 2)), *kept)
    with deciding(SOMEONE, NOW):
        history.aggregate.keep(NOW.date(), LOG, "")
    carried = history.aggregate.collect_events()[-1]
    read = carried.mutate(None)
    with deciding(SOMEONE, NOW), pytest.raises(AlreadyOnRecord):
        read.keep(days[0], LOG, "")
    with deciding(SOMEONE, NOW), pytest.raises(TooLongAgo):
        read.keep(NOW.date() - timedelta(days=367), LOG, "")
