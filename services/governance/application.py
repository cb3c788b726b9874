"""What can be asked of governance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from libs.deciding import Act, Saved
from libs.service import Service, command
from services.governance.domain import Post, RuleBook, Site, organisation_journey


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site to register."""

    provider: str
    site: str
    title: str
    region: str
    nation: str
    service_kind: str
    opened_on: date


class Governance(Service):
    """Keeps the organisation and its rules."""

    name = "governance"
    aggregates = (Site, Post, RuleBook)

    @command
    async def register_site(self, act: Act, new: NewSite) -> Saved:
        """Register a site; one that is registered already stays as it is."""
        known = await self.find(Site, Site.create_id(new.provider, new.site))
        if known:
            return Saved(known.id, known.version, self.store.position, replayed=True)
        journey = organisation_journey(new.provider)
        site = Site(
            provider=new.provider,
            site=new.site,
            journey=journey,
            about=journey,
            title=new.title,
            region=new.region,
            nation=new.nation,
            service_kind=new.service_kind,
            opened_on=new.opened_on,
        )
        return await self.save(act, site)

    async def _site(self, provider: str, site: str) -> Site:
        return await self.get(Site, Site.create_id(provider, site))

    @command
    async def state_capacity(
        self, act: Act, provider: str, site: str, month: date, beds: int | None, exposure: float | None, unit: str
    ) -> Saved:
        """What a month's events are divided by."""
        found = await self._site(provider, site)
        found.state_capacity(month, beds, exposure, unit)
        return await self.save(act, found)

    @command
    async def join_team(self, act: Act, provider: str, site: str, person: UUID, part: str, joined_on: date) -> Saved:
        """Someone begins to work at a site."""
        found = await self._site(provider, site)
        found.join(person, part, joined_on)
        return await self.save(act, found)

    @command
    async def leave_team(self, act: Act, provider: str, site: str, person: UUID) -> Saved:
        """Someone stops working at a site."""
        found = await self._site(provider, site)
        found.leave(person)
        return await self.save(act, found)

    @command
    async def establish_post(
        self, act: Act, provider: str, site: str, post_id: str, role: str, scope: str, title: str, deputy: str | None
    ) -> Saved:
        """Establish a post; one that exists stays as it is."""
        known = await self.find(Post, Post.create_id(post_id))
        if known:
            return Saved(known.id, known.version, self.store.position, replayed=True)
        journey = organisation_journey(provider)
        post = Post(
            provider=provider,
            site=site,
            journey=journey,
            about=journey,
            post_id=post_id,
            role=role,
            scope=scope,
            title=title,
            deputy_post_id=deputy,
        )
        return await self.save(act, post)

    @command
    async def appoint(self, act: Act, post_id: str, person: UUID, person_name: str, email: str) -> Saved:
        """Someone takes up a post."""
        post = await self.get(Post, Post.create_id(post_id))
        post.appoint(person, person_name, email)
        return await self.save(act, post)

    @command
    async def adopt_rules(self, act: Act, provider: str, content: dict[str, Any], adopted_from: date) -> Saved:
        """Adopt a version of a rule pack from a day; one that was adopted stays adopted."""
        journey = organisation_journey(provider)
        book = await self.find(RuleBook, RuleBook.create_id(provider, content["id"]))
        book = book or RuleBook(provider=provider, site="", journey=journey, about=journey, pack_id=content["id"])
        book.adopt(content["version"], content["title"], adopted_from, content)
        return await self.save(act, book)
