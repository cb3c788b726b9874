"""One concern through every room, over the real wire: the walk that the README tells."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import cast
from uuid import UUID

from deploy.house import Platform
from libs.clock import HandClock
from libs.deciding import Act
from libs.domain import follows
from services.action.domain.action import Terms
from services.assurance.domain.follow_up import FollowUp
from services.governance.application import Governance
from services.governance.projection.work_reading import Reader
from services.intake.application import Report
from services.review.domain.values import Reply
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

ANN, BEN = UUID(int=1), UUID(int=2)
CARER = Act("person:carer", "care_worker", "site:elm")
MANAGER = Act(f"person:{ANN}", "registered_manager", "site:elm")
LEAD = Act("person:lead", "safeguarding_lead", "provider:acme")
MEASURE = "indicator-reviewed-in-one-working-day"


async def _team(governance: Governance) -> None:
    await governance.establish_post(
        OPERATOR, "acme", "elm", "elm.manager", "registered_manager", "site:elm", "Registered manager, Elm", None
    )
    await governance.appoint(OPERATOR, "elm.manager", ANN, "Ann Example", "ann@example.org")
    await governance.join_team(OPERATOR, "acme", "elm", ANN, "day", date(2024, 1, 1))
    await governance.join_team(OPERATOR, "acme", "elm", BEN, "night", date(2024, 1, 1))


async def _waiting(house: Platform) -> set[str]:
    """What the manager's work list holds."""
    reader = Reader(MANAGER.actor, MANAGER.role, ["elm.manager"], ["elm"], unowned=True)
    return {item["task"] for item in await house.service("governance").overview.work(reader)}


async def test_one_concern_walks_through_every_room(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with housed(database, fresh_messaging, wrapping_key) as house:
        await with_sites(house, "elm", kind="homecare")
        await _team(house.service("governance"))
        await house.settle()

        raised = await house.service("intake").raise_opportunity(
            CARER,
            Report("elm", "safeguarding_indicator", "Bruise on the arm, noted at the visit.", ["delayed_escalation"]),
        )
        journey = raised.id
        cast(HandClock, house.clock).move_to(house.clock.now() + timedelta(days=3))
        await house.service("intake").confirm_safety(MANAGER, journey, "Visited, seen by the nurse.")
        because = MANAGER.because("Seen late; the note did not stand out.")
        await house.service("intake").triage(because, journey, "after_action_review", [], {}, ["delayed_escalation"])
        await house.settle()

        review = house.service("review")
        reflection = (await house.service("review").directory.rules(date(2026, 3, 5))).reflection
        for step in reflection.steps:
            await review.answer(MANAGER, journey, step.step, [Reply(step.questions[0].id, "What we remember of it.")])
        await review.identify_factor(MANAGER, journey, "recording_prompts", "The form does not ask about bruises.")
        await review.state_learning(
            MANAGER, journey, "The note form did not prompt for marks, so they did not stand out."
        )
        await review.sign_off(LEAD.because("The system is named."), journey)
        await house.settle()

        assert "agree" in await _waiting(house)
        action = house.service("action")
        plan = await action.plan_of(journey)
        factor = next(iter(plan.factors))
        terms = Terms(
            "The visit note asks about marks on the skin, and flags a yes to the manager.", "recording_prompt",
            "elm.manager", date(2026, 3, 20), factor_id=factor, measure_id=MEASURE, expected_effect="Seen the same day.",
        )  # fmt: skip
        agreed = await action.agree(MANAGER, journey, terms)
        await house.settle()
        assert "agree" not in await _waiting(house)
        await action.start(MANAGER, agreed.id)
        await action.implement(MANAGER, agreed.id, date(2026, 3, 5), "care_records", "The new form is in use.")
        await action.verify(LEAD, agreed.id, "Saw five notes made with the new form.")
        await house.settle()

        notification = house.service("notification")
        briefings = await notification.briefings.of_journey(journey)
        assert len(briefings) == 1
        for person in (ANN, BEN):
            reader = Act(f"person:{person}", "care_worker", "site:elm")
            await notification.read(reader, briefings[0]["briefing_id"])
            await notification.answer(
                reader, briefings[0]["briefing_id"], words="I tick the mark and the manager sees it today."
            )
        for person in (ANN, BEN):
            await notification.mark(LEAD, briefings[0]["briefing_id"], person, understood=True)
        await house.settle()

        await house.service("assurance").observe(
            LEAD, journey, 10, 10, "practice_observation", "Ten notes, ten prompts."
        )
        await house.settle()
        follow_up = await house.service("assurance").get(FollowUp, FollowUp.create_id(journey))
        assert follow_up.held == {"done", "briefed", "practised"}

        ledgers = {state["ledger"]: state["size"] for state in await house.service("audit").states()}
        for name, room in house.rooms.items():
            assert name == "audit" or ledgers[name] == room.store.position
        timeline = await house.rooms["governance"].service.overview.timeline(journey)
        assert {moment["source"] for moment in timeline} >= {"intake", "review", "action", "notification", "assurance"}
        assert follows("action.Plan", journey) == plan.id
