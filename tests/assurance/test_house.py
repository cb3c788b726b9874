"""A real house: signs are noted, some are reviewed late, the month ends, and the figure says so until the change lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from contracts import intake, notification
from contracts import review as learned
from contracts.taxonomy import EvidenceSource, Register
from deploy.house import Platform
from libs.deciding import Act
from libs.keys import KeyRing
from libs.service import NotFound
from services.assurance.domain import Cadence, FollowUp, Measure
from services.assurance.domain.refusals import MonthNotOver, NoSuchRecord, NoteNamesSomebody
from services.assurance.projection import turns
from services.assurance.projection.cases import Cases
from services.intake.application import Report
from services.intake.domain import Opportunity
from tests.anew import built_anew
from tests.assurance.told import at
from tests.given import heard
from tests.house import housed, with_sites
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER = Act("person:ann", "registered_manager", "site:elm", rationale="Seen and weighed")
MEASURE = Measure.create_id("indicator-reviewed-in-one-working-day", "elm")
REVIEW = Cadence.create_id("monthly-learning-review", "acme", "elm")


async def until(found: Callable[[], Awaitable[Any]], patience: float = 60) -> Any:
    """What is found, once it is; TimeoutError if that takes too long."""
    async with asyncio.timeout(patience):
        while not (answer := await found()):  # noqa: ASYNC110 a database has no event to await
            await asyncio.sleep(0.02)
    return answer


async def note_a_sign(platform: Platform, kind: str = "safeguarding_indicator") -> UUID:
    report = Report("elm", kind, "She seemed withdrawn", immediate_action="Sat with her")
    saved = await platform.service("intake").raise_opportunity(MANAGER, report)
    return UUID(str(saved.id))


async def review(platform: Platform, journey: UUID) -> None:
    await platform.service("intake").triage(MANAGER, journey, "none", [], {}, [])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Platform]:
    """A homecare branch whose March is over: three signs, of which one was reviewed in time and one late."""
    rooms = ("governance", "intake", "assurance")
    with backend.fresh_database() as database:
        async with housed(database, messaging, wrapping_key, *rooms) as platform:
            await with_sites(platform, "elm", kind="homecare")
            yield platform


async def test_a_month_of_signs_becomes_a_figure_with_its_breaches(house: Platform) -> None:
    clock: Any = house.clock
    standing = house.service("assurance").standing
    in_time, late, never = [await note_a_sign(house) for _ in range(3)]
    mistaken = await note_a_sign(house)
    clock.move_to(datetime(2026, 3, 3, 16, tzinfo=UTC))
    await review(house, in_time)
    act = MANAGER.because("It was a fall after all")
    await house.service("intake").reclassify(act, mistaken, "accident_or_injury", [])
    clock.move_to(datetime(2026, 3, 4, 9, tzinfo=UTC))
    await review(house, late)
    await house.settle()

    clock.move_to(datetime(2026, 4, 3, 9, tzinfo=UTC))
    (figure,) = await until(lambda: standing.figures(MEASURE))

    assert (figure["numerator"], figure["denominator"], figure["met"]) == (1, 3, False)
    assert {UUID(each["journey"]) for each in figure["breaches"]} == {late, never}
    assert figure["positions"]["intake"] > 0
    references = await house.service("assurance").cases.references([late])
    assert len(references[late]) == 9


async def test_what_arrived_late_is_found_a_week_later_and_recorded_as_a_correction(house: Platform) -> None:
    clock: Any = house.clock
    standing = house.service("assurance").standing
    noted = Act("person:ann", "registered_manager", rationale="Seen", occurred=datetime(2026, 3, 3, 9, tzinfo=UTC))
    found = await standing.figures(MEASURE)
    never = UUID(found[0]["breaches"][1]["journey"])
    unreviewed = [UUID(each["journey"]) for each in found[0]["breaches"]]
    service = house.service("intake")
    for journey in unreviewed:
        opportunity = await service.register.one(journey)
        if opportunity["steps"] == [] and opportunity["response"] == "" and not opportunity["closed"]:
            never = journey
    await service.triage(noted, never, "none", [], {}, [])
    await house.settle()

    clock.move_to(datetime(2026, 4, 10, 9, tzinfo=UTC))

    async def corrected() -> Any:
        return [each for each in await standing.figures(MEASURE) if each["revision"] == 2]

    (figure,) = await until(corrected)
    assert (figure["numerator"], figure["denominator"]) == (2, 3)


async def test_a_person_may_check_a_month_that_is_over_and_no_other(house: Platform) -> None:
    assurance = house.service("assurance")
    before = await assurance.standing.figures(MEASURE)
    await assurance.check_now(MANAGER, MEASURE, date(2026, 3, 15))
    assert await assurance.standing.figures(MEASURE) == before
    with pytest.raises(MonthNotOver):
        await assurance.check_now(MANAGER, MEASURE, date(2026, 4, 1))
    with pytest.raises(NotFound):
        await assurance.check_now(MANAGER, UUID(int=7), date(2026, 3, 1))


async def test_what_was_not_held_is_missed_and_what_is_held_is_kept_under_seal(house: Platform) -> None:
    assurance = house.service("assurance")

    async def missed() -> Any:
        return [each for each in await assurance.standing.slots(REVIEW) if each["missed_on"]]

    assert (await until(missed))[0]["missed_on"] == date(2026, 3, 31)
    act = Act("person:ann", "registered_manager", key="once")
    said = (REVIEW, date(2026, 4, 9), Register.GOVERNANCE_REPORT, "Mrs Okafor's case")
    with pytest.raises(NoteNamesSomebody):
        await assurance.keep(act, *said)
    with pytest.raises(NoSuchRecord):
        await assurance.keep(act, *said, UUID(int=404))
    about = await note_a_sign(house)
    receipt = (await house.service("intake").get(Opportunity, about)).reference
    on_record = await until(lambda: assurance.cases.known_by(f" {receipt.lower()} ", ["elm"]))
    assert on_record == about
    assert await assurance.cases.known_by(receipt, ["oak"]) is None
    saved = await assurance.keep(act, *said, about)
    again = await assurance.keep(act, *said, about)
    assert again.replayed
    assert await assurance.standing.reached("assurance", saved.position)
    (latest, *_) = await assurance.standing.slots(REVIEW)
    assert latest["held_on"] == date(2026, 4, 9)
    assert latest["note"].startswith("sealed:")
    keys = await until(lambda: house.service("intake").keeping.kept_apart([about]))
    assert KeyRing.subject_of(latest["note"]) in keys, "so an erasure of that record destroys the note's key"


async def test_nothing_is_observed_where_nothing_is_followed_up(house: Platform) -> None:
    with pytest.raises(NotFound):
        await house.service("assurance").observe(MANAGER, UUID(int=9), 1, 1, EvidenceSource.AUDIT, "")
    assert await house.service("assurance").find(FollowUp, FollowUp.create_id(UUID(int=9))) is None


async def test_a_view_built_anew_is_folded_and_says_the_same(house: Platform) -> None:
    await house.settle()
    standing, room = house.service("assurance").standing, house.rooms["assurance"]
    kept = await built_anew(standing, {"assurance": (room.store, room.publisher)}, turns)
    assert all(kept[table] for table in ("measure", "figure", "cadence", "slot"))


async def test_cases_and_milestones_are_the_same_in_whatever_order_the_publishers_are_heard(house: Platform) -> None:
    cases: Cases = house.service("assurance").cases
    seen = []
    for order in (1, -1):
        journey = uuid4()
        for source in spoken(journey)[::order]:
            await cases.keep(source, {})
        evidence = await cases.evidence("elm", date(2026, 3, 1))
        (one,) = [each for each in evidence.cases if each.journey == journey]
        seen.append(((one.kind, one.themes, one.abuse_types, one.received), evidence.milestones[journey]))
    assert seen[0] == seen[1]
    assert seen[0][0] == ("complaint", ("financial_risk",), ("financial",), at(3, 2))
    assert seen[0][1] == {
        "management_reviewed": at(3, 3), "learning_recorded": at(3, 9), "guidance_given": at(3, 20),
    }  # fmt: skip


def spoken(journey: UUID) -> list[list[Any]]:
    """What each publisher said of one journey, in its own order."""

    def said(fact: Any, day: int) -> Any:
        return heard(fact, journey=journey, about=journey, at=at(3, day))

    weighed = intake.OpportunityTriaged(
        kind="complaint", themes=["financial_risk"], response="swarm", weighed=[], rules_version="1", rationale="",
        facts={"abuse_types": ["financial"]},
    )  # fmt: skip
    return [
        [
            said(
                intake.OpportunityRaised(
                    kind="near_miss", reference="A", route="form", reporter_known=True, summary=""
                ),
                2,
            ),
            said(weighed, 3),
            said(weighed, 5),
        ],
        [
            said(
                learned.ReviewSignedOff(
                    review_id=journey, learning_statement="", factors=[], author="a", signed_by="b"
                ),
                9,
            )
        ],
        [said(notification.BriefingIssued(briefing_id=journey, title="t", what_changed="w", audience=1), 20)],
    ]
