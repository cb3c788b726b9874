"""The rota: who works nights, where and for whom, and who counts as agency staff or a new starter whatever it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from deploy.importing.taking import staff_of
from deploy.importing.targets import RowRefused, ShiftRow, Target, row_of
from libs.deciding import deciding
from libs.reaching import Reaching
from services.notification.domain.briefing import Listener
from services.notification.domain.rota import Pattern, Rota, Shift, ShiftNotPossible
from services.notification.domain.team import Team
from tests.given import NOW, SOMEONE, event, given
from tests.notification.samples import ANN, BEN, CAT

LIMITS = Reaching()
OPENED = event(Rota.Opened, person_id=ANN)
PERSON = UUID(int=0xC000)


def shift(hour: int, hours: float = 8, day: int = 0, **more: object) -> Shift:
    starts = NOW.replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=day)
    return Shift(starts, starts + timedelta(hours=hours), **more)  # type: ignore[arg-type]


def rostered(*shifts: Shift) -> Rota:
    rota: Rota = given(Rota, OPENED, *(event(Rota.ShiftRostered, shift=each) for each in shifts)).aggregate
    return rota


def test_the_same_shift_again_is_no_news_and_another_end_is() -> None:
    early, longer = shift(7), shift(7, 9)
    put = event(Rota.ShiftRostered, shift=early)
    given(Rota, OPENED).when(lambda r: r.roster(early)).then(put)
    given(Rota, OPENED, put).when(lambda r: r.roster(early)).nothing()
    given(Rota, OPENED, put).when(lambda r: r.roster(longer)).then(event(Rota.ShiftRostered, shift=longer))


@pytest.mark.parametrize("hours", [0, -1, 49])
def test_a_shift_ends_after_it_starts_and_within_two_days(hours: float) -> None:
    given(Rota, OPENED).when(lambda r: r.roster(shift(7, hours))).refused(ShiftNotPossible)


@pytest.mark.parametrize(("hour", "hours", "night"), [(21, 10, 7), (7, 8, 0), (3, 4, 3), (22, 2, 1), (14, 8, 0)])
def test_the_hours_of_a_shift_that_lie_in_the_night(hour: int, hours: int, night: float) -> None:
    assert shift(hour, hours).night_hours(LIMITS) == night


def test_in_summer_the_night_is_counted_by_the_clock_on_the_wall() -> None:
    starts = datetime(2026, 7, 1, 22, tzinfo=UTC)  # eleven at night in London
    assert Shift(starts, starts + timedelta(hours=3)).night_hours(LIMITS) == 3


def test_somebody_belongs_to_the_shifts_they_mostly_work() -> None:
    nights = rostered(shift(21), shift(21, day=1), shift(7, day=3))
    pattern = nights.pattern(NOW, LIMITS)
    assert pattern
    assert pattern.part == "night"
    half = rostered(shift(21), shift(7, day=1, group="Rose", supports=[PERSON])).pattern(NOW, LIMITS)
    assert half
    assert (half.part, half.group, half.supports) == ("day", "Rose", [PERSON])
    assert nights.pattern(NOW + timedelta(days=60), LIMITS) is None


def test_the_rota_is_looked_at_again_when_what_it_says_next_changes() -> None:
    here, ahead = shift(7), shift(7, day=LIMITS.rota_days + 5)
    on = here.ends + LIMITS.rota
    rota = rostered(here, ahead)
    look = event(Rota.LookSet, on=on)
    history = (OPENED, event(Rota.ShiftRostered, shift=here), event(Rota.ShiftRostered, shift=ahead))
    given(Rota, *history).when(lambda r: r.look_again(NOW, LIMITS)).then(look)
    given(Rota, *history, look).when(lambda r: r.look_again(NOW + timedelta(days=3), LIMITS)).nothing()
    assert rota.pattern(on, LIMITS)  # by then the later shift is near
    given(Rota, *history, look).when(lambda r: r.look_again(on, LIMITS), at=on).then(
        event(Rota.LookSet, on=ahead.ends + LIMITS.rota)
    )
    assert rota.pattern(ahead.ends + LIMITS.rota, LIMITS) is None
    given(Rota, OPENED, history[2]).when(lambda r: r.look_again(NOW, LIMITS)).then(
        event(Rota.LookSet, on=ahead.starts - LIMITS.rota)
    )
    given(Rota, OPENED).when(lambda r: r.look_again(NOW, LIMITS)).nothing()


def test_shifts_long_over_are_let_go_of_and_how_somebody_works_now_is_not() -> None:
    kept = LIMITS.rota_kept_days
    days = [-2 * kept - 2, -kept - 2, -kept + 2, -5, -4, 3]
    history = [OPENED, *(event(Rota.ShiftRostered, shift=shift(21, day=day)) for day in days)]
    gone = event(Rota.ShiftsLetGo, before=NOW - LIMITS.rota_kept)
    given(Rota, *history).when(lambda r: r.let_go(NOW, LIMITS)).then(gone)
    left = given(Rota, *history, gone).aggregate
    assert list(left.shifts) == [shift(21, day=day).starts for day in days[2:]]
    assert left.pattern(NOW, LIMITS) == given(Rota, *history).aggregate.pattern(NOW, LIMITS)
    given(Rota, *history, gone).when(lambda r: r.let_go(NOW, LIMITS)).nothing()
    given(Rota, *history, gone).when(lambda r: r.roster(shift(21, day=days[0]))).nothing()


def test_years_of_shifts_stay_a_few_months_of_them() -> None:
    rota = rostered()
    most = 0
    for day in range(0, 3 * 365, 2):
        with deciding(SOMEONE, NOW):
            rota.roster(shift(7, day=day))
            rota.let_go(NOW + timedelta(days=day), LIMITS)
        most = max(most, len(rota.shifts))
    assert most <= LIMITS.rota_kept_days + 2
    assert sum(isinstance(each, Rota.ShiftsLetGo) for each in rota.pending_events) <= 3 * 365 // LIMITS.rota_kept_days


def test_agency_staff_and_new_starters_are_counted_apart_whatever_the_rota_says() -> None:
    nights = Pattern("night", "Rose", [PERSON], NOW)
    joined = [event(Team.Joined, person_id=p, part=part) for p, part in ((ANN, "day"), (BEN, "new_starter"))]
    on_rota = [event(Team.Rostered, person_id=p, pattern=nights) for p in (ANN, BEN)]
    passing = event(Team.Rostered, person_id=CAT, pattern=Pattern("agency", "", [], NOW))
    team = given(Team, event(Team.Gathered), *joined, *on_rota, passing).aggregate
    assert team.listeners(NOW, LIMITS, PERSON) == [
        Listener(ANN, "night", "Rose", close=True),
        Listener(BEN, "new_starter", "Rose", close=True),
        Listener(CAT, "agency"),
    ]
    later = NOW + timedelta(days=LIMITS.rota_days + 1)
    assert team.listeners(later, LIMITS) == [Listener(ANN, "day"), Listener(BEN, "new_starter")]


def test_a_row_of_a_rota_file_is_read_by_the_clock_of_the_uk() -> None:
    row = row_of(
        Target.SHIFT,
        {
            "site": "elm",
            "staff": "A-17",
            "starts": "2026-07-01 21:00",
            "ends": "2026-07-02 07:00",
            "supports": str(PERSON),
        },
    )
    assert isinstance(row, ShiftRow)
    assert (row.starts.astimezone(UTC).hour, row.supports) == (20, (PERSON,))
    with pytest.raises(RowRefused, match="within two days"):
        row_of(Target.SHIFT, {"site": "elm", "staff": "A", "starts": "2026-07-01 21:00", "ends": "2026-07-01 07:00"})
    assert staff_of("acme", str(ANN)) == ANN
    assert staff_of("acme", "A-17") == staff_of("acme", "A-17") != staff_of("other", "A-17")
