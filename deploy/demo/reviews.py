"""From a review to staff who understand: reflection, factors, sign-off, changes made and seen, the team briefed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from contracts.taxonomy import EvidenceSource, Role, ServiceKind
from deploy.demo.playing import Beat, Stage
from deploy.demo.settling import Settling
from deploy.demo.words import bank, say
from libs.calendar import local_day
from libs.domain import follows
from services.action.domain.action import Action, State, Terms
from services.action.domain.plan import Plan
from services.assurance.domain import FollowUp
from services.notification.domain.briefing import Briefing
from services.review.domain.review import Review as Reviewed
from services.review.domain.values import Reply

if TYPE_CHECKING:
    from deploy.demo.journeys import Journey

QUESTIONS = {1: "what-happened", 2: "felt-after", 3: "went-less-well", 4: "differently", 5: "who-what-when"}
WITHOUT_FACTOR, STALLED = 0.35, 0.12
"""Shares of reviews that find nothing to change, and of changes that get stuck."""
BRIEFERS = {ServiceKind.HOMECARE: Role.FIELD_SUPERVISOR, ServiceKind.SUPPORTED_LIVING: Role.TEAM_LEADER}
SITTINGS = 3


class Learning:
    """What follows on a journey that is reviewed."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        chance = journey.chance("learning")
        self.must_change = bool(journey.what.measure) or "financial_risk" in journey.what.themes
        self.finds_factor = self.must_change or chance.random() > WITHOUT_FACTOR
        self.is_stalled = not self.must_change and chance.random() < STALLED
        self.factors = chance.sample(bank()["factors"], 2 if chance.random() < 0.5 else 1)  # noqa: PLR2004 - a share
        self.share_read = 1.0 if journey.what.measure else chance.choice([0.2, 0.2, 1.0])

    def begin(self, at: datetime) -> list[Beat]:
        """The team meets a few working days after it was decided."""
        journey, chance = self.journey, self.journey.chance("reviewed")
        first = journey.working(at, chance.randint(1, 4), chance)
        second = journey.working(first, chance.randint(1, 4), chance)
        return [
            journey.beat(first, self.reflect),
            journey.beat(second, self.state),
            journey.beat(journey.working(second, chance.randint(1, 4), chance), self.sign),
        ]

    async def _ask(self, stage: Stage, at: datetime, service: str, verb: str, who: Any, key: str, *args: Any) -> None:
        await stage.ask(service, verb, who, f"{self.journey.key}/{key}", *args, at=at)

    async def reflect(self, stage: Stage, at: datetime) -> None:
        """Five steps, each answered by the team."""
        if await stage.find("review", Reviewed, Reviewed.create_id(self.journey.id)) is None:
            return
        chance = self.journey.chance("reflect")
        for step, question in QUESTIONS.items():
            replies = [Reply(question, say(chance, "answers", step))]
            moment = at + timedelta(minutes=10 * step)
            who = self.journey.deputy
            await self._ask(stage, moment, "review", "answer", who, f"answer/{step}", self.journey.id, step, replies)

    async def state(self, stage: Stage, at: datetime) -> None:
        """What contributed, and what was learned."""
        chance, who, journey = self.journey.chance("state"), self.journey.deputy, self.journey.id
        if self.finds_factor:
            for number, factor in enumerate(self.factors):
                category, words = factor["category"], factor["words"]
                key = f"factor/{number}"
                await self._ask(stage, at, "review", "identify_factor", who, key, journey, category, words)
        else:
            await self._ask(
                stage, at, "review", "find_no_factor", who, "factor/none", journey, say(chance, "no_factor")
            )
        later = at + timedelta(minutes=20)
        await self._ask(stage, later, "review", "state_learning", who, "learning", journey, say(chance, "learning"))

    async def sign(self, stage: Stage, at: datetime) -> list[Beat]:
        """Someone else agrees that this is what was learned."""
        journey, chance = self.journey, self.journey.chance("sign")
        severe = journey.what.category in {"abuse_or_neglect", "staff_allegation", "whistleblowing"}
        lead = journey.organisation.post(journey.provider, Role.SAFEGUARDING_LEAD)
        await self._ask(stage, at, "review", "sign_off", lead if severe else journey.manager, "sign", journey.id)
        if not self.finds_factor:
            return []
        agreed = journey.working(at, chance.randint(1, 3), chance)
        made = journey.working(agreed, chance.randint(4, 8), chance)
        beats = [journey.beat(agreed, self.agree), journey.beat(agreed + timedelta(hours=20), self.start)]
        if not self.is_stalled:
            beats += [
                journey.beat(made, self.make),
                journey.beat(journey.working(made, chance.randint(1, 4), chance), self.verify),
            ]
        return beats

    async def agree(self, stage: Stage, at: datetime) -> None:
        """The first factor gets a change; another may be left, with the reason."""
        journey = self.journey
        plan = await stage.find("action", Plan, Plan.create_id(journey.id))
        for number, (factor, written) in enumerate(zip(plan.factors if plan else (), self.factors, strict=False)):
            if number:
                because = say(journey.chance("left"), "left_because")
                await self._ask(
                    stage, at, "action", "leave_factor", journey.manager, "left", journey.id, factor, because
                )
                continue
            terms = Terms(
                what=written["what"], change_kind=written["change"], owner_post=journey.deputy.id,
                due=local_day(at) + timedelta(days=28), factor_id=factor, measure_id=journey.what.measure,
                why_no_measure="" if journey.what.measure else "No count fits; we go and look.",
                expected_effect=say(journey.chance("effect"), "effect"),
            )  # fmt: skip
            await self._ask(stage, at, "action", "agree", journey.manager, "agree", journey.id, terms)

    async def _actions(self, stage: Stage) -> list[Action]:
        plan = await stage.find("action", Plan, Plan.create_id(self.journey.id))
        found = [await stage.find("action", Action, each) for each in (plan.actions if plan else ())]
        return [action for action in found if action]

    async def start(self, stage: Stage, at: datetime) -> None:
        """Its owner begins."""
        for action in await self._actions(stage):
            if action.state == State.AGREED:
                await self._ask(stage, at, "action", "start", self.journey.deputy, "start", action.id)

    async def make(self, stage: Stage, at: datetime) -> None:
        """The change is made, with something to show for it."""
        evidence = say(self.journey.chance("evidence"), "evidence")
        for action in await self._actions(stage):
            if action.state == State.STARTED:
                made = (action.id, local_day(at), EvidenceSource.CARE_RECORDS, evidence, evidence)
                await self._ask(stage, at, "action", "implement", self.journey.deputy, "implement", *made)

    async def verify(self, stage: Stage, at: datetime) -> list[Beat]:
        """Someone other than the owner sees it; with that, practice changed."""
        seen = say(self.journey.chance("seen"), "seen")
        for action in await self._actions(stage):
            if action.state == State.IMPLEMENTED:
                await self._ask(stage, at, "action", "verify", self.journey.manager, "verify", action.id, seen)
        return Telling(self).begin(at)


class Telling:
    """The briefing of the team, the accounts owed after a change, and people who go and look."""

    def __init__(self, learning: Learning) -> None:
        self.learning, self.journey = learning, learning.journey
        plan = Plan.create_id(self.journey.id)
        self.briefing = follows("notification.Briefing", f"{self.journey.id}/{plan}/1")
        self.briefer = self.journey.post(BRIEFERS.get(self.journey.site.kind, Role.SENIOR_STAFF))

    def begin(self, at: datetime) -> list[Beat]:
        """Asked the same day, read over two weeks, seen after one month and again after two."""
        journey = self.journey
        days = [at + timedelta(days=3 * n + 1, hours=n) for n in range(SITTINGS)]
        beats = [
            journey.beat(at + timedelta(hours=1), self.ask),
            journey.beat(at + timedelta(days=2), Settling(journey, "changed").settle),
        ]
        beats += [journey.beat(day, self.sitting(number)) for number, day in enumerate(days)]
        return beats + [journey.beat(at + timedelta(days=30 * n), self.look(n)) for n in (1, 2)]

    async def ask(self, stage: Stage, at: datetime) -> None:
        """A question about a situation takes the place of the open one."""
        if await stage.find("notification", Briefing, self.briefing) is None:
            return
        key, words = f"{self.journey.key}/ask", bank()
        asked = (self.briefing, words["question"], words["options"], 0)
        await stage.ask("notification", "ask", self.briefer, key, *asked, at=at)

    def sitting(self, number: int) -> Any:
        """Some of the team read it and answer, between their shifts."""

        async def play(stage: Stage, at: datetime) -> None:
            if await stage.find("notification", Briefing, self.briefing) is None:
                return
            team = self.journey.organisation.members(self.journey.site.id)
            readers = team[: max(1, round(len(team) * self.learning.share_read))][number::SITTINGS]
            for place, member in enumerate(readers):
                moment, key = at + timedelta(minutes=11 * place), f"{self.journey.key}/{member.person}"
                await stage.ask("notification", "read", member, f"{key}/read", self.briefing, at=moment)
                await stage.ask("notification", "answer", member, f"{key}/answer", self.briefing, 0, at=moment)

        return play

    def look(self, number: int) -> Any:
        """Someone goes and looks whether it is what staff do."""

        async def play(stage: Stage, at: datetime) -> None:
            follow_up = await stage.find("assurance", FollowUp, FollowUp.create_id(self.journey.id))
            if follow_up is None or follow_up.changed_on is None:
                return
            chance = self.journey.chance(f"look/{number}")
            seen = (10 if self.learning.must_change or chance.random() < 0.85 else 8, 10)  # noqa: PLR2004 - a share
            key, note = f"{self.journey.key}/look/{number}", say(chance, "seen")
            kind = EvidenceSource.PRACTICE_OBSERVATION
            await stage.ask("assurance", "observe", self.briefer, key, self.journey.id, *seen, kind, note, at=at)

        return play
