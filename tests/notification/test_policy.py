"""What notification does when intake weighs, practice changes and people come and go: in a house with real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from contracts.action import ActionEscalated, ActionOverdue
from contracts.assurance import MeasureChecked
from contracts.intake import ProfessionalUpdateActioned, ProfessionalUpdateCommunicated, ProfessionalUpdateReviewed
from contracts.review import ReviewSignedOff
from deploy.house import Platform
from libs.calendar import WorkingDays
from libs.deciding import Act
from libs.reaching import Reaching
from services.notification.application import Contact
from services.notification.domain.duty import duty_id
from services.notification.domain.team import Team
from services.notification.projection.outbox import Outbox
from tests.house import OPERATOR, housed, with_sites
from tests.notification.hearing import FALL, Journey
from tests.notification.samples import ANN, BEN, CAT, practice_changed, raised, triaged
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Platform]:
    """One house for all; each test has a journey of its own, and a site of its own where the team matters."""
    with backend.fresh_database() as database:
        async with housed(database, messaging, wrapping_key, "governance", "notification") as platform:
            await with_sites(platform, "elm", "oak", "ash", "yew", "fir")
            yield platform


async def test_every_agreed_rule_that_asks_for_an_account_opens_a_duty(house: Platform) -> None:
    journey = Journey(house)
    await journey.hears(raised(), triaged(council_funded=True))
    duties = await journey.duties()
    assert {"complaint-acknowledged", "complaint-signpost", "feedback-to-reporter"} <= duties.keys()
    acknowledged = duties["complaint-acknowledged"].owing
    assert acknowledged.due == datetime(2026, 3, 5, 23, 59, 59, 999999, tzinfo=UTC)
    assert (acknowledged.clock, acknowledged.owner_role) == (
        "within 3 working days of when it was received",
        "registered_manager",
    )
    assert duties["complaint-signpost"].owing.due is None  # a rule without a number of days has no date


async def test_without_delay_is_never_given_a_date(house: Platform) -> None:
    journey = Journey(house)
    await journey.hears(raised("abuse_or_neglect"), triaged("abuse_or_neglect"))
    concern = (await journey.duties())["safeguarding-concern"].owing
    assert (concern.clock, concern.due, concern.confirmed) == ("without delay", None, False)


async def test_a_rule_that_the_manager_did_not_agree_to_opens_nothing(house: Platform) -> None:
    journey = Journey(house)
    await journey.hears(raised(reporter_known=False), triaged(agreed=False, council_funded=True))
    assert await journey.duties() == {}


async def test_weighing_anew_adds_what_applies_now_and_lifts_what_does_not(house: Platform) -> None:
    journey = Journey(house)
    await journey.hears(raised(), triaged(council_funded=True), triaged("abuse_or_neglect"))
    assert (await journey.duty("complaint-acknowledged")).state == "lifted"
    assert (await journey.duty("safeguarding-concern")).state == "owed"
    assert (await journey.duty("feedback-to-reporter")).state == "owed"
    await journey.hears(triaged(council_funded=True))
    assert (await journey.duty("complaint-acknowledged")).state == "owed"


async def test_while_somebody_cannot_be_reached_nothing_new_is_owed_to_them_and_all_is_once_they_are_found(
    house: Platform,
) -> None:
    journey, service = Journey(house), house.service("notification")
    await journey.hears(*FALL)
    for what in (Contact.TRIED, Contact.UNREACHABLE):
        await service.record_candour_contact(OPERATOR, journey.id, what, "Rang twice.")
    await journey.hears(FALL[1], practice_changed())  # weighed again, and staff work differently
    rules = "candour-told-in-person", "learning-relevant-person"
    assert [(await journey.duty(rule)).state for rule in rules] == ["lifted", "lifted"]
    await service.record_candour_contact(OPERATOR, journey.id, Contact.RESUMED, "She rang.")
    assert [(await journey.duty(rule)).state for rule in rules] == ["owed", "owed"]


async def test_when_practice_changed_those_named_by_the_rules_are_owed_an_account(house: Platform) -> None:
    journey = Journey(house)
    await journey.hears(raised(), triaged(), practice_changed(affects_people=True))
    assert {"learning-staff-team", "learning-people-affected", "learning-complainant"} <= (
        await journey.duties()
    ).keys()
    other = Journey(house)
    await other.hears(raised("near_miss"), triaged("near_miss"), practice_changed())
    assert {rule for rule in await other.duties() if rule.startswith("learning-")} == {"learning-staff-team"}


async def test_a_change_heard_of_before_the_weighing_is_told_all_the_same(house: Platform) -> None:
    journey = Journey(house)
    await journey.hears(practice_changed(), raised(), triaged())
    assert {"learning-staff-team", "learning-complainant"} <= (await journey.duties()).keys()


async def test_a_second_change_is_told_anew_and_briefed_anew(house: Platform) -> None:
    journey = Journey(house)
    await journey.hears(raised(), triaged(), practice_changed())
    service = journey.room.service
    told = duty_id(journey.id, "learning-complainant")
    await service.discharge(OPERATOR, told, "writing", "We wrote to her.")
    await journey.hears(practice_changed())
    assert (await journey.duty("learning-complainant")).state == "owed"
    assert [(await journey.briefing(n)).change.number for n in (1, 2)] == [1, 2]


async def join(house: Platform, site: str, *people: UUID, part: str = "day") -> None:
    for person in people:
        await house.service("governance").join_team(OPERATOR, "acme", site, person, part, date(2026, 3, 1))
    await house.settle()


async def test_the_whole_team_is_briefed_and_all_understanding_discharges_the_duty(house: Platform) -> None:
    await join(house, "oak", ANN, BEN)
    journey = Journey(house, "oak")
    await journey.hears(raised(), triaged(), practice_changed())
    briefing = await journey.briefing()
    assert briefing.audience == {ANN: "day", BEN: "day"}
    service = journey.room.service
    for person, colleague in ((ANN, BEN), (BEN, ANN)):
        await service.read(Act(f"person:{person}", "care_worker"), briefing.id)
        await service.answer(Act(f"person:{person}", "care_worker"), briefing.id, words="Two of us check.")
        assert (await journey.duty("learning-staff-team")).state == "owed"
        await service.mark(Act(f"person:{colleague}", "team_leader"), briefing.id, person, understood=True)
    assert (await journey.briefing()).is_reached
    assert (await journey.duty("learning-staff-team")).state == "discharged"


async def test_newcomers_get_what_is_current_and_leavers_are_not_waited_for(house: Platform) -> None:
    await join(house, "ash", ANN)
    journey = Journey(house, "ash")
    await journey.hears(raised(), triaged(), practice_changed())
    await join(house, "ash", CAT, part="new_starter")
    briefing = await journey.briefing()
    assert briefing.audience == {ANN: "day", CAT: "new_starter"}
    service = journey.room.service
    await service.read(Act(f"person:{ANN}", "care_worker"), briefing.id)
    await service.mark(Act(f"person:{CAT}", "team_leader"), briefing.id, ANN, understood=True)
    await house.service("governance").leave_team(OPERATOR, "acme", "ash", CAT)
    await house.settle()
    assert (await journey.briefing()).is_reached
    assert (await journey.duty("learning-staff-team")).state == "discharged"
    team = await service.find(Team, Team.create_id("acme", "ash"))
    assert team.members == {ANN: "day"}
    house.clock.move_to(house.clock.now() + Reaching().current + timedelta(days=1))  # type: ignore[attr-defined]
    await join(house, "ash", BEN)
    assert (await journey.briefing()).audience == {ANN: "day"}


async def test_a_duty_with_a_date_falls_overdue_when_the_day_has_passed(house: Platform) -> None:
    await house.service("governance").establish_post(
        OPERATOR, "acme", "elm", "acme.quality", "provider_quality_lead", "provider:acme", "Quality lead", None
    )
    journey, now = Journey(house), house.clock.now()
    await journey.hears(raised(), triaged(council_funded=True), at=now)
    await house.settle()
    due = (await journey.duty("complaint-acknowledged")).owing.due
    assert due == WorkingDays("ENG").deadline(now, 3)
    waker = journey.room.waker
    assert waker
    house.clock.move_to(due - timedelta(minutes=1))  # type: ignore[attr-defined]
    await waker.wake()
    assert not (await journey.duty("complaint-acknowledged")).is_overdue
    house.clock.move_to(due + timedelta(minutes=1))  # type: ignore[attr-defined]
    await waker.wake()
    assert (await journey.duty("complaint-acknowledged")).is_overdue
    assert not (await journey.duty("feedback-to-reporter")).is_overdue
    late = [to for subject, to in await written(house, journey) if subject == "duty_overdue"]
    assert late == ["acme.quality", "registered_manager"]  # whose it is, and who is above them


async def test_what_the_record_shows_already_is_not_asked_for_twice(house: Platform) -> None:
    sign = Journey(house)
    await sign.hears(raised("safeguarding_indicator"), triaged("safeguarding_indicator"))
    assert (await sign.duty("indicator-management-review")).state == "discharged"
    update = Journey(house)
    await update.hears(
        raised("professional_update"),
        ProfessionalUpdateReviewed(decision="Turn every two hours."),
        triaged("professional_update"),
        ProfessionalUpdateActioned(),
    )
    states = {rule: duty.state for rule, duty in (await update.duties()).items() if rule.startswith("update-")}
    assert states == {
        "update-logged": "discharged",
        "update-reviewed": "discharged",
        "update-actioned": "discharged",
        "update-communicated": "owed",
    }
    await update.hears(ProfessionalUpdateCommunicated())
    assert (await update.duty("update-communicated")).state == "discharged"


async def written(house: Platform, journey: Journey) -> list[tuple[str, str]]:
    await house.settle()
    rows = await journey.room.view(Outbox).of_journey(journey.id)
    return sorted((row["subject"], row["to_post"] or row["to_role"]) for row in rows)


async def test_each_post_concerned_gets_one_letter_however_many_accounts_it_owes(house: Platform) -> None:
    journey = Journey(house)
    await journey.hears(raised(), triaged(council_funded=True))
    told = [to for subject, to in await written(house, journey) if subject == "duty_owed"]
    assert told == ["registered_manager", "registered_person"]


async def test_a_briefing_is_announced_to_every_post_of_the_site(house: Platform) -> None:
    for post, scope in (("yew.registered_manager", "site:yew"), ("acme.board", "provider:acme")):
        await house.service("governance").establish_post(
            OPERATOR, "acme", "yew", post, "registered_manager", scope, post, None
        )
    await house.settle()
    journey = Journey(house, "yew")
    await journey.hears(practice_changed())
    assert await written(house, journey) == [("briefing_issued", "yew.registered_manager")]


async def test_a_missed_measure_is_told_once_for_each_period_however_often_it_is_revised(house: Platform) -> None:
    journey = Journey(house)
    checked = MeasureChecked(
        measure_id="m", site_id="elm", title="t", period=date(2026, 2, 1), numerator=1, denominator=4,
        target_percent=95, met=False,
    )  # fmt: skip
    await journey.hears(checked, checked.model_copy(update={"revision": 2}))
    assert await written(house, journey) == [("measure_missed", "registered_manager")]
    await journey.hears(checked.model_copy(update={"period": date(2026, 3, 1)}))
    assert len(await written(house, journey)) == 2
    other = Journey(house)
    await other.hears(checked.model_copy(update={"met": True}), checked.model_copy(update={"met": None}))
    assert await written(house, other) == []


async def test_an_overdue_action_is_told_to_the_post_that_owns_it_once(house: Platform) -> None:
    journey = Journey(house)
    late = ActionOverdue(action_id=uuid4(), due=date(2026, 3, 1), owner_post="elm.registered_manager")
    above = ActionEscalated(action_id=late.action_id, due=late.due, step=1, to_posts=["elm.deputy", "north.manager"])
    await journey.hears(late, late, above, above)
    assert await written(house, journey) == [
        ("action_escalated", "elm.deputy"), ("action_escalated", "north.manager"),
        ("action_overdue", "elm.registered_manager"),
    ]  # fmt: skip


async def test_the_briefing_says_what_was_learned(house: Platform) -> None:
    journey = Journey(house)
    learned = ReviewSignedOff(
        review_id=uuid4(), learning_statement="Handover had no step for the chart.", factors=[], author="a",
        signed_by="b", example="A tablet was nearly given twice.",
    )  # fmt: skip
    await journey.hears(learned, raised(), triaged(), practice_changed())
    said = (await journey.briefing()).change
    assert (said.learning, said.example) == ("Handover had no step for the chart.", "A tablet was nearly given twice.")


async def test_neighbours_hear_what_is_owed_and_who_understood_and_nothing_about_anybody(house: Platform) -> None:
    await join(house, "fir", ANN)
    journey = Journey(house, "fir")
    await journey.hears(raised(), triaged(council_funded=True), practice_changed())
    service = journey.room.service
    await service.discharge(OPERATOR, duty_id(journey.id, "complaint-acknowledged"), "phone", "Told Mrs Okafor.")
    await service.record_contact(OPERATOR, duty_id(journey.id, "complaint-signpost"), "Rang Mrs Okafor.")
    await service.record_contact(
        OPERATOR, duty_id(journey.id, "learning-complainant"), "Mrs Okafor said no.", declined=True
    )
    briefing = (await journey.briefing()).id
    ann = Act(f"person:{ANN}", "care_worker")
    await service.read(ann, briefing)
    await service.answer(ann, briefing, words="Two of us, as Mrs Okafor asked.")
    await service.mark(Act(f"person:{BEN}", "team_leader"), briefing, ANN, understood=True)
    rows = await journey.room.store.read(0, 5000)
    said_by_all = await journey.room.publisher.envelopes(rows)
    envelopes = [each for each in said_by_all if each and each.journey == journey.id]
    said = [each.type.removeprefix("notification.").removesuffix(".v1") for each in envelopes]
    for name in (
        "duty_owed", "duty_discharged", "contact_not_possible", "briefing_issued", "briefing_read",
        "briefing_understood", "briefing_reached",
    ):  # fmt: skip
        assert name in said, name
    assert not [each for each in envelopes if "Okafor" in each.model_dump_json()]
    assert not [row for row in rows if b"Okafor" in row.stored.state]
