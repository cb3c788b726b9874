"""Who answers on the day for each step of the route that a late action goes up."""

from __future__ import annotations

from datetime import date
from typing import Protocol
from uuid import UUID

from contracts.taxonomy.people import EXTERNAL_ROLES
from libs.calendar import WorkingDays, local_day
from libs.deciding import circumstances
from libs.directory import Directory, PostHeld
from libs.escalating import Escalation, Step
from libs.mapper import Mapper
from libs.service import NotFound
from services.action.domain.action import Action
from services.action.domain.route import Again, Stage


class Knowing(Protocol):
    """What is asked of the service: the organisation, and under which name people may have been shut out."""

    directory: Directory
    mapper: Mapper


async def rules_of_route(service: Knowing) -> tuple[Escalation, str]:
    """The route in force today, and the version that says so. Before any rules, what was done before they named it."""
    try:
        pack = await service.directory.rules(local_day(circumstances().now))
    except NotFound:
        return Escalation(), ""
    return pack.escalation, f"{pack.id}/{pack.version}"


def again(rules: Escalation, due: date, days: WorkingDays) -> Again | None:
    """When somebody is reminded, or it is tried again, counted from today; None where the rules know no reminding."""
    today = local_day(circumstances().now)
    nobody = rules.again_on(today, due, days, nobody=True)
    return Again(rules.again_on(today, due, days), nobody) if rules.again else None


async def route(service: Knowing, action: Action, rules: Escalation) -> list[Stage]:
    """Each step of the route with the posts that answer for it today and may know of the journey.

    Where nobody holds a post, or everyone who does is away, its deputy answers.
    """
    directory, today = service.directory, local_day(circumstances().now)
    days = (await directory.site(action.site)).working_days
    posts = await directory.posts_above(action.site)
    deputy = next((post.deputy_post_id for post in posts if post.post_id == action.owner_post), None)
    found = []
    for level, step in enumerate(rules.steps, start=1):
        meant = [post.post_id for post in posts if post.post_id != action.owner_post and _fits(post, step, deputy)]
        there = [post for post in await answering(service, meant) if await _may_know(service, action.journey, post)]
        found.append(Stage(level, tuple(there), rules.day(level + 1, action.due, days, today)))
    return found


async def answering(service: Knowing, posts: list[str]) -> list[str]:
    """Those who answer for these posts today, each once."""
    found = await service.directory.answering(posts, local_day(circumstances().now))
    return list(dict.fromkeys(found[post] for post in posts if post in found))


def _fits(post: PostHeld, step: Step, deputy: str | None) -> bool:
    if not post.scope.startswith(f"{step.over}:"):
        return step.deputy and post.post_id == deputy
    inside = post.role not in EXTERNAL_ROLES
    return inside and (not step.roles or post.role in step.roles or (step.deputy and post.post_id == deputy))


async def _may_know(service: Knowing, journey: UUID, post: str) -> bool:
    """Whether anybody who holds the post may hear of the journey: it may be shut to them, or to all but a few posts."""
    for holder in await service.directory.holders(post):
        known_as = service.mapper.keys.pseudonym("actor", f"person:{holder['person_id']}")
        if await service.directory.may_be_told(journey, post, known_as):
            return True
    return False
