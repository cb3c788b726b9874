"""A change that is made person by person is made when everyone it is meant for is accounted for."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.governance import TeamMemberLeft
from services.action.domain import rules
from services.action.domain.action import Action
from services.action.domain.roll import Roll
from services.action.policy import LEFT, react
from tests.action.facts import agreed
from tests.given import event, given, heard, whenever

ANN, BO = UUID(int=71), UUID(int=72)
DAY = date(2026, 3, 2)
OPENED = event(Roll.Opened, action_id=UUID(int=11), people=[ANN])
TOOK_PART = event(Roll.TookPart, person=ANN, on=DAY)
EXCUSED = event(Roll.Excused, person=ANN, because="She left.")
STARTED = event(Action.Started)


def made(named: str = "", outstanding: int | None = None) -> Any:
    return lambda action: action.implement(DAY, "audit", "Sheet 4", named, outstanding)


def test_people_are_added_once() -> None:
    given(Roll, OPENED).when(lambda r: r.add([ANN, BO, BO])).then(event(Roll.Added, people=[BO]))
    given(Roll, OPENED).when(lambda r: r.add([ANN])).nothing()
    given(Roll, OPENED, TOOK_PART).when(lambda r: r.add([ANN])).nothing()


def test_who_was_excused_and_is_back_is_named_again() -> None:
    again = event(Roll.Added, people=[ANN])
    given(Roll, OPENED, EXCUSED).when(lambda r: r.add([ANN])).then(again)
    assert given(Roll, OPENED, EXCUSED, again).aggregate.outstanding == [ANN]


def test_each_person_takes_part_once() -> None:
    given(Roll, OPENED).when(lambda r: r.take_part(ANN, DAY)).then(TOOK_PART)
    given(Roll, OPENED, TOOK_PART).when(lambda r: r.take_part(ANN, DAY)).refused(rules.OnRecordAlready)
    given(Roll, OPENED).when(lambda r: r.take_part(BO, DAY)).refused(rules.NotOnTheList)
    given(Roll, OPENED).when(lambda r: r.take_part(ANN, date(2026, 3, 3))).refused(rules.ImplementedInTheFuture)


def test_someone_is_excused_with_a_reason_and_may_still_take_part() -> None:
    given(Roll, OPENED).when(lambda r: r.excuse(ANN, "She left.")).then(EXCUSED)
    given(Roll, OPENED).when(lambda r: r.excuse(ANN, " ")).refused(rules.ReasonMissing)
    given(Roll, OPENED, TOOK_PART).when(lambda r: r.excuse(ANN, "She left.")).refused(rules.OnRecordAlready)
    given(Roll, OPENED, EXCUSED).when(lambda r: r.excuse(ANN, "Again.")).refused(rules.OnRecordAlready)
    given(Roll, OPENED, EXCUSED).when(lambda r: r.take_part(ANN, DAY)).then(TOOK_PART)
    assert given(Roll, OPENED, event(Roll.Added, people=[BO]), EXCUSED).aggregate.outstanding == [BO]


@pytest.mark.parametrize("kind", ["training", "scenario_training", "competency", "coaching", "peer_observation"])
def test_training_and_competency_are_made_person_by_person(kind: str) -> None:
    given(Action, agreed(change_kind=kind), STARTED).when(made()).refused(rules.NobodyNamed)
    given(Action, agreed(change_kind=kind), STARTED).when(made(outstanding=1)).refused(rules.SomeStillToTakePart)
    given(Action, agreed(change_kind=kind), STARTED).when(made(outstanding=0)).then(event(Action.Implemented))


@pytest.mark.parametrize("kind", ["care_plan", "risk_assessment", "rota"])
def test_a_changed_plan_or_rota_is_named(kind: str) -> None:
    given(Action, agreed(change_kind=kind), STARTED).when(made()).refused(rules.NotNamedWhatChanged)
    given(Action, agreed(change_kind=kind), STARTED).when(made("The night rota of unit 2")).then(
        event(Action.Implemented, named="The night rota of unit 2")
    )


class Records:
    """One list as the service has it, and the lists that a view which may be behind still names."""

    def __init__(self, roll: Roll, *named: UUID) -> None:
        self.plans, self.store, self.roll, self.named = self, self, roll, named
        self.position, self.shown = 7, 0

    async def reached(self, source: str, position: int) -> bool:
        self.shown = position
        return source == "action"

    async def waiting_for(self, person: UUID, site: str) -> list[UUID]:
        return list(self.named) if (person, site, self.shown) == (ANN, "elm", self.position) else []

    async def find(self, kind: type, identity: UUID) -> Any:
        return self.roll if (kind, identity) == (Roll, self.roll.id) else None


def test_nobody_waits_for_someone_who_left_the_team_to_take_part() -> None:
    waiting, done = given(Roll, OPENED).aggregate, given(Roll, OPENED, TOOK_PART).aggregate
    left = heard(TeamMemberLeft(site_id="elm", person_id=ANN))
    whenever(react, left, Records(waiting, UUID(int=99), waiting.id)).then(
        event(Roll.Excused, person=ANN, because=LEFT)
    )
    whenever(react, left, Records(done, done.id)).nothing()
    whenever(react, heard(TeamMemberLeft(site_id="oak", person_id=ANN)), Records(waiting, waiting.id)).nothing()


def test_of_what_somebody_else_has_to_see_nobodys_own_word_is_enough() -> None:
    given(Roll, OPENED).when(lambda r: r.take_part(ANN, DAY, own_word=True)).refused(rules.SeenBySomeoneElse)
    given(Roll, OPENED, TOOK_PART).when(lambda r: r.take_part(ANN, DAY, own_word=True)).refused(rules.OnRecordAlready)
