"""What can be asked of action."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from uuid import UUID

from contracts.taxonomy import EvidenceSource, Role
from libs.calendar import local_day
from libs.deciding import Act, Saved, deciding
from libs.directory import Directory
from libs.domain import Refused
from libs.emergency_reading import EmergencyReading, ReadsInEmergency
from libs.practice import Measure
from libs.reading import opened
from libs.service import command
from services.action.domain.action import Action, Terms
from services.action.domain.plan import Plan
from services.action.domain.roll import Roll
from services.action.domain.rules import (
    AuditorsOnlyRead,
    LeadersDecide,
    MeasureUnknown,
    NobodyToName,
    NotPerPerson,
    PostUnknown,
)
from services.action.domain.terms import SEEN_BY_ANOTHER
from services.action.projection import Plans

NOT_LEADING = frozenset({Role.CARE_WORKER, Role.KEY_WORKER, Role.ADMINISTRATOR, Role.AUDITOR})
"""Posts that carry actions out and look at them, but do not decide what is agreed."""


def require_leader(act: Act) -> None:
    """Raises LeadersDecide for a post that does not decide what is agreed."""
    if act.role in NOT_LEADING:
        raise LeadersDecide


def require_worker(act: Act) -> None:
    """Raises AuditorsOnlyRead for an auditor."""
    if act.role == Role.AUDITOR:
        raise AuditorsOnlyRead


WITHDRAWN = "The change will not be made."
"""Why nobody on its list has to take part any more."""


class Actions(ReadsInEmergency):
    """Keeps plans and the actions in them; what an action comes to is kept together with its plan."""

    name = "action"
    aggregates = (Plan, Action, Roll, EmergencyReading)
    directory: Directory
    plans: Plans

    async def plan_of(self, journey: UUID) -> Plan:
        """The plan of a journey. Raises NotFound."""
        return await self.get(Plan, Plan.create_id(journey))

    def today(self) -> date:
        """The day it is at the sites."""
        return local_day(self.clock.now())

    async def measures(self, site_id: str) -> list[Measure]:
        """The measures now in force that are for this kind of site."""
        site = await self.directory.site(site_id)
        measures = (await self.directory.rules(self.today())).measures
        return [each for each in measures if not each.provider_kinds or site.service_kind in each.provider_kinds]

    async def known_names(self, site: str) -> list[str]:
        """Names that must not stand in a shared text: those of everyone who holds a post over the site."""
        posts = await self.directory.posts_above(site)
        holders = [holder for post in posts for holder in await self.directory.holders(post.post_id)]
        return [holder["name"] for holder in await opened(self.mapper.keys, holders, "name")]

    async def outstanding(self, action: Action) -> int | None:
        """How many people still have to take part in a change; None where nobody was named."""
        roll = await self.find(Roll, Roll.create_id(action.id))
        return len(roll.outstanding) if roll else None

    async def is_owner(self, act: Act, action: Action) -> bool:
        """Whether someone asks from the post that owns the action, or holds that post besides the one they act in."""
        posts = await self.directory.posts_above(action.site)
        acting = any(
            (post.post_id, post.role, post.scope) == (action.owner_post, act.role, act.scope) for post in posts
        )
        holders = {str(each["person_id"]) for each in await self.directory.holders(action.owner_post)}
        return acting or act.actor.removeprefix("person:") in holders

    async def not_possible(self, act: Act, action: Action) -> dict[str, str]:
        """For each step of an action, why this person cannot take it now, in a sentence; empty where they can."""
        by_owner = await self.is_owner(act, action)
        later = max(action.due, self.today()) + timedelta(days=1)
        kind, words = EvidenceSource.AUDIT, "as will be said"
        left = await self.outstanding(action)
        steps: dict[str, tuple[Callable[[Act], None], Callable[[Action], None]]] = {
            "start": (require_worker, lambda a: a.start()),
            "block": (require_worker, lambda a: a.block(words)),
            "unblock": (require_worker, lambda a: a.unblock()),
            "extend": (require_leader, lambda a: a.extend(later, words, by_owner=by_owner)),
            "implement": (require_worker, lambda a: a.implement(self.today(), kind, words, words, left)),
            "verify": (require_worker, lambda a: a.verify(words, by_owner=by_owner)),
            "send-back": (require_worker, lambda a: a.send_back(words, by_owner=by_owner)),
            "hand-over": (require_leader, lambda a: a.hand_over("", words)),
            "withdraw": (require_leader, lambda a: a.withdraw(words)),
        }
        with deciding(act, self.clock.now()):
            return {name: _refusal(act, action, *step) for name, step in steps.items()}

    @command
    async def agree(self, act: Act, journey: UUID, terms: Terms) -> Saved:
        """Agree a change. The answer speaks of the new action."""
        require_leader(act)
        plan = await self.get(Plan, Plan.create_id(journey), act)
        await self._require_known(plan.site, terms)
        action = plan.agree(terms, await self.known_names(plan.site))
        return await self.save(act, action, plan)

    async def _require_known(self, site: str, terms: Terms) -> None:
        """The post and the measure must exist here. Raises PostUnknown, MeasureUnknown."""
        posts = {post.post_id for post in await self.directory.posts_above(site)}
        if terms.owner_post and terms.owner_post not in posts:
            raise PostUnknown
        if terms.measure_id and terms.measure_id not in {measure.id for measure in await self.measures(site)}:
            raise MeasureUnknown

    @command
    async def leave_factor(self, act: Act, journey: UUID, factor: UUID, because: str) -> Saved:
        """Record that a factor gets no action, and why."""
        require_leader(act)
        plan = await self.get(Plan, Plan.create_id(journey), act)
        plan.leave_factor(factor, because)
        return await self.save(act, plan)

    @command
    async def agree_weak(self, act: Act, journey: UUID, because: str) -> Saved:
        """Record why changes that rely on people remembering are all that can be done."""
        require_leader(act)
        plan = await self.get(Plan, Plan.create_id(journey), act)
        plan.agree_weak(because)
        return await self.save(act, plan)

    @command
    async def reopen(self, act: Act, journey: UUID, because: str) -> Saved:
        """Open a plan again whose practice had changed."""
        require_leader(act)
        plan = await self.get(Plan, Plan.create_id(journey), act)
        plan.reopen(because)
        return await self.save(act, plan)

    @command
    async def start(self, act: Act, action: UUID) -> Saved:
        """Work began."""
        require_worker(act)
        found = await self.get(Action, action, act)
        found.start()
        return await self.save(act, found)

    @command
    async def block(self, act: Act, action: UUID, because: str) -> Saved:
        """Something stands in the way."""
        require_worker(act)
        found = await self.get(Action, action, act)
        found.block(because)
        return await self.save(act, found)

    @command
    async def unblock(self, act: Act, action: UUID) -> Saved:
        """It is out of the way."""
        require_worker(act)
        found = await self.get(Action, action, act)
        found.unblock()
        return await self.save(act, found)

    @command
    async def extend(self, act: Act, action: UUID, due: date, because: str) -> Saved:
        """Approve more time, from outside the post that owns the action."""
        require_leader(act)
        found = await self.get(Action, action, act)
        found.extend(due, because, by_owner=await self.is_owner(act, found))
        return await self.save(act, found)

    @command
    async def hand_over(self, act: Act, action: UUID, owner_post: str, because: str) -> Saved:
        """Another post owns the action from now on. Raises PostUnknown."""
        require_leader(act)
        found = await self.get(Action, action, act)
        if owner_post not in {post.post_id for post in await self.directory.posts_above(found.site)}:
            raise PostUnknown
        found.hand_over(owner_post, because)
        return await self.save(act, found)

    @command
    async def implement(
        self, act: Act, action: UUID, implemented_on: date, evidence_kind: str, evidence: str, named: str = ""
    ) -> Saved:
        """The change was made, and this shows it; `named` says which plans or rotas were changed."""
        require_worker(act)
        found = await self.get(Action, action, act)
        found.implement(implemented_on, evidence_kind, evidence, named, await self.outstanding(found))
        return await self.save(act, found)

    @command
    async def send_back(self, act: Act, action: UUID, because: str) -> Saved:
        """Someone else looked and could not see the change yet."""
        require_worker(act)
        found = await self.get(Action, action, act)
        found.send_back(because, by_owner=await self.is_owner(act, found))
        return await self.save(act, found)

    @command
    async def verify(self, act: Act, action: UUID, seen: str) -> Saved:
        """Someone else saw that the change was made; where it was the last, practice changed."""
        require_worker(act)
        found = await self.get(Action, action, act)
        plan = await self.get(Plan, found.plan_id)
        found.verify(seen, by_owner=await self.is_owner(act, found))
        plan.note_verified(found.id)
        return await self.save(act, found, plan)

    @command
    async def withdraw(self, act: Act, action: UUID, because: str) -> Saved:
        """The change will not be made."""
        require_leader(act)
        found = await self.get(Action, action, act)
        plan = await self.get(Plan, found.plan_id)
        found.withdraw(because)
        plan.note_withdrawn(found.id)
        rolls = [roll] if (roll := await self.find(Roll, Roll.create_id(action))) else []
        for roll in rolls:
            for person in roll.outstanding:
                roll.excuse(person, WITHDRAWN)
        return await self.save(act, found, plan, *rolls)

    @command
    async def name_people(self, act: Act, action: UUID, people: list[UUID]) -> Saved:
        """Name those whom a change is meant for that is made person by person; others may be added later."""
        require_leader(act)
        found = await self.get(Action, action)
        if not found.per_person:
            raise NotPerPerson
        if not people:
            raise NobodyToName
        roll = await self.find(Roll, Roll.create_id(action)) or Roll(
            provider=found.provider, site=found.site, journey=found.journey, about=found.about, action_id=action,
            people=list(dict.fromkeys(people)),
        )  # fmt: skip
        roll.add(people)
        return await self.save(act, roll)

    @command
    async def take_part(self, act: Act, action: UUID, person: UUID, on: date) -> Saved:
        """Someone took part on a day. Raises SeenBySomeoneElse where they say so of themselves and that is not enough."""
        require_worker(act)
        roll, found = await self.get(Roll, Roll.create_id(action)), await self.get(Action, action)
        own = act.actor == f"person:{person}" and found.change_kind in SEEN_BY_ANOTHER
        roll.take_part(person, on, own_word=own)
        return await self.save(act, roll)

    @command
    async def excuse(self, act: Act, action: UUID, person: UUID, because: str) -> Saved:
        """Someone need not take part."""
        require_leader(act)
        roll = await self.get(Roll, Roll.create_id(action))
        roll.excuse(person, because)
        return await self.save(act, roll)


def _refusal(act: Act, action: Action, allowed: Callable[[Act], None], step: Callable[[Action], None]) -> str:
    """What the domain itself would say, asked of a copy that is then thrown away."""
    try:
        allowed(act)
        step(deepcopy(action))
    except Refused as refusal:
        return str(refusal)
    return ""
