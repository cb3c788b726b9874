"""An opportunity from its first note to the decision on it: recorded, weighed or put into care, and closed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

from contracts.taxonomy import OpportunityKind, ResponseKind, Role
from deploy.demo.happenings import Happening
from deploy.demo.organisation import DemoPost, Organisation
from deploy.demo.playing import Beat, Play, Stage
from deploy.demo.reviews import Learning
from deploy.demo.settling import Settling
from deploy.demo.words import chance_of, say
from libs.calendar import LONDON, WorkingDays, local_day
from services.intake.application import Report

SAME_DAY = 0.4
"""The share of early signs that a manager looks at before the day is over."""
NEVER_TOLD = 0.25
"""The share of late updates that nobody passed on at all."""
RESPONSES = (
    ResponseKind.REFLECTION_WHOLE_TEAM,
    ResponseKind.REFLECTION_SMALL_GROUPS,
    ResponseKind.AFTER_ACTION_REVIEW,
    ResponseKind.SWARM,
)


class Journey:
    """One opportunity's way, scripted; each scene decides by chance that is fixed by its name."""

    def __init__(self, organisation: Organisation, what: Happening) -> None:
        self.organisation, self.what, self.site = organisation, what, what.site
        self.id, self.key, self.lane = what.journey, what.key, str(what.journey)
        self.days = WorkingDays(self.site.nation)
        self.provider = organisation.provider
        self.manager = self.post(Role.REGISTERED_MANAGER)
        self.deputy = self.post(Role.DEPUTY_MANAGER)

    def post(self, role: Role) -> DemoPost:
        """Whoever holds a role at the site."""
        return self.organisation.post(self.site.id, role)

    def chance(self, scene: str) -> Random:
        return chance_of(f"{self.key}/{scene}")

    def beat(self, at: datetime, play: Play) -> Beat:
        return Beat(at, self.lane, play)

    def working(self, after: datetime, days: int, chance: Random) -> datetime:
        """In office hours so many working days after a moment's day; 0 for later the same day."""
        day = self.days.add(local_day(after), days) if days else local_day(after)
        at = datetime.combine(day, time(chance.randint(9, 16), chance.randrange(60)), tzinfo=LONDON)
        return at if at > after else after + timedelta(minutes=chance.randint(5, 50))

    def begin(self) -> Beat:
        """The first beat; the others follow from it."""
        return self.beat(self.what.recorded, self.report)

    async def report(self, stage: Stage, at: datetime) -> list[Beat]:
        """Somebody writes down what happened and what was done at once."""
        what, chance = self.what, self.chance("report")
        is_update = what.kind is OpportunityKind.PROFESSIONAL_UPDATE
        who = self.post(Role.ADMINISTRATOR if is_update else Role.CARE_WORKER)
        report = Report(
            site=self.site.id, kind=what.kind, summary=what.summary, themes=list(what.themes),
            immediate_action=say(chance, "measures_at_once"), harm_level=what.harm, person_name=what.initials,
            person=what.person, reporter=who.title if what.is_known_reporter else "", source_key=what.source_key,
            facts=dict(what.facts),
        )  # fmt: skip
        key = f"{self.key}/raise"
        await stage.ask("intake", "raise_opportunity", who, key, report, at=at, occurred=what.occurred)
        return self._update(chance) if is_update else [self.beat(self._weighed_at(chance), self.weigh)]

    def _weighed_at(self, chance: Random) -> datetime:
        recorded = self.what.recorded
        if not self.what.is_prompt:
            return self.working(recorded, chance.randint(2, 6), chance)
        same_day = self.days.is_working(local_day(recorded)) and chance.random() < SAME_DAY
        return self.working(recorded, 0 if same_day else 1, chance)

    def _update(self, chance: Random) -> list[Beat]:
        """A professional's update is read, put into care and passed on: in two working days, or not."""
        received, prompt = self.what.occurred, self.what.is_prompt
        read = self.working(self.what.recorded, 1, chance)
        done = read + timedelta(minutes=chance.randint(20, 90)) if prompt else self.working(read, 2, chance)
        told = max(self.working(received, 2 if prompt else chance.randint(4, 9), chance), done + timedelta(minutes=9))
        beats = [self.beat(read, self.read_update), self.beat(done, self.act_on_update)]
        if prompt or chance.random() > NEVER_TOLD:
            beats.append(self.beat(told, self.pass_update_on))
        return [*beats, self.beat(self.working(told, 1, chance), self.weigh if self.what.is_reviewed else self.close)]

    async def read_update(self, stage: Stage, at: datetime) -> None:
        """A nurse or senior carer decides what it asks of the home."""
        decision = say(self.chance("read"), "updates", "decisions")
        await self._step(stage, at, Role.NURSE_OR_SENIOR_CARER, "reviewed", decision)

    async def act_on_update(self, stage: Stage, at: datetime) -> None:
        """It is put into care."""
        await self._step(stage, at, Role.NURSE_OR_SENIOR_CARER, "actioned")

    async def pass_update_on(self, stage: Stage, at: datetime) -> None:
        """Staff who support the person know."""
        await self._step(stage, at, Role.DEPUTY_MANAGER, "communicated")

    async def _step(self, stage: Stage, at: datetime, role: Role, step: str, decision: str = "") -> None:
        key = f"{self.key}/{step}"
        await stage.ask("intake", "step_update", self.post(role), key, self.id, step, decision, at=at)

    async def close(self, stage: Stage, at: datetime) -> None:
        """Nothing more is to be learned from it."""
        because = say(self.chance("close"), "rationales", "closed")
        key = f"{self.key}/close"
        await stage.ask("intake", "close_without_review", self.manager, key, self.id, at=at, because=because)

    async def weigh(self, stage: Stage, at: datetime) -> list[Beat]:
        """The manager decides what follows, agrees with what the rules propose, and says why."""
        chance = self.chance("weigh")
        reviewed = self.what.is_reviewed
        response = chance.choice(RESPONSES) if reviewed else "none"
        because = say(chance, "rationales", "review" if reviewed else "none" if self.what.is_prompt else "late")
        key = f"{self.key}/triage"
        await stage.ask(
            "intake", "triage", self.manager, key, self.id, response, [], {}, [], at=at, because=because
        )  # fmt: skip
        settled = self.beat(at + timedelta(hours=chance.randint(1, 30)), Settling(self, "weighed").settle)
        return [settled, *(Learning(self).begin(at) if reviewed else ())]
