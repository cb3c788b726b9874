"""Homecare where early signs were written down and seen late: from 4 of 9 within a working day to all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.journeys.learning import Change, Lesson, brief, change, reflect, sign_off
from tests.journeys.outside import Json, Town, at, town
from tests.servers import Database, Messaging

POSTS = ("registered_manager", "deputy_manager", "field_supervisor", "care_coordinator")
MEASURE = "indicator-reviewed-in-one-working-day"
SLOW = "Written down on the visit, and read by a manager six days later. We look at how that could be."
ALONE = "Noted, talked over with the person, nothing more to learn from it alone."
Month = Mapping[int, Sequence[int]]
MARCH: Month = {3: (0, 6, 6), 10: (0, 6, 0), 17: (6, 0, 6)}
"""Signs by the day they were reported, each with the days until a manager saw it: five of the nine were seen too late."""
APRIL: Month = {1: (6, 0)}
AFTER: dict[int, Month] = {5: {12: (0, 0, 0, 0, 0)}, 6: {9: (0, 1, 0, 0, 0)}, 7: {14: (0, 0)}, 8: {11: (1, 0)}}
LESSON = Lesson(
    lead="registered_manager",
    learning="Early signs were written down and not passed on, because form and routine gave them no place.",
    changes=(
        Change("recording_prompts", "The note form does not ask whether anyone needs to know.",
               "The note form asks whether someone needs to know today.", "recording_prompt", "field_supervisor"),
        Change("record_oversight", "Nobody reads the notes when the manager is away.",
               "Notes of the last day are read each working morning.", "management_screening", "deputy_manager", 0),
    ),
    measure=MEASURE,
    supervisor="field_supervisor",
    question="You notice something small that does not feel right. What do you do?",
    right="Tick the prompt and tell whoever is in charge today.",
    wrong="Wait whether it happens again.",
)  # fmt: skip


@dataclass(frozen=True)
class Sign:
    """An early sign at a visit: the day's how-manieth it is, and how many days until a manager saw it."""

    day: datetime
    number: int
    wait: int

    @property
    def name(self) -> str:
        return f"{self.day:%m-%d}-{self.number}"

    def told(self) -> Json:
        """What the care planning system says of it."""
        return {
            "incident_id": self.name, "site": "elm", "kind": "safeguarding_indicator", "harm_level": "none",
            "occurred_at": self.day.isoformat(), "summary": "A bruise on the arm, noted at the visit.",
            "immediate_action": "Seen again in the afternoon.", "themes": ["delayed_escalation"],
            "person": {"reference": "P-77", "name": "Mrs Okafor"},
        }  # fmt: skip


async def reported(elm: Town, sign: Sign) -> str:
    """A sign comes in: the day's first by the care planning system, others by a program that sends each twice."""
    told = sign.told()
    if sign.number == 0:
        answer = await elm.careplan.reports(told, message=sign.name, said=sign.day)
        assert answer["outcome"] == "accepted", answer
        return str(answer["opportunity"])
    said = {name: told[name] for name in ("site", "kind", "summary", "themes", "immediate_action", "harm_level")}
    first = await elm["care_coordinator"].does("/api/intake/opportunities", key=sign.name, **said)
    again = await elm["care_coordinator"].does("/api/intake/opportunities", key=sign.name, **said)
    assert (again["id"], again["replayed"]) == (first["id"], "true")
    return str(first["id"])


async def month(elm: Town, number: int, signs: Month, *, reviewed: str = "") -> dict[str, str]:
    """A month as it goes: signs are reported in the morning and weighed so many days later in the afternoon.

    The journeys by the name of the sign; `reviewed` names the one from which the team learns.
    """
    journeys: dict[str, str] = {}
    all_of = [Sign(at(number, day), place, wait) for day, waits in signs.items() for place, wait in enumerate(waits)]
    moments = [(sign.day, sign, False) for sign in all_of]
    moments += [(sign.day + timedelta(days=sign.wait, hours=5), sign, True) for sign in all_of]
    for when, sign, seen in sorted(moments, key=lambda moment: moment[0]):
        await elm.until(when)
        if not seen:
            journeys[sign.name] = await reported(elm, sign)
            continue
        weighed = (
            {"rationale": SLOW, "response": "after_action_review"} if sign.name == reviewed else {"rationale": ALONE}
        )
        await elm["registered_manager"].does(f"/api/intake/opportunities/{journeys[sign.name]}/triage", **weighed)
    return journeys


async def test_late_signs_are_learned_from_until_all_are_seen_in_time(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with town(database, fresh_messaging, wrapping_key, site="elm", kind="homecare", posts=POSTS) as elm:
        signs = await month(elm, 3, MARCH, reviewed="03-17-2")
        journey = signs["03-17-2"]
        april = await month(elm, 4, APRIL)
        await _the_figure_is_missed_and_challenged(elm, signs)
        await _practice_changes(elm, journey)
        for number, later in AFTER.items():
            await month(elm, number, later)
            if number == 6:
                await _the_figure_is_met_twice(elm, journey)
        await elm.until(at(9, 4))
        assert await elm.figures(MEASURE) == {
            3: "4 of 9, missed", 4: "1 of 2, missed", 5: "5 of 5, met", 6: "5 of 5, met", 7: "2 of 2, met", 8: "2 of 2, met",
        }  # fmt: skip
        assert [each["journey"] for each in await elm.breaches(MEASURE, 4)] == [april["04-01-0"]]
        await _it_has_lasted(elm, journey)
        await _what_was_said_before_changes_nothing(elm, signs)
        await elm.ledgers_hold_everything()


async def _the_figure_is_missed_and_challenged(elm: Town, signs: dict[str, str]) -> None:
    """The check lists each late sign; the nominated individual asks for an account, and gets one."""
    await elm.until(at(4, 8))
    assert await elm.figures(MEASURE) == {3: "4 of 9, missed"}
    late = await elm.breaches(MEASURE, 3)
    assert {each["journey"] for each in late} == {
        signs[name] for name in ("03-03-1", "03-03-2", "03-10-1", "03-17-0", "03-17-2")
    }
    assert late[0]["because"] == "Reviewed by a manager on 9 March 2026 (due by 4 March 2026)"
    manager, individual = elm["registered_manager"], elm["nominated_individual"]
    about: Json = {
        "site": "elm",
        "post_id": "elm.registered_manager",
        "measure_id": MEASURE,
        "journey": signs["03-17-2"],
    }
    asked = await individual.does("/api/governance/challenges", words="Why were five of nine signs seen late?", **about)
    await elm.settle()
    open_ones = (await individual.sees("/api/governance/provider"))["challenges"]
    assert [each["answered"] for each in open_ones] == [None]
    account = "Nobody reads the notes when the manager is away; a review of one of the five is under way."
    await manager.does(f"/api/governance/challenges/{asked['id']}/answer", words=account)
    await elm.keeps(
        "safeguarding_lead", "monthly-delayed-escalation-sample", elm.clock.now(), "learning_file", "Five cases."
    )
    await elm.keeps(
        "nominated_individual", "monthly-escalation-trends", elm.clock.now(), "governance_minutes", "Four of nine."
    )


async def _practice_changes(elm: Town, journey: str) -> None:
    """The sample is traced to the first note, the team finds what lay behind it, changes it, and understands."""
    review, lead = f"/api/review/reviews/{journey}", elm["registered_manager"]
    traced = {"happened": at(3, 17, 8).isoformat(), "source": "care_records", "words": "Visit note: a mark on the arm."}
    await lead.does(f"{review}/timeline", **traced)
    await lead.does(
        f"{review}/evidence", source="safeguarding_log", dated="2026-03-17", words="Not in the log until the 23rd."
    )
    factors = await reflect(elm, journey, LESSON)
    named = await lead.is_refused(f"{review}/learning", words="Mrs Okafor's bruise was seen late.")
    assert named == "names-in-shared-text"
    assert await lead.is_refused(f"{review}/sign-off") == "not-by-the-author"
    await sign_off(elm, journey)
    await change(elm, journey, LESSON, factors)
    reach = await brief(elm, journey, LESSON)
    assert {part: (row["audience"], row["understood"]) for part, row in reach.items()} == dict.fromkeys(
        ("day", "night", "agency"), (1, 1)
    )
    story = await elm.journey(journey)
    assert (story["closure_state"], story["why_open"]) == ("briefed", "Nobody has yet seen the change in practice")
    assert story["review"]["learned"] == LESSON.learning
    looked: Json = {"seen": 10, "of": 10, "source_kind": "practice_observation", "note": "Ten visits, ten prompts."}
    await elm["field_supervisor"].does(f"/api/assurance/follow-ups/{journey}/observations", **looked)
    await elm.settle()
    assert (await elm.journey(journey))["closure_state"] == "practised"


async def _the_figure_is_met_twice(elm: Town, journey: str) -> None:
    """The months after the change: one good one may be luck; with the second, the journey says that the change worked."""
    await elm.until(at(6, 30))
    assert await elm.figures(MEASURE) == {3: "4 of 9, missed", 4: "1 of 2, missed", 5: "5 of 5, met"}
    assert (await elm.journey(journey))["closure_state"] == "practised"
    await elm.until(at(7, 4))
    assert (await elm.figures(MEASURE))[6] == "5 of 5, met"
    assert (await elm.journey(journey))["closure_state"] == "effective"


async def _it_has_lasted(elm: Town, journey: str) -> None:
    """Three months on it is still so; the journey tells the whole way, and what a comparison of the months can say."""
    story = await elm.journey(journey)
    assert (story["closure_state"], story["open"]) == ("sustained", False)
    assert all(state["held"] and state["proof"] for state in story["closure"])
    assert story["breaches"][0]["measure_id"] == MEASURE
    assert {moment["source"] for moment in story["timeline"]} == {
        "intake", "review", "action", "notification", "assurance", "governance",
    }  # fmt: skip
    found = await elm["registered_manager"].sees(f"/api/assurance/follow-ups/{journey}")
    assert [(each["verdict"], each["before"], each["after"]) for each in found["verdicts"]] == [
        ("improved", "4/9", "12/12")
    ]
    assert "Okafor" not in str(story) + str(await elm["nominated_individual"].sees("/api/governance/provider"))


async def _what_was_said_before_changes_nothing(elm: Town, signs: dict[str, str]) -> None:
    """The care planning system sends its first message again, and an older account of another sign."""
    before = (await elm["nominated_individual"].sees("/api/governance/provider"), await elm.journey(signs["03-03-0"]))
    first, second = Sign(at(3, 3), 0, 0), Sign(at(3, 10), 0, 0)
    again = await elm.careplan.reports(first.told(), message=first.name, said=first.day)
    assert (again["outcome"], again["opportunity"]) == ("repeat", signs["03-03-0"])
    older = second.told() | {"summary": "An older account, sent late."}
    late = await elm.careplan.reports(older, message="late", said=second.day - timedelta(days=2))
    assert late["reason"].startswith("out-of-order")
    await elm.settle()
    assert before == (
        await elm["nominated_individual"].sees("/api/governance/provider"), await elm.journey(signs["03-03-0"])
    )  # fmt: skip
