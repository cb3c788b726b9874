"""One concern through every room by HTTP, each step by whoever's step it is, as the demonstration plays it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from libs.web.posts import Post
from tests.faults.caller import Caller, Json
from tests.faults.whole_house import MORNING
from tests.journeys.learning import FIVE_STEPS

SITE, PROVIDER = "elm", "acme"
TEAM = {"day": UUID(int=1), "night": UUID(int=2), "agency": UUID(int=3)}
POSTS = {
    "manager": Post("elm.registered_manager", "registered_manager", "site:elm"),
    "supervisor": Post("elm.field_supervisor", "field_supervisor", "site:elm"),
    "lead": Post("acme.safeguarding_lead", "safeguarding_lead", "provider:acme"),
} | {part: Post("elm.care_worker", "care_worker", "site:elm") for part in TEAM}
"""Who takes part, by the name they have here."""
PEOPLE = {name: UUID(int=number) for number, name in enumerate(POSTS, start=4)} | TEAM
CONCERN: Json = {
    "site": SITE, "kind": "abuse_or_neglect", "summary": "A bruise on the arm, noted at the visit.",
    "themes": ["delayed_escalation"], "immediate_action": "Seen again in the afternoon.", "harm_level": "low",
    "person_name": "Mrs Okafor",
}  # fmt: skip
DUTIES = 3
"""To the council, to the regulator, and to the team; this last one is met by the briefing."""
FACTS = {"abuse_types": ["neglect"], "has_care_needs": True}
CHANGE: Json = {
    "what": "The note form asks whether someone needs to know today.", "change_kind": "recording_prompt",
    "owner_post": "elm.field_supervisor", "due": (MORNING + timedelta(days=14)).date().isoformat(),
    "expected_effect": "The figure meets its target.", "measure_id": "indicator-reviewed-in-one-working-day",
}  # fmt: skip


class Story:
    """One journey. Everything asked bears the journey's name and the step's, which together are its key."""

    def __init__(self, name: str, people: Mapping[str, Caller]) -> None:
        self.name, self.people = name, people
        self.journey = ""

    async def live(self) -> None:
        """From the concern to a change that was seen in practice."""
        await self._weigh()
        await self._learn()
        await self._change()
        await self._brief()
        await self._account()
        looked = {"seen": 10, "of": 10, "source_kind": "practice_observation", "note": "Ten visits, ten prompts."}
        followed = f"/api/assurance/follow-ups/{self.journey}"
        await self.people["supervisor"].sees(followed)
        await self._ask("supervisor", "observe", f"{followed}/observations", looked)

    async def _ask(self, who: str, step: str, path: str, body: Json | None = None, how: str = "POST") -> Json:
        return await self.people[who].asks(f"{self.name}/{step}", path, body or {}, how)

    async def _weigh(self) -> None:
        self.journey = str((await self._ask("day", "raise", "/api/intake/opportunities", CONCERN))["id"])
        intake = f"/api/intake/opportunities/{self.journey}"
        await self._ask("manager", "safety", f"{intake}/safety", {"words": "Visited, and seen by the nurse."})
        weighed: Json = {"rationale": "The note did not stand out.", "response": "after_action_review", "facts": FACTS}
        await self._ask("manager", "triage", f"{intake}/triage", weighed)

    async def _learn(self) -> None:
        review = f"/api/review/reviews/{self.journey}"
        await self.people["manager"].sees(review)
        for step, question in FIVE_STEPS.items():
            said = [{"question": question, "words": f"What we remember of step {step}.", "based_on": 0}]
            await self._ask("manager", f"answer-{step}", f"{review}/steps/{step}/answers", {"answers": said})
        factor = {"category": "recording_prompts", "words": "The form does not ask."}
        await self._ask("manager", "factor", f"{review}/factors", factor)
        learned = "Early signs were written down and not passed on, because the form gave them no place."
        await self._ask("manager", "learning", f"{review}/learning", {"words": learned})
        await self._ask("lead", "sign-off", f"{review}/sign-off")

    async def _change(self) -> None:
        plan = f"/api/action/plans/{self.journey}"
        found = await self.people["manager"].sees(plan, lambda shown: shown["factors"])
        factor = found["factors"][0]["factor_id"]
        agreed = await self._ask("manager", "agree", f"{plan}/actions", CHANGE | {"factor_id": factor})
        action = f"/api/action/actions/{agreed['id']}"
        await self._ask("supervisor", "start", f"{action}/start")
        made = {"implemented_on": MORNING.date().isoformat(), "evidence_kind": "care_records", "evidence": "In use."}
        await self._ask("supervisor", "implement", f"{action}/implement", made)
        await self._ask("manager", "verify", f"{action}/verify", {"seen": "Looked at five of them."})

    async def _brief(self) -> None:
        shown = await self._story(lambda found: found["briefings"])
        briefing = f"/api/notification/briefings/{shown['briefings'][0]['briefing_id']}"
        await self.people["supervisor"].sees(briefing)
        question: Json = {
            "question": "Something does not feel right. What now?",
            "options": ["I tell today.", "I wait."],
        }
        await self._ask("supervisor", "question", f"{briefing}/question", question | {"right": 0}, "PUT")
        for part in TEAM:
            await self._ask(part, f"read-{part}", f"{briefing}/reading")
            await self._ask(part, f"understand-{part}", f"{briefing}/answer", {"option": 0})

    async def _account(self) -> None:
        shown = await self._story(lambda found: found["closure_state"] == "briefed" and len(found["duties"]) == DUTIES)
        for duty in sorted(shown["duties"], key=lambda each: str(each["rule_id"])):
            path = f"/api/notification/duties/{duty['duty_id']}"
            await self.people["manager"].sees(path)
            if duty["state"] == "owed":
                told = {"channel": "phone", "note": "Told what happened and what changes."}
                await self._ask("manager", f"tell-{duty['rule_id']}", f"{path}/telling", told)

    async def _story(self, ready: Any) -> Json:
        return dict(await self.people["manager"].sees(f"/api/governance/journeys/{self.journey}", ready))
