"""Supported living where each team learned for itself: until every concern about money ends in guidance for all."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.learning import Change, Lesson, brief, change, reflect, sign_off
from tests.journeys.outside import Json, Town, at, town
from tests.servers import Database, Messaging

MEASURE = "financial-concern-learned-from"
POSTS = ("registered_manager", "service_manager", "team_leader", "key_worker")
TRIAGE: Json = {"themes": ["financial_risk"], "facts": {"abuse_types": ["financial"]}}
LESSON = Lesson(
    lead="service_manager",
    learning="Consent about money was assumed rather than asked and written down, and each team had its own way.",
    changes=(
        Change("care_planning", "Finance plans do not say who holds what.",
               "Every finance plan says who holds what; two people count after each purchase.", "finance_control",
               "team_leader"),
        Change("communication", "What one team learned did not reach the others.",
               "What one team learns about money is in every team's handover.", "handover", "service_manager", 0),
    ),
    measure=MEASURE,
    supervisor="team_leader",
    question="Someone comes back from shopping with you. What comes first?",
    right="Count together and fix the receipt to the page.",
    wrong="Put the change in the tin and write it later.",
    affects_people=True,
)  # fmt: skip
SINGLE = Lesson(
    lead="service_manager",
    learning="A card was kept in the office so that it would not be lost, and nobody had asked whose choice that was.",
    changes=(Change("policy", "The finance policy is silent on cards.", "Cards stay with the person unless agreed.",
                    "finance_control", "team_leader"),),
    measure=MEASURE,
    supervisor="team_leader",
    question="",
    right="",
    wrong="",
)  # fmt: skip


def concern(name: str, on: str) -> Json:
    """What the care planning system says of a concern about somebody's money."""
    return {
        "incident_id": name, "site": "mill", "kind": "safeguarding_indicator", "harm_level": "none", "occurred_at": on,
        "summary": "Four receipts are missing and the tin was fifteen pounds short.", "themes": ["financial_risk"],
        "immediate_action": "Counted with the person, and two of us count from today.",
        "person": {"reference": "P-12", "name": "Mr Adeyemi"},
    }  # fmt: skip


async def reported(mill: Town, name: str) -> str:
    """A concern comes in: what a key worker sees by a program, anything else by the care planning system."""
    now = mill.clock.now()
    told = concern(name, now.isoformat())
    if name.startswith("k"):
        said = {key: told[key] for key in ("site", "kind", "summary", "themes", "immediate_action", "harm_level")}
        first = await mill["key_worker"].does("/api/intake/opportunities", key=name, **said)
        again = await mill["key_worker"].does("/api/intake/opportunities", key=name, **said)
        assert (again["id"], again["replayed"]) == (first["id"], "true")
        return str(first["id"])
    answer = await mill.careplan.reports(told, message=name, said=now)
    assert answer["outcome"] == "accepted", answer
    return str(answer["opportunity"])


async def weighed(mill: Town, journey: str, response: str | None) -> None:
    """The manager looks at it; without a response nothing is learned from it beyond what was put right."""
    said = TRIAGE | {"response": response, "rationale": "Put right with the person the same day."}
    await mill["registered_manager"].does(f"/api/intake/opportunities/{journey}/triage", **said)
    await mill.settle()


async def learned_from(mill: Town, name: str, lesson: Lesson) -> str:
    """A concern goes all the way to guidance for the team."""
    journey = await reported(mill, name)
    await weighed(mill, journey, "reflection_small_groups")
    factors = await reflect(mill, journey, lesson)
    await sign_off(mill, journey, by="registered_manager")
    await change(mill, journey, lesson, factors, days=7)
    return journey


async def test_concerns_about_money_are_learned_from_until_every_team_hears_of_each(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with town(database, fresh_messaging, wrapping_key, site="mill", kind="supported_living", posts=POSTS) as mill:
        await mill.until(at(3, 3))
        march = [await reported(mill, name) for name in ("k1", "a", "k2")]
        for each in march:
            await weighed(mill, each, None)
        await mill.until(at(4, 14))
        put_right = await reported(mill, "k3")
        await weighed(mill, put_right, None)
        journey = await reported(mill, "b")
        await weighed(mill, journey, "thematic")
        await _learning_stayed_in_one_team(mill, march)
        await _every_team_is_briefed(mill, journey)
        await mill.until(at(6, 2))
        assert await mill.figures(MEASURE) == {3: "0 of 3, missed", 4: "1 of 2, missed"}
        await mill.until(at(6, 9))
        later = [await learned_from(mill, name, SINGLE) for name in ("k4", "c")]
        await mill.until(at(8, 4))
        assert (await mill.figures(MEASURE))[6] == "2 of 2, met"
        assert (await mill.journey(journey))["closure_state"] == "practised", "one good month may be luck"
        await mill.until(at(9, 8))
        later.append(await learned_from(mill, "d", SINGLE))
        await mill.until(at(11, 3))
        await _it_has_lasted(mill, journey, later)
        await _what_was_said_before_changes_nothing(mill)
        await mill.ledgers_hold_everything()


async def _learning_stayed_in_one_team(mill: Town, march: list[str]) -> None:
    """A month and a working day after March the check finds no learning and no guidance; the quality lead asks why."""
    await mill.until(at(5, 5))
    assert await mill.figures(MEASURE) == {3: "0 of 3, missed"}
    missed = await mill.breaches(MEASURE, 3)
    assert {each["journey"] for each in missed} == set(march)
    assert all("Learning recorded: not on record" in each["because"] for each in missed), missed
    about: Json = {"site": "mill", "post_id": "mill.registered_manager", "measure_id": MEASURE, "journey": march[0]}
    asked = await mill["provider_quality_lead"].does(
        "/api/governance/challenges", words="Action was taken each time. Which team heard what was learned?", **about
    )
    carer = await mill["key_worker"].is_refused(f"/api/governance/challenges/{asked['id']}/answer", words="I can say.")
    assert carer == "not-yours-to-answer"
    await mill["registered_manager"].does(
        f"/api/governance/challenges/{asked['id']}/answer", words="None but the first. A thematic review is under way."
    )
    await mill.settle()
    answered = (await mill["provider_quality_lead"].sees("/api/governance/provider"))["challenges"]
    assert [bool(each["answered"]) for each in answered] == [True]
    await mill.keeps("registered_manager", "monthly-finance-concerns", mill.clock.now(), "governance_minutes", "Three.")


async def _every_team_is_briefed(mill: Town, journey: str) -> None:
    """The theme is looked at with the evidence of receipts and consent, and day, night and agency staff understand."""
    review, lead = f"/api/review/reviews/{journey}", mill["service_manager"]
    await lead.does(f"{review}/evidence", source="audit", dated="2026-04-20", words="Receipts of six people sampled.")
    factors = await reflect(mill, journey, LESSON)
    named = await lead.is_refused(f"{review}/learning", words="What happened to Mr Adeyemi could happen again.")
    assert named == "names-in-shared-text"
    unread = await mill["registered_manager"].is_refused(f"{review}/sign-off")
    assert unread == "sample-missing"
    await lead.does(f"{review}/sample", from_day="2026-03-01", to_day="2026-04-20", sites=["mill"], size=3)
    await mill.settle()
    cases = (await lead.sees(review))["sample"]["cases"]
    assert len(cases) == 3
    for case in cases:
        await lead.does(f"{review}/sample/{case}/read", words="Put right for the person, and nobody else heard of it.")
    await sign_off(mill, journey, by="registered_manager")
    await change(mill, journey, LESSON, factors)
    reach = await brief(mill, journey, LESSON)
    assert {part: row["understood"] for part, row in reach.items()} == {"day": 1, "night": 1, "agency": 1}
    looked: Json = {"seen": 7, "of": 8, "source_kind": "audit", "note": "One receipt of eight was missing."}
    address = f"/api/assurance/follow-ups/{journey}/observations"
    await mill["team_leader"].does(address, **looked)
    await mill.settle()
    assert (await mill.journey(journey))["closure_state"] == "briefed", "one exception, and it is not what staff do"
    await mill.until(at(6, 1))
    await mill["team_leader"].does(address, **looked | {"seen": 8, "note": "Eight of eight."})
    await mill.settle()
    assert (await mill.journey(journey))["closure_state"] == "practised"


async def _it_has_lasted(mill: Town, journey: str, later: list[str]) -> None:
    """Months without a concern are no proof; September's is, and the whole way is told."""
    figures = await mill.figures(MEASURE, "provider_quality_lead")
    assert (figures[7], figures[9]) == ("0 of 0, nothing to measure", "1 of 1, met")
    story = await mill.journey(journey)
    assert (story["closure_state"], story["open"]) == ("sustained", False)
    assert all(state["held"] and state["proof"] for state in story["closure"])
    assert {moment["source"] for moment in story["timeline"]} == {
        "intake", "review", "action", "notification", "assurance",
    }  # fmt: skip
    for each in later:
        guided = await mill.journey(each)
        assert guided["review"]["learned"] == SINGLE.learning
        assert [briefing["audience"] for briefing in guided["briefings"]] == [3]
    mill_as_seen = await mill["provider_quality_lead"].sees("/api/governance/provider")
    assert "Adeyemi" not in str(story) + str(mill_as_seen)
    await mill.keeps(
        "provider_quality_lead", "quarterly-finance-themes", mill.clock.now(), "quality_dashboard", "Compared."
    )


async def _what_was_said_before_changes_nothing(mill: Town) -> None:
    """March's concern is sent once more, in November and word for word."""
    lead = mill["provider_quality_lead"]
    before = await lead.sees("/api/governance/provider")
    told = concern("a", at(3, 3).isoformat())
    again = await mill.careplan.reports(told, message="sent-anew", said=at(3, 3))
    assert again["outcome"] == "repeat"
    await mill.settle()
    after = await lead.sees("/api/governance/provider")
    assert after["measures"] == before["measures"]
    assert after["journeys_open"] == before["journeys_open"]
