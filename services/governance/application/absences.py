"""Who of those that hold a post is away, who stands in, and whose word that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from contracts.taxonomy import Role
from contracts.taxonomy.people import EXTERNAL_ROLES
from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.directory import Directory, PostHeld
from libs.domain import Refused
from libs.reading import opened
from libs.service import Service, command
from services.governance.domain import Post

ABSENCES = """
    SELECT a.post_id, a.person_id, a.from_day, a.until_day, h.name, p.title, p.scope
    FROM absence a JOIN holder h USING (post_id, person_id) JOIN post p USING (post_id)
    WHERE p.scope = ANY(%(scopes)s) AND a.said > h.since AND a.until_day >= greatest(%(today)s, a.from_day)
    ORDER BY a.from_day, p.title, a.person_id LIMIT %(most)s
"""
HOLDERS = """
    SELECT p.post_id, p.title, h.person_id, h.name FROM post p JOIN holder h USING (post_id)
    WHERE p.post_id = ANY(%(posts)s) ORDER BY p.title, h.person_id
"""
MOST = 200
NOT_LEADING = EXTERNAL_ROLES | {Role.CARE_WORKER, Role.KEY_WORKER, Role.ADMINISTRATOR}
"""Roles that stand in for nobody but their own like: what waits for a manager is not for them."""
ABSENCE_KEEPERS = frozenset(
    {
        Role.ADMINISTRATOR,
        Role.DEPUTY_MANAGER,
        Role.SERVICE_MANAGER,
        Role.REGISTERED_MANAGER,
        Role.REGISTERED_PERSON,
        Role.SAFEGUARDING_LEAD,
        Role.PROVIDER_QUALITY_LEAD,
        Role.PROVIDER_REPRESENTATIVE,
        Role.NOMINATED_INDIVIDUAL,
    }
)
"""Roles that are shown the way to the page; who may use it is for the policies to say."""


class DeputyDoesNotReach(Refused):
    """This post does not reach all that the other looks after, so its holder could not see what waits. Choose a post of
    the same site, of its region or of its provider."""


class DeputyDoesNotLead(Refused):
    """Whoever stands in sees what only those see who lead the service. Choose a post that leads it, such as a deputy
    manager or a senior."""


class Absences(Service):
    """Keeps who is away, for the posts of one's own site, region or provider."""

    directory: Directory

    @command
    async def note_absence(
        self, act: Act, post_id: str, person: UUID, from_day: date, until_day: date, deputy: str | None = None
    ) -> Saved:
        """Someone who holds a post is away; `deputy` is the post that stands in, if not the post's own.

        Raises NotFound, DeputyDoesNotReach, DeputyDoesNotLead.
        """
        post = await self.get(Post, Post.create_id(post_id))
        if deputy and deputy != post_id:
            stands_in = await self.get(Post, Post.create_id(deputy))
            if post.scope not in await self.scopes_within(stands_in.scope):
                raise DeputyDoesNotReach
            if stands_in.role in NOT_LEADING and stands_in.role != post.role:
                raise DeputyDoesNotLead
        post.note_absence(person, from_day, until_day, deputy)
        return await self.save(act, post)

    @command
    async def come_back(self, act: Act, post_id: str, person: UUID, on: date, first: date | None = None) -> Saved:
        """Someone who was to be away is back from a day on, from the absence with this first day. Raises NotFound."""
        post = await self.get(Post, Post.create_id(post_id))
        post.come_back(person, on, first)
        return await self.save(act, post)

    async def scopes_within(self, scope: str) -> list[str]:
        """What a scope covers, as scopes: itself, and the regions and sites in it."""
        sites = await self.directory.sites_within(scope)
        found = [scope, *(f"site:{site.site_id}" for site in sites)]
        if scope.startswith("provider:"):
            found += [f"region:{site.region}" for site in sites]
        return list(dict.fromkeys(found))

    async def covers(self, scope: str, post_id: str) -> bool:
        """Whether whoever acts over a scope says who of this post is away."""
        post = await self.find(Post, Post.create_id(post_id))
        return post is not None and post.scope in await self.scopes_within(scope)

    async def away(self, scope: str) -> list[dict[str, Any]]:
        """Who is away now or will be, with `stands_in`: the title of the post that answers meanwhile, or nothing.

        `carried_on`: somebody else holds the same post and is there.
        """
        today = local_day(self.clock.now())
        given = {"scopes": await self.scopes_within(scope), "today": today, "most": MOST}
        rows = await opened(self.mapper.keys, await self.directory.rows(ABSENCES, given), "name")
        answering = await self._answering(rows, today)
        titles = await self._titles({post for each in answering.values() for post in each.values()})
        for row in rows:
            row["from_then"] = max(today, row["from_day"])
            found = answering[row["from_then"]].get(row["post_id"], "")
            row |= {"now": row["from_day"] <= today, "carried_on": found == row["post_id"]}
            row["stands_in"] = titles.get(found, found)
        return rows

    async def holders(self, scopes: Iterable[str]) -> list[dict[str, Any]]:
        """Who holds a post over just these scopes, by post; readers from outside are not asked for anything."""
        posts = [post for scope in scopes for post in await self.directory.posts(scope) if _inside(post)]
        rows = await self.directory.rows(HOLDERS, {"posts": [post.post_id for post in posts]})
        return await opened(self.mapper.keys, rows, "name")

    async def deputies(self, scopes: Iterable[str], site: str = "") -> list[PostHeld]:
        """The posts that can stand in: those over these scopes, or over a site and above it where one is named."""
        if site:
            found = await self.directory.posts_above(site)
        else:
            found = [post for scope in scopes for post in await self.directory.posts(scope)]
        return [post for post in found if post.role not in NOT_LEADING]

    async def _answering(self, rows: list[dict[str, Any]], today: date) -> dict[date, dict[str, str]]:
        posts: defaultdict[date, list[str]] = defaultdict(list)
        for row in rows:
            posts[max(today, row["from_day"])].append(row["post_id"])
        return {day: await self.directory.answering(each, day) for day, each in posts.items()}

    async def _titles(self, posts: Iterable[str]) -> dict[str, str]:
        rows = await self.directory.rows("SELECT post_id, title FROM post WHERE post_id = ANY(%s)", (list(posts),))
        return {row["post_id"]: row["title"] for row in rows}


def _inside(post: PostHeld) -> bool:
    return post.role not in EXTERNAL_ROLES
