"""An allegation that is lived through in every room, so that each has something that not everybody may see."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from deploy.house import Platform
from libs.deciding import Act
from services.action.domain.terms import Terms
from services.intake.application import Report
from services.review.domain.values import Reply
from tests.house import OPERATOR

ANN, DANA, QUINN = UUID(int=1), UUID(int=2), UUID(int=3)
MANAGER = Act(f"person:{ANN}", "registered_manager", "site:elm")
LEAD = Act("person:lead", "safeguarding_lead", "provider:acme")


async def posts(house: Platform) -> None:
    """Ann manages Elm; Dana is her deputy; Quinn leads on quality over all sites."""
    governance = house.service("governance")
    for post, role, scope, title, who, name in (
        ("elm.manager", "registered_manager", "site:elm", "Registered manager, Elm", ANN, "Ann Example"),
        ("elm.deputy", "deputy_manager", "site:elm", "Deputy manager, Elm", DANA, "Dana Example"),
        ("acme.quality", "provider_quality_lead", "provider:acme", "Quality lead", QUINN, "Quinn Example"),
    ):
        site = "elm" if scope.startswith("site") else ""
        await governance.establish_post(OPERATOR, "acme", site, post, role, scope, title, None)
        await governance.appoint(OPERATOR, post, who, name, f"{post}@acme.example")
    await governance.join_team(OPERATOR, "acme", "elm", DANA, "day", date(2024, 1, 1))
    await house.settle()


async def an_allegation(house: Platform) -> UUID:
    """Reported, weighed, reviewed, changed, briefed and seen; at the end it turns out to be about Dana."""
    intake, review, action = (house.service(name) for name in ("intake", "review", "action"))
    told = Report("elm", "staff_allegation", "Spoke roughly to a resident at tea.", ["culture"])
    journey: UUID = (await intake.raise_opportunity(MANAGER, told)).id
    await intake.confirm_safety(MANAGER, journey, "Moved to other duties.")
    because = MANAGER.because("The shift was short by two.")
    await intake.triage(because, journey, "after_action_review", [], {}, ["culture"])
    await house.settle()
    reflection = (await review.directory.rules(date(2026, 3, 5))).reflection
    for step in reflection.steps:
        await review.answer(MANAGER, journey, step.step, [Reply(step.questions[0].id, "What we remember of it.")])
    await review.identify_factor(MANAGER, journey, "staffing", "Two were away.")
    await review.state_learning(MANAGER, journey, "The shift was short and nobody was called in.")
    await review.sign_off(LEAD.because("The system is named."), journey)
    await house.settle()
    factor = next(iter((await action.plan_of(journey)).factors))
    terms = Terms(
        "A shift that is short by two calls the bank.", "simpler_process", "elm.deputy", date(2026, 3, 20), factor_id=factor,
        why_no_measure="Too seldom to count.",
    )  # fmt: skip
    agreed = await action.agree(MANAGER, journey, terms)
    await action.start(MANAGER, agreed.id)
    await action.implement(MANAGER, agreed.id, date(2026, 3, 2), "care_records", "The list of the bank hangs there.")
    await action.verify(LEAD, agreed.id, "Saw it called twice.")
    await house.settle()
    await intake.name_subject(MANAGER, journey, f"person:{DANA}", "Dana Example")
    await intake.name_subject(MANAGER, journey, f"person:{QUINN}", "Quinn Example")
    await house.settle()
    return journey
