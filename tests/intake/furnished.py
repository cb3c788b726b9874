"""A house in which every page of intake has something to show: reports weighed and new, files, holds, erasures, samples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from libs.clock import HandClock
from libs.deciding import Act
from libs.policytext import read
from services.intake.application import UNNAMED, Choice, ErasureRequest, Report, Sent, Wanted, Word, new_word, receipt
from services.intake.domain import Disposal
from tests.hands import Reception
from tests.house import OPERATOR, rules

ANN = Act("person:ann", "registered_manager", "site:elm", rationale="It was told in the handover.")
NORA = Act("person:nora", "nominated_individual", "provider:acme", rationale="They asked for it by letter.")
TODAY = datetime(2027, 4, 20, 9, 0, tzinfo=UTC)
"""A year and more after the house began, so that what was told first may be disposed of."""


@dataclass(frozen=True)
class Told:
    """What is on record, by what it has to show."""

    new: UUID
    weighed: UUID
    allegation: UUID
    held: UUID
    erased: UUID
    erasure: UUID
    certificate: UUID
    old: UUID
    sample: UUID
    drawn: UUID
    draft: UUID
    number: str
    word: str


async def furnished(house: Reception, vault: Path) -> Told:
    """Put it on record. Files go to the folder given."""
    intake = house.platform.service("intake")
    intake.vault.folder = vault
    old = await _a_year_ago(house)
    weighed = await _weighed(house)
    new, held, erased = [await _told(house, words) for words in ("The hall was wet.", "He waited.", "She fell at tea.")]
    allegation = await _told(house, "He spoke to her harshly.", "staff_allegation")
    await _employment(house, allegation)
    await intake.attach(ANN, new, b"Seen at tea.", date(2027, 3, 1), "What the night carer wrote")
    await intake.place_hold(ANN, held, "An inquest is opened.", date(2027, 9, 1))
    await intake.take_external(
        Act("source:careplan", "system"), Sent("careplan", {"ce-id": "1"}, b'{"note": "Somebody fell."}', TODAY)
    )
    sample = await _drawn(house)
    certificate, erasure = await _erasures(house, erased, held)
    draft = await intake.keep_draft(ANN.actor, "near_miss", {"summary": ["The gate stood"]})
    unnamed, word = await _without_a_name(house)
    await house.platform.settle()
    return Told(
        new, weighed[0], allegation, held, erased, erasure, certificate, old, sample, weighed[1], draft,
        receipt(unnamed), word,
    )  # fmt: skip


async def _told(house: Reception, words: str, kind: str = "near_miss", *themes: str) -> UUID:
    report = Report("elm", kind, words, list(themes), immediate_action="She was sat with.", person_name="Ada Okafor")
    saved = await house.platform.service("intake").raise_opportunity(ANN, report)
    await house.platform.settle()
    journey: UUID = saved.id
    return journey


async def _a_year_ago(house: Reception) -> UUID:
    """Something that the schedule lets go of after a year, and the monthly looks since."""
    schedule = read(Path("deploy/rules/retention.yaml"))
    schedule["retention"]["rules"][0]["years"] = 1
    kept = rules() | schedule | {"version": "2026.1-kept"}
    await house.platform.service("governance").adopt_rules(OPERATOR, "acme", kept, date(2020, 1, 2))
    await house.platform.settle()
    old = await _told(house, "Her daughter thanked us.", "compliment")
    clock, waker = house.platform.clock, house.platform.rooms["intake"].waker
    assert isinstance(clock, HandClock)
    assert waker is not None
    clock.move_to(TODAY)
    intake = house.platform.service("intake")
    while (await intake.find(Disposal, Disposal.create_id("acme"))).next_on <= TODAY.date():
        await waker.wake()
        await house.platform.settle()
    return old


async def _weighed(house: Reception) -> list[UUID]:
    """Two that a pattern runs through, weighed; the rules were not followed in one of them."""
    intake: Any = house.platform.service("intake")
    made = [await _told(house, words, "abuse_or_neglect", "boundaries") for words in ("She felt small.", "He shouted.")]
    choice = Choice("safeguarding-concern", agreed=False, reason="It is known and was dealt with.")
    for journey, choices in zip(made, ([choice], []), strict=True):
        await intake.triage(ANN, journey, "swarm", choices, {}, ["boundaries"])
    await house.platform.settle()
    return made


async def _employment(house: Reception, journey: UUID) -> None:
    intake = house.platform.service("intake")
    await intake.name_subject(ANN, journey, "", "Someone from an agency")
    await intake.take_employment_step(ANN, journey, "other_duties", date(2027, 4, 1), "Works alongside a senior.")


async def _without_a_name(house: Reception) -> tuple[UUID, str]:
    """Somebody who gave no name, and is asked something."""
    word, intake = new_word(), house.platform.service("intake")
    report = Report("elm", "near_miss", "The door stood open.", immediate_action="It was shut.")
    saved = await intake.raise_opportunity(Act(UNNAMED, ""), report, Word(word))
    await intake.ask_reporter(ANN, saved.id, "Which door was it?")
    return saved.id, word


async def _drawn(house: Reception) -> UUID:
    wanted = Wanted(["elm"], date(2027, 4, 1), TODAY.date(), 10, 7)
    sample: UUID = (await house.platform.service("intake").draw_sample(ANN, wanted)).id
    return sample


async def _erasures(house: Reception, erased: UUID, held: UUID) -> tuple[UUID, UUID]:
    """One that was carried out, and one that waits, against which a hold stands."""
    intake, waker = house.platform.service("intake"), house.platform.rooms["intake"].waker
    assert waker is not None
    asked = [
        await intake.ask_erasure(
            ANN, ErasureRequest(journeys[0], journeys, "person", "objected", "They asked by letter.", date(2027, 4, 1))
        )
        for journeys in ((erased,), (held,))
    ]
    await intake.approve_erasure(NORA, asked[0].id, overruling=True)
    await house.platform.settle()
    await waker.wake()
    await house.platform.settle()
    return asked[0].id, asked[1].id
