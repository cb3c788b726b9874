"""Matters of employment after an allegation: kept apart, and shut to whom they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.taxonomy import Role
from libs.domain import Refused
from services.intake.application.allegations import EMPLOYERS, require_employer
from services.intake.domain import StaffAllegation
from services.intake.domain.refusals import (
    AllegationConcluded,
    EmploymentShut,
    NotItsSubject,
    NotYetHappened,
    RationaleMissing,
    SubjectNamedAlready,
    SubjectNeedsName,
)
from services.intake.publication import publish
from tests.given import NOW, event, given

WHY = "because it was heard"
OPENED = event(StaffAllegation.Opened)
NAMED = event(StaffAllegation.SubjectNamed, subject="d00d", person="beef", name="Sam Poole")
CONCLUDED = event(StaffAllegation.Concluded, outcome="unfounded")


def test_who_it_is_about_is_named_and_shut_out() -> None:
    given(StaffAllegation, OPENED).when(lambda it: it.name_subject("d00d", "beef", "Sam Poole")).then(
        event(StaffAllegation.SubjectNamed, subject="d00d", name="Sam Poole")
    )
    it = given(StaffAllegation, OPENED, NAMED).aggregate
    assert it.shuts_out("d00d")
    assert not it.shuts_out("cafe")


def test_neighbours_hear_whom_it_shuts_out_and_no_name() -> None:
    made: list[object] = []

    def ask(it: StaffAllegation) -> None:
        it.name_subject("d00d", "beef", "Sam Poole")
        made.extend(it.pending_events)

    given(StaffAllegation, OPENED).when(ask).then(event(StaffAllegation.SubjectNamed))
    said = publish(made[-1])
    assert said is not None
    assert said.model_dump() == {"subject": "d00d"}


def test_today_begins_at_midnight_in_the_uk_also_in_summer() -> None:
    night = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    given(StaffAllegation, OPENED).when(lambda it: it.take_step("heard", date(2026, 7, 2), ""), at=night).then(
        event(StaffAllegation.StepTaken, taken_on=date(2026, 7, 2))
    )


def test_what_the_employer_did_stays_at_home() -> None:
    made: list[object] = []

    def ask(it: StaffAllegation) -> None:
        it.take_step("suspended", NOW.date(), "Without prejudice.")
        it.conclude("unfounded", WHY)
        made.extend(it.pending_events)

    given(StaffAllegation, OPENED, NAMED).when(ask).then(
        event(StaffAllegation.StepTaken, step="suspended", words="Without prejudice."),
        event(StaffAllegation.Concluded, outcome="unfounded"),
    )
    assert [publish(each) for each in made] == [None, None]


def test_whom_it_turns_out_not_to_be_about_may_read_again() -> None:
    struck = event(StaffAllegation.SubjectStruckOut, subject="d00d", person="beef")
    given(StaffAllegation, OPENED, NAMED).when(lambda it: it.strike_out("d00d", WHY)).then(struck)
    assert not given(StaffAllegation, OPENED, NAMED, struck).aggregate.shuts_out("d00d")


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (lambda it: it.name_subject("d00d", "beef", "Sam Poole"), SubjectNamedAlready),
        (lambda it: it.name_subject("cafe", "beef", " "), SubjectNeedsName),
        (lambda it: it.strike_out("cafe", WHY), NotItsSubject),
        (lambda it: it.strike_out("d00d", ""), RationaleMissing),
        (lambda it: it.take_step("suspended", NOW.date() + timedelta(days=1), ""), NotYetHappened),
        (lambda it: it.conclude("unfounded", " "), RationaleMissing),
    ],
)
def test_what_cannot_be_is_refused(asked: object, refusal: type[Refused]) -> None:
    given(StaffAllegation, OPENED, NAMED).when(asked).refused(refusal)  # type: ignore[arg-type]


def test_what_was_concluded_is_not_gone_on_with() -> None:
    for asked in (lambda it: it.take_step("heard", date(2026, 3, 1), ""), lambda it: it.conclude("partly", WHY)):
        given(StaffAllegation, OPENED, NAMED, CONCLUDED).when(asked).refused(AllegationConcluded)


def test_matters_of_employment_are_for_those_who_answer_for_the_staff() -> None:
    for role in Role:
        if role in EMPLOYERS:
            require_employer(role)
        else:
            with pytest.raises(EmploymentShut):
                require_employer(role)
