"""What a month's events are divided by is stated in parts: what is not stated now stays as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.importing.targets import RowRefused, Target, row_of
from services.governance.domain import Site
from tests.given import event, given

MARCH = date(2026, 3, 1)
REGISTERED = event(
    Site.Registered, title="Elm", region="North", nation="ENG", service_kind="care_home_nursing", opened_on=MARCH
)


def stated(beds: int | None, exposure: float | None, unit: str = "occupied_bed_days") -> Any:
    return event(Site.CapacityStated, month=MARCH, beds=beds, exposure=exposure, exposure_unit=unit)


def test_beds_stated_later_leave_the_exposure_as_it_was() -> None:
    history = given(Site, REGISTERED, stated(None, 900.0, "person_days"))
    history.when(lambda site: site.state_capacity(date(2026, 3, 9), 40, None, "occupied_bed_days")).then(
        stated(40, 900.0, "person_days")
    )


def test_the_same_figures_again_are_no_news() -> None:
    history = given(Site, REGISTERED, stated(40, 900.0))
    history.when(lambda site: site.state_capacity(date(2026, 3, 31), None, 900.0, "occupied_bed_days")).nothing()
    given(Site, REGISTERED).when(lambda site: site.state_capacity(MARCH, None, None, "care_hours")).then(
        stated(None, None, "care_hours")
    )


def test_a_row_of_an_import_states_beds_exposure_or_both() -> None:
    row = row_of(Target.CAPACITY, {"site": "elm", "month": "2026-03-31", "exposure": "1234.5", "unit": "care_hours"})
    assert row.model_dump() == {
        "site": "elm", "month": date(2026, 3, 31), "beds": None, "exposure": 1234.5, "unit": "care_hours"
    }  # fmt: skip
    for wrong in ({}, {"exposure": "0"}, {"exposure": "nan"}, {"exposure": "5", "unit": "visits"}):
        with pytest.raises(RowRefused):
            row_of(Target.CAPACITY, {"site": "elm", "month": "2026-03-31", **wrong})
