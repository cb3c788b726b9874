"""From a weighed concern to a team that understood the change: each step by the person whose step it is, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tests.journeys.outside import TEAM, Json, Town

FIVE_STEPS = {1: "what-happened", 2: "felt-after", 3: "went-less-well", 4: "differently", 5: "who-what-when"}
"""One question of each step of the reflection that ships with the rules."""


@dataclass(frozen=True)
class Change:
    """What answers one factor: what is done differently, which kind of change that is, and whose it is to make."""

    factor: str
    why: str
    what: str
    change_kind: str
    owner: str
    behind: int | None = None


@dataclass(frozen=True)
class Lesson:
    """What a team finds out about a concern, and what it changes."""

    lead: str
    learning: str
    changes: tuple[Change, ...]
    measure: str
    supervisor: str
    question: str
    right: str
    wrong: str
    affects_people: bool = False


async def reflect(town: Town, journey: str, lesson: Lesson) -> list[str]:
    """Five steps, the factors in their categories, and what was learned; the factors' ids in order."""
    review, lead = f"/api/review/reviews/{journey}", town[lesson.lead]
    for step, question in FIVE_STEPS.items():
        said = [{"question": question, "words": f"What the team remembers of step {step}.", "based_on": 0}]
        await lead.does(f"{review}/steps/{step}/answers", answers=said)
    factors: list[str] = []
    for change in lesson.changes:
        behind = factors[change.behind] if change.behind is not None else None
        await lead.does(f"{review}/factors", category=change.factor, words=change.why, behind=behind)
        await town.settle()
        known = (await lead.sees(review))["factors"]
        factors += [each["factor_id"] for each in known if each["factor_id"] not in factors]
    await lead.does(f"{review}/learning", words=lesson.learning)
    return factors


async def sign_off(town: Town, journey: str, by: str = "safeguarding_lead") -> None:
    """Someone other than the author agrees that this is what was learned."""
    await town[by].does(f"/api/review/reviews/{journey}/sign-off")
    await town.settle()


async def change(town: Town, journey: str, lesson: Lesson, factors: list[str], *, days: int = 14) -> None:
    """Each factor is answered by an action: agreed, started, made within so many days, and seen by someone else."""
    manager, agreed = town["registered_manager"], dict[str, str]()
    due = (town.clock.now() + timedelta(days=days)).date().isoformat()
    for factor, each in zip(factors, lesson.changes, strict=True):
        saved = await manager.does(
            f"/api/action/plans/{journey}/actions", what=each.what, change_kind=each.change_kind,
            owner_post=f"{town.site}.{each.owner}", due=due, factor_id=factor, measure_id=lesson.measure,
            expected_effect="The figure meets its target.", affects_people=lesson.affects_people,
        )  # fmt: skip
        agreed[str(saved["id"])] = each.owner
        await town[each.owner].does(f"/api/action/actions/{saved['id']}/start")
    await town.until(town.clock.now() + timedelta(days=days - 3))
    for action, owner in agreed.items():
        today = town.clock.now().date().isoformat()
        made = {"implemented_on": today, "evidence_kind": "care_records", "evidence": "Ten records show it in use."}
        await town[owner].does(f"/api/action/actions/{action}/implement", **made)
        refusal = await town[owner].is_refused(f"/api/action/actions/{action}/verify", seen="I made it myself.")
        assert refusal == "verified-by-another"
        await manager.does(f"/api/action/actions/{action}/verify", seen="Looked at five of them.")
    await town.settle()


async def brief(town: Town, journey: str, lesson: Lesson) -> Json:
    """Everyone in the team reads what changed and answers what they would do; how far it reached, by part."""
    briefing = (await town.journey(journey))["briefings"][-1]["briefing_id"]
    address, supervisor = f"/api/notification/briefings/{briefing}", town[lesson.supervisor]
    await supervisor.does(
        f"{address}/question", how="PUT", question=lesson.question, options=[lesson.right, lesson.wrong], right=0
    )
    for member in TEAM:
        await town[member].does(f"{address}/reading")
    assert (await town.journey(journey))["closure_state"] == "done", "reading is not understanding"
    first, *others = TEAM
    await town[first].does(f"{address}/answer", option=1)
    for member in (*others, first):
        await town[member].does(f"{address}/answer", option=0)
    await town.settle()
    return {each["part"]: each for each in await supervisor.sees(f"{address}/reach")}
