"""What can be asked of action."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from libs.calendar import local_day
from libs.deciding import Act, Saved, circumstances
from libs.directory import Directory
from libs.practice import Measure
from libs.service import Service, command
from services.action.domain.action import Action, Terms
from services.action.domain.plan import Plan
from services.action.domain.rules import MeasureUnknown, PostUnknown


class Actions(Service):
    """Keeps plans and the actions in them; what an action comes to is kept together with its plan."""

    name = "action"
    aggregates = (Plan, Action)
    directory: Directory

    async def plan_of(self, journey: UUID) -> Plan:
        """The plan of a journey. Raises NotFound."""
        return await self.get(Plan, Plan.create_id(journey))

    async def measures(self, site_id: str, on: date) -> list[Measure]:
        """The measures in force on a day that are for this kind of site."""
        site = await self.directory.site(site_id)
        measures = (await self.directory.rules(on)).measures
        return [each for each in measures if not each.provider_kinds or site.service_kind in each.provider_kinds]

    async def is_owner(self, act: Act, action: Action) -> bool:
        """Whether someone asks from the post that owns the action, or holds that post besides the one they act in."""
        posts = await self.directory.posts_above(action.site)
        acting = any(
            (post.post_id, post.role, post.scope) == (action.owner_post, act.role, act.scope) for post in posts
        )
        holders = {str(each["person_id"]) for each in await self.directory.holders(action.owner_post)}
        return acting or act.actor.removeprefix("person:") in holders

    @command
    async def agree(self, act: Act, journey: UUID, terms: Terms) -> Saved:
        """Agree a change. The answer speaks of the new action."""
        plan = await self.get(Plan, Plan.create_id(journey), act)
        if terms.owner_post and terms.owner_post not in {
            p.post_id for p in await self.directory.posts_above(plan.site)
        }:
            raise PostUnknown
        if terms.measure_id:
            known = await self.measures(plan.site, local_day(circumstances().now))
            if terms.measure_id not in {measure.id for measure in known}:
                raise MeasureUnknown
        action = plan.agree(terms)
        return await self.save(act, action, plan)

    @command
    async def leave_factor(self, act: Act, journey: UUID, factor: UUID, because: str) -> Saved:
        """Record that a factor gets no action, and why."""
        plan = await self.get(Plan, Plan.create_id(journey), act)
        plan.leave_factor(factor, because)
        return await self.save(act, plan)

    @command
    async def agree_weak(self, act: Act, journey: UUID, because: str) -> Saved:
        """Record why changes that rely on people remembering are all that can be done."""
        plan = await self.get(Plan, Plan.create_id(journey), act)
        plan.agree_weak(because)
        return await self.save(act, plan)

    @command
    async def reopen(self, act: Act, journey: UUID, because: str) -> Saved:
        """Open a plan again whose practice had changed."""
        plan = await self.get(Plan, Plan.create_id(journey), act)
        plan.reopen(because)
        return await self.save(act, plan)

    @command
    async def start(self, act: Act, action: UUID) -> Saved:
        """Work began."""
        found = await self.get(Action, action, act)
        found.start()
        return await self.save(act, found)

    @command
    async def block(self, act: Act, action: UUID, because: str) -> Saved:
        """Something stands in the way."""
        found = await self.get(Action, action, act)
        found.block(because)
        return await self.save(act, found)

    @command
    async def unblock(self, act: Act, action: UUID) -> Saved:
        """It is out of the way."""
        found = await self.get(Action, action, act)
        found.unblock()
        return await self.save(act, found)

    @command
    async def extend(self, act: Act, action: UUID, due: date, because: str) -> Saved:
        """Approve more time, from outside the post that owns the action."""
        found = await self.get(Action, action, act)
        found.extend(due, because, by_owner=await self.is_owner(act, found))
        return await self.save(act, found)

    @command
    async def implement(self, act: Act, action: UUID, implemented_on: date, evidence_kind: str, evidence: str) -> Saved:
        """The change was made, and this shows it."""
        found = await self.get(Action, action, act)
        found.implement(implemented_on, evidence_kind, evidence)
        return await self.save(act, found)

    @command
    async def send_back(self, act: Act, action: UUID, because: str) -> Saved:
        """Someone else looked and could not see the change yet."""
        found = await self.get(Action, action, act)
        found.send_back(because, by_owner=await self.is_owner(act, found))
        return await self.save(act, found)

    @command
    async def verify(self, act: Act, action: UUID, seen: str) -> Saved:
        """Someone else saw that the change was made; where it was the last, practice changed."""
        found = await self.get(Action, action, act)
        plan = await self.get(Plan, found.plan_id)
        found.verify(seen, by_owner=await self.is_owner(act, found))
        plan.note_verified(found.id)
        return await self.save(act, found, plan)

    @command
    async def withdraw(self, act: Act, action: UUID, because: str) -> Saved:
        """The change will not be made."""
        found = await self.get(Action, action, act)
        plan = await self.get(Plan, found.plan_id)
        found.withdraw(because)
        plan.note_withdrawn(found.id)
        return await self.save(act, found, plan)
