"""One concern taken to a change that holds, on real servers, its ledgers signed, and packs made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, cast
from uuid import UUID
from zipfile import ZipFile

from deploy.house import Platform
from deploy.packs.framework import frameworks
from deploy.packs.making import Made, Request, make
from deploy.packs.profile import profile
from deploy.packs.query import Query
from libs.clock import HandClock
from libs.deciding import Act
from services.action.domain.action import Terms
from services.audit.ledger import Signer
from services.intake.application import Report
from services.review.domain.values import Reply
from tests.house import MONDAY, OPERATOR, with_sites


@dataclass(frozen=True)
class Signed:
    """Where the stores are, one of the sites, and a journey in which practice changed."""

    env: dict[str, str]
    site: str
    journey: str


ANN, BEN = UUID(int=1), UUID(int=2)
CARER = Act("person:carer", "care_worker", "site:elm")
MANAGER = Act(f"person:{ANN}", "registered_manager", "site:elm")
LEAD = Act("person:lead", "safeguarding_lead", "provider:acme")
MEASURE = "indicator-reviewed-in-one-working-day"
SAID = "Bruise on the arm of Mrs Penhaligon, noted at the visit."


async def signed(env: dict[str, str]) -> Signed:
    """Take one concern from report to a change seen in practice, leave others open, and sign every ledger."""
    platform = Platform(env, HandClock(MONDAY))
    await platform.open()
    try:
        await platform.start()
        await _founded(platform)
        journey = await _raised(platform, "safeguarding_indicator", "delayed_escalation")
        for _ in range(3):
            await _raised(platform, "near_miss", "falls")
        await _raised(platform, "complaint", "communication")
        await _learned(platform, journey)
        await _changed(platform, journey)
        await platform.service("audit").sign_grown()
        await platform.settle()
    finally:
        await platform.close()
    return Signed(env, "elm", str(journey))


async def _founded(platform: Platform) -> None:
    governance = platform.service("governance")
    await with_sites(platform, "elm", kind="homecare")
    await governance.establish_post(
        OPERATOR, "acme", "elm", "elm.manager", "registered_manager", "site:elm", "Registered manager, Elm", None
    )
    await governance.appoint(OPERATOR, "elm.manager", ANN, "Ann Example", "ann@example.org")
    for person, part in ((ANN, "day"), (BEN, "night")):
        await governance.join_team(OPERATOR, "acme", "elm", person, part, date(2024, 1, 1))
    await platform.settle()


async def _raised(platform: Platform, kind: str, theme: str) -> UUID:
    report = Report("elm", kind, SAID, [theme], person_name="Mrs Penhaligon", immediate_action="Seen by the nurse.")
    saved: UUID = (await platform.service("intake").raise_opportunity(CARER, report)).id
    return saved


async def _learned(platform: Platform, journey: UUID) -> None:
    cast("HandClock", platform.clock).move_to(platform.clock.now() + timedelta(days=3))
    why = MANAGER.because("Seen late; the note did not stand out.")
    await platform.service("intake").triage(why, journey, "after_action_review", [], {}, ["delayed_escalation"])
    await platform.settle()
    review = platform.service("review")
    reflection = (await review.directory.rules(date(2026, 3, 5))).reflection
    for step in reflection.steps:
        await review.answer(MANAGER, journey, step.step, [Reply(step.questions[0].id, "What we remember of it.")])
    await review.identify_factor(MANAGER, journey, "recording_prompts", "The form does not ask about bruises.")
    await review.state_learning(MANAGER, journey, "The note form did not prompt for marks, so they did not stand out.")
    await review.sign_off(LEAD.because("The system is named."), journey)
    await platform.settle()


async def _changed(platform: Platform, journey: UUID) -> None:
    action = platform.service("action")
    factor = next(iter((await action.plan_of(journey)).factors))
    terms = Terms(
        "The visit note asks about marks on the skin, and flags a yes to the manager.", "recording_prompt",
        "elm.manager", date(2026, 3, 20), factor_id=factor, measure_id=MEASURE, expected_effect="Seen the same day.",
    )  # fmt: skip
    agreed = (await action.agree(MANAGER, journey, terms)).id
    await action.start(MANAGER, agreed)
    await action.implement(MANAGER, agreed, date(2026, 3, 5), "care_records", "The new form is in use.")
    await action.verify(LEAD, agreed, "Saw five notes made with the new form.")
    await platform.settle()
    await platform.service("assurance").observe(
        LEAD, journey, 10, 10, "practice_observation", "Ten notes, ten prompts."
    )
    await platform.settle()


async def packs(world: Signed, asked: Iterable[tuple[str, dict[str, Any]]], into: Path) -> list[Made]:
    """A pack for each reader and query, each in a folder of its own."""
    platform = Platform(world.env, HandClock(MONDAY), ["audit"])
    await platform.open()
    signer = Signer.of_file(world.env["CANDOUR_AUDIT_KEY_FILE"])
    try:
        return [
            await make(
                Request(Query(**query), profile(reader), frameworks()), world.env["CANDOUR_PG_AUDITOR"], platform.keys, signer,
                Path(mkdtemp(dir=into)),
            )
            for reader, query in asked
        ]  # fmt: skip
    finally:
        await platform.close()


def unpacked(made: Made, folder: Path) -> Path:
    """The bag of a pack, unpacked into a folder."""
    with ZipFile(made.path) as archive:
        archive.extractall(folder)
    return folder / made.name.removesuffix(".zip")


def in_a_loop(task: Any) -> Any:
    """Run a coroutine to its end, for fixtures that several tests share."""
    return asyncio.run(task)
